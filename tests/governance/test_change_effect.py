"""The effect that is shown before is the effect that comes of it, exactly: ends, promises, load, days on the roadmap, money and conflicts."""

import random
from collections import defaultdict
from collections.abc import Collection
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from tandem.governance import sides
from tandem.governance.actions import change_verdicts
from tandem.governance.models import ChangeRequest
from tandem.kit import clock
from tandem.people.models import Role
from tandem.planning import branch_ranges, levelling, plan_branches, plan_conflicts, plan_ranges, plan_trials
from tandem.planning.models import LevelledDates, PlanConflict
from tandem.portfolio.models import Budget, CostLine
from tandem.product.actions import features
from tandem.product.models import Feature, Promise, Release
from tandem.reports.queries import change_requests as change_requests_read
from tandem.strategy.actions import objectives
from tandem.work.actions import time_entries, work_items
from tandem.work.models import Assignment, WorkItem
from tests import make
from tests.planning.one_week import MONDAY

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def monday():
    with clock.held_at(MONDAY):
        yield


@pytest.fixture
def yard(world):
    """Two projects with the same people, planned too tightly; a release and a feature that are promised."""
    world.second = make.project(actor=world.alma, name="Yard", key="YAR")
    world.petra = make.user(actor=world.admin, name="Petra", role=Role.PMO_LEAD)
    world.items = [
        make.work_item(
            actor=world.admin, project=project, title=f"{project.name} {n}", estimate_minutes=960 * (1 + n % 3), assignees=[world.mei if n % 2 else world.boris],
            planned_start=datetime(2026, 9, 7, 9, tzinfo=UTC), planned_finish=datetime(2026, 9, 9 + n, 17, tzinfo=UTC),
        )
        for project in (world.project, world.second) for n in range(4)
    ]  # fmt: skip
    for source, target in ((0, 1), (1, 5), (4, 6)):
        make.link(actor=world.admin, source=world.items[source], target=world.items[target])
    for k, ratio in enumerate((0.6, 0.8, 0.9, 1, 1.1, 1.3, 1.6, 2, 3)):  # so that the range of an end can be told
        done = make.work_item(actor=world.admin, project=world.project, estimate_minutes=60)
        time_entries.log(actor=world.admin, item=done, user=(world.boris, world.mei, world.chen)[k % 3], minutes=round(60 * ratio), day=date(2026, 8, 20))
        work_items.change(actor=world.admin, item=WorkItem.objects.get(pk=done.pk), version=None, state=make.state_of(world.project, "done"))
    world.risk = make.risk(actor=world.alma, space=world.project.space, days=[2, 4, 9], probability=40)
    world.feature = make.feature(actor=world.chen, product=world.product, planned_to=date(2026, 9, 20))
    world.release = make.release(actor=world.chen, product=world.product, planned_on=date(2026, 9, 25))
    features.add_scope(actor=world.admin, subject=world.feature, items=world.items[:3])
    features.add_scope(actor=world.admin, subject=world.release, items=world.items[4:7])
    world.promises = [make.promise(actor=world.chen, subject=one, to_whom=str(one), date=date(2026, 9, 22)) for one in (world.feature, world.release)]
    return world


