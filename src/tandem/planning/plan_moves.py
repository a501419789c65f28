"""What moved between two levelled plans, and why: the first difference of what went in, along the chain that binds it."""

from datetime import date
from typing import Any

import numpy as np

from tandem.planning.plan_axis import SLOTS, PlanAxis
from tandem.planning.plan_inputs import BEGUN, ITEM, PERSON, POOL, Ints, Masks, PlanInputs
from tandem.planning.plan_why import KeptPlan

MOST = 40
_STEPS = 12
Move = dict[str, Any]


def since(before: KeptPlan, after: KeptPlan, axis: PlanAxis) -> list[Move]:
    """The items whose finish moved most, in calendar days, each with its cause as a code."""
    first = before.inputs.ordinals
    found = []
    for code, at in after.place.items():
        old = before.place.get(code)
        if old is None or code % 4 != ITEM:
            continue
        was, now = _day(first, int(before.finishes[old])), axis.day(max(int(after.finishes[at]) - 1, 0) // SLOTS)
        if was != now:
            found.append((abs((now - was).days), code, at, old, was, now))
    found.sort(key=lambda one: (-one[0], one[1]))
    return [
        {
            "item": code // 4, "space": int(after.inputs.space[at]), "before": was.isoformat(), "after": now.isoformat(), "days": (now - was).days,
            "cause": cause(before, after, at) if now > was else gain(before, after, old),
        }
        for _far, code, at, old, was, now in found[:MOST]
    ]  # fmt: skip


def _day(ordinals: Ints, finish: int) -> date:
    number, last = max(finish - 1, 0) // SLOTS, len(ordinals) - 1
    return date.fromordinal(int(ordinals[min(number, last)]) + max(0, number - last) * 7 // 5)


def cause(before: KeptPlan, after: KeptPlan, at: int) -> dict[str, Any]:
    """Why it is later: the first thing on its chain that is new, longer, or otherwise not what it was; else that the time
    went by while the work at the end of the chain has as much left as before."""
    chain = after.chain(at, _STEPS)
    for step in chain:
        if found := difference(before, after, step.at):
            return found | {"own": step.at == at}
    last = chain[-1].at
    there = before.place.get(int(after.inputs.code[last]), -1)
    if there >= 0 and after.inputs.first > before.inputs.first and max(int(after.starts[last]), int(before.starts[there])) < SLOTS:
        stood = "stood" if int(after.inputs.flags[last]) & BEGUN else "waited"
        return {"code": stood, **_named(int(after.inputs.code[last])), "own": last == at}
    return {"code": "order"}


def gain(before: KeptPlan, after: KeptPlan, old: int) -> dict[str, Any]:
    """Why it is earlier: the first thing on its former chain that is gone, shorter, or otherwise not what it was."""
    for step in before.chain(old, _STEPS):
        code = int(before.inputs.code[step.at])
        if code not in after.place:
            return {"code": "done", **_named(code), "own": False}
        if found := difference(before, after, after.place[code]):
            return found | {"own": step.at == old}
    return {"code": "order"}


def difference(before: KeptPlan, after: KeptPlan, at: int) -> dict[str, Any]:
    """What of an activity is not as it was before; {} when it is the same."""
    new, code = after.inputs, int(after.inputs.code[at])
    there = before.place.get(code)
    if there is None:
        return {"code": "added", **_named(code), "slots": int(new.slots[at])}
    old = before.inputs
    if int(new.slots[at]) != int(old.slots[there]) and not _worked_off(before, after, at, there):
        return {"code": "length", **_named(code), "slots": int(new.slots[at] - old.slots[there])}
    if _who(after, at) != _who(before, there):
        gone, come = _who(before, there) - _who(after, at), _who(after, at) - _who(before, there)
        return {"code": "people", **_named(code), "gone": sorted(gone), "come": sorted(come)}
    if _time(before, after, at, there):
        return {"code": "time", **_named(code), "who": sorted(_who(after, at))}
    if int(new.flags[at]) & BEGUN and not int(old.flags[there]) & BEGUN:
        return {"code": "begun", **_named(code)}
    if _given(after, at) != _given(before, there):
        return {"code": "date", **_named(code)}
    if _links(after, at) - _links(before, there):
        tail = min(_links(after, at) - _links(before, there))[0]
        return {"code": "link", **_named(code), "other": tail // 4 if tail % 4 != 3 else None}
    return {}


def _time(before: KeptPlan, after: KeptPlan, at: int, there: int) -> bool:
    """Whether those who do it have other time than they had, before it is done."""
    who = _who(after, at)
    old, new = before.inputs, after.inputs
    if not who or (old.calendar[there] < 0 and new.calendar[at] < 0):
        return False
    last = max(_day(new.ordinals, int(after.finishes[at])), _day(old.ordinals, int(before.finishes[there]))).toordinal()
    days, mine, theirs = np.intersect1d(new.ordinals, old.ordinals, return_indices=True)
    differs = _row(new, at)[mine] != _row(old, there)[theirs]
    return bool(differs[days <= last].any())


def _row(inputs: PlanInputs, at: int) -> Masks:
    row = int(inputs.calendar[at])
    return inputs.masks[row] if row >= 0 else np.full(len(inputs.ordinals), 255, np.uint8)


def _worked_off(before: KeptPlan, after: KeptPlan, at: int, there: int) -> bool:
    """A begun item that is shorter by work that was done is no news."""
    return bool(int(after.inputs.flags[at]) & BEGUN) and int(after.inputs.slots[at]) < int(before.inputs.slots[there])


def _named(code: int) -> dict[str, Any]:
    return {"item": code // 4} if code % 4 != 3 else {"promise": code // 4}


def _who(plan: KeptPlan, at: int) -> set[int]:
    """The people who do it; a project's pool is nobody."""
    codes = {int(plan.inputs.resource[row]) for row in plan.needs(at)}
    return {code // 2 for code in codes if code % 2 == PERSON and code % 2 != POOL}


def _given(plan: KeptPlan, at: int) -> tuple[date | None, date | None]:
    """Release and fixed start as dates, since each plan counts from a day of its own; what is past is nothing."""
    inputs = plan.inputs

    def on(slot: int) -> date | None:
        return _day(inputs.ordinals, slot + 1) if slot > 3 * SLOTS else None

    is_begun = int(inputs.flags[at]) & BEGUN
    return on(int(inputs.release[at])), None if is_begun else on(int(inputs.fixed[at]))


def _links(plan: KeptPlan, at: int) -> set[tuple[int, int, int]]:
    inputs = plan.inputs
    return {(int(inputs.code[inputs.tail[k]]), int(inputs.kind[k]), int(inputs.lag[k])) for k in plan.links_into(at)}
