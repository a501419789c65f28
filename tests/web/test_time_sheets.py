"""The page of a week: filled cell by cell, sent in, answered; who may look at whose; what a door refuses."""

import re
from datetime import timedelta

import pytest

from tandem.automation import payloads
from tandem.history.models import Event
from tandem.kit import clock
from tandem.people.models import Role
from tandem.reports.queries import item_history
from tandem.resources.actions import time_off, time_sheets
from tandem.resources.models import TimeSheet
from tandem.work.actions import time_entries
from tandem.work.models import TimeEntry, Timer
from tandem.work.models.time_lock import monday
from tests import make

pytestmark = pytest.mark.django_db
WEEK = monday(clock.today()) - timedelta(days=7)
JSON = {"Accept": "application/json"}


@pytest.fixture
def item(world):
    return make.work_item(actor=world.boris, project=world.project, title="Berth plan")


def path(person, what=""):
    return f"/people/{person.pk}/time/{what}"


def fill(client, person, item, day, text, seen=0):
    body = {"week": str(WEEK), f"cell-{item.pk}-{day}": text, f"seen-{item.pk}-{day}": seen}
    return client.post(path(person, "cells/"), body, headers=JSON)


def test_a_cell_says_its_time_and_every_sum(world, item, signed_in):
    client = signed_in(world.mei)
    said = fill(client, world.mei, item, WEEK, "1.5h").json()
    assert said["cells"] == {f"{item.pk}-{WEEK}": {"text": "1:30", "minutes": 90}}
    assert (said["rows"][str(item.pk)], said["days"][0], said["total"]) == ("1:30", "1:30", "1:30")
    assert fill(client, world.mei, item, WEEK, "8").status_code == 422
    assert fill(client, world.mei, item, WEEK, "25h", 90).status_code == 422
    assert fill(client, world.mei, item, WEEK, "2h", 60).status_code == 422, "something else stands there than was seen"
    assert fill(client, world.mei, item, WEEK, "", 90).json()["total"] == "0:00"
    assert not TimeEntry.objects.present().exists()


def test_without_script_the_whole_week_is_saved_or_nothing(world, item, signed_in):
    client, other = signed_in(world.mei), make.work_item(actor=world.boris, project=world.project)
    body = {"week": str(WEEK), f"cell-{item.pk}-{WEEK}": "1:30", f"cell-{other.pk}-{WEEK}": "never"}
    client.post(path(world.mei, "cells/"), body)
    assert not TimeEntry.objects.exists()
    body[f"cell-{other.pk}-{WEEK}"] = "90m"
    assert client.post(path(world.mei, "cells/"), body).headers["Location"] == f"/time/?week={WEEK}"
    assert list(TimeEntry.objects.values_list("minutes", flat=True)) == [90, 90]


def test_a_week_that_stands_offers_no_cell_and_takes_none(world, item, signed_in):
    client = signed_in(world.mei)
    client.post(path(world.mei, "rows/"), {"week": str(WEEK), "item": "berth plan"})
    assert f"cell-{item.pk}-{WEEK}" in client.get(f"/time/?week={WEEK}").content.decode()
    fill(client, world.mei, item, WEEK, "4h")
    sheet = TimeSheet.objects.get()
    client.post(path(world.mei, "steps/"), {"week": str(WEEK), "do": "submit", "version": sheet.version})
    page = client.get(f"/time/?week={WEEK}").content.decode()
    assert f"cell-{item.pk}" not in page and "4:00" in page
    for who in (world.mei, world.boris, world.admin):
        answer = fill(signed_in(who), world.mei, item, WEEK, "5h", 240)
        assert (answer.status_code, TimeEntry.objects.get().minutes) == (422, 240)
    assert client.post(path(world.mei, "steps/"), {"week": str(WEEK), "do": "approve"}).status_code == 403
    assert TimeSheet.objects.get().state == "submitted"


