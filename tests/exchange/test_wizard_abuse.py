"""The wizard in wrong hands and with wrong files: a reason, nothing written, nothing left on the disk."""

import errno
import io
import zipfile
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections

from tandem.collaboration.models import Job
from tandem.exchange import jobs, stored
from tandem.exchange.actions import imports
from tandem.exchange.models import Import
from tandem.history.models import Event
from tandem.kit import clock
from tandem.people.models import Space
from tandem.work.models import WorkItem
from tests.exchange.files import board, card

OUTSIDE = b'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss><channel><title>&x;</title></channel></rss>'
LAUGHS = b'<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><Project xmlns="http://schemas.microsoft.com/project"><Title>&b;</Title></Project>'


@pytest.fixture(autouse=True)
def _own_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


def upload(client, name: str, content: bytes, into="new"):
    return client.post("/imports/new/", {"files": SimpleUploadedFile(name, content), "into": into}, follow=True)


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 60_000_000)
    return out.getvalue()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("jira.xml", OUTSIDE, "declares entities"),
        ("plan.xml", LAUGHS, "declares entities"),
        ("table.xlsx", bomb(), "unpacks to far more"),
        ("photo.png", b"\x89PNG\r\n\x1a\n" + bytes(200), "not an export"),
        ("login.xml", b"<!DOCTYPE html><html><body>Sign in</body></html>", "web page"),
        ("half.json", b'{"id": "x", "lists": [], "cards": [{"id": ', "ends in the middle"),
        ("empty.csv", b" \n", "file is empty"),
        ("header.csv", b"Title,Status\n", "no rows"),
    ],
    ids=lambda value: value if isinstance(value, str) and "." in value else "",  # bytes hold the hour: two processes would differ
)
def test_a_wrong_file_gets_its_reason_on_the_page_and_leaves_nothing(world, signed_in, name, content, said):
    before = Space.objects.count(), WorkItem.objects.count()
    page = upload(signed_in(world.alma), name, content).content.decode()
    assert said in page and "Nothing was written." in page
    assert Import.objects.get().state == Import.State.REFUSED
    assert (Space.objects.count(), WorkItem.objects.count()) == before
    assert not Event.objects.filter(verb="import.started").exists()
    assert "root:" not in page


@pytest.mark.django_db
def test_a_file_that_is_too_large_or_missing_is_refused_at_the_door(world, signed_in, settings):
    client = signed_in(world.alma)
    settings.MAX_UPLOAD_BYTES = 100
    answer = client.post("/imports/new/", {"files": SimpleUploadedFile("a.csv", b"x" * 200), "into": "new"})
    assert answer.status_code == 422
    assert client.post("/imports/new/", {"into": "new"}).status_code == 422
    assert client.post("/imports/new/", {"files": SimpleUploadedFile("a.csv", b""), "into": "new"}, follow=True).status_code in (200, 422)
    assert not WorkItem.objects.exists()
    assert all(not stored.files_of(i) or i.state == Import.State.REFUSED for i in Import.objects.all())


@pytest.mark.django_db
def test_a_name_that_tries_to_leave_its_folder_stays_in_it(world, signed_in, tmp_path):
    upload(signed_in(world.alma), "../../../../tmp/evil.csv", b"Title,Status\nx,Open\n")
    (kept,) = stored.files_of(Import.objects.get())
    assert stored.folder() in kept.parents and kept.name == "evil.csv"


@pytest.mark.django_db
def test_names_and_values_of_a_file_are_text_on_every_page(world, signed_in, tmp_path):
    script = "<script>alert(1)</script>"
    labels = [{"id": "b1", "name": script, "color": None}]
    lists = [{"id": "l1", "name": script, "pos": 1}]
    path = board(tmp_path, [card(1, script) | {"idLabels": ["b1"]}], labels=labels, name=script, **{script: 1})
    path.write_text(path.read_text().replace('"To do"', '"<script>alert(2)</script>"'))
    client = signed_in(world.alma)
    page = upload(client, f"{script}.json", path.read_bytes()).content.decode()
    imported = Import.objects.get()
    assert imported.state == Import.State.PREVIEWED, lists
    assert "<script>alert" not in page
    imports.carry_out(imported=imported)
    for address in (f"/imports/{imported.pk}/", "/imports/", f"/imports/{imported.pk}/?step=answers"):
        assert "<script>alert" not in client.get(address).content.decode()


