"""Earned value of projects in hours, points or money: what was planned by today, what is done, what it cost, and what follows.

Counted are the work items without parts that have a size and a planned day; what has not is named, never guessed. In money the plan is
that of the costs, and work items only say which share is done. Planned days
are those of the newest baseline, else of the plan, else the due day, else the end of the sprint. Everything is a whole number of
the smallest unit (minutes, thousandths of points, cents), so that sums are exact."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max, Sum

from tandem.compute.earned_value.measures import EarnedValue, Figures, earned_value, summed
from tandem.compute.earned_value.schedule import EarnedSchedule, Plan, earned_schedule
from tandem.kit import clock
from tandem.kit.dates import unit_end
from tandem.people.models import Space
from tandem.planning.models import Forecast
from tandem.portfolio.models import CostLine, Project
from tandem.reports.queries import earned_pieces, money
from tandem.reports.queries.earned_pieces import Days, Milestone, Piece
from tandem.work.models import Baseline, State, TimeEntry, WorkItem
from tandem.work.models.baseline import BaselineDate

HOURS, POINTS, MONEY, ITEMS = "hours", "points", "money", "items"
SCALE = {HOURS: 60, POINTS: 1000, MONEY: 100}
"So many of the smallest unit are one."
MOST = 60_000
"Work items of one reading."
ENOUGH = 0.9
"In money work is weighed by estimates where so many items have one, else each item counts the same."
_FIELDS = (
    "id", "space_id", "parent_id", "estimate_minutes", "estimate_points", "planned_start", "planned_finish", "due_on", "actual_finish",
    "percent_complete", "state__category", "logged_minutes", "remaining_minutes", "spent_minutes", "is_given_up", "state__is_given_up",
)  # fmt: skip
_COURSE = 52
"Points of a course at most."


@dataclass(slots=True)
class Left:
    """What is not counted, and what is known only in part."""

    unsized: int = 0
    unsized_open: int = 0
    unplanned: int = 0
    done_unlogged: int = 0
    undated_minutes: int = 0
    unknown: dict[str, int] = field(default_factory=dict)
    labour: bool = False
    steps: int = 0
    given_up: int = 0
    given_up_planned: int = 0
    unpriced_minutes: int = 0
    untold_minutes: int = 0


@dataclass(slots=True)
class Course:
    """One day of the S-curve; earned and actual end with today."""

    on: date
    planned: int
    earned: int | None
    actual: int | None


@dataclass(slots=True)
class Standing:
    """Of one project. `found` is None where nothing could be derived: `left` says what is missing; `too_many`: its items were
    not all read, so that nothing is derived of them."""

    space_id: int
    unit: str
    on: date
    currency: str = ""
    work_unit: str = ""
    pieces: list[Piece] = field(default_factory=list)
    left: Left = field(default_factory=Left)
    figures: Figures | None = None
    found: EarnedValue | None = None
    schedule: EarnedSchedule | None = None
    began: date | None = None
    ends: date | None = None
    course: list[Course] = field(default_factory=list)
    p50: date | None = None
    p80: date | None = None
    too_many: bool = False
    earning: str = Project.Earning.PERCENT
    steps: list[Piece] = field(default_factory=list)
    milestones: list[Milestone] = field(default_factory=list)

    @property
    def finish(self) -> date | None:
        """When the earned schedule expects the end."""
        if self.schedule is None or self.schedule.ieac is None or self.began is None or self.schedule.ieac > 5200:
            return None
        return self.began + timedelta(days=round(self.schedule.ieac * 7) - 1)


def units_of(user: Any, space_id: int) -> list[str]:
    """In what the project can be measured, the first being what it is measured in unless said otherwise."""
    rows = WorkItem.objects.visible_to(user).present().filter(space=space_id)
    sized = rows.aggregate(hours=Max("estimate_minutes"), points=Max("estimate_points"))
    found = [unit for unit in (HOURS, POINTS) if sized[unit]]
    costs = CostLine.objects.visible_to(user).present().filter(space=space_id, planned__gt=0)
    if rows.exists() and costs.exists():
        found.insert(0, MONEY)
    return found


def has_costs(user: Any, space_ids: Iterable[int]) -> bool:
    """Whether the asker sees planned costs of any of them: then they can be measured in money."""
    return CostLine.objects.visible_to(user).present().filter(space_id__among=frozenset(space_ids), planned__gt=0).exists()


def usual_unit(user: Any, space_ids: Iterable[int]) -> str:
    """Of many projects: in what more of their items are estimated."""
    rows = WorkItem.objects.visible_to(user).present().filter(space_id__among=frozenset(space_ids))
    sized = rows.aggregate(hours=Count("estimate_minutes"), points=Count("estimate_points"))
    return POINTS if sized["points"] > sized["hours"] else HOURS


def project(user: Any, space: Space, unit: str) -> Standing:
    """With its course: eleven queries at most, however many items."""
    found = standings(user, [space.pk], unit)[space.pk]
    row = Project.objects.visible_to(user).filter(space=space).first()
    if row is not None and found.found is not None:
        forecast = Forecast.objects.visible_to(user).of(row).filter(is_current=True).first()
        if forecast is not None:
            found.p50, found.p80 = forecast.p50, forecast.p80
    return found


def standings(user: Any, space_ids: Iterable[int], unit: str, currency: str = "") -> dict[int, Standing]:
    """Of each project. Of many in money `currency` is the one of them all: their costs are read together."""
    ids = frozenset(space_ids)
    costs = money.money(user, money.places(user, None) & ids, currency) if unit == MONEY and currency else None
    today = clock.today()
    facts = {space: (as_of, earning) for space, as_of, earning in Project.objects.visible_to(user).filter(space__in=ids).values_list("space_id", "as_of", "earning")}
    reached = earned_pieces.milestones(user, {space for space, (_as_of, earning) in facts.items() if earning == Project.Earning.MILESTONES})
    rows: dict[int, list[dict[str, Any]]] = defaultdict(list)
    parents: set[int] = set()
    items = WorkItem.objects.visible_to(user).present().filter(space_id__among=ids, is_milestone=False, is_summary=False).order_by("space_id", "id")
    read = list(items.values(*_FIELDS)[: MOST + 1])
    for item in read:
        rows[item["space_id"]].append(item)
        parents.add(item["parent_id"])
    cut_at = read[MOST]["space_id"] if len(read) > MOST else None
    newest, baseline = _days(user, ids)
    days = _sprint_ends(user, ids) | _given(rows) | baseline
    logged = _logged(user, ids) if unit == HOURS else {}
    found = {}
    for space_id in sorted(ids):
        as_of, earning = facts.get(space_id, (None, Project.Earning.PERCENT))
        on = min(as_of or today, today)
        one = Standing(space_id, unit, on, earning=earning)
        leaves = _without_given_up(one, [item for item in rows[space_id] if item["id"] not in parents], newest.get(space_id), baseline)
        one.milestones = earned_pieces.still_planned(reached.get(space_id, []), newest.get(space_id))
        one.steps, one.left.steps = earned_pieces.steps(one.milestones, baseline, on)
        found[space_id] = one
        if cut_at is not None and space_id >= cut_at:
            one.too_many = True
            continue
        one.work_unit = unit if unit != MONEY else _weight(leaves)
        _weigh(one, leaves, days)
        if unit == MONEY:
            _in_money(one, costs.of(space_id) if costs is not None else _costs(user, space_id))
            if costs is not None:
                one.left.unknown = costs.unknown
        else:
            _in_work(one, leaves, logged)
    return found


def whole(found: Iterable[Standing]) -> EarnedValue | None:
    """Of a portfolio, from those of its projects that could be derived; its actual cost is known when it is of each."""
    parts = [one.figures for one in found if one.figures is not None]
    return earned_value(summed(parts)) if parts else None


def _given(rows: dict[int, list[dict[str, Any]]]) -> Days:
    """As the plan has them, else the due day."""
    every = (item for items in rows.values() for item in items)
    return {item["id"]: (_day(item["planned_start"]), finish) for item in every if (finish := _day(item["planned_finish"]) or item["due_on"])}


def _days(user: Any, ids: frozenset[int]) -> tuple[dict[int, datetime], Days]:
    """When the newest baseline of each space was taken, and its days."""
    newest = list(Baseline.objects.visible_to(user).filter(space_id__among=ids).order_by("space_id", "-id").distinct("space_id").values_list("space_id", "id", "created_at"))
    rows = BaselineDate.objects.filter(baseline__in=[pk for _space, pk, _at in newest], finish__isnull=False)  # house: reads — of baselines that visible_to has chosen
    taken = {space: at for space, _pk, at in newest}
    return taken, {item: (_day(start), finish.date()) for item, start, finish in rows.values_list("item_id", "start", "finish")}


def _without_given_up(one: Standing, leaves: list[dict[str, Any]], taken: datetime | None, baseline: Days) -> list[dict[str, Any]]:
    """What was closed without a result earns nothing. It stays planned where the plan that stands has it: in a baseline from before, or
    in planned costs, which all work shares; a baseline taken since has cut the plan anew, and without one hours and points lose it."""
    found = []
    for item in leaves:
        if not (item["is_given_up"] or item["state__is_given_up"]):
            found.append(item)
        elif earned_pieces.was_planned_since(item["actual_finish"], taken) and (one.unit == MONEY or item["id"] in baseline):
            one.left.given_up_planned += 1
            found.append(item | {"is_given_up": True})
        else:
            one.left.given_up += 1
    return found


def _sprint_ends(user: Any, ids: frozenset[int]) -> Days:
    """Over the days of its last sprint."""
    rows = WorkItem.objects.visible_to(user).present().filter(space_id__among=ids, sprints__ends_at__isnull=False).order_by("sprints__ends_at")
    return {item: (_day(first), last.date()) for item, first, last in rows.values_list("id", "sprints__starts_at", "sprints__ends_at")}


def _day(moment: Any) -> date | None:
    return moment.date() if moment is not None else None


def _weight(leaves: list[dict[str, Any]]) -> str:
    needed = ENOUGH * len(leaves)
    for unit, name in ((HOURS, "estimate_minutes"), (POINTS, "estimate_points")):
        if leaves and sum(bool(item[name]) for item in leaves) >= needed:
            return unit
    return ITEMS


def _weigh(one: Standing, leaves: list[dict[str, Any]], days: Days) -> None:
    name, scale = ("estimate_minutes", 1) if one.work_unit == HOURS else ("estimate_points", SCALE[POINTS])
    for item in leaves:
        is_done = item["state__category"] == State.Category.DONE
        size = 100 if one.work_unit == ITEMS else round((item[name] or 0) * scale)
        if size <= 0:
            one.left.unsized += 1
            one.left.unsized_open += not is_done
            continue
        start, finish = days.get(item["id"], (None, None))
        if finish is None and one.unit == MONEY:  # there the plan is that of the costs: the item only has to be weighed
            finish = one.on
        if finish is None:
            one.left.unplanned += 1
            continue
        done_on = min(_day(item["actual_finish"]) or one.on, one.on) if is_done and not item["is_given_up"] else None
        percent = min(item["percent_complete"], 100) if one.earning == Project.Earning.PERCENT and not item["is_given_up"] else 0
        one.pieces.append(Piece(item["id"], size, min(start or finish, finish), finish, done_on, percent))


def _logged(user: Any, ids: frozenset[int]) -> dict[int, list[tuple[date, int]]]:
    found: dict[int, list[tuple[date, int]]] = defaultdict(list)
    rows = TimeEntry.objects.visible_to(user).present().filter(space_id__among=ids).order_by().values_list("item_id", "day").annotate(total=Sum("minutes"))
    for item, day, total in rows:
        found[item].append((day, total))
    return found


def _in_work(one: Standing, leaves: list[dict[str, Any]], logged: dict[int, list[tuple[date, int]]]) -> None:
    """Hours: what was logged on the counted items is what they cost. Of points nobody records what was spent."""
    if not one.pieces:
        return
    counted = {piece.id for piece in one.pieces}
    actual, rest = None, None
    by_day: dict[date, int] = defaultdict(int)
    if one.unit == HOURS:
        mine = [item for item in leaves if item["id"] in counted]
        one.left.undated_minutes = sum(item["spent_minutes"] or 0 for item in mine)
        one.left.done_unlogged = sum(not item["logged_minutes"] for item in mine if item["state__category"] == State.Category.DONE and not item["is_given_up"])
        for item in mine:
            for day, minutes in logged.get(item["id"], ()):
                if day <= one.on:
                    by_day[day] += minutes
        if by_day or one.left.undated_minutes:
            actual = sum(by_day.values()) + one.left.undated_minutes
        open_ones = [item["remaining_minutes"] for item in mine if item["state__category"] != State.Category.DONE]
        rest = sum(open_ones) if None not in open_ones else None
    budget = sum(piece.size for piece in one.pieces)
    _derive(one, {piece.finish for piece in one.pieces}, lambda on: sum(piece.planned(on) for piece in one.pieces), budget, actual, by_day, rest)


def _costs(user: Any, space_id: int) -> money.Money:
    """In the project's own currency."""
    space = Space.objects.visible_to(user).filter(pk=space_id).select_related("parent").first()
    return money.money(user, money.places(user, space) & {space_id}, money.currency_of(space))


