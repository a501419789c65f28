"""Any order of creating, moving, editing, undoing and redoing, bulk changes, archiving, moves to another project and back,
blocks, limits and sprint operations, by people of different rights, keeps what `truths.py` says; and each step does what it
says, and nothing else."""

import os
import uuid
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tandem.kit import clock
from tandem.kit.errors import Denied
from tandem.people import scoping
from tandem.people.actions import spaces
from tandem.people.models import Role
from tandem.work.actions import blocks, columns, sprint_scope, sprints, undoing, wip_limits, work_items
from tandem.work.models import Block, Column, Sprint, State, WipLimit, WorkItem
from tests import make
from tests.proof import truths
from tests.proof.any_order_away import Away, as_shown, rule_against

IS_WIDE = os.environ.get("TANDEM_TEST_CASES") == "new"
who = st.sampled_from(["mei", "boris", "mei", "boris", "dana"])
place = st.integers(0, 11)
several = st.lists(place, min_size=1, max_size=4, unique=True)
reason = st.sampled_from(["", "", "The quay is closed on Monday"])
values = st.one_of(
    st.tuples(st.just("priority"), st.sampled_from([None, 1, 4])),
    st.tuples(st.just("estimate_points"), st.sampled_from([None, 0.0, 3.0, 8.5])),
    st.tuples(st.just("labels"), st.lists(st.sampled_from(["sea", "quay", "海"]), max_size=2, unique=True)),
    st.tuples(st.just("service_class"), st.sampled_from(["expedite", "standard"])),
    st.tuples(st.just("due_on"), st.sampled_from([None, date(2027, 2, 12)])),
    st.tuples(st.just("percent_complete"), st.integers(0, 100)),
    st.tuples(st.just("assignees"), st.lists(st.sampled_from(["mei", "boris"]), max_size=2, unique=True)),
    st.tuples(st.just("state"), place),
    st.tuples(st.just("parent"), st.none() | place),
)
title = st.tuples(st.just("title"), st.sampled_from(["Berth 7", "泊位", "A crane's \"arm\" & more"]))


