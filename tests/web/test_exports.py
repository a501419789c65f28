"""Lists as files: the columns that are shown, in the order of the table, with the right types, and nothing that runs."""

import csv
import io
from datetime import date, datetime, timedelta

import openpyxl
import pytest
from django.http import QueryDict
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext
from hypothesis import given
from hypothesis import strategies as st

from tandem.collaboration.actions.jobs import Cancelled
from tandem.collaboration.models import Feed, Job
from tandem.people import scoping
from tandem.people.actions import spaces
from tandem.reports.exports import ical, sheets, stored
from tandem.reports.queries import work_item_table
from tandem.web import downloads
from tandem.web.work import exports
from tandem.work.actions import work_items
from tandem.work.models import WorkItem
from tests import make

ADDRESS = "?q=sort:key&cols=key,title,due,points,created"


@pytest.fixture
def items(world):
    titles = ["=HYPERLINK(1)", "逾期，订单", "Line\nbreak; and \\ more", "+1"]
    days = [date(2027, 2, 12), None, date(2027, 3, 1), None]
    pairs = zip(titles, days, strict=True)
    return [make.work_item(actor=world.boris, project=world.project, title=t, due_on=d, estimate_points=2.5) for t, d in pairs]


def read(answer):
    return b"".join(answer.streaming_content)


def test_csv_holds_what_is_shown_and_nothing_that_runs(world, signed_in, items):
    text = read(signed_in(world.boris).get(reverse("work_items_export") + ADDRESS)).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0] == ["Key", "Title", "Due", "Points", "Created"]
    assert [r[1] for r in rows[1:]] == ["'=HYPERLINK(1)", "逾期，订单", "Line\nbreak; and \\ more", "'+1"]
    assert rows[1][2:4] == ["2027-02-12", "2.5"]


def test_xlsx_has_dates_as_dates_and_texts_as_texts(world, signed_in, items):
    answer = signed_in(world.boris).get(reverse("work_items_export_xlsx") + ADDRESS)
    sheet = openpyxl.load_workbook(io.BytesIO(read(answer))).active
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0] == ("Key", "Title", "Due", "Points", "Created") and sheet.freeze_panes == "A2"
    assert rows[1][1:4] == ("=HYPERLINK(1)", datetime(2027, 2, 12), 2.5) and isinstance(rows[1][4], datetime)
    assert sheet["B2"].data_type == "s" and sheet["B2"].quotePrefix and sheet["B5"].data_type == "s"


@given(st.text(max_size=20), st.sampled_from(["=", "+", "-", "@", " =", "\t=", "\n=", "＝", "\r@"]))
def test_no_text_becomes_a_formula(text, first):
    assert sheets.harmless(first + text).startswith("'")
    file = io.BytesIO()
    sheets.write_xlsx(file, text, [text], [[first + text]])
    cell = openpyxl.load_workbook(file).active["A2"]
    assert cell.data_type != "f"


def test_a_part_at_a_time_leaves_no_row_out(world, items, monkeypatch):
    monkeypatch.setattr(work_item_table, "CHUNK", 3)
    monkeypatch.setattr(sheets, "_PART", 2)
    found = work_item_table.asked(QueryDict("q=sort:-due&cols=key"), world.boris)
    steps = []
    keys = [row[0] for row in work_item_table.cells(found, lambda done, total: steps.append((done, total)))]
    assert keys == ["POR-3", "POR-1", "POR-2", "POR-4"] and steps == [(0, 4), (3, 4), (4, 4)]
    parts = list(sheets.csv_parts(["Key"], ([k] for k in keys)))
    assert len(parts) == 3 and "".join(parts).count("\n") == 5


def test_every_part_is_in_the_language_of_who_asked(monkeypatch):
    monkeypatch.setattr(sheets, "_PART", 1)
    with translation.override("zh-hans"):
        answer = downloads.csv("words", ["Key"], ([gettext("Work items")] for _row in range(3)))
    with translation.override("en"):
        text = read(answer).decode("utf-8-sig")
    assert text.split() == ["Key", *["工作项"] * 3]


def test_a_stranger_exports_nothing(world, signed_in, items):
    client = signed_in(world.dana)
    assert read(client.get(reverse("work_items_export"))).decode("utf-8-sig").count("\n") == 1
    assert client.get(reverse("work_items_export") + f"?space={world.project.space_id}").status_code == 404
    assert client.get(reverse("work_items_export") + "?q=colour:red").status_code == 422
    assert "VEVENT" not in client.get(reverse("work_items_export_ics")).content.decode()


def test_generic_lists_are_saved_as_well(world, signed_in, items):
    make.feature(actor=world.chen, product=world.product, title="=1+1")
    rows = read(signed_in(world.chen).get(reverse("features_export"))).decode("utf-8-sig")
    book = openpyxl.load_workbook(io.BytesIO(read(signed_in(world.chen).get(reverse("features_export_xlsx")))))
    assert "'=1+1" in rows and "=1+1" in {c.value for r in book.active.iter_rows() for c in r if c.data_type == "s"}


class _Steps:
    def __init__(self, stop=False):
        self.seen, self.stop = [], stop

    def step(self, phase, done, total):
        self.seen.append((phase, done, total))
        if self.stop and done:
            raise Cancelled


