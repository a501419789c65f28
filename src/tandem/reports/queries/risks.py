"""Risks as a reader sees them: where each stands on its matrix, what a scope comes to and what is set aside for it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, Q

from tandem.governance import assessing, scales
from tandem.governance.assessing import HIGH, LOW, MEDIUM, UNKNOWN, Scale
from tandem.governance.models import Risk, RiskReserve, RiskRun, RiskTie
from tandem.kit import clock
from tandem.people.models import Space
from tandem.portfolio import currencies
from tandem.reports.queries.scope import below

MOST = 2000
"""So many at most stand on one matrix."""
TREND, BENEATH = 180, 200
MOST_GRADED = 20_000


def look_up(rows: Sequence[Any]) -> None:
    """Sets `now` (what counts today), `cell` and `after` on each; the scales and the rates in four queries, however many rows."""
    known, rates, today = scales.scales_for({row.space_id for row in rows}), currencies.rates(), clock.today()
    for row in rows:
        scale = known[row.space_id]
        rate = rates.between(row.currency, scale.currency, today)
        share = None if rate is None else float(rate)
        row.now = assessing.standing(row)
        row.cell = assessing.cell(scale, row.now, share)
        after = assessing.after_response(row)
        row.after = assessing.cell(scale, after, share) if after is not None else None


_COUNTED = ("space_id", "probability", "days", "money", "currency", "is_responded", "residual_probability", "residual_days", "residual_money")


@dataclass
class Matrix:
    """Rows by step of probability and of effect; a scope is read on its own scale. `unknown`: so many stand nowhere, since no rate is known
    for their money."""

    scale: Scale
    cells: dict[tuple[int, int], list[Any]] = field(default_factory=dict)
    grades: dict[str, int] = field(default_factory=lambda: dict.fromkeys((HIGH, MEDIUM, LOW), 0))
    count: int = 0
    unknown: int = 0
    left_off: bool = False


def matrix(user: Any, space: Space, kind: str, *, is_after: bool = False) -> Matrix:
    """`is_after`: as they should stand once their responses are carried out."""
    found: list[Any] = list(Risk.objects.visible_to(user).open().filter(space_id__among=below(user, space.pk), kind=kind).order_by("id")[: MOST + 1])
    made = Matrix(scales.scale_of(space.pk), left_off=len(found) > MOST)
    rates, today = currencies.rates(), clock.today()
    for row in found[:MOST]:
        rate = rates.between(row.currency, made.scale.currency, today)
        stands = (assessing.after_response(row) if is_after else None) or assessing.standing(row)
        row.cell = assessing.cell(made.scale, stands, None if rate is None else float(rate))
        made.count += 1
        if row.cell.grade == UNKNOWN:
            made.unknown += 1
            continue
        made.cells.setdefault((row.cell.likely, row.cell.large), []).append(row)
        made.grades[row.cell.grade] += 1
    return made


@dataclass
class Exposure:
    """Of a scope: the newest run, the one on the end of its project, its course, and what is set aside."""

    run: RiskRun | None
    network: RiskRun | None
    course: list[RiskRun]
    reserves: list[RiskReserve]

    @property
    def reserve(self) -> RiskReserve | None:
        return self.reserves[0] if self.reserves else None


def exposure(user: Any, space: Space) -> Exposure:
    runs = list(RiskRun.objects.visible_to(user).filter(space=space, kind=RiskRun.Kind.EXPOSURE).newest_first()[:TREND])
    # of the day of the exposure: once no risk is open, or no work, there is none of that day
    network = RiskRun.objects.visible_to(user).filter(space=space, kind=RiskRun.Kind.NETWORK, as_of=runs[0].as_of).newest_first().first() if runs else None
    kept = list(RiskReserve.objects.visible_to(user).filter(space=space).select_related("set_by")[:TREND])
    return Exposure(runs[0] if runs else None, network, runs[::-1], kept)


def beneath(user: Any, space: Space) -> list[tuple[Space, RiskRun, RiskReserve | None]]:
    """The places directly below of which anything was computed, with their newest exposure and their reserve; three queries."""
    runs = RiskRun.objects.visible_to(user).filter(kind=RiskRun.Kind.EXPOSURE, space__parent=space).order_by("space_id", "-as_of", "-id").distinct("space_id")
    newest = {run.space_id: run for run in runs}
    kept = {one.space_id: one for one in RiskReserve.objects.visible_to(user).filter(space__in=newest).order_by("space_id", "-id").distinct("space_id")}
    spaces = Space.objects.visible_to(user).filter(pk__in=newest).order_by("name")[:BENEATH]
    return [(space, newest[space.pk], kept.get(space.pk)) for space in spaces]


def due(user: Any, on: date, most: int) -> list[Risk]:
    """Open risks of the person that are to be looked at by this day, the longest due first."""
    rows = Risk.objects.visible_to(user).due_review(on).filter(owner=user).select_related("space")
    return list(rows.order_by("review_on", "id")[:most])


@dataclass(frozen=True, slots=True)
class Open:
    """Of a place: how many risks are open, and of how many something is missing."""

    count: int
    due: int
    unanswered: int
    unowned: int


def counted(rows: Any, on: date) -> Open:
    found = rows.open().order_by().aggregate(
        count=Count("id"), due=Count("id", Q(review_on__lte=on)), unanswered=Count("id", Q(response="")), unowned=Count("id", Q(owner=None))
    )
    return Open(**found)


def high(user: Any, spaces: Iterable[int]) -> dict[int, int]:
    """By space how many open threats stand high on its matrix; spaces without an open threat are left out."""
    rows: list[Any] = list(Risk.objects.visible_to(user).open().filter(space_id__among=frozenset(spaces), kind=Risk.Kind.THREAT).only(*_COUNTED).order_by("id")[:MOST_GRADED])
    if not rows:
        return {}
    look_up(rows)
    found: dict[int, int] = {}
    for row in rows:
        found[row.space_id] = found.get(row.space_id, 0) + (row.cell.grade == HIGH)
    return found


def ties(user: Any, risk: Risk) -> list[tuple[RiskTie, Any]]:
    """Each with what it names, None where the reader does not see that."""
    rows = RiskTie.objects.visible_to(user).filter(risk=risk).select_related("item__state", "feature", "project")
    return [(row, subject if (subject := row.subject) is not None and subject.is_seen_by(user) else None) for row in rows]  # type: ignore[attr-defined]
