"""What a meeting of a space has to talk about: read from the records as they stand, worst first and never endless."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Case, Exists, IntegerField, OuterRef, Q, Value, When

from tandem.governance.models import (
    ChangeRequest,
    Decision,
    Issue,
    Meeting,
    MeetingOutcome,
    MeetingPoint,
    Risk,
)
from tandem.people.scoping import open_below
from tandem.planning.models import Forecast, PlanConflict
from tandem.product.models import Feature, Promise, Release, Scope

MOST_OF_A_KIND = 8
LOOKS_BACK = timedelta(days=30)
CONFLICTS = "plan/conflicts"
_W = MeetingPoint.Why
_WORST = {Issue.Severity.CRITICAL: 0, Issue.Severity.HIGH: 1, Issue.Severity.MEDIUM: 2, Issue.Severity.LOW: 3}


@dataclass(frozen=True, slots=True)
class Draft:
    """A point that is not written yet; `slug` and `at` are the address of its record."""

    why: str
    slug: str
    at: str
    title: str
    minutes: int


def drafts(meeting: Meeting) -> list[Draft]:
    """In the order in which they are best taken. Of what is open to whoever sees the meeting's space and what lies below it: what is
    confidential there is left out."""
    spaces, everywhere = open_below(meeting.space_id), open_below(None)
    since = since_of(meeting)
    on = meeting.starts_at.date()
    return [*_actions(meeting, spaces | everywhere), *_decisions(spaces, on), *_changes(spaces), *_promises(spaces, everywhere, on), *_conflicts(spaces), *_issues(spaces), *_risks(spaces, since, on)]


def since_of(meeting: Meeting) -> datetime:
    """The meeting of the series before it that was held; without one a month before."""
    last = Meeting.objects.held().filter(series=meeting.series_id, starts_at__lt=meeting.starts_at).order_by("-starts_at").first()
    return last.starts_at if last else meeting.starts_at - LOOKS_BACK


def _actions(meeting: Meeting, spaces: frozenset[int]) -> Iterator[Draft]:
    """Agreed in this series before and not done yet."""
    rows = MeetingOutcome.objects.filter(meeting__series=meeting.series_id, meeting__starts_at__lt=meeting.starts_at, item__isnull=False)
    rows = rows.filter(item__removed_at=None, item__space_id__among=spaces).exclude(item__state__category="done").select_related("item").order_by("item__due_on", "id")
    for row in rows[:MOST_OF_A_KIND]:
        assert row.item is not None
        yield Draft(_W.ACTION, "work-items", row.item.key, row.item.title[:300], 2)


def _decisions(spaces: frozenset[int], on: date) -> Iterator[Draft]:
    rows = Decision.objects.filter(space_id__among=spaces).filter(Q(state=Decision.State.OPEN, due_on__lte=on) | Q(state=Decision.State.DECIDED, revisit_on__lte=on))
    for row in rows.order_by("due_on", "revisit_on", "id")[:MOST_OF_A_KIND]:
        yield Draft(_W.DECISION, "decisions", str(row.pk), row.question, 8)


def _changes(spaces: frozenset[int]) -> Iterator[Draft]:
    for row in ChangeRequest.objects.waiting().filter(space_id__among=spaces).order_by("id")[:MOST_OF_A_KIND]:
        yield Draft(_W.CHANGE, "changes", str(row.pk), row.title, 10)


def _promises(spaces: frozenset[int], everywhere: frozenset[int], on: date) -> Iterator[Draft]:
    """Open promises whose forecast lies behind their date with even odds, or whose date has passed: of products here, and of features that
    the work here delivers, of products that are not confidential."""
    delivered = Scope.objects.filter(item__space_id__among=spaces, feature__isnull=False).values("feature")
    rows = Promise.objects.open().filter(Q(space_id__among=spaces) | Q(space_id__among=everywhere, feature__in=delivered))
    later = Forecast.objects.filter(is_current=True, p50__gt=OuterRef("date"))
    of_feature = later.filter(subject_kind=Feature._meta.label_lower, subject_id=OuterRef("feature_id"))
    of_release = later.filter(subject_kind=Release._meta.label_lower, subject_id=OuterRef("release_id"))
    late = rows.filter(Q(date__lt=on) | Q(Exists(of_feature)) | Q(Exists(of_release)))
    for row in late.select_related("feature", "release").order_by("date", "id")[:MOST_OF_A_KIND]:
        yield Draft(_W.PROMISE, "promises", str(row.pk), str(row)[:300], 6)


def _conflicts(spaces: frozenset[int]) -> Iterator[Draft]:
    """Leave is nobody's business in a meeting."""
    rows = PlanConflict.objects.open().filter(space_id__among=spaces).exclude(kind=PlanConflict.Kind.LEAVE).select_related("space").worst_first()
    for row in rows[: MOST_OF_A_KIND // 2]:
        yield Draft(_W.CONFLICT, CONFLICTS, str(row.pk), f"{row.space.name}: {row.get_kind_display()}"[:300], 5)


def _issues(spaces: frozenset[int]) -> Iterator[Draft]:
    worst = Case(*(When(severity=severity, then=Value(n)) for severity, n in _WORST.items()), default=Value(9), output_field=IntegerField())
    for row in Issue.objects.open().filter(space_id__among=spaces).order_by(worst, "due_on", "id")[:MOST_OF_A_KIND]:
        yield Draft(_W.ISSUE, "issues", str(row.pk), row.title, 5)


def _risks(spaces: frozenset[int], since: datetime, on: date) -> Iterator[Draft]:
    """New since the last time, or to be looked at again by then."""
    rows = Risk.objects.filter(space_id__among=spaces, state=Risk.State.OPEN).filter(Q(created_at__gt=since) | Q(review_on__lte=on))
    for row in rows.order_by("-expected_days", "id")[:MOST_OF_A_KIND]:
        yield Draft(_W.RISK, "risks", str(row.pk), row.title, 4)
