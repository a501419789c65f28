"""What waits for one person, and what slipped since they last looked."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Exists, Q

from tandem.collaboration.models import PulseRound, Watch
from tandem.history.models import Event
from tandem.kit import clock
from tandem.people.models import User
from tandem.planning.models import Forecast
from tandem.product.models import Promise
from tandem.reports.queries import onboardings, roadmap, thanks
from tandem.reports.queries.roadmap import Row
from tandem.work.models import Link, State, WorkItem

WITHIN = timedelta(days=14)


@dataclass
class Moved:
    """A row whose P80 is another one than when the person last looked."""

    row: Row
    before: date
    after: date

    @property
    def days(self) -> int:
        return (self.after - self.before).days


def mine(user: Any) -> list[WorkItem]:
    """Open work of the person: overdue and due soon first, then what is in progress."""
    rows = (
        WorkItem.objects.visible_to(user)
        .open()
        .assigned_to(user)
        .select_related("state")
        .only("key", "title", "due_on", "state__name")
    )
    return list(rows.order_by("due_on", "-state__category", "rank", "id")[:12])


def blocked(user: Any) -> list[tuple[WorkItem, WorkItem | None]]:
    """The person's open items that wait for another; one out of sight is None."""
    rows = Link.objects.filter(
        kind="blocks", target__assignments__user=user, source__removed_at=None, target__removed_at=None
    )  # house: reads — masked below
    rows = rows.exclude(source__state__category=State.Category.DONE).exclude(
        target__state__category=State.Category.DONE
    )
    seen = user.visible_space_ids()
    ends = ("source__key", "source__title", "source__space_id", "target__key", "target__title", "target__space_id")
    found = rows.select_related("source", "target").only(*ends)[:8]
    return [
        (k.target, k.source if k.source.space_id in seen else None)
        for k in found
        if k.target.space_id in seen
    ]


def passed(user: Any) -> list[Promise]:
    """Open promises that the person gave and whose day is over: kept, or a new date?"""
    rows = Promise.objects.visible_to(user).open().filter(given_by=user, date__lt=clock.today())
    shown = ("what", "to_whom", "date", "feature__title", "release__name")
    return list(rows.select_related("feature", "release").only(*shown).order_by("date", "id")[:6])


def endangered(found: roadmap.Roadmap) -> list[Row]:
    """Promises that are more likely missed, or may be: the worst first."""
    rows = [row for row in found.rows if row.said and row.status in ("off", "risk")]
    return sorted(rows, key=lambda row: (row.status != "off", -(row.slip_days or 0), row.title))


def moved(user: Any, found: roadmap.Roadmap, since: datetime | None) -> list[Moved]:
    """Later dates first, then the earlier ones. Nothing for somebody who looks for the first time."""
    if since is None:
        return []
    rows = {row.ref: row for row in found.rows if row.p80}
    kinds = {ref.kind for ref in rows}
    old = Forecast.objects.visible_to(user).filter(
        subject_kind__in=kinds, subject_id__in=[ref.id for ref in rows], created_at__lte=since, p80__isnull=False
    )
    newest = old.order_by("subject_kind", "subject_id", "-created_at", "-id").distinct("subject_kind", "subject_id")
    before = {(kind, id_): p80 for kind, id_, p80 in newest.values_list("subject_kind", "subject_id", "p80")}
    changed = [
        Moved(row, before[ref], row.p80)
        for ref, row in rows.items()
        if row.p80 and ref in before and before[ref] != row.p80
    ]
    return sorted(changed, key=lambda one: (-one.days, one.row.title))


def changes(user: Any, since: datetime | None) -> Any:
    """What others did to the person's items, and to those that they watch, since they last looked."""
    floor = since or clock.now() - WITHIN
    items = WorkItem.objects.visible_to(user).assigned_to(user).values("id")
    watched = Watch.objects.visible_to(user).of(user).kept().filter(subject_kind="work.workitem").values("subject_id")
    rows = Event.objects.visible_to(user).filter(subject_kind="work.workitem", occurred_at__gt=floor)
    rows = rows.filter(Q(subject_id__in=items) | Q(subject_id__in=watched))
    return rows.exclude(actor=user).newest_first()[:12]


class OfTeam(NamedTuple):
    is_asked: bool
    has_steps: bool
    is_thanked: bool


def of_team(user: Any) -> OfTeam:
    """Whether a pulse asks the person, a list for joining or leaving has a step for them, somebody thanked them of late. Mostly none of it:
    one look spares the three."""
    of = PulseRound.objects.visible_to(user).asking(user), onboardings.due_rows(user, clock.today()), thanks.lately(user)
    found = User.objects.filter(pk=user.pk).values_list(*(Exists(rows.order_by()) for rows in of))  # house: reads — the reader themself
    return OfTeam(*found[0])
