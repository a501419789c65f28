"""Files on records: whole on the disk, given out only as downloads, only to whoever sees the record."""

import errno
import hashlib
from unittest import mock

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tandem.collaboration import storing
from tandem.collaboration.actions import attachments
from tandem.collaboration.models import Attachment
from tandem.history.models import Event
from tandem.kit.errors import Denied, Hidden, Refused
from tests import make

pytestmark = pytest.mark.django_db
HTML = b"<script>alert(1)</script>"


@pytest.fixture(autouse=True)
def _own_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def item(world):
    return make.work_item(actor=world.boris, project=world.project)


def attach(world, item, name="plan.pdf", content=b"berth 3"):
    return attachments.add(actor=world.mei, subject=item, name=name, chunks=[content])


def stored_files() -> list[str]:
    return [path.name for path in storing.folder().glob("??/*")]


def test_what_is_attached_on_the_page_is_downloaded_as_it_was(world, item, signed_in):
    client, content = signed_in(world.mei), bytes(range(256)) * 5000
    page = client.post(f"/work-items/{item.key}/attachments/", {"file": SimpleUploadedFile("图纸 3.png", content)}, follow=True)
    attachment = Attachment.objects.get()
    assert "图纸 3.png" in page.content.decode() and f"/attachments/{attachment.pk}/" in page.content.decode()
    answer = client.get(f"/attachments/{attachment.pk}/")
    assert b"".join(answer.streaming_content) == content
    assert attachment.size == len(content)
    event = Event.objects.get(verb="attachment.added")
    assert event.changes["sha256"] == [None, hashlib.sha256(content).hexdigest()]


@pytest.mark.parametrize("name", ["page.html", "drawing.svg", "tool.js", "plan.pdf"])
def test_a_file_is_never_shown_under_our_address(name, world, item, signed_in):
    attachment = attach(world, item, name, HTML)
    for path in (f"/attachments/{attachment.pk}/", f"/api/v1/attachments/{attachment.pk}/content/"):
        answer = signed_in(world.mei).get(path)
        assert answer["Content-Type"] == "application/octet-stream"
        assert answer["Content-Disposition"].startswith(f'attachment; filename="{name}"')
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer["Content-Security-Policy"]
        assert "no-store" in answer["Cache-Control"]


def test_who_does_not_see_the_item_does_not_see_its_files(world, item, signed_in, client):
    attachment = attach(world, item)
    stranger = signed_in(world.dana)
    assert stranger.get(f"/attachments/{attachment.pk}/").status_code == 404
    assert stranger.get(f"/api/v1/attachments/{attachment.pk}/content/").status_code == 404
    assert stranger.get("/api/v1/attachments/").json()["items"] == []
    assert stranger.post(f"/attachments/{attachment.pk}/removals/").status_code == 404
    assert stranger.post(f"/work-items/{item.key}/attachments/", {"file": SimpleUploadedFile("a", b"a")}).status_code == 404
    assert client.get(f"/attachments/{attachment.pk}/").status_code == 302
    with pytest.raises(Hidden):
        attachments.add(actor=world.dana, subject=item, name="a", chunks=[b"a"])


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("../../etc/passwd", "passwd"), ("..\\..\\boot.ini", "boot.ini"), ("/abs/olute.txt", "olute.txt"), ("..", "file"), ("", "file"),
        ("two\nlines\x00.txt", "twolines.txt"), ("photo\u202egpj.exe", "photogpj.exe"), ("a" * 300 + ".xlsx", "a" * 150 + ".xlsx"),
    ],
)  # fmt: skip
def test_a_name_that_was_sent_is_only_shown_never_a_path(sent, shown, world, item):
    attachment = attach(world, item, sent)
    assert attachment.name == shown
    assert stored_files() == [attachment.stored_as]
    assert len(attachment.stored_as) == 48


@pytest.mark.parametrize("stored_as", ["../secret-key", "/etc/passwd", "", "a" * 47, "A" * 48])
def test_only_names_of_ours_are_opened(stored_as, world, item, signed_in):
    attachment = attach(world, item)
    Attachment.objects.update(stored_as=stored_as)
    assert signed_in(world.mei).get(f"/attachments/{attachment.pk}/").status_code == 404


def test_too_large_is_refused_while_it_comes_and_leaves_nothing(world, item, settings):
    settings.MAX_UPLOAD_BYTES = 2**20
    taken = []

    def endless():
        while True:
            taken.append(1)
            yield b"x" * 2**16

    with pytest.raises(Refused) as refused:
        attachments.add(actor=world.mei, subject=item, name="big", chunks=endless())
    assert refused.value.code == "file_too_large"
    assert len(taken) == 17
    assert stored_files() == []
    assert not Attachment.objects.exists()


