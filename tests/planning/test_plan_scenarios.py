"""A branch of the plan: several write, nobody overwrites another unseen, and what is merged is what would have been edited by hand."""

import random
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from tandem.kit import clock
from tandem.kit.errors import Denied, Hidden, Refused, Stale
from tandem.people.models import Role
from tandem.planning import levelling, open_work, plan_branches, plan_problem
from tandem.planning.actions import plan_changes, plan_scenarios
from tandem.planning.models import LevelledDates, PlanScenario
from tandem.portfolio.actions import projects
from tandem.portfolio.models import Project
from tandem.reports.queries.plan_scenarios import PromiseLine
from tandem.resources.actions import bookings, time_off
from tandem.resources.models import Booking, TimeOff
from tandem.work.actions import assignments, time_entries, work_items
from tandem.work.models import WorkItem
from tests import make

pytestmark = pytest.mark.usefixtures("monday")


@pytest.fixture
def rows(world):
    found = [make.work_item(actor=world.admin, project=world.project, title=f"Item {n}", estimate_minutes=960) for n in range(4)]
    found = [work_items.change(actor=world.admin, item=row, version=None, assignees=[world.mei]) for row in found]
    time_entries.log(actor=world.admin, item=found[3], minutes=480, user=world.mei)
    return [WorkItem.objects.get(pk=row.pk) for row in found]


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
    assert (space, was, now) == (world.project.space_id, "2026-09-15", "2026-09-25")
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
        shares: dict[str, int] = {}
        for name, value in values.items():
            if name == "starts_on":
                given |= {"constraint": "SNET", "constraint_at": datetime.fromisoformat(value).replace(tzinfo=UTC)}
            elif name == "due_on":
                given["due_on"] = date.fromisoformat(value)
            elif name == "shares":
                shares = value
            elif name == "assignees":
                given[name] = [user for user in (world.mei, world.boris) if user.pk in value]
            elif name == "expected_minutes":  # hours left, as one types them
                given[name] = time_entries.expected(WorkItem.objects.get(pk=subject), value)
            else:
                given[name] = value
        if given:
            work_items.change(actor=admin, item=WorkItem.objects.get(pk=subject), version=None, **given)
        for user in (world.mei, world.boris):
            if str(user.pk) in shares:
                assignments.share(actor=admin, item=WorkItem.objects.get(pk=subject), version=None, user=user, share=shares[str(user.pk)])
    elif kind == "drop":
        work_items.remove(actor=admin, item=WorkItem.objects.get(pk=subject), version=None)
    elif kind == "add":
        work_items.create(actor=admin, space=world.project.space, title=values["title"], estimate_minutes=values["expected_minutes"], assignees=[world.mei])
    elif kind == "project":
        values = values | ({"starts_on": date.fromisoformat(values["starts_on"])} if "starts_on" in values else {})
        projects.change(actor=admin, project=Project.objects.get(pk=subject), version=None, **values)
    elif kind == "book":
        days = {name: date.fromisoformat(values[name]) for name in ("starts_on", "ends_on")}
        bookings.create(actor=admin, subject=world.project, person=world.boris, percent=Decimal(values["percent"]), is_hard=True, **days)
    elif kind == "booking":
        bookings.change(actor=admin, booking=Booking.objects.get(pk=subject), version=None, percent=Decimal(values["percent"]))
    elif kind == "unbook":
        bookings.remove(actor=admin, booking=Booking.objects.get(pk=subject))
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
            values = {name: choices[name] for name in rng.sample(sorted(choices), rng.randint(1, 4))}
            if rng.random() < 0.5:
                values["shares"] = {str(pk): rng.randint(1, 100) for pk in values.get("assignees", [world.mei.pk])}
            found.append(("item", row.pk, values))
    if rng.random() < 0.6:
        found.append(("add", world.project.space_id, {"title": "New quay", "expected_minutes": 480 * rng.randint(1, 9), "assignees": [world.mei.pk]}))
    if rng.random() < 0.6:
        found.append(("project", world.project.pk, {"starts_on": f"2026-09-{rng.randint(8, 28):02}"} | ({"priority": rng.randint(1, 4)} if rng.random() < 0.5 else {})))
    booked = Booking.objects.get()
    do = rng.choice(("booking", "unbook", "none"))
    if do != "none":
        found.append((do, booked.pk, {"percent": str(rng.randint(1, 100))} if do == "booking" else {}))
    if rng.random() < 0.5:
        found.append(("book", world.project.pk, {"person": world.boris.pk, "percent": "40", "starts_on": "2026-09-14", "ends_on": f"2026-09-{rng.randint(14, 28):02}"}))
    if rng.random() < 0.6 or not found:
        found.append(("away", world.mei.pk, {"starts_on": "2026-09-10", "ends_on": f"2026-09-{rng.randint(10, 20):02}"}))
    return found