def picked(yard, rng: random.Random) -> list[tuple[str, int, dict[str, Any]]]:
    """A random content over everything that a change may say."""

    def on(month: int = 9) -> str:
        return f"2026-{month:02}-{rng.randint(8, 28):02}"

    found: list[tuple[str, int, dict[str, Any]]] = []
    for item in yard.items:
        do = rng.choice(("item", "drop", "none", "none"))
        if do == "drop":
            found.append(("drop", item.pk, {}))
        if do == "item":
            choices = {
                "starts_on": on(), "due_on": on(10), "expected_minutes": 480 * rng.randint(1, 12), "priority": rng.randint(1, 4),
                "assignees": sorted(rng.sample([yard.mei.pk, yard.boris.pk], rng.randint(1, 2))),
            }  # fmt: skip
            found.append(("item", item.pk, {name: choices[name] for name in rng.sample(sorted(choices), rng.randint(1, 4))}))
    wider: list[tuple[str, int, dict[str, Any]]] = [
        ("add", yard.project.space_id, {"title": "New quay", "expected_minutes": 480 * rng.randint(1, 9), "assignees": [yard.mei.pk]}),
        ("project", yard.second.pk, {"starts_on": on()}), ("away", yard.mei.pk, {"starts_on": "2026-09-10", "ends_on": f"2026-09-{rng.randint(10, 20):02}"}),
        ("promise", yard.promises[0].pk, {"date": on(10)}), ("promise", yard.promises[1].pk, {"date": on(10)}), ("feature", yard.feature.pk, {"planned_to": on(10)}),
        ("release", yard.release.pk, {"planned_on": on(10)}), ("cost", yard.project.pk, {"title": "Piles", "month": "2026-10-01", "planned": str(rng.randint(1, 9000))}),
        ("budget", yard.second.pk, {"amount": str(rng.randint(1, 9000)), "currency": "EUR"}),
    ]  # fmt: skip
    return found + rng.sample(wider, rng.randint(1, len(wider)))


Key = Any


def stands(known: set[int], off: Collection[int] = ()) -> dict[str, dict[Key, Any]]:
    """What is so now, read of the rows: of items that were not there before without their number, of promises by whom they were given to."""
    levelling.compute()
    dates = {pk: (space, start, finish) for pk, space, start, finish in LevelledDates.objects.values_list("item_id", "space_id", "start", "finish")}
    ends: dict[Key, str] = {}
    for space, _start, finish in dates.values():
        ends[space] = max(finish.date().isoformat(), ends.get(space, ""))
    open_ones = dict(WorkItem.objects.open().values_list("id", "remaining_minutes"))
    people: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for item, user, share in Assignment.objects.values_list("item_id", "user_id", "share"):
        people[item].append((user, share))
    load: dict[Key, float] = defaultdict(float)
    for pk, (space, _start, finish) in dates.items():
        for user, share in people[pk]:
            load[user, space, f"{finish:%Y-%m}"] += (open_ones[pk] or 0) * share / sum(one for _user, one in people[pk])
    given = {pk: (to, on) for pk, to, on in Promise.objects.open().values_list("id", "to_whom", "date")}
    conflicts: dict[Key, int] = {}
    for kind, of, pk, space, days in PlanConflict.objects.open().values_list("kind", "subject_kind", "subject_id", "space_id", "days"):
        about = given[pk][0] if of == "product.promise" else 0 if (of == "resources.timeoff" and pk not in off) or (of == "work.workitem" and pk not in known) else pk
        conflicts[kind, of, about, space] = max(days, conflicts.get((kind, of, about, space), 0))
    return {
        "ends": ends, "load": {key: round(minutes) for key, minutes in load.items() if round(minutes)}, "promised": {to: on.isoformat() for to, on in given.values()},
        "windows": {("feature", one.pk): one.planned_to for one in Feature.objects.all()} | {("release", one.pk): one.planned_on for one in Release.objects.all()},
        "costs": _sums(CostLine.objects.values_list("space_id", "currency", "planned")), "budgets": _sums(Budget.objects.values_list("space_id", "currency", "amount")),
        "conflicts": conflicts,
    }  # fmt: skip


def ends(yard) -> dict[int, tuple[str, str]]:
    """P50 and P80 of the ends as they are stored."""
    found = {}
    for project in (yard.project, yard.second):
        row = plan_ranges.compute(project.space)
        found[project.space_id] = (row.p50.isoformat(), row.p80.isoformat()) if row is not None and row.p50 else None
    return found


def _sums(rows: Any) -> dict[Key, Decimal]:
    found: dict[Key, Decimal] = defaultdict(Decimal)
    for space, currency, amount in rows:
        found[space, currency] += amount
    return dict(found)


