"""The ledger of promises: what became of every date that was told, and how well dates are kept over time."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Case, F, Max, Min, Q, TextField, Value, When
from django.db.models.fields.json import KeyTextTransform as Text

from tandem.compute.forecasting.percentiles import binomial_interval
from tandem.kit import clock
from tandem.kit.types import Ref
from tandem.planning.models import Forecast
from tandem.planning.status import DONE, NONE, OFF, ON, RISK, status_of
from tandem.portfolio.models.project import LONG_AGO
from tandem.product.models import Feature
from tandem.reports.queries.roadmap_rows import FEATURE, RELEASE
from tandem.strategy import periods
from tandem.strategy.models import Contribution, Objective
from tandem.strategy.periods import Period

KEPT, LATE, MISSED, REVISED, TOO_LATE, FORWARD, WITHDRAWN = "kept", "late", "missed", "revised", "too_late", "forward", "withdrawn"
OPEN = frozenset({ON, RISK, OFF, NONE, DONE, MISSED})
AT_RISK = frozenset({RISK, OFF})
BROKEN = frozenset({LATE, MISSED, TOO_LATE})
STANDINGS = {
    "open": OPEN, "at_risk": AT_RISK, "missed": BROKEN, "kept": frozenset({KEPT}), "revised": frozenset({REVISED, FORWARD}),
    "withdrawn": frozenset({WITHDRAWN}),
}  # fmt: skip
"""What may be asked for: each a set of codes. `revised` are those that were revised before their day."""

NEEDED = 5
"""Of fewer dates no share is said."""
NEEDED_FORECASTS = 10


class Entry(NamedTuple):
    """One date that was told. `code` says what became of it; `came` whether its day is over."""

    id: int
    date: date
    to_whom: str
    product_id: int
    ref: Ref
    code: str
    came: bool
    there_on: date | None  # when what it was about was there
    p80_then: date | None  # by the forecast of the day on which it was given


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts by code. The share is of the dates whose day is over."""

    counts: Counter[str]
    came: Counter[str]

    def of(self, codes: Iterable[str]) -> int:
        return sum(self.counts[c] for c in codes)

    @property
    def kept(self) -> int:
        return self.came[KEPT]

    @property
    def broken(self) -> int:
        return sum(self.came[c] for c in BROKEN)

    @property
    def revised(self) -> int:
        return self.came[REVISED]

    @property
    def due(self) -> int:
        return self.kept + self.broken + self.revised

    @property
    def share(self) -> float | None:
        return self.kept / self.due if self.due >= NEEDED else None

    @property
    def share_as_last_told(self) -> float | None:
        """Of the dates that were not taken back before their day."""
        last = self.kept + self.broken
        return self.kept / last if last >= NEEDED else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Where the true share lies, with 95 % confidence."""
        return binomial_interval(self.kept, self.due) if self.due >= NEEDED else None


@dataclass(frozen=True, slots=True)
class Calibration:
    """Of `cases` promises whose P80 of the day they were given is over, `held` were there by it."""

    held: int
    cases: int

    @property
    def is_enough(self) -> bool:
        return self.cases >= NEEDED_FORECASTS


def code_of(
    day: date, *, kept_on: date | None, withdrawn_on: date | None, after: tuple[date, date] | None, there_on: date | None,
    p50: date | None, p80: date | None, planned: date | None, as_of: date | None,
) -> str:  # fmt: skip
    """`after`: the date told instead, and the day on which that was said. A date that was revised or withdrawn only when
    its day was over is broken; one that an earlier date replaced counts by that one."""
    if kept_on:
        return LATE if kept_on > day else KEPT
    if after:
        return FORWARD if after[0] <= day else TOO_LATE if after[1] > day else REVISED
    if withdrawn_on:
        return TOO_LATE if withdrawn_on > day else WITHDRAWN
    if there_on is not None and there_on > day:
        return MISSED
    today = clock.today()
    seen_on = as_of if as_of and today - as_of > LONG_AGO else today
    found = status_of(day, p50, p80, today=seen_on, done_on=there_on, planned=planned)
    return MISSED if found == OFF and day < seen_on else found


_PROMISED = (
    "pk", "date", "to_whom", "kept_on", "withdrawn_on", "replaced_by__date", "replaced_by__given_on", "feature_id", "release_id",
    "feature__product_id", "release__product_id", "feature__shipped_on", "release__released_on", "basis__p80",
)  # fmt: skip


def entries(user: Any, rows: Any) -> list[Entry]:
    """Of these promises, which the user sees. Two queries, however many they are."""
    found = list(rows.order_by("date", "pk").values_list(*_PROMISED))
    waiting = [row for row in found if not (row[3] or row[4] or row[5])]
    known = _forecasts(user, waiting)
    today = clock.today()
    made = []
    for pk, day, to_whom, kept_on, withdrawn_on, new, said_on, feature, release, product, other, shipped, released, then in found:
        ref = Ref(FEATURE, feature) if feature else Ref(RELEASE, release)
        p50, p80, as_of, plan = known.get(ref, (None, None, None, None))
        there_on = shipped or released
        code = code_of(
            day, kept_on=kept_on, withdrawn_on=withdrawn_on, after=(new, said_on) if new else None, there_on=there_on,
            p50=p50, p80=p80, planned=date.fromisoformat(plan) if plan else None, as_of=as_of,
        )  # fmt: skip
        made.append(Entry(pk, day, to_whom, product or other, ref, code, day < today, there_on or kept_on, _day(then)))
    return made


def _forecasts(user: Any, waiting: Sequence[tuple[Any, ...]]) -> dict[Ref, tuple[Any, ...]]:
    ids = {row[7] or row[8] for row in waiting}
    if not ids:
        return {}
    rows = Forecast.objects.visible_to(user).filter(is_current=True, subject_kind__in=(FEATURE, RELEASE), subject_id__in=ids)
    plan = Case(When(p80=None, then=Text("finish", Text("plan", F("detail")))), default=Value(None), output_field=TextField())
    return {Ref(kind, pk): tuple(said) for kind, pk, *said in rows.annotate(plan=plan).values_list(
        "subject_kind", "subject_id", "p50", "p80", "as_of", "plan"
    )}  # fmt: skip


def _day(text: Any) -> date | None:
    try:
        return date.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None


def tally(found: Iterable[Entry]) -> Tally:
    made = Tally(Counter(), Counter())
    for one in found:
        made.counts[one.code] += 1
        if one.came:
            made.came[one.code] += 1
    return made


def calibration(found: Iterable[Entry]) -> Calibration:
    """Did the forecasts hold that stood beside the promises? Each of a subject and day once."""
    today = clock.today()
    there: dict[Ref, date] = {}
    cases = set()
    for one in found:
        if one.there_on:
            there[one.ref] = min(one.there_on, there.get(one.ref, one.there_on))
        if one.p80_then and one.p80_then < today and one.code != WITHDRAWN:
            cases.add((one.ref, one.p80_then))
    held = sum(ref in there and there[ref] <= p80 for ref, p80 in cases)
    return Calibration(held, len(cases))


def served(user: Any, objective_id: int | None = None) -> dict[Ref, set[int]]:
    """Which objectives what was promised serves; a release serves what its features serve. Two queries."""
    rows = Contribution.objects.visible_to(user).filter(subject_kind__in=(FEATURE, RELEASE))
    if objective_id is not None:
        rows = rows.filter(objective=objective_id)
    found: dict[Ref, set[int]] = {}
    for kind, pk, objective in rows.values_list("subject_kind", "subject_id", "objective_id"):
        found.setdefault(Ref(kind, pk), set()).add(objective)
    in_releases = Feature.objects.visible_to(user).filter(release__isnull=False).values_list("pk", "release_id")
    for feature, release in in_releases:
        if Ref(FEATURE, feature) in found:
            found.setdefault(Ref(RELEASE, release), set()).update(found[Ref(FEATURE, feature)])
    return found


def of_objective(user: Any, rows: Any, objective_id: int) -> Any:
    """The promises of what serves the objective."""
    refs = served(user, objective_id)
    features = rows.filter(feature__in=[ref.id for ref in refs if ref.kind == FEATURE])
    return features | rows.filter(release__in=[ref.id for ref in refs if ref.kind == RELEASE])


def of_product(rows: Any, product_id: int | str) -> Any:
    return rows.filter(Q(feature__product=product_id) | Q(release__product=product_id))


def standing(user: Any, rows: Any, value: str) -> Any:
    """Those that stand so today."""
    return among(rows, entries(user, rows), value)


def among(rows: Any, found: Iterable[Entry], value: str) -> Any:
    codes = STANDINGS[value]
    return rows.filter(pk__in=[e.id for e in found if e.code in codes])


def quarters(first: date, last: date, first_month: int) -> list[Period]:
    return [p for p in periods.within(first, last, first_month) if "Q" in p.key]


def by_quarter(found: Sequence[Entry], first_month: int) -> list[tuple[Period, list[Entry]]]:
    """Entries in time, in the quarters from the first to the last of them."""
    made: list[tuple[Period, list[Entry]]] = [(p, []) for p in quarters(found[0].date, found[-1].date, first_month)] if found else []
    at = 0
    for one in found:
        while at < len(made) and made[at][0].ends_on < one.date:
            at += 1
        if at == len(made):
            break  # beyond the last year that has quarters
        made[at][1].append(one)
    return made


def objective_names(user: Any) -> dict[int, str]:
    return dict(Objective.objects.visible_to(user).order_by("starts_on", "id").values_list("pk", "title"))


def dates_of(rows: Any) -> tuple[date, date] | None:
    """From the first to the last day that was told."""
    found = rows.aggregate(first=Min("date"), last=Max("date"))
    return (found["first"], found["last"]) if found["first"] else None