class AnyOrder(Away, RuleBasedStateMachine):
    world: Any
    yard: Any

    def __init__(self) -> None:
        super().__init__()
        self.hold = transaction.atomic()
        self.hold.__enter__()
        self.space = self.world.project.space
        self.people = {name: getattr(self.world, name) for name in ("mei", "boris", "dana")}
        self.there = self.yard.space
        self.begin_here()
        self.runs: list[tuple[uuid.UUID, str, str, dict[int, dict[str, tuple[Any, Any]]]]] = []
        # of each closed sprint: what it handed on to where, and what was moved since
        self.handed: dict[int, dict[int, int]] = {}
        self.moved: dict[int, set[int]] = {}

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.hold.__exit__(None, None, None)

    # ── how a step is taken ──

    def do(self, name: str, act: Any) -> Exception | None:
        """What was refused has left nothing behind; who only looks changes nothing."""
        refusal = self.go(name, act)
        if name == "dana":
            assert (self.now, self.far) == (self.before, self.far_before)
            assert refusal is None or isinstance(refusal, Denied), refusal
        return refusal

    def item(self, n: int) -> WorkItem:
        pk = sorted(self.now.items)[n % len(self.now.items)]
        return WorkItem.objects.select_related("state", "type", "parent", "space").get(pk=pk)

    def items(self, ns: list[int]) -> list[WorkItem]:
        return list({item.pk: item for item in map(self.item, ns)}.values())

    def state(self, n: int) -> State:
        found = list(State.objects.filter(space=self.space).in_order())
        return found[n % len(found)]

    def sprint(self, n: int | None, state: str = "") -> Sprint | None:
        """One of those in `state`, where there are any; now and then another."""
        found = list(Sprint.objects.filter(space=self.space).order_by("pk"))
        if n is None or not found:
            return None
        likely = [one for one in found if one.state == state] if n % 4 else []
        return (likely or found)[n % len(likely or found)]

    def meant(self, name: str, value: Any) -> tuple[Any, Any]:
        """A value for the action, and how the row shows it."""
        if name == "state":
            return (row := self.state(value)), row.pk
        if name == "parent":
            return (None, None) if value is None else ((row := self.item(value)), row.pk)
        if name == "assignees":
            return (people := [self.people[p] for p in value]), sorted(p.pk for p in people)
        return value, value

    def shown(self, pk: int, name: str) -> Any:
        return self.now.items[pk][{"state": "state_id", "parent": "parent_id"}.get(name, name)]

    def others_stay(self, *touched: int, among: tuple[str, ...] = ()) -> None:
        """Nothing happened to the others; among themselves they stand as they stood."""
        differing = {
            pk: set(fields) - {"rank"} for pk, fields in self.before.unlike(self.now).items() if pk not in touched
        }
        assert not any(differing.values()), differing
        rest = [[pk for pk in one.order if pk in self.before.items and pk not in touched] for one in (self.before, self.now)]
        assert rest[0] == rest[1], "the order of the others changed"

    def keep_run(self, run: uuid.UUID, name: str, kind: str) -> None:
        if touched := self.before.unlike(self.now):
            self.runs.append((run, name, kind, touched))

    def note_moves(self, *, by: int | None = None) -> None:
        """Membership that changed in this step counts as moved since the closing of every other closed sprint."""
        for pk, fields in self.before.unlike(self.now).items():
            if "sprints" in fields:
                for closed, moved in self.moved.items():
                    if closed != by:
                        moved.add(pk)

    # ── items ──

    @initialize(points=st.lists(st.sampled_from([None, 2.0, 5.0]), min_size=4, max_size=6), is_running=st.booleans(), done=st.sampled_from([2, 1, 0]))
    def begin(self, points: list[float | None], is_running: bool, done: int) -> None:
        for n, size in enumerate(points):
            state = "done" if n < done else ""
            make.work_item(actor=self.world.boris, project=self.world.project, title=f"Item {n}", estimate_points=size, state=state)
        one = make.sprint(actor=self.world.mei, project=self.world.project, items=WorkItem.objects.filter(space=self.space)[:2])
        make.sprint(actor=self.world.mei, project=self.world.project, name="Sprint 2", begins=14)
        if is_running:
            sprints.start(actor=self.world.mei, sprint=one, version=None)
        self.begin_here()

    @rule(name=who, state=place, points=st.sampled_from([None, 1.0]), mine=st.booleans(), why=reason)
    def create(self, name: str, state: int, points: float | None, mine: bool, why: str) -> None:
        people = [self.people["mei"]] if mine else []
        refusal = self.do(name, lambda actor: work_items.create(
            actor=actor, space=self.space, title="New", state=self.state(state), estimate_points=points, assignees=people,
            override_reason=why,
        ))  # fmt: skip
        self.others_stay()
        if refusal is None:
            assert self.now.order[:-1] == self.before.order, "at the end of the backlog"

    @rule(name=who, n=place, change=values | title, is_stale=st.booleans(), why=reason)
    def edit(self, name: str, n: int, change: tuple[str, Any], is_stale: bool, why: str) -> None:
        item, (field, value) = self.item(n), change
        given, wanted = self.meant(field, value)
        version = item.version - is_stale
        refusal = self.do(name, lambda actor: work_items.change(
            actor=actor, item=item, version=version, override_reason=why, **{field: given}
        ))  # fmt: skip
        self.others_stay(item.pk)
        assert self.now.order == self.before.order
        if refusal is None:
            assert self.shown(item.pk, field) == wanted
            assert not is_stale or self.now.items == self.before.items

    @rule(name=who, n=place, state=place, after=st.none() | place, why=reason)
    def move(self, name: str, n: int, state: int, after: int | None, why: str) -> None:
        item, run = self.item(n), uuid.uuid4()
        behind = None if after is None else self.item(after)
        if behind is not None and behind.pk == item.pk:
            behind = None
        refusal = self.do(name, lambda actor: work_items.move(
            actor=actor, item=item, version=item.version, state=self.state(state), after=behind, to_top=behind is None,
            run=run, override_reason=why,
        ))  # fmt: skip
        self.others_stay(item.pk)
        if refusal is None:
            rest = [pk for pk in self.before.order if pk != item.pk]
            at = rest.index(behind.pk) + 1 if behind else 0
            assert self.now.order == [*rest[:at], item.pk, *rest[at:]]
            assert self.shown(item.pk, "state") == self.state(state).pk
            self.keep_run(run, name, "work")

    @rule(name=who, ns=several, change=values, why=reason)
    def change_many(self, name: str, ns: list[int], change: tuple[str, Any], why: str) -> None:
        items, (field, value), run = self.items(ns), change, uuid.uuid4()
        given, wanted = self.meant(field, value)
        refusal = self.do(name, lambda actor: work_items.change_many(
            actor=actor, items=[(i, None) for i in items], run=run, override_reason=why, **{field: given}
        ))  # fmt: skip
        self.others_stay(*(i.pk for i in items))
        if refusal is None:
            assert all(self.shown(i.pk, field) == wanted for i in items)
            self.keep_run(run, name, "work")

    @rule(name=who, ns=several)
    def remove(self, name: str, ns: list[int]) -> None:
        run = uuid.uuid4()

        def act(actor: Any) -> None:
            with transaction.atomic():
                for item in self.items(ns):
                    work_items.remove(actor=actor, item=item, version=None, run=run)

        items = [i.pk for i in self.items(ns)]
        if self.do(name, act) is None:
            assert all(self.shown(pk, "removed_at") for pk in items)
            self.keep_run(run, name, "work")
        self.others_stay(*items)

    @rule(name=who, n=place)
    def restore(self, name: str, n: int) -> None:
        item = self.item(n)
        if self.do(name, lambda actor: work_items.restore(actor=actor, item=item, version=item.version)) is None:
            assert self.shown(item.pk, "removed_at") is None
        self.others_stay(item.pk)
        assert self.now.order == self.before.order

    @rule(name=st.sampled_from(["whoever did it"] * 4 + ["boris", "dana"]), n=st.sampled_from([0, 0, 0, 1, 2, 5]))
    def undo(self, name: str, n: int) -> None:
        """What nobody has touched since is as it was before, and everything else as it is. What was taken back is a run as
        well: taking that one back does it again."""
        if not self.runs:
            return
        run, by, kind, touched = self.runs[-1 - n % len(self.runs)]
        name = by if name == "whoever did it" else name
        module: Any = undoing if kind == "work" else sprint_scope
        counts: list[tuple[int, int]] = []
        again = uuid.uuid4()
        refusal = self.do(name, lambda actor: counts.append(module.undo(actor=actor, run=run, again=again)))
        if refusal is not None or name != by:
            assert self.now.items == self.before.items
            return
        back = 0
        for pk, fields in touched.items():
            was, now = self.before.items[pk], self.now.items[pk]
            if all(was[f] == new for f, (_old, new) in fields.items() if f not in ("state__column_id", "block")):
                told = {f: old for f, (old, _new) in fields.items() if f != "state__column_id"}
                if was == now and (kind == "sprint" or rule_against(self.space, (self.before.items, self.now.items), pk, told)):
                    continue  # the sprint that it left is closed or gone; or a rule of today stands against it
                assert as_shown(now, told) == as_shown(told, told)
                back += 1
        self.others_stay(*touched)
        assert counts[0][0] == back
        self.keep_run(again, name, kind)
        self.note_moves()

    @rule(name=who, n=place, why=st.sampled_from(["No crane", " "]))
    def block(self, name: str, n: int, why: str) -> None:
        item = self.item(n)
        refusal = self.do(name, lambda actor: blocks.start(actor=actor, item=item, reason=why))
        row = self.before.items[item.pk]
        if name != "dana":
            is_free = not (item.is_done or item.removed_at or row["block"] or why == " ")
            assert (refusal is None) == is_free
        self.others_stay(item.pk)

    @rule(name=who, n=place)
    def unblock(self, name: str, n: int) -> None:
        item = self.item(n)
        row = Block.objects.open().filter(item=item).first()
        if row and self.do(name, lambda actor: blocks.end(actor=actor, block=row, version=row.version)) is None:
            assert self.now.items[item.pk]["block"] is None

    # ── sprints ──

    @rule(name=who)
    def plan(self, name: str) -> None:
        if len(self.now.sprints) < 4:
            first = clock.now()
            self.do(name, lambda actor: sprints.create(
                actor=actor, space=self.space, name="Sprint", starts_at=first, ends_at=first + timedelta(days=13)
            ))  # fmt: skip
            self.others_stay()

    @rule(name=who, ns=several, n=st.none() | place, after=st.none() | place, is_ranked=st.booleans())
    def put(self, name: str, ns: list[int], n: int | None, after: int | None, is_ranked: bool) -> None:
        items, sprint, run = self.items(ns), self.sprint(n), uuid.uuid4()
        behind = self.item(after) if after is not None and is_ranked else None
        if behind and behind.pk in {i.pk for i in items}:
            behind = None
        refusal = self.do(name, lambda actor: sprint_scope.put(
            actor=actor, items=[(i, i.version) for i in items], sprint=sprint, after=behind,
            to_top=is_ranked and behind is None, run=run,
        ))  # fmt: skip
        self.others_stay(*(i.pk for i in items))
        if refusal is None:
            for item in items:
                found = [s for s in self.now.items[item.pk]["sprints"] if self.now.sprints[s] != "closed"]
                assert found == ([sprint.pk] if sprint else [])
            self.keep_run(run, name, "sprint")
            self.note_moves()

    @rule(name=who, n=place)
    def start(self, name: str, n: int) -> None:
        if sprint := self.sprint(n, "future"):
            is_planned = sprint.state == "future"
            inside = [r for r in self.now.items.values() if sprint.pk in r["sprints"] and r["removed_at"] is None]
            refusal = self.do(name, lambda actor: sprints.start(actor=actor, sprint=sprint, version=sprint.version))
            if name != "dana":
                assert (refusal is None) == (is_planned and bool(inside))
            self.others_stay()

    @rule(name=who, n=place, to=st.none() | place, single=st.none() | place, other=st.none() | place)
    def close(self, name: str, n: int, to: int | None, single: int | None, other: int | None) -> None:
        sprint, target = self.sprint(n, "active"), self.sprint(to, "future")
        if sprint is None:
            return
        elsewhere = {} if single is None else {self.item(single).pk: self.sprint(other)}
        rest = [pk for pk, row in self.now.items.items()
                if sprint.pk in row["sprints"] and row["removed_at"] is None and row["state__category"] != "done"]  # fmt: skip
        if self.do(name, lambda actor: sprints.close(
            actor=actor, sprint=sprint, version=sprint.version, to=target, elsewhere=elsewhere
        )) is None and name != "dana":  # fmt: skip
            goes = {pk: elsewhere.get(pk, target) for pk in rest}
            self.handed[sprint.pk] = {pk: s.pk for pk, s in goes.items() if s is not None}
            self.moved[sprint.pk] = set()
            for pk, row in self.before.items.items():
                gained = [self.handed[sprint.pk][pk]] if pk in self.handed[sprint.pk] else []
                assert self.now.items[pk]["sprints"] == sorted({*row["sprints"], *gained})
            self.note_moves(by=sprint.pk)
        assert self.now.order == self.before.order

    @rule(name=who, n=place)
    def reopen(self, name: str, n: int) -> None:
        sprint = self.sprint(n, "closed")
        if sprint is None or self.do(
            name, lambda actor: sprints.reopen(actor=actor, sprint=sprint, version=sprint.version)
        ) is not None:  # fmt: skip
            return
        handed, moved = self.handed.pop(sprint.pk), self.moved.pop(sprint.pk)
        for pk, row in self.before.items.items():
            expected = set(row["sprints"])
            if sprint.pk in expected:
                expected -= {sprint.pk} if pk in moved else {handed.get(pk)}
            assert self.now.items[pk]["sprints"] == sorted(expected), (pk, row["sprints"])
        self.note_moves()
        assert self.now.order == self.before.order

    @rule(name=who, n=place)
    def drop(self, name: str, n: int) -> None:
        if sprint := self.sprint(n):
            refusal = self.do(name, lambda actor: sprints.remove(actor=actor, sprint=sprint, version=sprint.version))
            if refusal is None and name != "dana":
                assert sprint.pk not in self.now.sprints
                self.note_moves()

    # ── the board ──

    @rule(n=place, most=st.integers(1, 3), stops=st.booleans())
    def set_limit(self, n: int, most: int, stops: bool) -> None:
        rows = list(WipLimit.objects.filter(space=self.space).order_by("pk"))
        self.do("boris", lambda actor: wip_limits.change(
            actor=actor, limit=rows[n % len(rows)], version=None, most=most, stops=stops
        ))  # fmt: skip
        self.others_stay()

    @rule(name=who, n=place, column=st.none() | place)
    def lay(self, name: str, n: int, column: int | None) -> None:
        found = list(Column.objects.filter(space=self.space).in_order())
        to = None if column is None else found[column % len(found)]
        refusal = self.do(name, lambda actor: columns.place(actor=actor, state=self.state(n), column=to, version=None))
        if name == "mei":
            assert isinstance(refusal, Denied), "who works here does not lay out the board"

    @invariant()
    def holds(self) -> None:
        truths.hold(self.space, self.people["boris"], self.before, self.now)
        truths.hold(self.there, self.people["boris"], self.far_before, self.far)


