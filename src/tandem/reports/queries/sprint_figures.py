"""One sprint: its course day by day, what each change of scope did to the chance of finishing, and who works on what."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import F, Min, Q, Value

from tandem.compute.flow import sprint as compute
from tandem.compute.flow.sprint import Effect, Sum
from tandem.compute.forecasting.history import NotEnough
from tandem.compute.scheduling.calendar import WorkingCalendar
from tandem.kit import clock
from tandem.planning.calendars import Calendars
from tandem.portfolio.models import Project
from tandem.reports.queries import sprints as reads
from tandem.reports.queries.sprint_pieces import Deed, Held, held_by
from tandem.work.models import Block, Link, Sprint, SprintChange, State, WorkItem

__all__ = [  # with the answers of the core, so that pages need not know where they come from
    "Change", "Effect", "Figures", "Sum", "ages", "blocked_since", "carried", "figures", "moment_of",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """What somebody changed in one go, and what that did."""

    effect: compute.Effect
    deeds: tuple[Deed, ...]

    @property
    def at(self) -> datetime:
        return self.effect.first

    @property
    def who(self) -> list[str]:
        return list(dict.fromkeys(d.by for d in self.deeds if d.by))


@dataclass(slots=True)
class Figures:
    """`chance` is None before the start, after the end and without dates."""

    sprint: Sprint
    calendar: WorkingCalendar
    held: Held
    now: compute.Sum
    first: date | None = None
    last: date | None = None
    start: compute.Sum | None = None
    days: list[tuple[date, compute.Sum]] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    chance: float | NotEnough | None = None
    basis: tuple[int, int] = (0, 0)
    days_left: int = 0
    moment: datetime = field(default_factory=clock.now)
    "As of when it is read."
    calendars: Calendars | None = None
    "Those that its own was read with."


def moment_of(project: Project | None) -> datetime:
    """When a sprint of this project is read: now, or at the end of a history that ended long ago."""
    ended = project.ended_on(clock.today()) if project else None
    return datetime.combine(ended, time(17), tzinfo=UTC) if ended else clock.now()


def figures(user: Any, sprint: Sprint, by_points: bool, moment: datetime | None = None) -> Figures:
    """Everything as of now, or as of `moment`; of a closed sprint as of its end."""
    moment = moment or clock.now()
    calendars = Calendars([sprint.space_id], clock.today())
    calendar = calendars.of_space(sprint.space_id)
    held = held_by(user, [sprint], by_points)[sprint.pk]
    until = (reads.end_moment(sprint) if sprint.state == Sprint.State.CLOSED else None) or moment
    found = Figures(sprint, calendar, held, compute.sum_at(held.pieces, until), moment=moment, calendars=calendars)
    began, last = sprint.began, reads.last_day(sprint)
    if began is None or last is None:
        return found
    found.first, found.last = began.date(), max(last, began.date())
    found.start = compute.sum_at(held.pieces, began)
    shown = max(found.last, until.date()) if sprint.is_open else found.last
    found.days = compute.course(held.pieces, found.first, min(shown, found.first + timedelta(days=120)), until, began)
    outlook = _outlook(user, sprint, calendar, found.last)
    deeds = [d for d in held.deeds if d.at > began]
    for effect in compute.effects(held.pieces, outlook, began, until):
        within = tuple(d for d in deeds if effect.first <= d.at <= effect.last)
        found.changes.append(Change(effect, within))
    if sprint.is_open:
        today = moment.date()
        found.days_left = outlook.days_left(max(today, found.first))
        found.chance, found.basis = outlook.chance(today, found.now.left), outlook.basis(today)
    return found


def _outlook(user: Any, sprint: Sprint, calendar: WorkingCalendar, last: date) -> compute.Outlook:
    """What the team finished, in this sprint or not, since it began to work here."""
    rows = WorkItem.objects.visible_to(user).filter(space=sprint.space_id)
    since = (sprint.began or clock.now()) - timedelta(days=round(compute.LOOK_BACK_DAYS * 2))
    lately = Q(pk__in=rows.made().filter(actual_finish__gte=since).order_by().values("pk"))
    known = rows.aggregate(created=Min("created_at"), started=Min("actual_start"), ends=ArrayAgg("actual_finish", filter=lately, default=Value([])))
    earliest = min((moment.date() for moment in (known["created"], known["started"]) if moment), default=clock.today())
    return compute.Outlook([at.date() for at in known["ends"]], calendar, max(earliest, since.date()), last)


def blocked_since(user: Any, ids: list[int]) -> dict[int, datetime]:
    """Open item id → since when people said that it is blocked, or something open stands in its way."""
    rows = Link.objects.filter(  # house: reads — the items came through visible_to; only a moment is shown
        kind="blocks", target__in=ids, source__removed_at=None
    ).exclude(source__state__category=State.Category.DONE)
    found = dict(rows.order_by().values_list("target_id").annotate(since=Min("created_at")))
    said = Block.objects.open().filter(item__in=ids)  # house: reads — as above
    for item, since in said.values_list("item_id", "since"):
        found[item] = min(since, found.get(item, since))
    return found


def carried(user: Any, sprint: Sprint) -> dict[int, str]:
    """Item id → the sprint to which this one handed it on."""
    rows = SprintChange.objects.visible_to(user).filter(carried_from=sprint, is_added=True)
    return dict(rows.order_by("at", "id").values_list("item_id", "sprint__name"))


def ages(user: Any, items: list[Any]) -> dict[int, int]:
    """Item id → how many sprints it has been in, this one included: what is carried over again and again."""
    rows = Sprint.objects.visible_to(user).filter(items__in=[i.pk for i in items]).order_by()
    found: dict[int, int] = {}
    for pk in rows.values_list(F("items__id"), flat=True):
        found[pk] = found.get(pk, 0) + 1
    return found