def _in_money(one: Standing, found: money.Money) -> None:
    """Planned value is the planned cost by month, earned value the done share of the work times all of it, actual cost what was paid
    or invoiced, and the logged time at its rates."""
    one.currency, one.left.unknown = found.currency, found.unknown
    one.left.labour = any(group.kind == "labour" for group in found.groups) and not (found.labour and found.labour.shares)
    one.left.unpriced_minutes = sum(share.unpriced for share in found.labour.shares) if found.labour else 0
    one.left.untold_minutes = found.labour.untold if found.labour else 0
    planned = {month: _cents(amounts.planned) for month, amounts in found.by("month").items() if amounts.planned}
    if not planned or not (one.pieces or one.steps):
        return
    paid = {unit_end(month, "month"): _cents(amounts.actual) for month, amounts in found.by("month").items() if amounts.actual}
    by_day: dict[date, int] = defaultdict(int)
    for day, value in paid.items():
        by_day[min(day, one.on)] += value
    actual = sum(by_day.values()) if by_day else None
    expected: dict[Any, money.Amounts] = defaultdict(money.Amounts)
    for group in found.groups:
        expected[group.month, group.kind].add(group.amounts)
    outlook = sum(max(_cents(amounts.outlook) - _cents(amounts.actual), 0) for amounts in expected.values())

    def reached(on: date) -> int:
        total = 0
        for month, value in planned.items():
            last = unit_end(month, "month")
            total += value if on >= last else value * ((on - month).days + 1) // last.day if on >= month else 0
        return total

    ends = {unit_end(month, "month") for month in planned}
    _derive(one, ends, reached, sum(planned.values()), actual if actual is None or actual >= 0 else 0, by_day, outlook, began=min(planned))


