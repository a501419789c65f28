"""A row of the roadmap and the whole of it: what was promised, what is forecast, why they differ, how it is grouped."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from tandem.kit.dates import Span
from tandem.kit.types import Json, Ref
from tandem.planning.models import Forecast
from tandem.planning.status import NONE, WORST_FIRST
from tandem.product.models import Product
from tandem.product.models.window import implied_by
from tandem.strategy.models import Objective

FEATURE, RELEASE = "product.feature", "product.release"
LATE = "late"
_PACE = ("progress", "throughput")


@dataclass(frozen=True)
class Said:
    """A promise as it stands on record; `closed` says what became of it."""

    id: int
    version: int
    date: date
    to_whom: str
    given_on: date
    given_by: str
    reason: str
    confidence: int | None
    closed: str
    kept_on: date | None


@dataclass
class Row:
    """A feature or a release. `said` is the promise that counts now, `before` the ones that it replaced, newest first."""

    ref: Ref
    title: str
    product: str
    product_id: int
    space_id: int
    horizon: str
    team: str
    owner: str
    done_on: date | None
    today: date
    release: str = ""
    objectives: list[tuple[int, int]] = field(default_factory=list)
    said: Said | None = None
    before: list[Said] = field(default_factory=list)
    others: list[Said] = field(default_factory=list)
    forecast: Forecast | None = None
    status: str = NONE
    items: dict[int, str] = field(default_factory=dict)
    features: dict[int, str] = field(default_factory=dict)
    state: str = ""
    window: Span | None = None
    by_hand: str = ""  # the horizon that somebody set, whatever the window implies

    def named(self, code: Json) -> str:
        """What a cause or a way out is about; empty when the reader may not know it."""
        return self.features.get(code["feature"], "") if "feature" in code else self.items.get(code.get("item", 0), "")

    @property
    def kind(self) -> str:
        return "release" if self.ref.kind == RELEASE else "feature"

    @property
    def actual(self) -> date | None:
        """When it happened: shipped or released, or the promise was kept while more is still to come."""
        return self.done_on or (self.said.kept_on if self.said else None)

    @property
    def implied(self) -> str:
        """The horizon that the window implies, where it says another one than was set by hand."""
        if not self.by_hand or self.window is None or self.done_on:
            return ""
        found = implied_by(self.window, self.today)
        return found if found != self.by_hand else ""

    @property
    def began(self) -> date | None:
        """The day on which work on its scope began."""
        began = self.forecast.detail.get("began") if self.forecast else None
        return date.fromisoformat(began) if began else None

    @property
    def p80(self) -> date | None:
        return self.forecast.p80 if self.forecast and not self.actual else None

    @property
    def plan_finish(self) -> date | None:
        """When the plan puts the end, where too little history gives no range."""
        plan = self.forecast.detail.get("plan") if self.forecast and not self.actual else None
        return date.fromisoformat(plan["finish"]) if plan else None

    @property
    def slip_days(self) -> int | None:
        """Days between the promise and what happened, is forecast, or at least today."""
        if self.said is None:
            return None
        end = self.actual or self.p80 or self.plan_finish or (self.today if self.said.date < self.today else None)
        return (end - self.said.date).days if end else None

    @property
    def is_late(self) -> bool:
        """It happened, after the promised day."""
        return self.actual is not None and (self.slip_days or 0) > 0

    @property
    def slip(self) -> Json:
        found: Json = (self.forecast.detail.get("slip") or {}) if self.forecast and not self.actual else {}
        return found if self.said and found.get("promise") == self.said.id else {}

    @property
    def is_given_reckoned(self) -> bool:
        """Whether no forecast stood there when the promise was given: what it would have been is reckoned afterwards."""
        return bool(self.slip.get("is_reckoned"))

    @property
    def slip_given(self) -> date | None:
        """The P80 of the day when the promise was given."""
        given = self.slip.get("given")
        return date.fromisoformat(given) if given else None

    @property
    def causes(self) -> list[Json]:
        """All of them, in the order of the waterfall."""
        return self.slip.get("causes", [])

    @property
    def largest(self) -> list[Json]:
        """The three that cost most days; that too early a date was told is said only where nothing else is. What was finished until today and the pace of the rest are one cause here: the
        throughput, in the words of the costlier half."""
        costly: list[Json] = [c for c in self.causes if c["code"] not in (*_PACE, "reserve")]
        pace = sorted((c for c in self.causes if c["code"] in _PACE), key=lambda cause: -cause["days"])
        if pace:
            costly.append({**pace[0], "days": sum(cause["days"] for cause in pace)})
        found = sorted((c for c in costly if c["days"] > 0), key=lambda cause: -cause["days"])[:3]
        return found or [c for c in self.causes if c["code"] == "reserve" and c["days"] > 0]

    @property
    def ends(self) -> date | None:
        """Where the row stands in time: what happened, is promised, or is forecast."""
        return (
            self.actual
            or (self.said.date if self.said else None)
            or (self.forecast.p50 if self.forecast else None)
            or self.plan_finish
            or (self.window.last if self.window else None)
        )

    @property
    def first_promised(self) -> date | None:
        first = self.before[-1] if self.before else self.said
        return first.date if first else None


@dataclass
class Group:
    name: str
    note: str
    rows: list[Row]
    id: int | None = None


@dataclass
class Roadmap:
    rows: list[Row]
    objectives: list[Objective]
    products: list[Product]
    today: date
    computed_at: datetime | None

    def counts(self) -> dict[str, int]:
        """Promised rows by status; `late` are those that were delivered after their day."""
        found = dict.fromkeys((*WORST_FIRST, LATE), 0)
        for row in self.rows:
            if row.said:
                found[LATE if row.is_late else row.status] += 1
        return found

    def grouped(self, by: str, words: dict[str, str], *, by_slip: bool = False) -> list[Group]:
        """By objective, product or team; rows without one come last, under `words[by]`."""
        ordered = worst_first if by_slip else in_time
        if by == "objective":
            names = {o.pk: (o.title, o.measure) for o in self.objectives}
            found: dict[Any, list[Row]] = {o.pk: [] for o in self.objectives}
            for row in self.rows:
                served = [pk for pk, _weight in row.objectives if pk in names]
                found.setdefault(served[0] if served else None, []).append(row)
            return [
                Group(names[pk][0] if pk else words[by], names[pk][1] if pk else "", ordered(rows), pk)
                for pk, rows in found.items() if rows
            ]  # fmt: skip
        value: Callable[[Row], str] = (lambda r: r.product) if by == "product" else (lambda r: r.team)
        named: dict[str, list[Row]] = defaultdict(list)
        for row in self.rows:
            named[value(row)].append(row)
        order = sorted(named, key=lambda name: (not name, name))
        return [Group(name or words[by], "", ordered(named[name])) for name in order]

    def crowding(self) -> dict[str, float | None]:
        """Demand ÷ capacity in per cent per month (`2026-11`); None where nobody has shown a pace."""
        demand: dict[str, float] = defaultdict(float)
        capacity: dict[str, dict[str, float]] = {}
        for row in self.rows:
            load = (row.forecast.detail.get("load") if row.forecast and not row.done_on else None) or {}
            for month, items in load.get("demand", {}).items():
                demand[month] += items
            capacity.update(load.get("capacity", {}))
        total: dict[str, float] = defaultdict(float)
        for months in capacity.values():
            for month, items in months.items():
                total[month] += items
        self.demand, self.capacity = dict(demand), dict(total)
        return {
            m: round(demand[m] / total[m] * 100, 1) if total[m] else None
            for m in sorted(demand.keys() | total.keys())
        }


def in_time(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda r: (r.ends is None, r.ends or date.max, r.title))


def worst_first(rows: list[Row]) -> list[Row]:
    """The worst first; what has no slip comes last."""
    return sorted(rows, key=lambda r: (r.slip_days is None or r.actual is not None, -(r.slip_days or 0), r.title))
