"""`tandem work week`, `send-in`, `timer`, `estimates` and `estimate` against a running server."""

import json
from datetime import timedelta

import pytest

from tandem.kit import clock
from tandem.resources.models import TimeSheet
from tandem.work.actions import time_entries, work_items
from tandem.work.models import TimeEntry, Timer, WorkItem
from tests import make
from tests.config.test_work_commands import home, run, work  # noqa: F401

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_week_is_shown_and_sent_in(work, world):  # noqa: F811
    item = make.work_item(actor=world.boris, project=world.project, title="Berth plan")
    time_entries.log(actor=world.mei, item=item, minutes=90)
    said = work("week")
    assert item.key in said and "1h 30m" in said and "Berth plan" in said and "is open" in said
    week = clock.today() - timedelta(days=clock.today().weekday())
    assert json.loads(work("week", "--json"))["week"] == week.isoformat()
    assert "is sent in" in work("send-in")
    sheet = TimeSheet.objects.get()
    assert (sheet.person, sheet.week, sheet.state) == (world.mei, week, "submitted")
    assert "is sent in" in work("week", "--of", clock.today().isoformat())
    work("send-in", code=1)
    before = work("week", "--of", (week - timedelta(days=1)).isoformat())
    assert item.key not in before and "is open" in before
    assert "stands" in work("log", item.key, "1h", code=1) or TimeEntry.objects.count() == 1


def test_a_timer_runs_and_logs(work, world):  # noqa: F811
    item = make.work_item(actor=world.boris, project=world.project)
    assert "No timer runs" in work("timer", "show") and "No timer runs" in work("timer", "stop", code=1)
    assert item.key in work("timer", "start", item.key, "--note", "Berth")
    assert item.key in work("timer", "show") and json.loads(work("timer", "show", "--json"))["item_id"] == item.pk
    said = work("timer", "stop", "--time", "45m")
    assert "45m" in said and TimeEntry.objects.get().minutes == 45 and not Timer.objects.exists()
    work("timer", "start", "NOPE-1", code=1)
    work("timer", "start", item.key)
    work("timer", "stop", "--time", "soon", code=2)
    assert Timer.objects.exists(), "what cannot be read stops nothing"


def test_what_similar_items_took(work, world):  # noqa: F811
    open_ = make.work_item(actor=world.boris, project=world.project, estimate_minutes=480)
    assert "Too few" in work("estimate", open_.key)
    done = make.state_of(world.project, "done")
    for n in range(9):
        item = make.work_item(actor=world.boris, project=world.project, estimate_minutes=480)
        person = (world.boris, world.mei, world.chen)[n % 3]
        time_entries.log(actor=world.boris, item=item, user=person, minutes=600, day=clock.today() - timedelta(days=n + 1))
        work_items.change(actor=world.boris, item=WorkItem.objects.get(pk=item.pk), version=None, state=done)
    table = work("estimates", "--in", "POR")
    assert "1.25" in table and "+25%" in table
    assert json.loads(work("estimates", "--json"))["whole"]["learnt"]["items"] == 9
    assert "By 9 similar items: 10h" in work("estimate", open_.key)
    assert WorkItem.objects.get(pk=open_.pk).estimate_minutes == 480
    assert "is 10h" in work("estimate", open_.key, "--take", "median")
    assert WorkItem.objects.get(pk=open_.pk).estimate_minutes == 600
    work("estimate", "NOPE-1", code=1)
