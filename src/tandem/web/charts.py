"""Pictures drawn by the server: scales, ticks and paths in; the macros of `components/charts.html` write them as SVG.

    picture = charts.plot(x=(first, last), y=(0, most))
    picture.line([(day, value), …])           → the `d` of a path
    picture.x_ticks, picture.y_ticks          → [Tick(at, text)]
    picture.x(day), picture.y(value)          → where a mark stands

Days and moments are numbers here (`place`): days since the year 1, so that one scale serves both.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil, floor, isfinite, log10

from django.utils.translation import gettext as _

from tandem.kit.dates import day_and_month, is_chinese

Value = float | int | date | datetime
Point = tuple[Value, Value]
_STEPS = (1.0, 2.0, 5.0, 10.0)
_DAY_STEPS = (1, 2, 7, 14)
_MONTH_STEPS = (1, 2, 3, 6, 12, 24, 60, 120)


@dataclass(frozen=True, slots=True)
class Tick:
    """A place on an axis, in the units of the picture, with its label."""

    at: float
    text: str


def place(value: Value) -> float:
    """A number as it is; a day or a moment in days."""
    if isinstance(value, datetime):
        return value.toordinal() + (value.hour * 3600 + value.minute * 60 + value.second) / 86400
    return float(value.toordinal()) if isinstance(value, date) else float(value)


@dataclass(frozen=True, slots=True)
class Scale:
    """From values between `low` and `high` to the places between `start` and `end`; values outside stand at the edge."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: Value) -> float:
        span = self.high - self.low
        share = (place(value) - self.low) / span if span else 0.5
        return round(self.start + min(max(share, 0.0), 1.0) * (self.end - self.start), 2)


@dataclass(frozen=True, slots=True)
class Plot:
    """One picture: its size, the rectangle of its data, its scales and ticks. Paths are made in its units."""

    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float
    x: Scale
    y: Scale
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]

    def line(self, points: Iterable[Point]) -> str:
        """A line from point to point."""
        return _path([(self.x(a), self.y(b)) for a, b in points])

    def steps(self, points: Iterable[Point]) -> str:
        """A line that keeps its height until the next point: what holds until it changes."""
        found: list[tuple[float, float]] = []
        for a, b in points:
            at = (self.x(a), self.y(b))
            if found:
                found.append((at[0], found[-1][1]))
            found.append(at)
        return _path(found)

    def area(self, points: Iterable[tuple[Value, Value, Value]]) -> str:
        """What lies between two values: (x, lower, upper)."""
        rows = [(self.x(x), self.y(low), self.y(high)) for x, low, high in points]
        if not rows:
            return ""
        return _path([(x, high) for x, _low, high in rows] + [(x, low) for x, low, _high in rows[::-1]]) + "Z"

    def box(self, x0: Value, x1: Value, y0: Value, y1: Value) -> dict[str, float]:
        """A rectangle between two values on each axis, at least a hair wide: `x`, `y`, `width`, `height`."""
        a, b = sorted((self.x(x0), self.x(x1)))
        c, d = sorted((self.y(y0), self.y(y1)))
        return {"x": a, "y": c, "width": round(max(b - a, 0.8), 2), "height": round(max(d - c, 0.0), 2)}


def plot(
    *,
    x: tuple[Value, Value],
    y: tuple[Value, Value],
    width: float = 640,
    height: float = 260,
    left: float = 34,
    right: float = 12,
    top: float = 12,
    bottom: float = 24,
    x_ticks: Sequence[Tick | tuple[Value, str]] | None = None,
    y_ticks: Sequence[Tick | tuple[Value, str]] | None = None,
) -> Plot:
    """A picture of `width` by `height` whose axes reach over `x` and `y`. Without ticks: round numbers, and days where
    the axis holds days. The upper end of a numeric y-axis moves up to a round number."""
    low, high = place(y[0]), place(y[1])
    values = nice(low, high, 4)
    if y_ticks is None:
        high = max(high, values[-1])
    across = Scale(place(x[0]), place(x[1]), left, width - right)
    up = Scale(low, high, height - bottom, top)
    below = x_ticks if x_ticks is not None else _ticks(x, max(2, int((width - left - right) / 72)))
    beside = y_ticks if y_ticks is not None else [(n, number(n)) for n in values]
    return Plot(
        width, height, left, width - right, top, height - bottom, across, up, _placed(below, across), _placed(beside, up)
    )  # fmt: skip