@pytest.mark.parametrize("path", ["/work-items/{key}/attachments/", "/api/v1/attachments/"])
def test_what_is_announced_as_too_large_is_refused_unread(path, world, item, signed_in, settings):
    settings.MAX_UPLOAD_BYTES = 2**20
    answer = signed_in(world.mei).post(path.format(key=item.key), {}, CONTENT_LENGTH=str(2**40))
    assert answer.status_code == 413
    assert "1 MB" in answer.content.decode()


def test_an_empty_file_and_a_form_without_one_are_refused(world, item, signed_in):
    client, path = signed_in(world.mei), f"/work-items/{item.key}/attachments/"
    assert "The file is empty." in client.post(path, {"file": SimpleUploadedFile("a", b"")}).content.decode()
    assert "Choose a file." in client.post(path, {}).content.decode()
    assert stored_files() == []


def test_a_full_disk_is_said_in_words_and_leaves_nothing(world, item):
    with mock.patch("os.fsync", side_effect=OSError(errno.ENOSPC, "full")), pytest.raises(Refused) as refused:
        attach(world, item)
    assert refused.value.code == "no_room"
    assert stored_files() == []


def test_a_row_that_cannot_be_written_leaves_no_file(world, item):
    with mock.patch("tandem.collaboration.actions.attachments.record", side_effect=RuntimeError), pytest.raises(RuntimeError):
        attach(world, item)
    assert stored_files() == []
    assert not Attachment.objects.exists()


def test_its_author_or_who_manages_access_takes_a_file_away(world, item, signed_in, django_capture_on_commit_callbacks):
    other = make.user(actor=world.admin, name="Omar", role="member", space=world.project.space)
    mine = attach(world, item)
    with pytest.raises(Denied):
        attachments.remove(actor=other, attachment=mine)
    assert stored_files()
    with django_capture_on_commit_callbacks(execute=True):
        answer = signed_in(world.boris).post(f"/attachments/{mine.pk}/removals/", {"next": f"/work-items/{item.key}/"})
    assert answer["Location"] == f"/work-items/{item.key}/"
    assert stored_files() == []
    assert Event.objects.filter(verb="attachment.removed").exists()
    theirs = attach(world, item)
    attachments.remove(actor=world.mei, attachment=theirs)


def test_after_a_removal_nobody_is_sent_to_another_site(world, item, signed_in):
    mine = attach(world, item)
    answer = signed_in(world.mei).post(f"/attachments/{mine.pk}/removals/", {"next": "//evil.example/"})
    assert answer["Location"] == "/"


def test_an_auditor_attaches_nothing(world, item):
    auditor = make.user(actor=world.admin, name="Uma", role="auditor")
    with pytest.raises(Denied):
        attachments.add(actor=auditor, subject=item, name="a", chunks=[b"a"])
    assert stored_files() == []


def test_the_same_key_attaches_once_also_under_another_boundary(world, item, signed_in):
    client = signed_in(world.mei)

    def send(content=b"berth 3"):
        body = {"subject_kind": "work.workitem", "subject_id": item.pk, "file": SimpleUploadedFile("plan.pdf", content)}
        return client.post("/api/v1/attachments/", body, headers={"Idempotency-Key": "one"})

    first, again = send(), send()
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["id"] == again.json()["id"]
    assert again["Idempotency-Replayed"] == "true"
    assert send(b"another").status_code == 422
    assert len(stored_files()) == 1


def test_a_link_of_an_import_is_followed_only_to_the_web(world, item, signed_in):
    for number, url in enumerate(["https://files.example/a", "javascript:alert(1)", "data:text/html,x", "file:///etc/passwd"]):
        Attachment.objects.create(
            space=item.space, subject_kind="work.workitem", subject_id=item.pk, name=f"file {number}", url=url
        )
    page = signed_in(world.mei).get(f"/work-items/{item.key}/").content.decode()
    assert 'href="https://files.example/a"' in page
    assert "javascript:alert" not in page and "data:text/html" not in page and "file:///" not in page


def test_files_that_a_kill_left_without_a_row_are_forgotten_after_a_day(world, item):
    kept, (orphan, _, _) = attach(world, item), storing.store([b"left behind"])
    assert attachments.forget_orphans() == 0
    with mock.patch("tandem.collaboration.actions.attachments._ORPHANED_AFTER", -60):
        assert attachments.forget_orphans() == 1
    assert stored_files() == [kept.stored_as] and orphan not in stored_files()