def test_any_order_keeps_what_always_holds(world):
    spaces.grant(actor=world.admin, space=world.project.space, user=world.dana, role=Role.STAKEHOLDER)
    for person in (world.dana, world.mei, world.boris):
        person.refresh_from_db()
    laid = columns.lay_out(actor=world.boris, space=world.project.space)
    for more in ({"column": laid[1]}, {"lane": "class:expedite"}, {"person": world.mei}, {"column": laid[-2], "lane": "priority:1"}):
        wip_limits.create(actor=world.boris, space=world.project.space, most=2, stops=True, **more)
    yard = make.project(actor=world.alma, name="Yard", key="YAR")
    spaces.grant(actor=world.admin, space=yard.space, user=world.boris, role=Role.PROJECT_MANAGER)
    world.boris.refresh_from_db()
    columns.lay_out(actor=world.boris, space=yard.space)
    for more in ({"lane": "class:expedite"}, {"person": world.boris}):
        wip_limits.create(actor=world.boris, space=yard.space, most=2, stops=True, **more)
    scoping.forget_roles()  # all of it was committed, as far as the roles are concerned
    AnyOrder.world, AnyOrder.yard = world, yard
    few = {"max_examples": 5, "stateful_step_count": 20}
    many = {"max_examples": int(os.environ.get("TANDEM_TEST_EXAMPLES", "150")), "stateful_step_count": 40}
    run_state_machine_as_test(
        AnyOrder,
        settings=settings(deadline=None, suppress_health_check=list(HealthCheck), **(many if IS_WIDE else few)),
    )
