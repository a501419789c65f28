"""Telling people of work that has been in progress for longer than may be expected in its project: each item once."""

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from tandem.collaboration.actions import notifications
from tandem.collaboration.actions.notifications import News
from tandem.collaboration.models import Notification
from tandem.kit.types import Ref
from tandem.people.models import User
from tandem.people.scoping import members_of
from tandem.portfolio.models import Project
from tandem.reports.queries import flow, flow_figures
from tandem.reports.queries.flow_figures import InProgress, NotEnough
from tandem.work.models import Assignment, State, WorkItem

log = logging.getLogger("tandem.automation")
WEEKS = 26
_AROUND = 3
"Days: what passed the expectation longer ago was told then, or is no news."


def tell_all() -> int:
    """Every project in which something is in progress, as its owner or a member sees it. May run as often as it likes."""
    begun = WorkItem.objects.present().filter(state__category=State.Category.IN_PROGRESS)
    projects = Project.objects.filter(as_of=None, space__in=begun.values("space")).select_related("owner")
    told = 0
    for project in projects:
        try:
            told += notifications.tell(_news(project))
        except Exception:  # one project that cannot be read keeps the others from nothing
            log.exception("the ages in project %s could not be read", project.pk)
    return told


def _news(project: Project) -> Iterator[News]:
    now, reader = flow.now_of(project), _reader(project)
    if reader is None:
        return
    reading = flow.read(reader, project.space_id, now=now, since=flow.midnight(now - timedelta(weeks=WEEKS)))
    found = flow_figures.figures(reading)
    if found is None or isinstance(found.expectation, NotEnough):
        return
    days = found.expectation.days
    late = [one for one in found.in_progress if days < one.age <= days + _AROUND]
    people = _people(late)
    for one in late:
        for user_id in people[one.line.id] or ([project.owner_id] if project.owner_id else []):
            yield _one(project, one, user_id, now, days, found.expectation.share)


def _reader(project: Project) -> User | None:
    """The figures are the same for everybody who sees the project."""
    if project.owner is not None and project.owner.is_active:
        return project.owner
    member = members_of(project.space_id).filter(user__is_active=True).select_related("user").order_by("pk").first()
    return member.user if member else None


def _one(project: Project, one: InProgress, user_id: int, now: datetime, days: float, share: float) -> News:
    about, facts = Ref(WorkItem._meta.label_lower, one.line.id), {"aged": round(days, 1), "percent": round(share * 100)}
    return News(user_id, Notification.Kind.DUE, about, project.space_id, f"aged:{one.line.id}:{one.since.date()}", "assigned", facts=facts)


def _people(rows: Iterable[InProgress]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    pairs = Assignment.objects.filter(item__in=[one.line.id for one in rows], user__is_active=True)
    for item_id, user_id in pairs.order_by("id").values_list("item_id", "user_id"):
        found[item_id].append(user_id)
    return found
