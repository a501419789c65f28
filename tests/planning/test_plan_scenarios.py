"""A branch of the plan: several write, nobody overwrites another unseen, and what is merged is what would have been edited by hand."""

import random
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import transaction

from tandem.kit import clock
from tandem.kit.errors import Denied, Hidden, Refused, Stale
from tandem.people.models import Role
from tandem.planning import levelling, open_work, plan_branches, plan_problem
from tandem.planning.actions import plan_scenarios
from tandem.planning.models import LevelledDates, PlanScenario
from tandem.portfolio.actions import projects
from tandem.portfolio.models import Project
from tandem.resources.actions import time_off
from tandem.resources.models import TimeOff
from tandem.work.actions import work_items
from tandem.work.models import WorkItem
from tests import make

MONDAY = datetime(2026, 9, 7, 6, tzinfo=UTC)


@pytest.fixture(autouse=True)
def monday():
    with clock.held_at(MONDAY):
        yield


@pytest.fixture
def rows(world):
    found = [make.work_item(actor=world.admin, project=world.project, title=f"Item {n}", estimate_minutes=960) for n in range(4)]
    return [work_items.change(actor=world.admin, item=row, version=None, assignees=[world.mei]) for row in found]


@pytest.fixture
def branch(world, rows):
    return plan_scenarios.create(actor=world.boris, space=world.project.space, name="Without the crane")


def add(world, branch, kind, subject, actor=None, **values):
    return plan_scenarios.add(actor=actor or world.boris, scenario=branch, kind=kind, subject=subject, **values)


def fresh(branch) -> PlanScenario:
    return PlanScenario.objects.get(pk=branch.pk)


def merge(world, branch, actor=None):
    found = fresh(branch)
    return plan_scenarios.merge(actor=actor or world.admin, scenario=found, version=found.version, reason="The crane comes later")


def test_writing_down_and_computing_change_nothing_of_the_plan(world, rows, branch):
    add(world, branch, "item", rows[0].pk, expected_minutes=4800)
    add(world, branch, "add", world.project.space_id, title="New quay", expected_minutes=960, assignees=[world.mei.pk])
    add(world, branch, "drop", rows[1].pk)
    levelling.compute()
    before = dict(LevelledDates.objects.values_list("item_id", "finish"))
    outcome = plan_branches.compute(branch)
    assert dict(LevelledDates.objects.values_list("item_id", "finish")) == before
    assert WorkItem.objects.present().count() == 4 and WorkItem.objects.get(pk=rows[0].pk).expected_minutes is None
    assert outcome["refused"] == []
    ((space, _first, was, _start, now),) = outcome["projects"]
    assert (space, was, now) == (world.project.space_id, "2026-09-16", "2026-09-28")
    assert [row[:3] for row in outcome["load"]] == [[world.mei.pk, world.project.space_id, "2026-09"]]


def test_what_was_merged_is_what_the_picture_showed(world, rows, branch):
    add(world, branch, "item", rows[2].pk, expected_minutes=4800)
    outcome = plan_branches.compute(branch)
    merge(world, branch)
    levelling.compute()
    assert max(LevelledDates.objects.values_list("finish", flat=True)).date().isoformat() == outcome["projects"][0][4]
    assert fresh(branch).state == "merged" and fresh(branch).decided_by == world.admin


def live(world, kind: str, subject: int, values: dict[str, Any]) -> None:
    """The same by hand, without a word of the module under test."""
    admin = world.admin
    if kind == "item":
        given: dict[str, Any] = {}
        for name, value in values.items():
            if name == "starts_on":
                given |= {"constraint": "SNET", "constraint_at": datetime.fromisoformat(value).replace(tzinfo=UTC)}
            elif name == "due_on":
                given["due_on"] = date.fromisoformat(value)
            elif name == "assignees":
                given[name] = [user for user in (world.mei, world.boris) if user.pk in value]
            else:
                given[name] = value
        work_items.change(actor=admin, item=WorkItem.objects.get(pk=subject), version=None, **given)
    elif kind == "drop":
        work_items.remove(actor=admin, item=WorkItem.objects.get(pk=subject), version=None)
    elif kind == "add":
        work_items.create(actor=admin, space=world.project.space, title=values["title"], estimate_minutes=values["expected_minutes"], assignees=[world.mei])
    elif kind == "project":
        projects.change(actor=admin, project=Project.objects.get(pk=subject), version=None, starts_on=date.fromisoformat(values["starts_on"]))
    else:
        time_off.ask(actor=admin, person=world.mei, starts_on=date.fromisoformat(values["starts_on"]), ends_on=date.fromisoformat(values["ends_on"]), kind="other")


