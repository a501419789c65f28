"""The range in which a plan ends as a reader sees it: what they may not see is counted, not named."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Model

from tandem.people.models import Space
from tandem.planning.models import PlanRange
from tandem.portfolio.models import Project
from tandem.product.models import Feature
from tandem.work.models import WorkItem

DAYS = 60


@dataclass(frozen=True, slots=True)
class Driver:
    """What moves the end: its mean end when this is done quickly (in its best tenth) and slowly. `row`: the item, feature or project,
    None where the reader may not see it."""

    kind: str
    row: Model | None
    short: date
    long: date
    days: float
    criticality: float


@dataclass(frozen=True, slots=True)
class Counted:
    """Work that leaves through a throughput, with the finished items behind it."""

    kind: str
    row: Model | None
    items: int
    found: int
    per_week: float
    source: str


@dataclass(frozen=True, slots=True)
class Course:
    on: date
    p50: date
    p80: date


@dataclass(slots=True)
class Shown:
    range: PlanRange
    drivers: list[Driver]
    counted: list[Counted]
    course: list[Course]


def newest(user: Any, space: Space) -> Shown | None:
    found = PlanRange.objects.visible_to(user).filter(space=space).newest_first().select_related("run").first()
    if found is None:
        return None
    detail = found.detail
    named = _named(user, [(one["kind"], one["id"]) for one in detail.get("drivers", ())] + [_node(one) for one in detail.get("counted", ())])
    drivers = [
        Driver(one["kind"], named.get((one["kind"], one["id"])), date.fromisoformat(one["short"]), date.fromisoformat(one["long"]), one["days"], one["criticality"])
        for one in detail.get("drivers", ())
    ]  # fmt: skip
    counted = [Counted(_node(one)[0], named.get(_node(one)), one["items"], one["found"], one["per_week"], one["source"]) for one in detail.get("counted", ())]
    days = PlanRange.objects.visible_to(user).filter(space=space).exclude(p80=None).newest_first().values_list("as_of", "p50", "p80")[:DAYS]
    return Shown(found, drivers, counted, [Course(*row) for row in reversed(days)])


def _node(one: dict[str, Any]) -> tuple[str, int]:
    kind, _colon, number = one["node"].partition(":")
    return kind, int(number)


def _named(user: Any, wanted: Iterable[tuple[str, int]]) -> dict[tuple[str, int], Model]:
    """One query for each kind."""
    ids: dict[str, set[int]] = {"item": set(), "feature": set(), "project": set(), "space": set()}
    for kind, pk in wanted:
        ids.setdefault(kind, set()).add(pk)
    found: dict[tuple[str, int], Model] = {}
    for kind, rows in (
        ("item", WorkItem.objects.visible_to(user).filter(pk__in=ids["item"]).select_related("space")),
        ("feature", Feature.objects.visible_to(user).filter(pk__in=ids["feature"])),
        ("project", Project.objects.visible_to(user).filter(pk__in=ids["project"]).select_related("space")),
    ):
        found.update({(kind, row.pk): row for row in rows})  # type: ignore[attr-defined]
    # the end of a project, which risks put off as a whole
    found.update({("space", row.space_id): row for row in Project.objects.visible_to(user).filter(space__in=ids["space"]).select_related("space")})
    return found
