"""The range in which a plan ends as a reader sees it: what they may not see is counted, not named."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Model

from tandem.governance.models import Risk
from tandem.kit import clock
from tandem.people.models import Space
from tandem.planning.models import PlanRange, RangeCase
from tandem.portfolio.models import Project
from tandem.product.models import Feature
from tandem.reports.queries.scope import below
from tandem.work.models import WorkItem

DAYS, MOST = 60, 400


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


@dataclass(frozen=True, slots=True)
class Struck:
    """A risk in the trials: the share in which it struck, and the mean end with it and without it. `risk` is None out of sight."""

    risk: Risk | None
    happened: float
    with_it: date | None
    without: date | None


@dataclass(frozen=True, slots=True)
class Case:
    """A past baseline: what the range would have said on its day, when the last of its work was done, and whether P80 held."""

    row: RangeCase
    held: bool | None


@dataclass(slots=True)
class Tried:
    """Of a place; `wide_*`: of everything that the reader sees. `undecided`: work is open and P80 not over; `little`: too little was known."""

    cases: list[Case]
    held: int = 0
    decided: int = 0
    undecided: int = 0
    little: int = 0
    wide_held: int = 0
    wide_decided: int = 0


@dataclass(slots=True)
class Shown:
    range: PlanRange
    drivers: list[Driver]
    counted: list[Counted]
    course: list[Course]
    risks: list[Struck] = field(default_factory=list)


def tried(user: Any, space: Space) -> Tried:
    """Two queries, however many baselines there are."""
    inside, today = below(user, space.pk), clock.today()
    found = Tried([])
    for row in RangeCase.objects.visible_to(user).select_related("baseline", "space").order_by("-as_of", "-id")[:MOST]:
        held = row.held(today)
        found.wide_held += held is True
        found.wide_decided += held is not None
        if row.space_id not in inside:
            continue
        found.held += held is True
        found.decided += held is not None
        found.little += row.p80 is None
        found.undecided += row.p80 is not None and held is None
        if row.p80 is not None:
            found.cases.append(Case(row, held))
    return found


def _struck(user: Any, detail: dict[str, Any]) -> list[Struck]:
    """The risks that feed a range, those that move its end most first."""
    told = detail.get("risk_shares", ())
    known = Risk.objects.visible_to(user).in_bulk([int(one["risk"]) for one in told if str(one["risk"]).isdecimal()])

    def day(text: Any) -> date | None:
        return date.fromisoformat(text) if text else None

    rows = [Struck(known.get(int(one["risk"])) if str(one["risk"]).isdecimal() else None, one["happened"], day(one["with"]), day(one["without"])) for one in told]
    return sorted(rows, key=lambda one: -abs((one.with_it - one.without).days) if one.with_it and one.without else 0)


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
    return Shown(found, drivers, counted, [Course(*row) for row in reversed(days)], _struck(user, detail))


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