def _ticks(ends: tuple[Value, Value], most: int) -> Sequence[tuple[Value, str]]:
    first, last = ends
    if isinstance(first, date) and isinstance(last, date):
        return days_between(first, last, most)
    return [(n, number(n)) for n in nice(place(first), place(last), most) if n <= place(last)]


def nice(low: float, high: float, count: int = 5) -> list[float]:
    """Round numbers that reach from `low` to `high` in about `count` steps of 1, 2 or 5 times a power of ten."""
    if not (isfinite(low) and isfinite(high)) or high <= low:
        return [low, low + 1] if isfinite(low) else [0.0, 1.0]
    rough = (high - low) / max(count, 1)
    power = 10 ** floor(log10(rough))
    step = next(s * power for s in _STEPS if s * power >= rough * 0.999)
    first = floor(low / step + 1e-9)
    last = ceil(high / step - 1e-9)
    return [round(n * step, 10) for n in range(first, last + 1)]


def days_between(first: date, last: date, most: int = 8) -> Sequence[tuple[Value, str]]:
    """Days, Mondays or firsts of months between two days, at most so many, each with its short name. Of months the year stands
    at the first one and where it changes; where that is the second one, only there, unless each is of a year of its own."""
    first, last = _day(first), _day(last)
    span = max((last - first).days, 1)
    for step in _DAY_STEPS:
        if span / step <= most:
            begin = first if step < 7 else first + timedelta(days=-first.weekday() % 7)
            return [
                (d, day_and_month(d))
                for n in range(0, span + 1, step)
                if (d := begin + timedelta(days=n)) <= last
            ]
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    step = next((s for s in _MONTH_STEPS if months / s <= most), _MONTH_STEPS[-1])
    found: list[tuple[Value, str]] = []
    for count in range(first.year * 12 + first.month - 1, last.year * 12 + last.month):
        if count % step == 0 and (day := date(count // 12, count % 12 + 1, 1)) >= first:
            found.append((day, short_month(day, with_year=not found or day.month <= step)))
    if step < 12 and len(found) > 1 and isinstance(second := found[1][0], date) and second.month <= step:
        found[0] = (found[0][0], short_month(found[0][0]))  # type: ignore[arg-type]  two years side by side would touch
    return found or [(first, day_and_month(first))]


def number(value: float) -> str:
    """`1,200`, `0.5`, `3`: as short as it is exact; a true minus."""
    text = f"{abs(value):,.0f}" if value == round(value) else f"{abs(value):,.2f}".rstrip("0").rstrip(".")
    return f"−{text}" if value < 0 else text


def percent(share: float | None, places: int = 0, *, signed: bool = False) -> str:
    """`84 %`, in Chinese `84%`; with its sign `+12.4 %`; a dash for what is not known."""
    if share is None:
        return "–"
    value = round(100 * share, places)
    return f"{'+' if signed and value > 0 else ''}{number(value)}{'%' if is_chinese() else ' %'}"


def quarter_name(day: date) -> str:
    """`Q1 2027`, in Chinese `2027年Q1`."""
    return _("Q%(n)s %(year)s") % {"n": (day.month + 2) // 3, "year": day.year}


def short_month(day: date, *, with_year: bool = False) -> str:
    """`Feb`, `Feb 2027` / `2月`, `2027年2月`."""
    if is_chinese():
        return f"{day.year}年{day.month}月" if with_year else f"{day.month}月"
    return f"{day.strftime('%b')} {day.year}" if with_year else day.strftime("%b")


def stacked(rows: Sequence[Sequence[float]]) -> list[list[tuple[float, float]]]:
    """Rows of values, the lowest series first, as (lower, upper) per series: what `Plot.area` takes."""
    width = len(rows[0]) if rows else 0
    found: list[list[tuple[float, float]]] = [[] for _ in range(width)]
    for row in rows:
        reached = 0.0
        for series, value in enumerate(row):
            found[series].append((reached, reached + value))
            reached += value
    return found


def _placed(ticks: Iterable[Tick | tuple[Value, str]], scale: Scale) -> tuple[Tick, ...]:
    return tuple(t if isinstance(t, Tick) else Tick(scale(t[0]), t[1]) for t in ticks)


def _path(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in points) if points else ""


def _day(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value