def foretold(before: dict[str, dict[Key, Any]], outcome: dict[str, Any], to_whom: dict[int, str]) -> dict[str, dict[Key, Any]]:
    """What was so, changed by what the picture says, whose befores are true."""
    found = {name: dict(values) for name, values in before.items()}

    def put(name: str, key: Key, was: Any, now: Any) -> None:
        assert found[name].get(key) == was, (name, key)
        found[name].pop(key, None)
        if now is not None:
            found[name][key] = now

    for space, _start, was, _then, now in outcome["projects"]:
        put("ends", space, was, now)
    for user, space, month, was, now in outcome["load"]:
        put("load", (user, space, month), was or None, now or None)
    for pk, was, now in outcome["promised"]:
        put("promised", to_whom[pk], was, now)
    for kind, pk, was, now in outcome["windows"]:
        put("windows", (kind, pk), date.fromisoformat(was[1]), date.fromisoformat(now[1]))
    for name in ("costs", "budgets"):
        for space, currency, was, now in outcome[name]:
            put(name, (space, currency), Decimal(was) if was else None, Decimal(now) if now else None)
    for *key, days in outcome["conflicts_gone"]:
        put("conflicts", _about(key, to_whom), days, None)
    for *key, days in outcome["conflicts_new"]:
        put("conflicts", _about(key, to_whom), None, days)
    for *key, was, now in outcome["conflicts_other"]:
        put("conflicts", _about(key, to_whom), was, now)
    return found


def _about(key: list[Any], to_whom: dict[int, str]) -> Key:
    kind, of, pk, space = key
    return kind, of, to_whom[pk] if of == "product.promise" else pk, space


def _shown_is_what_comes(yard, seed: int) -> dict[str, Any]:
    known = set(WorkItem.objects.values_list("id", flat=True))
    before, ended = stands(known), ends(yard)
    row = make.change_request(actor=yard.admin, changes=picked(yard, random.Random(seed)))
    outcome = ChangeRequest.objects.select_related("scenario").get(pk=row.pk).scenario.outcome
    assert outcome["refused"] == []
    assert stands(known) == before, "to look changes nothing"
    for who, side in ((yard.alma, "product"), (yard.petra, "pmo")):
        change_verdicts.decide(actor=who, change_request=row, version=None, side=side, answer="yes")
    row = ChangeRequest.objects.get(pk=row.pk)
    assert (row.state, row.trouble) == ("applied", None)
    assert stands(known) == foretold(before, outcome, {one.pk: one.to_whom for one in yard.promises})
    now = ends(yard)
    for space, was, then in outcome["ranges"]:
        assert (ended[space], now[space]) == (was and tuple(was[:2]), then and tuple(then[:2]))
    return outcome


@pytest.mark.parametrize("seed", range(4))
def test_what_is_shown_is_what_comes(yard, seed):
    _shown_is_what_comes(yard, seed)


def test_work_that_a_change_adds_is_drawn_where_the_plan_puts_it(yard):
    """For somebody who is full for weeks: it begins when they have time, in the range as well."""
    for n in range(6):
        make.work_item(actor=yard.admin, project=yard.second, title=f"Full {n}", estimate_minutes=2400, assignees=[yard.mei], priority=1)
    levelling.compute()
    before = ends(yard)
    row = make.change_request(
        actor=yard.admin, changes=[("add", yard.project.space_id, {"title": "New quay", "expected_minutes": 2400, "assignees": [yard.mei.pk]})]
    )
    outcome = ChangeRequest.objects.select_related("scenario").get(pk=row.pk).scenario.outcome
    shown = {space: tuple(then[:2]) for space, _was, then in outcome["ranges"]}
    for who, side in ((yard.alma, "product"), (yard.petra, "pmo")):
        change_verdicts.decide(actor=who, change_request=row, version=None, side=side, answer="yes")
    levelling.compute()
    now = ends(yard)
    assert now[yard.project.space_id] != before[yard.project.space_id], "it moves the end"
    assert shown == {space: now[space] for space in shown}


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4, 204))
def test_what_is_shown_is_what_comes_of_many_changes(yard, seed):
    _shown_is_what_comes(yard, seed)