def test_who_answers_has_it_in_a_list_and_sends_it_back(world, item, signed_in):
    time_entries.log(actor=world.mei, item=item, minutes=90, day=WEEK)
    time_sheets.submit(actor=world.mei, time_sheet=time_sheets.open_week(actor=world.mei, person=world.mei, week=WEEK))
    client = signed_in(world.boris)
    assert path(world.mei) in client.get("/time/waiting/").content.decode()
    assert "Mei Lin" in client.get("/").content.decode()
    client.post(path(world.mei, "steps/"), {"week": str(WEEK), "do": "return", "reason": "Which berth?"})
    assert path(world.mei) not in client.get("/time/waiting/").content.decode()
    mine = signed_in(world.mei)
    assert "Which berth?" in mine.get(f"/time/?week={WEEK}").content.decode()
    assert mine.get("/time/waiting/").status_code == 200 and path(world.mei) not in mine.get("/time/waiting/").content.decode()
    told = mine.get("/inbox/").content.decode()
    assert "came back to you" in told and f"/time/sheets/{TimeSheet.objects.get().pk}/" in told


def test_time_out_of_sight_is_a_sum_and_no_name(world, item, signed_in):
    other = make.project(actor=world.alma, name="Secret gate", key="GAT")
    make.spaces.grant(actor=world.alma, space=other.space, user=world.mei, role=Role.MEMBER)
    world.mei.refresh_from_db()
    hidden = make.work_item(actor=world.alma, project=other, title="Buy the rival")
    time_entries.log(actor=world.mei, item=item, minutes=60, day=WEEK)
    time_entries.log(actor=world.mei, item=hidden, minutes=135, day=WEEK)
    page = signed_in(world.boris).get(f"{path(world.mei)}?week={WEEK}").content.decode()
    assert "Berth plan" in page
    assert not re.search("Secret gate|Buy the rival|2:15|3:15", page), "Boris plans only one of the two projects"
    assert "3:15" in signed_in(world.alma).get(f"{path(world.mei)}?week={WEEK}").content.decode()
    for who in (world.chen, world.dana):
        assert signed_in(who).get(path(world.mei)).status_code == 404
        assert fill(signed_in(who), world.mei, item, WEEK, "5h").status_code == 404


def test_time_off_and_the_calendar_say_what_is_expected(world, item, signed_in):
    time_off.ask(actor=world.alma, person=world.mei, starts_on=WEEK, ends_on=WEEK)
    page = signed_in(world.mei).get(f"/time/?week={WEEK}").content.decode()
    assert "0:00 of 32:00 that the calendar gives. 8:00 are time off." in page


def test_the_timer_runs_over_pages_and_stops_into_the_week(world, item, signed_in):
    client = signed_in(world.mei)
    client.post("/time/timer/", {"do": "start", "item": item.key})
    Timer.objects.update(started_at=clock.now() - timedelta(hours=14))
    page = client.get("/time/").content.decode()
    assert "14:00" in page and 'name="time" required' in page
    assert signed_in(world.boris).get("/time/").content.decode().count("14:00") == 0
    assert client.post("/time/timer/", {"do": "stop"}, headers=JSON).status_code == 422
    client.post("/time/timer/", {"do": "stop", "time": "45m"})
    assert TimeEntry.objects.get().minutes == 45 and not Timer.objects.exists()


def test_more_cells_than_a_week_has_are_refused_and_none_is_saved(world, item, signed_in):
    body = {"week": str(WEEK), f"cell-{item.pk}-{WEEK}": "1h"} | {f"cell-{n}-{WEEK}": "" for n in range(10_000, 10_700)}
    assert signed_in(world.mei).post(path(world.mei, "cells/"), body, headers=JSON).status_code == 422
    assert not TimeEntry.objects.exists()
    del body[f"cell-10000-{WEEK}"]
    assert signed_in(world.mei).post(path(world.mei, "cells/"), body, headers=JSON).status_code == 404, "as many as are taken: these items do not exist"
    assert not TimeEntry.objects.exists()