def stands() -> tuple[Any, ...]:
    """Everything that the plan rests on, without the numbers that new rows get; and the arrays that are levelled."""
    columns = ("title", "space_id", "expected_minutes", "estimate_minutes", "priority", "due_on", "constraint", "constraint_at", "removed_at")
    items = sorted(map(str, WorkItem.objects.values_list(*columns)))
    people = sorted(WorkItem.objects.values_list("title", "assignments__user_id", "assignments__share"), key=str)
    booked = sorted(map(str, Booking.objects.values_list("person_id", "subject_id", "starts_on", "ends_on", "percent", "is_hard")))
    away = sorted(TimeOff.objects.values_list("person_id", "starts_on", "ends_on", "state"))
    made = plan_problem.make(open_work.read(), clock.today()).inputs
    arrays = [made.slots.tolist(), made.release.tolist(), made.due.tolist(), made.weight.tolist(), made.calendar.tolist(), made.need_units.tolist(), made.masks.tolist(), made.project_weight.tolist(), made.capacity.tolist()]
    return items, people, [away, booked], list(Project.objects.values_list("id", "starts_on", "state", "priority").order_by("id")), arrays


@pytest.mark.parametrize("seed", range(12))
def test_a_merged_scenario_equals_the_same_edits_made_live(world, rows, branch, seed, monkeypatch):
    bookings.create(actor=world.admin, subject=world.project, person=world.mei, percent=Decimal(60), is_hard=True, starts_on=date(2026, 9, 7), ends_on=date(2026, 9, 30))
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
    made, refused = plan_branches.with_them(written, None, lambda: plan_problem.make(open_work.read(), clock.today()))
    monkeypatch.setattr(plan_scenarios, "others_may", lambda *_given: False)
    merge(world, branch)
    assert stands() == by_hand
    assert refused == [] and made.inputs.slots.tolist() == by_hand[4][0] and made.inputs.masks.tolist() == by_hand[4][6]


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


def test_what_is_left_is_said_and_what_was_logged_comes_on_top(world, rows, branch):
    add(world, branch, "item", rows[3].pk, expected_minutes=2400)
    plan_branches.compute(branch)
    merge(world, branch)
    item = WorkItem.objects.get(pk=rows[3].pk)
    assert (item.remaining_minutes, item.expected_minutes) == (2400, 2880)


def test_of_one_who_drops_an_item_and_one_who_changes_it_the_second_is_told(world, rows, branch):
    add(world, branch, "drop", rows[0].pk)
    with pytest.raises(Refused, match="plan_change_there"):
        add(world, branch, "item", rows[0].pk, actor=world.alma, priority=1)


def test_somebody_unknown_takes_nobody_off(world, rows, branch):
    with pytest.raises(Refused, match="reference_unknown"):
        add(world, branch, "item", rows[0].pk, assignees=[world.boris.pk, 999_999])


def test_a_picture_without_some_of_the_changes_is_not_decided_on(world, rows, branch):
    add(world, branch, "item", rows[0].pk, priority=1)
    add(world, branch, "drop", rows[1].pk)
    work_items.remove(actor=world.admin, item=WorkItem.objects.get(pk=rows[1].pk), version=None)
    assert [row[1] for row in plan_branches.compute(branch)["refused"]] == ["plan_subject_gone"]
    with pytest.raises(Refused, match="plan_scenario_in_part"):
        merge(world, branch)


def test_a_computation_that_comes_after_the_decision_changes_nothing_of_what_was_decided_on(world, rows, branch):
    add(world, branch, "item", rows[0].pk, expected_minutes=4800)
    outcome = plan_branches.compute(branch)
    merge(world, branch)
    plan_branches.compute(fresh(branch))
    assert fresh(branch).outcome == outcome


