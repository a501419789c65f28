"""What the picture of a change says, in short: a yes is a yes to that, and of another picture it is asked for again."""

import hashlib
from datetime import date
from typing import Any

from tandem.history.record import canonical
from tandem.planning.models import LevelledPlan, PlanConflict

Told = dict[tuple[Any, ...], list[Any]]
KINDS = ("project", "promise", "cost", "budget", "conflict_new", "conflict_other", "conflict_gone")
"""What differs of two pictures: [kind, …what it is about, before, now]."""
SLIPPING = (PlanConflict.Kind.PROMISE, PlanConflict.Kind.PROJECT)
"How long they last moves with the plan: by how much the change moves it stands beside them."


def told(outcome: dict[str, Any]) -> Told:
    """When projects and promises end before and then, sums before and then, and which conflicts come, go and change, with their days."""
    found: Told = {("project", space): [before, after] for space, _start, before, _then, after in outcome.get("projects", ())}
    found |= {("promise", row[0]): row[2:4] for row in outcome.get("promises", ())}
    for kind, rows in (("cost", "costs"), ("budget", "budgets")):
        found |= {(kind, space, currency): [before, after] for space, currency, before, after in outcome.get(rows, ())}
    for rows in ("new", "other", "gone"):
        found |= {(f"conflict_{rows}", *row[:4]): row[4:] for row in outcome.get(f"conflicts_{rows}", ())}
    return found


def effect(outcome: dict[str, Any]) -> Told:
    """What of it the change does: of ends by how many working days they move, and whether what is promised is kept, so that a plan
    which slips by a day before and with the change alike is the same effect. How late a promise or a project is follows from that."""
    found = told(outcome)
    promised = {row[0]: [row[1], row[4] if len(row) > 4 else row[1]] for row in outcome.get("promises", ())}
    for key, (before, after) in [(key, value) for key, value in found.items() if key[0] in ("project", "promise")]:
        found[key] = [before is None, after is None] if before is None or after is None else [_working_days(after) - _working_days(before)]
        if key[0] == "promise":
            on, then = promised[key[1]]
            found[key] += [then, before is not None and before > on, after is not None and after > then]
    for key, value in found.items():
        if key[0].startswith("conflict") and key[1] in SLIPPING:
            found[key] = [value[-1] - value[0]]
    return found


def _working_days(day: str) -> int:
    """From Monday to Friday, since a Monday long ago: what slips over a weekend slips by one."""
    weeks, rest = divmod(date.fromisoformat(day).toordinal() - 1, 7)
    return weeks * 5 + min(rest, 5)


def digest(outcome: dict[str, Any] | None) -> str:
    rows = sorted([[str(part) for part in key], value] for key, value in effect(outcome or {}).items())
    return hashlib.sha256(canonical(rows).encode()).hexdigest()


def differing(before: dict[str, Any] | None, now: dict[str, Any] | None) -> list[list[Any]]:
    """What one shows otherwise than the other; None where it says nothing of it."""
    was, is_now = effect(before or {}), effect(now or {})
    first, second = told(before or {}), told(now or {})
    keys = sorted(first.keys() | second.keys(), key=lambda key: (KINDS.index(key[0]), [str(part) for part in key]))
    return [[*key, first.get(key), second.get(key)] for key in keys if was.get(key) != is_now.get(key)]


def is_old(outcome: dict[str, Any] | None) -> bool:
    """Whether the plan that stands is of a later day than the picture, or has moved the end of a project that it tells of or changes."""
    if not outcome or not outcome.get("plan") or "drawn_on" not in outcome:
        return False
    newest = LevelledPlan.objects.newest_first().without_inputs().first()
    if newest is None or newest.pk == outcome["plan"]:
        return False
    ends = {int(space): row[1][:10] for space, row in newest.ends.items()}
    return newest.as_of.isoformat() > outcome["drawn_on"] or any(ends.get(space) != end for space, end in outcome.get("stood", ()))