@pytest.mark.django_db
def test_only_the_owner_goes_on_and_only_into_a_space_of_theirs(world, signed_in, tmp_path):
    content = board(tmp_path, [card(1, "First")]).read_bytes()
    upload(signed_in(world.boris), "board.json", content, into=world.project.space_id)
    imported = Import.objects.get()
    alma, dana = signed_in(world.alma), signed_in(world.dana)
    for verb in ("answers", "previews", "starts", "removals"):
        assert alma.post(f"/imports/{imported.pk}/{verb}/").status_code == 403
        assert dana.post(f"/imports/{imported.pk}/{verb}/").status_code == 404
    assert dana.post("/imports/new/", {"files": SimpleUploadedFile("a.json", content), "into": "new"}).status_code == 403
    answer = signed_in(world.boris).post("/imports/new/", {"files": SimpleUploadedFile("a.json", content), "into": "999999"})
    assert answer.status_code in (404, 422)
    assert Import.objects.count() == 1 and not WorkItem.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_running_import_can_be_left_and_stopped_and_leaves_nothing(world, signed_in, tmp_path, monkeypatch):
    """The stop comes from the page while the job is in the middle of its rows."""
    monkeypatch.setattr("tandem.exchange.apply.BATCH", 20)
    client = signed_in(world.alma)
    upload(client, "board.json", board(tmp_path, [card(n, f"Card {n}") for n in range(1, 200)]).read_bytes())
    imported = Import.objects.get()
    client.post(f"/imports/{imported.pk}/starts/")
    imported.refresh_from_db()
    shown = []
    real = jobs.Progress.step

    def somebody_stops_it() -> None:
        assert not WorkItem.objects.exists(), "nothing of it is visible before its end"
        client.post(f"/jobs/{imported.job_id}/cancellations/")
        connections.close_all()

    def step(self, phase, done, total):
        shown.append((phase, done, total))
        if done == 60:
            with ThreadPoolExecutor(1) as elsewhere:
                elsewhere.submit(somebody_stops_it).result()
        self._told_at = clock.now() - timedelta(seconds=1)
        real(self, phase, done, total)

    monkeypatch.setattr(jobs.Progress, "step", step)
    jobs.apply(job_id=imported.job_id, import_id=imported.pk)
    job = Job.objects.get(pk=imported.job_id)
    assert job.state == "cancelled" and shown[-1] == ("items", 60, 199)
    assert not WorkItem.objects.exists() and not Space.objects.filter(name="Small").exists()
    page = client.get(f"/imports/{imported.pk}/").content.decode()
    assert "was cancelled and left nothing behind" in page and "/starts/" in page
    monkeypatch.setattr(jobs.Progress, "step", real)
    client.post(f"/imports/{imported.pk}/starts/")
    again = Import.objects.get()
    assert again.job_id != job.pk
    jobs.apply(job_id=again.job_id, import_id=again.pk)
    assert WorkItem.objects.count() == 199


@pytest.mark.django_db(transaction=True)
def test_a_large_file_shows_its_progress_while_it_is_looked_at(world, signed_in, tmp_path, monkeypatch):
    monkeypatch.setattr("tandem.exchange.apply.BATCH", 20)
    monkeypatch.setattr(imports, "SMALL", 10)
    client = signed_in(world.alma)
    upload(client, "board.json", board(tmp_path, [card(n, f"Card {n}") for n in range(1, 100)]).read_bytes())
    imported = Import.objects.get()
    seen, real = [], jobs.Progress.step

    def look() -> None:
        seen.append(client.get(f"/imports/{imported.pk}/").content.decode())
        connections.close_all()

    def step(self, phase, done, total):
        self._told_at = clock.now() - timedelta(seconds=1)
        real(self, phase, done, total)
        if done == 40:
            with ThreadPoolExecutor(1) as elsewhere:
                elsewhere.submit(look).result()

    monkeypatch.setattr(jobs.Progress, "step", step)
    jobs.preview(job_id=imported.job_id, import_id=imported.pk)
    (page,) = seen
    assert '<span class="num">40</span>' in page and "Reading items" in page and "/cancellations/" in page
    assert "99 items come into a new project" in client.get(f"/imports/{imported.pk}/").content.decode()


def test_a_full_disk_is_said_and_leaves_nothing(world, signed_in, monkeypatch):
    def write(_path, *_mode):
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr("pathlib.Path.open", write)
    answer = upload(signed_in(world.alma), "plan.csv", b"Key,Summary\nA-1,One\n")
    assert "The disk of the server is full, so nothing of this was saved." in answer.content.decode()
    assert not list(stored.folder().glob("*/*"))
    assert not Import.objects.exists()