def test_who_sent_it_in_for_somebody_is_not_offered_the_answer(world, item, signed_in):
    time_entries.log(actor=world.mei, item=item, minutes=90, day=WEEK)
    time_sheets.submit(actor=world.boris, time_sheet=time_sheets.open_week(actor=world.boris, person=world.mei, week=WEEK))
    client = signed_in(world.boris)
    assert 'value="approve"' not in client.get(f"{path(world.mei)}?week={WEEK}").content.decode()
    assert 'value="approve"' in signed_in(world.alma).get(f"{path(world.mei)}?week={WEEK}").content.decode()
    assert client.post(path(world.mei, "steps/"), {"week": str(WEEK), "do": "approve"}, headers=JSON).status_code == 422
    assert TimeSheet.objects.get().state == "submitted"


def test_who_plans_another_project_is_told_the_time_there_and_nothing_else_of_the_week(world, item, signed_in):
    other = make.project(actor=world.alma, name="Gate", key="GAT")
    planner = make.user(actor=world.admin, name="Pia", role=Role.PROJECT_MANAGER, space=other.space)
    make.spaces.grant(actor=world.alma, space=world.project.space, user=planner, role=Role.MEMBER)
    make.spaces.grant(actor=world.alma, space=other.space, user=world.mei, role=Role.MEMBER)
    world.mei.refresh_from_db()
    theirs = make.work_item(actor=planner, project=other, title="Gate crane")
    time_entries.log(actor=world.mei, item=item, minutes=90, day=WEEK)
    time_entries.log(actor=world.mei, item=theirs, minutes=45, day=WEEK)
    time_off.ask(actor=world.alma, person=world.mei, starts_on=WEEK + timedelta(days=1), ends_on=WEEK + timedelta(days=1))
    sheet = time_sheets.open_week(actor=world.mei, person=world.mei, week=WEEK)
    time_sheets.submit(actor=world.mei, time_sheet=sheet)
    time_sheets.decide(actor=world.alma, time_sheet=sheet, version=None, is_approved=False, reason="Which berth?")
    where = f"{path(world.mei)}?week={WEEK}"
    page = signed_in(planner).get(where).content.decode()
    assert "0:45 in the projects that you plan." in page and "Gate crane" in page
    assert not re.search("Sent back|Berth plan|Which berth|By the calendar|32:00|8:00|2:15", page)
    whole = signed_in(world.alma).get(where).content.decode()
    assert all(text in whole for text in ("Sent back", "Berth plan", "Which berth?", "32:00", "2:15"))


def test_what_became_of_a_week_is_no_event_for_colleagues(world, item, signed_in):
    """Not in a feed, not in the API, not for a webhook: only for who did it, who manages resources, and with the week itself."""
    time_entries.log(actor=world.mei, item=item, minutes=90, day=WEEK)
    sheet = time_sheets.open_week(actor=world.mei, person=world.mei, week=WEEK)
    time_sheets.submit(actor=world.mei, time_sheet=sheet)
    time_sheets.decide(actor=world.boris, time_sheet=sheet, version=None, is_approved=False, reason="Which berth?")
    colleague = make.user(actor=world.admin, name="Pia", role=Role.MEMBER, space=sheet.space)
    for person in (world.mei, world.boris):
        make.spaces.grant(actor=world.admin, space=sheet.space, user=person, role=Role.MEMBER)
        person.refresh_from_db()

    def told(user, row=None):
        return list(Event.objects.visible_to(user, row).of(sheet).order_by("id").values_list("verb", flat=True))

    whole = ["time_sheet.opened", "time_sheet.submitted", "time_sheet.returned"]
    for person in (colleague, world.mei, world.boris):
        assert sheet.space_id in person.visible_space_ids(), "they see the place, and other things that happen there"
    assert (told(colleague), told(world.mei), told(world.boris), told(world.alma)) == ([], whole[:2], whole[2:], whole)
    assert not Event.objects.visible_to(colleague, item).filter(verb__startswith="time_sheet.").exists()
    assert [one.verb for one in item_history.events(world.mei, sheet, (), 10)] == whole[::-1]
    last = Event.objects.of(sheet).latest("id").pk
    assert payloads._of_event(last, colleague) is None and payloads._of_event(last, world.alma)["verb"] == "time_sheet.returned"
    world.alma.is_active = False
    assert not Event.objects.visible_to(world.alma).exists()
