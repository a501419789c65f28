"""Proof against MS Project: the dates it stored are the dates that we compute."""

from datetime import datetime

import pytest

from tandem.compute.scheduling.agreement import agreement, compare
from tandem.compute.scheduling.critical_path import schedule
from tandem.compute.scheduling.network import Activity
from tandem.compute.scheduling.stored_plan import StoredAssignment, StoredPlan, StoredTask, network_of
from tests.compute import mspdi_cases
from tests.compute.plans import CALENDARS, DAY, MONDAY, plan

FILES = mspdi_cases.plans()
needs_files = pytest.mark.skipif(not FILES, reason="no MS Project files beside the repository")


@needs_files
@pytest.mark.parametrize("name", sorted(FILES))
def test_stored_dates_are_reproduced_to_the_minute(name):
    found = agreement(mspdi_cases.read(FILES[name]))
    wrong = [row for row in found.rows if not row.agrees]
    assert not wrong
    assert found.bound_agree == found.bound


@needs_files
@pytest.mark.parametrize("name", sorted(FILES))
def test_stored_total_slack_is_reproduced(name):
    stored = mspdi_cases.read(FILES[name])
    slack = mspdi_cases.stored_slack(FILES[name])
    automatic = {task.id for task in stored.tasks if task.is_automatic}
    dates = schedule(network_of(stored), stored.start)
    assert {r.id: r.total_slack for r in dates if r.id in automatic} == {
        uid: minutes for uid, minutes in slack.items() if uid in automatic
    }


@needs_files
def test_enough_tasks_are_compared_to_mean_something():
    found = [agreement(mspdi_cases.read(path)) for path in FILES.values()]
    assert sum(one.tasks for one in found) >= 175
    assert sum(one.bound for one in found) >= 37


def stored(**more) -> StoredPlan:
    task = StoredTask("t", MONDAY, datetime(2024, 1, 1, 17), duration=DAY, **more)
    return StoredPlan(MONDAY, task.finish, (task,), calendars=CALENDARS, calendar="office")


def test_a_wrong_stored_date_does_not_agree():
    found = compare(schedule(plan(Activity("t", 2 * DAY)), MONDAY), {"t": (MONDAY, datetime(2024, 1, 1, 17))})
    assert (found.tasks, found.agree, found.share) == (1, 0, 0.0)
    assert found.rows[0].computed_finish == datetime(2024, 1, 2, 17)


def test_a_manual_task_is_left_out_of_the_count():
    found = agreement(stored(is_manual=True))
    assert (found.tasks, found.left_out, found.share) == (0, ("t",), None)


def test_a_person_replaces_the_project_calendar():
    found = agreement(stored(assignments=(StoredAssignment("nights", DAY),)))
    assert found.rows[0].computed_start == datetime(2024, 1, 1, 23)


def test_a_task_calendar_and_a_person_must_both_work():
    found = agreement(stored(calendar="office", assignments=(StoredAssignment("mornings", DAY),)))
    assert found.rows[0].computed_start == datetime(2024, 1, 1, 9)
    assert found.rows[0].computed_finish == datetime(2024, 1, 3, 11)


def test_a_task_calendar_alone_when_it_ignores_people():
    found = agreement(
        stored(
            calendar="office",
            ignores_resource_calendars=True,
            assignments=(StoredAssignment("nights", DAY),),
        )
    )
    assert found.agree == 1


def test_material_decides_nothing():
    assert agreement(stored(assignments=(StoredAssignment("nights", DAY, is_work=False),))).agree == 1
