"""What stands on the backlog page: open sprints as sections with their sums against what people have time for, then the
ranked backlog, page by page."""

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tandem.kit import clock
from tandem.people.models import Space
from tandem.reports.queries import boards
from tandem.reports.queries import sprints as reads
from tandem.reports.queries import work_items as items_reads
from tandem.web.paging import page_of
from tandem.web.work import ceremonies
from tandem.work.models import Sprint, WorkItem

PAGE, IN_SPRINT = 100, 300
USUAL_DAYS = 12
"""From a Monday to the Friday of the week after."""


@dataclass
class Section:
    """A sprint with its rows and sums; without a sprint it is the backlog."""

    sprint: Sprint | None
    sums: dict[str, float]
    rows: list[dict[str, Any]] = field(default_factory=list)
    places: list[reads.Place] = field(default_factory=list)
    velocity: reads.Velocity | reads.NotEnough | None = None
    by_points: bool = False

    @property
    def planned(self) -> float:
        return self.sums.get("points" if self.by_points else "items", 0)

    @property
    def days(self) -> float:
        return sum(p.days for p in self.places)

    @property
    def hidden(self) -> int:
        """How many items of the sprint the page does not show."""
        return max(0, int(self.sums.get("items", 0)) - len(self.rows))


_NOTHING = {"items": 0, "done": 0, "points": 0.0, "points_done": 0.0, "unsized": 0}


def sections(user: Any, space: Space, condition: Q, cursor: str) -> dict[str, Any]:
    opened = list(Sprint.objects.visible_to(user).open().filter(space=space).in_order())
    by_points = reads.uses_points(user, space.pk)
    calendar = reads.calendar_of(space.pk)
    places, sums = reads.people(user, opened, calendar), reads.sums(user, space.pk, condition)
    past = reads.outcomes(user, space.pk, by_points, calendar)
    rows, backlog = _rows(user, space, opened, condition), _backlog(user, space, condition, cursor)
    dress = _dressed(user, [*(i for of in rows.values() for i in of), *backlog.rows])
    found = []
    for sprint in opened:
        there = places.get(sprint.pk, [])
        section = Section(sprint, sums.get(sprint.pk, _NOTHING), dress(rows.get(sprint.pk, [])), there, by_points=by_points)
        section.velocity = reads.velocity(past, section.days)
        found.append(section)
    return {
        "sections": found, "backlog": Section(None, sums[None], dress(backlog.rows), by_points=by_points),
        "previous": backlog.previous, "next": backlog.next, "by_points": by_points, "past": past,
        "ceremony": ceremonies.following(opened, calendar, clock.now()),
        "boxes": ceremonies.boxes(ceremonies.length(next((s for s in opened if s.starts_at), None))),
    }  # fmt: skip


def _rows(user: Any, space: Space, opened: list[Sprint], condition: Q) -> dict[int, list[Any]]:
    """Open sprint id → its items in the team's order: two queries however many sprints."""
    through = WorkItem.sprints.through
    pairs = through.objects.filter(sprint__in=opened).values_list("sprint_id", "workitem_id")  # house: reads — seen before
    homes: dict[int, int] = {item: sprint for sprint, item in pairs}
    rows = items_reads.listed(user).filter(condition, space=space, pk__in=homes).order_by("rank", "id")
    found: dict[int, list[Any]] = {}
    for item in rows:
        there = found.setdefault(homes[item.pk], [])
        if len(there) < IN_SPRINT:
            there.append(item)
    return found


def _backlog(user: Any, space: Space, condition: Q, cursor: str) -> Any:
    rows = reads.in_backlog(user, space.pk).filter(condition)
    return page_of(rows, sort="rank", cursor=cursor, size=PAGE, shown=items_reads.shown)


def _dressed(user: Any, items: list[Any]) -> Any:
    people = items_reads.assignees(items)
    blocked = {one.held_id for one in boards.holds(user, clock.now(), items=items)} | boards.blocks(user, items).keys()
    return lambda rows: [{"item": i, "people": people.get(i.pk, []), "blocked": i.pk in blocked} for i in rows]


def verdict(section: Section) -> dict[str, str]:
    """Whether what is planned fits what the team usually gets done; nothing from too few sprints."""
    found, planned = section.velocity, section.planned
    if not isinstance(found, reads.Velocity):
        known = found.found if found else 0
        if not known:
            return {"text": _("Velocity is known after 3 closed sprints. None is closed yet."), "tone": ""}
        said = ngettext("Velocity is known after 3 closed sprints. One is closed so far.", "Velocity is known after 3 closed sprints. %(n)s are closed so far.", known)
        return {"text": said % {"n": known}, "tone": ""}
    enough = found.enough_for(planned)
    share = _("enough in %(n)s of %(of)s past sprints") % {"n": enough, "of": found.sprints}
    if not planned:
        return {"text": "", "tone": ""}
    if planned <= found.low:
        return {"text": _("fits"), "tone": "on", "share": share}
    if planned <= found.middle:
        return {"text": _("fits more often than not"), "tone": "on", "share": share}
    over = amount(planned - found.middle, section.by_points)
    word = _("%(amount)s above the usual") % {"amount": over}
    return {"text": word, "tone": "risk" if planned <= found.high else "off", "share": share}


def usual(section: Section) -> str:
    found = section.velocity
    if not isinstance(found, reads.Velocity):
        return ""
    return f"{short(found.low)}–{amount(found.high, section.by_points)}"


def amount(value: float, by_points: bool) -> str:
    """`34 pts`, `1 item`."""
    if by_points:
        return ngettext("%(n)s pt", "%(n)s pts", round(value)) % {"n": short(value)}
    return ngettext("%(n)s item", "%(n)s items", round(value)) % {"n": short(value)}


def short(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")


def proposed(user: Any, space: Space) -> dict[str, Any]:
    """The next sprint as the last ones let expect it: its number, its dates, its length."""
    rows = Sprint.objects.visible_to(user).filter(space=space)
    last = rows.order_by("-id").first()
    ends = rows.exclude(ends_at=None).order_by("-ends_at").first()
    days = ceremonies.length(ends) if ends else USUAL_DAYS
    begins = _next_start(ends.ends_at.date() if ends and ends.ends_at else None)
    first = datetime.combine(begins, time(), UTC)
    return {"name": _next_name(last.name if last else ""), "starts_at": first, "ends_at": first + timedelta(days=min(days, 31) - 1)}


def _next_start(ended: date | None) -> date:
    """The Monday after; today's, if the last one ended long ago."""
    day = max(ended + timedelta(days=1) if ended else clock.today(), clock.today())
    return day + timedelta(days=-day.weekday() % 7)


def _next_name(name: str) -> str:
    found = re.search(r"(\d{1,6})(\D*)$", name)
    if not found:
        return _("Sprint %(n)s") % {"n": 1}
    return f"{name[: found.start()]}{int(found[1]) + 1}{found[2]}"
