"""Attempts to end a conflict: a changed problem and a plan of it, most promising first, none of them judged yet."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from tandem.compute.scheduling.levelling import changes
from tandem.compute.scheduling.levelling.check import check
from tandem.compute.scheduling.levelling.compile import compiled_problem, plan_of
from tandem.compute.scheduling.levelling.conflict import (
    LATE_PROJECT,
    OVERLOAD,
    REST,
    Conflict,
    deadline_of,
    finish_of,
)
from tandem.compute.scheduling.levelling.decode import Decoded, Decoder
from tandem.compute.scheduling.levelling.explain import Cause, Step, explain
from tandem.compute.scheduling.levelling.plan import Plan
from tandem.compute.scheduling.levelling.problem import Activity, Problem
from tandem.compute.scheduling.levelling.scene import Scene

Keys = Mapping[str, int]
Solve = Callable[[Problem, Plan], Plan]
MOST_UNITS = 4
"""More extra units at once than this are not tried, unless a single activity needs them."""


@dataclass(frozen=True, eq=False, slots=True)
class Attempt:
    """A decision (`code` and whom it is about), the problem and the plan after it, and its own price."""

    code: str
    decision: tuple[object, ...]
    problem: Problem
    plan: Plan
    details: Mapping[str, object] = field(default_factory=dict)
    capacity: int = 0
    promise: int = 0


class Attempts:
    """All attempts for one conflict of a plan; decisions in `done` are not tried again. `rounds`: how often every kind had its turn."""

    def __init__(
        self,
        problem: Problem,
        plan: Plan,
        conflict: Conflict,
        may_split: frozenset[str] | None,
        solve: Solve | None,
    ) -> None:
        self.problem, self.plan, self.conflict = problem, plan, conflict
        self.done: set[tuple[object, ...]] = set()
        self.rounds = 0
        self._may_split, self._solve = may_split, solve
        self._scene = Scene(problem, plan)
        self._keys = {one.id: 4 * int(plan.starts[i]) for i, one in enumerate(problem.activities)}
        self._modes = {one.id: int(plan.modes[i]) for i, one in enumerate(problem.activities)}
        self._base = compiled_problem(problem)
        self._last: tuple[Problem, Decoder] | None = None
        self._own = self._subject()
        self._chain = self._binding()

    def __iter__(self) -> Iterator[Attempt]:
        """One of each kind in turn: a caller with little time has seen something of everything."""
        kinds = [
            self._shift(),
            self._planned("replan", ("replan",), self.problem, {}),
            self._swap() if self.conflict.kind != OVERLOAD else iter(()),
            self._add_capacity(),
            self._split(),
            self._other_mode(),
            self._drop_lag(),
        ]
        while kinds:
            for kind in list(kinds):
                attempt = next(kind, None)
                if attempt is None:
                    kinds.remove(kind)
                else:
                    yield attempt
            self.rounds += 1

    # -- who and what it is about --------------------------------------------------------------------------

    def _subject(self) -> frozenset[str]:
        """The activities that must move: of an overload the pinned ones at work, else what is late and all that
        leads to it."""
        if self.conflict.kind == OVERLOAD:
            return frozenset(self.conflict.activities)
        own = {self.conflict.subject}
        if self.conflict.kind == LATE_PROJECT:
            own = {one.id for one in self.problem.activities if one.project == self.conflict.subject}
        leads: dict[str, list[str]] = {}
        for link in self.problem.links:
            leads.setdefault(link.successor, []).append(link.predecessor)
        waiting = list(own)
        while waiting:
            for name in leads.get(waiting.pop(), ()):
                if name not in own:
                    own.add(name)
                    waiting.append(name)
        return frozenset(own)

    def _binding(self) -> tuple[Step, ...]:
        """The chain that binds what is late; of an overload each activity at work by itself."""
        if self.conflict.kind == OVERLOAD:
            return tuple(Step(name, 0, ()) for name in self.conflict.activities)
        ends = [(int(self.plan.finishes[self.problem.index[name]]), name) for name in self._own]
        if self.conflict.kind == LATE_PROJECT:
            members = {one.id for one in self.problem.activities if one.project == self.conflict.subject}
            ends = [(end, name) for end, name in ends if name in members]
        last = max(ends)[1] if self.conflict.kind == LATE_PROJECT else self.conflict.subject
        return explain(self.problem, self.plan, last, self._scene).steps

    def _one(self, name: str) -> Activity:
        return self.problem.activities[self.problem.index[name]]

    def _shortages(self) -> Iterator[tuple[Step, Cause]]:
        for step in self._chain:
            for cause in step.causes:
                if cause.code == "capacity":
                    yield step, cause

    # -- planning anew -------------------------------------------------------------------------------------

    def _planned(
        self, code: str, decision: tuple[object, ...], changed: Problem, details: Mapping[str, object], *,
        keys: Keys | None = None, promise: int = 0, kept: bool = True,
    ) -> Iterator[Attempt]:  # fmt: skip
        """Plans of a changed problem: with all others where they are, in the plan's order, by the better engine."""
        ways: list[Callable[[], Plan]] = [lambda: self._in_order(changed, keys or {})]
        if kept:
            ways.insert(0, lambda: self._kept(changed, keys or {}))
        if self._solve is not None:
            solve = self._solve
            ways.append(lambda: solve(changed, self._in_order(changed, keys or {})))
        for way in ways:
            if decision in self.done:
                return
            yield Attempt(code, decision, changed, way(), details, promise=promise)

    def _kept(self, changed: Problem, keys: Keys) -> Plan:
        """Only the subject's activities and new ones are placed anew; all others stay."""
        decoder = self._decoder(changed)
        fixed, mode = decoder.arrays.fixed.copy(), decoder.arrays.fixed_mode.copy()
        for k, one in enumerate(changed.activities):
            if one.id in self._keys and one.id not in self._own and not one.is_given:
                fixed[k] = self.plan.starts[self.problem.index[one.id]]
                mode[k] = self._modes[one.id] if one.mode is None else one.mode
        held = Decoder(replace(decoder.arrays, fixed=fixed, fixed_mode=mode))
        made = self._placed(held, changed, keys)
        return plan_of(changed, decoder.measured(made.starts, made.modes), engine="ways out")

    def _in_order(self, changed: Problem, keys: Keys) -> Plan:
        """By the serial scheme in the order of the plan, but for the keys given."""
        return plan_of(changed, self._placed(self._decoder(changed), changed, keys), engine="ways out")

    def _placed(self, decoder: Decoder, changed: Problem, keys: Keys) -> Decoded:
        order = np.array([self._key(one.id, keys) for one in changed.activities], np.int64)
        modes = np.array([one.mode or self._modes.get(one.id, 0) for one in changed.activities], np.int32)
        count = np.array([len(one.modes) for one in changed.activities])
        return decoder.serial(decoder.listed(order), np.minimum(modes, count - 1).astype(np.int32))

    def _measured(self, changed: Problem, plan: Plan) -> Plan:
        """The same starts and modes, as a plan of a changed problem."""
        return plan_of(changed, self._decoder(changed).measured(plan.starts, plan.modes), engine="ways out")

    def _decoder(self, changed: Problem) -> Decoder:
        """The last one is kept: several plans are made of one changed problem."""
        if changed is self.problem:
            return self._base
        if self._last is None or self._last[0] is not changed:
            self._last = (changed, compiled_problem(changed))
        return self._last[1]

    def _key(self, name: str, keys: Keys) -> int:
        whole = name.removesuffix(changes.FIRST).removesuffix(REST)
        return keys.get(name, self._keys.get(name, self._keys.get(whole, 0)))

    # -- the kinds of ways out -----------------------------------------------------------------------------

    def _shift(self) -> Iterator[Attempt]:
        """A later date; for an overload a pinned activity is let go and found a new place."""
        if self.conflict.kind != OVERLOAD:
            kind, subject = self.conflict.kind, self.conflict.subject
            until = finish_of(self.problem, self.plan, kind, subject)
            one = self.problem.project[subject] if kind == LATE_PROJECT else self._one(subject)
            slots = until - deadline_of(self.problem, kind, subject)
            changed = changes.with_deadline(self.problem, kind, subject, until)
            judged = self._measured(changed, self.plan)
            details: dict[str, object] = {"until": until, "slots": slots}
            yield Attempt("shift", ("shift",), changed, judged, details, promise=one.weight * slots)
            return
        for name in self.conflict.activities:
            one = self._one(name)
            if one.pinned is None:
                continue
            changed = changes.with_activity(self.problem, replace(one, pinned=None, mode=self._modes[name]))
            for made in self._planned("shift", ("shift", name), changed, {}, keys={name: 2**40}):
                start = int(made.plan.starts[changed.index[name]])
                moved = abs(start - one.pinned)
                details = {"activity": name, "until": start, "slots": moved}
                # the person who pinned it is asked to pin it there
                changed_again = changes.with_activity(
                    changed, replace(one, pinned=start, mode=self._modes[name])
                )
                yield replace(
                    made, problem=changed_again, details=details, promise=max(one.weight, 1) * moved
                )  # fmt: skip

    def _swap(self) -> Iterator[Attempt]:
        """Before those who hold what it waits for, one by one; then before all; a little, then entirely."""
        rivals = []
        for _, cause in self._shortages():
            for holder in cause.holders:
                rival = self._one(holder.activity).project or holder.activity
                if holder.activity not in self._own and rival not in rivals:
                    rivals.append(rival)
        late = 4 * self.conflict.amount
        for shift in (late, 4 * late, 2**40):
            for rival in rivals:
                keys = {
                    one.id: self._keys[one.id] + shift
                    for one in self.problem.activities
                    if (one.project or one.id) == rival and one.id not in self._own
                }
                details: dict[str, object] = {"other": rival}
                yield from self._planned(
                    "swap", ("swap", rival), self.problem, details, keys=keys, kept=False
                )
            keys = {name: self._keys[name] - shift for name in self._own}
            yield from self._planned("swap", ("swap", ""), self.problem, {}, keys=keys, kept=False)

    def _add_capacity(self) -> Iterator[Attempt]:
        """The fewest units of one resource, first only where the chain waits for it, then ever earlier before
        the end; where no single resource suffices, of all that the subject needs."""
        if self.conflict.kind == OVERLOAD:
            yield from self._with_units(self.conflict.subject, self.plan)
            return
        windows: dict[str, list[set[int]]] = {}
        for step, cause in self._shortages():
            end = int(self.plan.finishes[self.problem.index[step.activity]])
            known = windows.setdefault(cause.resource, [])
            known.append(set(range(step.start - cause.slots, end)) | (known[-1] if known else set()))
        end = finish_of(self.problem, self.plan, self.conflict.kind, self.conflict.subject)
        lasts = [set(range(max(0, end - k * self.conflict.amount), end)) for k in (2, 4, 8, 16)]
        lasts.append(set(range(end)))
        single = [{name: window} for name, places in windows.items() for window in (*_few(places), *lasts)]
        modes = [mode for name in self._own for mode in self._one(name).modes]
        needed = {name for mode in modes for name, units in mode.demand.items() if units}
        needed = {name for name in needed if self.problem.resource[name].is_renewable}
        for chosen in (*single, *(dict.fromkeys(sorted(needed), window) for window in lasts)):
            label = next(iter(chosen)) if chosen in single else ""
            if label == "" and any(("add_capacity", name) in self.done for name in windows):
                return
            for units in range(1, min(max(self._need(chosen), 1), MOST_UNITS) + 1):
                if ("add_capacity", label) in self.done:
                    break
                roomy = self.problem
                for name, window in chosen.items():
                    roomy = changes.with_units(roomy, name, dict.fromkeys(window, units))
                yield from self._with_units(label, self._kept(roomy, {}))

    def _need(self, resources: Iterable[str]) -> int:
        """The most units of one of the resources that an activity of the subject holds."""
        modes = [mode for name in self._own for mode in self._one(name).modes]
        return max((mode.demand.get(name, 0) for name in resources for mode in modes), default=0)

    def _with_units(self, label: str, plan: Plan) -> Iterator[Attempt]:
        """Exactly the units that a plan takes beyond what there is, of one resource or ("") of several."""
        extra: dict[str, dict[int, int]] = {}
        for one in check(self.problem, self._measured(self.problem, plan)).violations:
            within = self.conflict.kind != OVERLOAD or self.conflict.begin <= one.slot < self.conflict.end
            if one.code == "capacity" and within and label in ("", one.other):
                extra.setdefault(one.other, {})[one.slot] = one.value
        if not extra:
            return
        changed = self.problem
        for name, slots in extra.items():
            changed = changes.with_units(changed, name, slots)
        told = tuple(
            (name, slot, n) for name, slots in sorted(extra.items()) for slot, n in sorted(slots.items())
        )
        details = {"resource": label, "units": max(n for _, _, n in told), "extra": told}
        yield Attempt(
            "add_capacity", ("add_capacity", label), changed, self._measured(changed, plan), details,
            capacity=sum(n for _, _, n in told),
        )  # fmt: skip

    def _drop_lag(self) -> Iterator[Attempt]:
        links = [cause.link for step in self._chain for cause in step.causes if cause.code == "link"]
        for link in links:
            if link is not None and link.lag > 0:
                changed = changes.without_lag(self.problem, link)
                decision = ("drop_lag", link.predecessor, link.successor, link.type)
                yield from self._planned("drop_lag", decision, changed, {"link": link}, promise=link.lag)

    def _other_mode(self) -> Iterator[Attempt]:
        for name in self._people():
            one = self._one(name)
            for mode in range(len(one.modes)):
                if mode != self._modes[name] and not one.is_fact:
                    changed = changes.with_activity(self.problem, replace(one, mode=mode))
                    details = {"activity": name, "mode": mode}
                    yield from self._planned("other_mode", ("other_mode", name, mode), changed, details)

    def _people(self) -> list[str]:
        """Activities of the chain and those who hold what it waits for."""
        names = [step.activity for step in self._chain]
        names += [holder.activity for _, cause in self._shortages() for holder in cause.holders]
        return list(dict.fromkeys(names))

    def _split(self) -> Iterator[Attempt]:
        """What waits for people begins in the gap before; who holds them is interrupted for it."""
        cuts: list[tuple[str, int]] = [(name, self.conflict.begin) for name in self.conflict.activities]
        for step, cause in self._shortages():
            blocked = cause.until - 1
            short = self._scene.short(self.problem.index[step.activity])
            free = short.sum(axis=0) == 0
            cuts.append((step.activity, -int(free[step.start - cause.slots : blocked].sum())))
        moments = dict.fromkeys(step.start - cause.slots for step, cause in self._shortages())
        for _, cause in self._shortages():
            cuts += [(holder.activity, at) for holder in cause.holders for at in moments if at > 0]
        for name, at in dict.fromkeys(cuts):
            yield from self._cut(name, at)

    def _cut(self, name: str, at: int) -> Iterator[Attempt]:
        """Split an activity at a slot, or (negative) after so many working slots."""
        one, i = self._one(name), self.problem.index[name]
        whole = one.modes[self._modes[name]].working_slots
        begin = int(self.plan.starts[i])
        slots = -at if at < 0 else int(self._scene.works(i)[begin:at].sum())
        may = self._may_split is None or name in self._may_split
        if one.is_fact or not may or not 0 < slots < whole:
            return
        changed = changes.split(self.problem, name, self._modes[name], slots)
        keys = {name + REST: 1 + max(self._keys[each] for each in self._own)}
        details = {"activity": name, "slots": slots}
        for chosen in ({}, keys):
            yield from self._planned("split", ("split", name), changed, details, keys=chosen)


def _few(places: list[set[int]]) -> list[set[int]]:
    """The first, the second, the fourth … of ever larger windows."""
    return [places[k - 1] for k in (1, 2, 4, 8, 16, 32) if k <= len(places)]