def picked(world, rows, rng: random.Random) -> list[tuple[str, int, dict[str, Any]]]:
    found: list[tuple[str, int, dict[str, Any]]] = []
    for row in rows:
        do = rng.choice(("item", "item", "drop", "none"))
        if do == "drop":
            found.append(("drop", row.pk, {}))
        if do == "item":
            choices = {
                "starts_on": f"2026-09-{rng.randint(8, 28):02}", "due_on": f"2026-10-{rng.randint(1, 28):02}", "expected_minutes": 480 * rng.randint(1, 9),
                "priority": rng.randint(1, 4), "assignees": sorted(rng.sample([world.mei.pk, world.boris.pk], rng.randint(1, 2))),
            }  # fmt: skip
            found.append(("item", row.pk, {name: choices[name] for name in rng.sample(sorted(choices), rng.randint(1, 4))}))
    if rng.random() < 0.6:
        found.append(("add", world.project.space_id, {"title": "New quay", "expected_minutes": 480 * rng.randint(1, 9), "assignees": [world.mei.pk]}))
    if rng.random() < 0.6:
        found.append(("project", world.project.pk, {"starts_on": f"2026-09-{rng.randint(8, 28):02}"}))
    if rng.random() < 0.6 or not found:
        found.append(("away", world.mei.pk, {"starts_on": "2026-09-10", "ends_on": f"2026-09-{rng.randint(10, 20):02}"}))
    return found


def stands() -> tuple[Any, ...]:
    """Everything that the plan rests on, without the numbers that new rows get; and the arrays that are levelled."""
    columns = ("title", "space_id", "expected_minutes", "estimate_minutes", "priority", "due_on", "constraint", "constraint_at", "removed_at")
    items = sorted(map(str, WorkItem.objects.values_list(*columns)))
    people = sorted(WorkItem.objects.values_list("title", "assignments__user_id", "assignments__share"), key=str)
    away = sorted(TimeOff.objects.values_list("person_id", "starts_on", "ends_on", "state"))
    made = plan_problem.make(open_work.read(), clock.today()).inputs
    arrays = [made.slots.tolist(), made.release.tolist(), made.due.tolist(), made.weight.tolist(), made.calendar.tolist(), made.need_units.tolist(), made.masks.tolist()]
    return items, people, away, list(Project.objects.values_list("id", "starts_on", "state").order_by("id")), arrays


@pytest.mark.parametrize("seed", range(12))
def test_a_merged_scenario_equals_the_same_edits_made_live(world, rows, branch, seed, monkeypatch):
    changes = picked(world, rows, random.Random(seed))
    with transaction.atomic():
        for kind, subject, values in changes:
            live(world, kind, subject, values)
        by_hand = stands()
        transaction.set_rollback(True)
    for kind, subject, values in changes:
        add(world, branch, kind, subject, actor=world.admin, **values)
    found = fresh(branch)
    written = list(found.changes.order_by("id"))
    found.write(expected=None, outcome={}, computed_of=plan_scenarios.digest(written))
    pictured = plan_branches.read_with(written)
    monkeypatch.setattr(plan_scenarios, "others_may", lambda *_given: False)
    merge(world, branch)
    assert stands() == by_hand
    assert pictured[1] == [] and pictured[0].inputs.slots.tolist() == by_hand[4][0] and pictured[0].inputs.masks.tolist() == by_hand[4][6]