def test_the_test_would_see_another_effect(yard):
    """One more edit beside the change, and what comes is not what was shown."""
    known = {item.pk for item in yard.items}
    before = stands(known)
    row = make.change_request(actor=yard.admin, changes=[("item", yard.items[0].pk, {"expected_minutes": 4800})])
    outcome = ChangeRequest.objects.select_related("scenario").get(pk=row.pk).scenario.outcome
    for who, side in ((yard.alma, "product"), (yard.petra, "pmo")):
        change_verdicts.decide(actor=who, change_request=row, version=None, side=side, answer="yes")
    work_items.change(actor=yard.admin, item=WorkItem.objects.get(pk=yard.items[5].pk), version=None, estimate_minutes=9600)
    assert stands(known) != foretold(before, outcome, {one.pk: one.to_whom for one in yard.promises})


def test_the_range_of_an_end_and_what_risks_add_to_it_are_shown_of_both_plans(yard):
    row = make.change_request(actor=yard.admin, changes=[("item", yard.items[3].pk, {"expected_minutes": 9600})])
    outcome = ChangeRequest.objects.select_related("scenario").get(pk=row.pk).scenario.outcome
    (space, before, after), *_others = outcome["ranges"]
    assert space == yard.project.space_id
    assert before[0] < before[1] and before[1] < after[1]
    assert before[2] > 0, "the crane may be late"
    line = change_requests_read.wider(yard.alma, outcome).ranges[0]
    assert line.project == yard.project and line.days > 0
    assert change_requests_read.wider(yard.dana, outcome).ranges == []


def test_what_cannot_be_derived_is_not_shown(world):
    item = make.work_item(actor=world.admin, project=world.project, estimate_minutes=960, assignees=[world.mei])
    row = make.change_request(actor=world.mei, space=world.project.space, changes=[("item", item.pk, {"priority": 1})])
    assert ChangeRequest.objects.select_related("scenario").get(pk=row.pk).scenario.outcome["ranges"] == []


def test_an_objective_says_what_of_it_hangs_on_the_change(yard):
    objective = make.objective(actor=yard.alma, title="Faster berths")
    objectives.contribute(actor=yard.alma, objective=objective, subject=yard.feature, weight=100)
    row = make.change_request(actor=yard.admin, changes=[("promise", yard.promises[0].pk, {"date": "2026-10-12"})])
    outcome = ChangeRequest.objects.select_related("scenario").get(pk=row.pk).scenario.outcome
    found = change_requests_read.wider(yard.alma, outcome)
    assert [(one.title, names) for one, names in found.objectives] == [("Faster berths", [yard.feature.title])]


def test_rows_are_held_only_while_they_are_read(yard, monkeypatch):
    """Levelling, conflicts and ranges are computed when the edits are taken back: whoever works on these rows does not wait for it."""
    inside, computed = [], set()

    def holding(real):
        def run(*given):
            inside.append(True)
            try:
                return real(*given)
            finally:
                inside.pop()

        return run

    def free(name, real):
        def run(*given, **more):
            assert not inside, f"{name} while rows are held"
            computed.add(name)
            return real(*given, **more)

        return run

    monkeypatch.setattr(plan_branches, "with_them", holding(plan_branches.with_them))
    for module, name in ((plan_trials, "solved"), (plan_conflicts, "find"), (branch_ranges, "drawn"), (plan_branches, "compared")):
        monkeypatch.setattr(module, name, free(name, getattr(module, name)))
    row = make.change_request(actor=yard.mei, space=yard.project.space, changes=[("item", yard.items[0].pk, {"expected_minutes": 9600})])
    assert row.scenario.outcome["projects"] and row.scenario.outcome["ranges"]
    assert computed == {"solved", "find", "drawn", "compared"}


def test_what_is_taken_back_queues_nothing(yard):
    row = make.change_request(actor=yard.mei, space=yard.project.space, changes=[("item", yard.items[0].pk, {"expected_minutes": 9600})], computed=False)
    changes, before = list(row.scenario.changes.select_related("by")), ProcrastinateJob.objects.count()
    there, refused = plan_branches.with_them(changes, sides.stand_in, lambda: (WorkItem.objects.get(pk=yard.items[0].pk).remaining_minutes, ProcrastinateJob.objects.count()))
    assert (there, refused) == ((9600, before), [])
    assert WorkItem.objects.get(pk=yard.items[0].pk).remaining_minutes != 9600