def test_a_change_is_shown_to_who_sees_the_scenario_as_well(world, rows):
    above = plan_scenarios.create(actor=world.admin, space=world.root, name="Cuts")
    change = add(world, above, "drop", rows[0].pk, actor=world.admin)
    seeing = [user for user in (world.boris, world.mei) if above.is_seen_by(user)]
    assert world.mei not in seeing and rows[0].is_seen_by(world.mei)
    assert not type(change).objects.visible_to(world.mei).exists() and not change.is_seen_by(world.mei)
    assert type(change).objects.visible_to(world.admin).get() == change


def test_a_promise_without_planned_work_is_said_to_be_gone():
    line = PromiseLine(None, date(2026, 10, 1), date(2026, 9, 20), None)
    assert line.verdict == "gone"
    assert PromiseLine(None, date(2026, 10, 1), None, date(2026, 11, 1)).verdict == "later"


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


def test_a_project_of_higher_priority_comes_first_in_the_picture(world, branch, rows, monkeypatch):
    """Both are planned for the same week of one person: the one that weighs more keeps it."""
    for row in rows:
        work_items.remove(actor=world.admin, item=WorkItem.objects.get(pk=row.pk), version=None)
    week = {"planned_start": datetime(2026, 9, 7, 8, tzinfo=UTC), "planned_finish": datetime(2026, 9, 11, 17, tzinfo=UTC)}
    found = []
    for key in ("AAA", "BBB"):
        project = make.project(actor=world.alma, name=key, key=key)
        make.spaces.grant(actor=world.admin, space=project.space, user=world.mei, role=Role.MEMBER)
        make.work_item(actor=world.alma, project=project, title=key, estimate_minutes=5 * 480, assignees=[world.mei], **week)
        found.append(project)
    levelling.compute()
    late = max(found, key=lambda one: LevelledDates.objects.get(item__space=one.space).finish)
    early = next(one for one in found if one != late)
    monkeypatch.setattr(plan_branches, "SECONDS", 2.0)
    above = plan_scenarios.create(actor=world.admin, space=world.root, name="What counts")
    add(world, above, "project", late.pk, actor=world.admin, priority=1)
    outcome = plan_branches.compute(above)
    ends = {row[0]: (row[2], row[4]) for row in outcome["projects"]}
    assert ends == {late.space_id: ("2026-09-18", "2026-09-11"), early.space_id: ("2026-09-11", "2026-09-18")}


def test_shares_and_bookings_that_cannot_be_are_refused(world, rows, branch):
    with pytest.raises(Refused, match="weight_out_of_range"):
        add(world, branch, "item", rows[0].pk, shares={str(world.mei.pk): 101})
    with pytest.raises(Refused, match="not_assigned"):
        add(world, branch, "item", rows[0].pk, shares={str(world.boris.pk): 50})
    with pytest.raises(Refused, match="number_unreadable"):
        add(world, branch, "book", world.project.pk, person=world.mei.pk, percent="half", starts_on="2026-09-07", ends_on="2026-09-11")
    with pytest.raises(Denied):  # firm bookings are for who manages resources
        add(world, branch, "book", world.project.pk, person=world.mei.pk, percent="50", starts_on="2026-09-07", ends_on="2026-09-11")
    booked = bookings.create(actor=world.admin, subject=world.project, person=world.mei, percent=Decimal(60), is_hard=True, starts_on=date(2026, 9, 7), ends_on=date(2026, 9, 30))
    change = add(world, branch, "booking", booked.pk, actor=world.admin, percent="80")
    with pytest.raises(Refused, match="plan_change_there"):
        add(world, branch, "unbook", booked.pk, actor=world.admin)
    bookings.change(actor=world.admin, booking=booked, version=None, percent=Decimal(70))
    assert plan_scenarios.moved([change]) == [(change, "percent", "60", "70")]


@pytest.mark.parametrize("values", [{"percent": "1e9999999"}, {"percent": "nan"}, {"percent": "-5"}, {"percent": "1e999999"}])
def test_a_share_that_is_no_share_is_refused_with_its_field(values):
    with pytest.raises(Refused, match="number_unreadable"):
        plan_changes.checked("booking", values)


@pytest.mark.parametrize("shares", [{"7" * 5000: 40}, {"x": 40}, {"7": 400}, [7]])
def test_shares_that_name_nobody_are_refused(shares):
    with pytest.raises(Refused, match="weight_out_of_range"):
        plan_changes.checked("item", {"shares": shares})


def test_a_number_with_noughts_before_it_is_that_person():
    assert plan_changes.checked("item", {"shares": {"007": 40}}) == {"shares": {"7": 40}}