def test_a_large_workbook_is_made_by_a_job_for_its_owner_alone(world, signed_in, items, monkeypatch, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    monkeypatch.setattr(exports, "AT_ONCE", 2)
    client = signed_in(world.boris)
    assert "Make the workbook" in client.get(reverse("work_items_export_xlsx") + ADDRESS).content.decode() and not Job.objects.exists()
    answer = client.post(reverse("work_items_export_xlsx") + ADDRESS)
    job = Job.objects.get(kind=stored.KIND)
    assert answer["Location"] == f"/jobs/{job.pk}/" and job.owner == world.boris
    steps = _Steps()
    assert stored.carry_out(job, ADDRESS.lstrip("?"), "en", steps) == f"/exports/{job.pk}/"
    assert steps.seen[-1] == ("rows", 4, 4)
    book = openpyxl.load_workbook(io.BytesIO(read(client.get(f"/exports/{job.pk}/"))))
    assert book.active.max_row == 5
    assert signed_in(world.mei).get(f"/exports/{job.pk}/").status_code == 404, "of the same project, not the owner"
    spaces.open_space(actor=world.admin, parent=world.project.space.parent, kind="project", key="NEW", name="Another")
    assert read(signed_in(world.boris).get(f"/exports/{job.pk}/")), "a project that somebody opens meanwhile changes nothing"
    spaces.revoke(actor=world.admin, space=world.project.space, user=world.boris)
    scoping.forget_roles()
    assert signed_in(world.boris).get(f"/exports/{job.pk}/").status_code == 404, "what one may not see any more"


def test_a_stopped_export_leaves_no_file(world, items, settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = str(tmp_path)
    monkeypatch.setattr(work_item_table, "CHUNK", 2)
    job = stored.start(actor=world.boris, space=world.project.space, query="")
    with pytest.raises(Cancelled):
        stored.carry_out(job, "", "en", _Steps(stop=True))
    assert not list(tmp_path.rglob("*.*"))


def test_a_calendar_is_one_that_programs_can_read(world, items):
    start = datetime.fromisoformat("2027-04-01T09:00:00+00:00")
    work_items.change(actor=world.boris, item=items[3], version=None, planned_start=start, planned_finish=start + timedelta(days=2))
    text = ical.calendar("Über, alles", WorkItem.objects.visible_to(world.boris), "https://example.org")
    assert text.endswith("END:VCALENDAR\r\n") and all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    whole = text.replace("\r\n ", "")
    assert whole.count("BEGIN:VEVENT") == 3 and "X-WR-CALNAME:Über\\, alles" in whole
    assert "DTSTART;VALUE=DATE:20270212\r\nDTEND;VALUE=DATE:20270213" in whole
    assert "DTSTART;VALUE=DATE:20270401\r\nDTEND;VALUE=DATE:20270404" in whole
    assert "SUMMARY:POR-3 Line\\nbreak\\; and \\\\ more" in whole and "URL:https://example.org/work-items/POR-3/" in whole


@given(st.text(max_size=200))
def test_no_title_adds_a_line_to_a_calendar(text):
    lines = list(ical.folded(f"SUMMARY:{ical.escaped(text)}"))
    assert all("\r" not in line and "\n" not in line and len(line.encode()) <= 75 for line in lines)


def test_a_feed_is_read_without_signing_in_until_it_is_taken_back(world, signed_in, client, items):
    owner = signed_in(world.boris)
    page = owner.post(reverse("feeds"), {"name": "Mine", "query": "q=due:2027-02&sort=x"}).content.decode()
    address = page.split('value="http')[1].split('"')[0]
    address = address[address.index("/shared/") :]
    feed = Feed.objects.get()
    assert feed.query == "q=due%3A2027-02" and feed.digest not in page
    text = client.get(address).content.decode()
    assert "POR-1" in text and "POR-3" not in text
    assert signed_in(world.mei).post(reverse("feed_removals", kwargs={"id": feed.pk})).status_code == 404
    assert owner.post(reverse("feed_removals", kwargs={"id": feed.pk})).status_code == 302
    assert client.get(address).status_code == 404 and client.get("/shared/calendar/guess.ics").status_code == 404


def test_a_feed_shows_no_more_than_its_owner_may_see_now(world, signed_in, client, items):
    page = signed_in(world.boris).post(reverse("feeds"), {"name": "Mine", "query": ""}).content.decode()
    address = page.split('value="http')[1].split('"')[0]
    address = address[address.index("/shared/") :]
    spaces.revoke(actor=world.admin, space=world.project.space, user=world.boris)
    assert "VEVENT" not in client.get(address).content.decode()
    type(world.boris).objects.filter(pk=world.boris.pk).update(is_active=False)
    assert client.get(address).status_code == 404
    assert signed_in(world.mei).post(reverse("feeds"), {"name": "Bad", "query": "q=colour:red"}).status_code == 422


def test_a_generic_export_holds_days_and_words_and_no_markup(world, signed_in):
    make.promise(actor=world.chen, subject=make.feature(actor=world.chen, product=world.product))
    for noun in ("projects", "promises", "features", "releases", "objectives"):
        text = signed_in(world.admin).get(f"/{noun}/export.csv").getvalue().decode("utf-8-sig")
        assert "<" not in text, noun
