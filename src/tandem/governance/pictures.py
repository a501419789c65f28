"""What the picture of a change says, in short: a yes is a yes to that, and of another picture it is asked for again."""

import hashlib
from typing import Any

from tandem.history.record import canonical
from tandem.planning.models import LevelledPlan

Told = dict[tuple[Any, ...], list[Any]]
KINDS = ("project", "promise", "cost", "budget", "conflict_new", "conflict_other", "conflict_gone")
"""What differs of two pictures: [kind, …what it is about, before, now]."""


def told(outcome: dict[str, Any]) -> Told:
    """When projects and promises end before and then, sums before and then, and which conflicts come, go and change, with their days."""
    found: Told = {("project", space): [before, after] for space, _start, before, _then, after in outcome.get("projects", ())}
    found |= {("promise", row[0]): row[2:4] for row in outcome.get("promises", ())}
    for kind, rows in (("cost", "costs"), ("budget", "budgets")):
        found |= {(kind, space, currency): [before, after] for space, currency, before, after in outcome.get(rows, ())}
    for rows in ("new", "other", "gone"):
        found |= {(f"conflict_{rows}", *row[:4]): row[4:] for row in outcome.get(f"conflicts_{rows}", ())}
    return found


def digest(outcome: dict[str, Any] | None) -> str:
    rows = sorted([[str(part) for part in key], value] for key, value in told(outcome or {}).items())
    return hashlib.sha256(canonical(rows).encode()).hexdigest()


def differing(before: dict[str, Any] | None, now: dict[str, Any] | None) -> list[list[Any]]:
    """What one shows otherwise than the other; None where it says nothing of it."""
    first, second = told(before or {}), told(now or {})
    keys = sorted(first.keys() | second.keys(), key=lambda key: (KINDS.index(key[0]), [str(part) for part in key]))
    return [[*key, first.get(key), second.get(key)] for key in keys if first.get(key) != second.get(key)]


def is_old(outcome: dict[str, Any] | None) -> bool:
    """Whether the plan that stands is of a later day than the picture, or has moved the end of a project that it tells of or changes."""
    if not outcome or not outcome.get("plan") or "drawn_on" not in outcome:
        return False
    newest = LevelledPlan.objects.newest_first().without_inputs().first()
    if newest is None or newest.pk == outcome["plan"]:
        return False
    ends = {int(space): row[1][:10] for space, row in newest.ends.items()}
    return newest.as_of.isoformat() > outcome["drawn_on"] or any(ends.get(space) != end for space, end in outcome.get("stood", ()))
