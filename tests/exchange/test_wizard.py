"""The import wizard in the browser's words: upload, answer, look, import, arrive."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tandem.collaboration.models import Job
from tandem.exchange import stored
from tandem.exchange.actions import imports
from tandem.exchange.models import Import
from tandem.history.models import Event
from tandem.people.models import Space
from tandem.work.models import WorkItem
from tests.exchange.files import board, card

pytestmark = pytest.mark.django_db
AMBIGUOUS = b"Title,Created\nOne,03/04/2024\nTwo,05/06/2024\n"


@pytest.fixture(autouse=True)
def _own_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


def upload(client, name: str, content: bytes, into="new"):
    return client.post("/imports/new/", {"files": SimpleUploadedFile(name, content), "into": into}, follow=True)


def small_board(tmp_path) -> bytes:
    return board(tmp_path, [card(1, "First"), card(2, "Second", "l2")]).read_bytes()


def test_a_file_is_previewed_imported_and_leads_to_its_board(world, signed_in, tmp_path):
    client = signed_in(world.alma)
    page = upload(client, "board.json", small_board(tmp_path))
    imported = Import.objects.get()
    assert imported.state == Import.State.PREVIEWED
    assert not WorkItem.objects.exists()
    assert "2 items come into a new project, Small." in page.content.decode()
    client.post(f"/imports/{imported.pk}/starts/")
    imported.refresh_from_db()
    assert imported.job.kind == "exchange.apply" and imported.job.is_running
    assert "nothing of it is visible" in client.get(f"/imports/{imported.pk}/").content.decode()
    Job.objects.update(state="done")
    imports.carry_out(imported=imported)
    page = client.get(f"/imports/{imported.pk}/").content.decode()
    space = Space.objects.get(name="Small")
    assert f"/boards/{space.key}/" in page and f"/plans/{space.key}/" in page
    assert WorkItem.objects.count() == 2
    assert not stored.files_of(imported), "the file is not kept longer than needed"


def test_a_job_that_is_brought_back_imports_once(world, signed_in, tmp_path):
    upload(signed_in(world.alma), "board.json", small_board(tmp_path))
    imported = Import.objects.get()
    imports.carry_out(imported=imported)
    imports.carry_out(imported=Import.objects.get())
    assert WorkItem.objects.count() == 2


def test_ambiguous_dates_and_the_zone_are_asked_before_anything_is_shown(world, signed_in):
    client = signed_in(world.alma)
    page = upload(client, "tasks.csv", AMBIGUOUS).content.decode()
    imported = Import.objects.get()
    assert imported.state == Import.State.QUESTIONS
    assert "03/04/2024 = <b>" in page and 'name="timezone"' in page
    answer = {"date_order": "dmy", "timezone": "Europe/Amsterdam", "version": imported.version}
    page = client.post(f"/imports/{imported.pk}/answers/", answer, follow=True).content.decode()
    imported.refresh_from_db()
    assert imported.state == Import.State.PREVIEWED
    assert imported.report["facts"]["created_min"] == "2024-04-03"
    assert "Europe/Amsterdam" in page


def test_columns_can_be_told_and_a_wrong_answer_is_said(world, signed_in):
    client = signed_in(world.alma)
    upload(client, "odd.csv", b"Foo,Bar\nPaint the hull,x\nBuy rope,y\n")
    imported = Import.objects.get()
    assert [q["code"] for q in imported.questions] == ["mapping", "timezone"]
    wrong = {"column": ["Foo", "Bar"], "target": ["custom", "ignore"], "timezone": "UTC"}
    assert client.post(f"/imports/{imported.pk}/answers/", wrong).status_code == 422
    imported.refresh_from_db()
    assert imported.state == Import.State.QUESTIONS
    right = {"column": ["Foo", "Bar"], "target": ["title", "ignore"], "timezone": "UTC"}
    client.post(f"/imports/{imported.pk}/answers/", right)
    imported.refresh_from_db()
    assert imported.report["facts"]["items"] == 2
    assert imported.report["not_taken_over"][0]["what"] == "Bar"


def test_a_file_that_cannot_be_read_says_why_and_what_to_do(world, signed_in):
    ole = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600)
    page = upload(signed_in(world.alma), "plan.mpp", ole).content.decode()
    assert Import.objects.get().state == Import.State.REFUSED
    assert "Nothing was written." in page


def test_a_large_file_is_looked_at_in_a_job(world, signed_in, tmp_path, monkeypatch):
    monkeypatch.setattr(imports, "SMALL", 10)
    client = signed_in(world.alma)
    upload(client, "board.json", small_board(tmp_path))
    imported = Import.objects.get()
    assert imported.job.kind == "exchange.preview" and imported.state == Import.State.UPLOADED


def test_offers_become_features_on_the_roadmap(world, signed_in, tmp_path):
    labels = [{"id": "b1", "name": "Pricing", "color": "red"}]
    cards = [card(1, "First") | {"idLabels": ["b1"]}, card(2, "Second")]
    client = signed_in(world.alma)
    page = upload(client, "board.json", board(tmp_path, cards, labels=labels).read_bytes()).content.decode()
    assert "1 label becomes a feature" in page
    imported = Import.objects.get()
    client.post(f"/imports/{imported.pk}/starts/", {"features": "labels"})
    imported.refresh_from_db()
    imports.carry_out(imported=imported)
    imported.refresh_from_db()
    assert imported.report["made"] == {"releases": 0, "features": 1}


def test_others_see_an_import_but_do_not_go_on_with_it(world, signed_in, tmp_path):
    upload(signed_in(world.boris), "board.json", small_board(tmp_path), into=world.project.space_id)
    imported = Import.objects.get()
    mei, dana = signed_in(world.mei), signed_in(world.dana)
    assert mei.get(f"/imports/{imported.pk}/").status_code == 200
    assert mei.post(f"/imports/{imported.pk}/starts/").status_code == 403
    assert mei.get("/imports/new/").status_code == 403
    for address in (f"/imports/{imported.pk}/", f"/imports/{imported.pk}/report.json"):
        assert dana.get(address).status_code == 404
    assert dana.post(f"/imports/{imported.pk}/removals/").status_code == 404
    assert not WorkItem.objects.exists()


def test_the_report_can_be_taken_along(world, signed_in, tmp_path):
    client = signed_in(world.alma)
    upload(client, "board.json", small_board(tmp_path))
    imported = Import.objects.get()
    report = json.loads(client.get(f"/imports/{imported.pk}/report.json").content)
    assert report["facts"]["items"] == 2 and report["file"] == "board.json"


@pytest.mark.parametrize("name", ["../../etc/passwd", "C:\\x\\plan.xml", "a\x00b.json", "", "." * 300])
def test_names_of_files_cannot_lead_out_of_their_folder(name):
    safe = stored.safe_name(name)
    assert "/" not in safe and "\\" not in safe and "\x00" not in safe and safe.strip(".") and len(safe) < 80


def test_an_import_that_is_thrown_away_is_on_record_from_beginning_to_end(world, signed_in, tmp_path):
    upload(signed_in(world.alma), "board.json", small_board(tmp_path))
    imported = Import.objects.get()
    number = imported.pk
    imports.discard(actor=world.alma, imported=imported)
    assert not Import.objects.exists() and not stored.files_of(imported)
    events = Event.objects.filter(subject_kind="exchange.import", subject_id=number).order_by("id")
    assert [(e.verb, e.actor_id) for e in events] == [("import.received", world.alma.pk), ("import.discarded", world.alma.pk)]
    assert events[0].text.changes == {"file_name": [None, "board.json"]}