def test_of_two_who_change_the_same_thing_the_second_is_told(world, rows, branch):
    first = add(world, branch, "item", rows[0].pk, expected_minutes=480)
    with pytest.raises(Refused, match="plan_change_there"):
        add(world, branch, "item", rows[0].pk, actor=world.alma, expected_minutes=4800)
    seen = first.version
    plan_scenarios.revise(actor=world.alma, change=type(first).objects.get(pk=first.pk), version=seen, expected_minutes=960)
    with pytest.raises(Stale):
        plan_scenarios.revise(actor=world.boris, change=type(first).objects.get(pk=first.pk), version=seen, expected_minutes=1440)
    assert type(first).objects.get(pk=first.pk).values == {"expected_minutes": 960}


def test_what_changed_in_the_plan_in_between_is_said_and_stops_the_merge(world, rows, branch):
    change = add(world, branch, "item", rows[0].pk, due_on="2026-10-01")
    plan_branches.compute(branch)
    work_items.change(actor=world.admin, item=WorkItem.objects.get(pk=rows[0].pk), version=None, due_on=date(2026, 9, 20))
    assert plan_scenarios.moved([change]) == [(change, "due_on", None, "2026-09-20")]
    with pytest.raises(Refused, match="plan_scenario_moved"):
        merge(world, branch)
    plan_scenarios.revise(actor=world.boris, change=change, version=None)
    plan_branches.compute(branch)
    merge(world, branch)
    assert WorkItem.objects.get(pk=rows[0].pk).due_on == date(2026, 10, 1)


def test_nobody_decides_on_what_was_not_computed_or_is_theirs_alone(world, rows, branch):
    with pytest.raises(Refused, match="plan_scenario_empty"):
        merge(world, branch)
    add(world, branch, "item", rows[0].pk, priority=1)
    with pytest.raises(Refused, match="plan_scenario_not_computed"):
        merge(world, branch)
    plan_branches.compute(branch)
    with pytest.raises(Refused, match="plan_scenario_is_own"):
        merge(world, branch, actor=world.boris)
    add(world, branch, "item", rows[1].pk, priority=1)
    with pytest.raises(Refused, match="plan_scenario_not_computed"):
        merge(world, branch)
    with pytest.raises(Refused, match="reason_needed"):
        plan_scenarios.merge(actor=world.admin, scenario=fresh(branch), version=None, reason=" ")
    assert WorkItem.objects.get(pk=rows[0].pk).priority != 1


def test_one_change_that_is_refused_stops_all_of_them(world, rows, branch, monkeypatch):
    add(world, branch, "item", rows[0].pk, priority=1)
    add(world, branch, "away", world.mei.pk, actor=world.admin, starts_on="2026-09-10", ends_on="2026-09-11")
    plan_branches.compute(branch)
    with pytest.raises((Denied, Hidden, Refused)):
        merge(world, branch, actor=world.boris)  # he may plan, but not grant leave
    assert WorkItem.objects.get(pk=rows[0].pk).priority != 1 and not TimeOff.objects.exists()
    assert fresh(branch).state == "open"


def test_nobody_writes_down_what_they_could_not_do(world, rows, branch):
    with pytest.raises(Hidden):
        add(world, branch, "item", rows[0].pk, actor=world.dana, priority=1)
    with pytest.raises(Denied):
        add(world, branch, "item", rows[0].pk, actor=world.mei, priority=1)
    other = make.project(actor=world.alma, name="Secret", key="SEC")
    hidden = make.work_item(actor=world.alma, project=other, title="Hidden")
    helper = make.user(actor=world.admin, name="Petra", role=Role.PROJECT_MANAGER, space=world.project.space)
    with pytest.raises(Hidden):
        add(world, branch, "item", hidden.pk, actor=helper, priority=1)
    with pytest.raises(Refused, match="field_unknown"):
        add(world, branch, "item", rows[0].pk, title="Other")
    assert not branch.changes.exists()