def _cents(value: Decimal) -> int:
    return int(value * 100)


def _derive(
    one: Standing, ends: set[date], planned: Any, budget: int, actual: int | None, by_day: dict[date, int], rest: int | None,
    began: date | None = None,
) -> None:  # fmt: skip
    by_steps = one.earning == Project.Earning.MILESTONES
    if by_steps and not one.steps:
        return
    parts = one.steps if by_steps else one.pieces
    work = sum(piece.size for piece in parts)

    def earned(on: date) -> int:
        done = sum(piece.earned(on, one.on) for piece in parts)
        return budget * done // work if by_steps or one.unit == MONEY else done

    if by_steps:  # the whole budget is allotted to the milestones: planned, too, where they are planned
        ends = {step.finish for step in one.steps}

        def planned(on: date) -> int:
            return budget * sum(step.planned(on) for step in one.steps) // work

    one.began = began or min(piece.start for piece in one.pieces)
    one.ends = max(*ends, one.began)
    one.figures = Figures(budget, planned(one.on), earned(one.on), actual, one.unit)
    one.found = earned_value(one.figures, new_estimate=rest)
    weeks = (one.ends - one.began).days // 7 + 1
    plan = Plan(tuple(planned(one.began + timedelta(days=7 * n - 1)) for n in range(1, weeks + 1)))
    passed = max(((one.on - one.began).days + 1) / 7, 0.0)
    one.schedule = earned_schedule(plan, one.figures.earned, passed)
    last = max(one.ends, one.on)
    step = max(1, ((last - one.began).days // 7 + 1) // _COURSE + 1) * 7
    marks = sorted({*(one.began + timedelta(days=n) for n in range(step - 1, (last - one.began).days + 1, step)), last, *([one.on] if one.on >= one.began else [])})
    one.course = [
        Course(day, planned(day), earned(day) if day <= one.on else None,
               None if actual is None or day > one.on else actual if day == one.on else sum(value for at, value in by_day.items() if at <= day))
        for day in marks
    ]  # fmt: skip


def in_units(value: float, unit: str) -> float:
    return value / SCALE[unit]
