"""Joining and leaving: how far each list is, when who joined first finished something, and what somebody who leaves hands over."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import Any

from django.db.models import Count, Min, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from tandem.collaboration.models import Stakeholder
from tandem.governance.models import Decision, Issue, MeetingSeries, Onboarding, OnboardingStep, Risk
from tandem.governance.models.onboarding import Kind
from tandem.kit import clock
from tandem.people.access import Permission, spaces_where
from tandem.people.models import User
from tandem.portfolio.models import Benefit, Portfolio, Proposal
from tandem.product.models import Feature, Product, Release
from tandem.resources.models import Department, Employment
from tandem.strategy.models import KeyResult, Kpi, Objective
from tandem.work.models import Recurrence, StateChange, WorkItem

AHEAD, BEHIND = timedelta(days=60), timedelta(days=30)
SHOWN = 5


def steps(user: Any, row: Onboarding) -> list[OnboardingStep]:
    return list(OnboardingStep.objects.visible_to(user).filter(onboarding=row).select_related("doer", "done_by"))


def with_progress(rows: Any) -> Any:
    return rows.annotate(step_count=Count("steps"), done_count=Count("steps", filter=Q(steps__done_on__isnull=False)), next_due=Min("steps__due_on", filter=Q(steps__done_on=None)))


def due(user: Any, by: date, most: int = 20) -> list[OnboardingStep]:
    """Steps that are due and one's own, by name or by role."""
    return list(due_rows(user, by).select_related("onboarding__person")[:most])


def due_rows(user: Any, by: date) -> Any:
    return OnboardingStep.objects.visible_to(user).due(by).to_do_by(user)


def first_finished(user: Any, rows: Iterable[Onboarding]) -> dict[int, int]:
    """Onboarding → days from the first day until a work item that is assigned to the person came to a state of the category “done”, by the changes of
    state that the reader sees. One query for all, one moment for each."""
    done = StateChange.objects.visible_to(user).filter(
        to_state__category="done", item__assignments__user=OuterRef("person"), at__date__gte=OuterRef("on")
    )
    # house: reads — of lists that the reader was given
    lists = Onboarding.objects.filter(pk__in=[row.pk for row in rows], kind=Kind.JOINING)
    found = lists.annotate(first=Subquery(done.order_by("at").values("at")[:1])).exclude(first=None).values_list("pk", "on", "first")
    return {pk: (timezone.localdate(first) - on).days for pk, on, first in found}


def usual_days(user: Any) -> tuple[float, int] | None:
    """The middle of those who joined within a year, and how many they are."""
    rows = list(Onboarding.objects.visible_to(user).filter(kind=Kind.JOINING, on__gte=clock.today() - timedelta(days=365))[:500])
    found = list(first_finished(user, rows).values())
    return (median(found), len(found)) if found else None


def coming(user: Any) -> list[Employment]:
    """Terms that begin or end about now, of whom no list of that kind runs, where the reader manages resources: that somebody leaves is nobody
    else's. The nearest first."""
    today = clock.today()
    near = Q(starts_on__range=(today - BEHIND, today + AHEAD)) | Q(ends_on__range=(today, today + AHEAD))
    rows = Employment.objects.visible_to(user).filter(near, space_id__among=spaces_where(user, Permission.MANAGE_RESOURCES)).select_related("person", "manager", "space").order_by("starts_on")[:200]
    running = set(Onboarding.objects.visible_to(user).exclude(state=Onboarding.State.STOPPED).filter(on__gte=today - BEHIND - AHEAD).values_list("person", "kind"))
    return [row for row in rows if (row.person_id, kind_of(row)) not in running]


def kind_of(term: Employment) -> str:
    return Kind.JOINING if term.starts_on >= clock.today() - BEHIND else Kind.LEAVING


@dataclass(frozen=True)
class Owned:
    """What somebody who leaves has of one kind: how many, the first of them, and where the rest stands."""

    title: str
    count: int
    page: str
    rows: list[tuple[str, int]]


def handed_over(user: Any, person: User) -> list[Owned]:
    """What is assigned to or owned by the person, is not over, and the reader sees: two queries for each kind of record."""
    work = WorkItem.objects.visible_to(user).present().open().assigned_to(person)
    found = [_owned(_("Work items"), work.only("id", "key", "title"), "work_item_by_id")]
    found += [_owned(title, rows, page) for title, rows, page in _kinds(user, person)]
    return [one for one in found if one.count]


def _kinds(user: Any, person: User) -> list[tuple[str, Any, str]]:
    def of(model: Any) -> Any:
        return model.objects.visible_to(user).filter(owner=person)

    return [
        (_("Objectives"), of(Objective).open(), "objectives_detail"), (_("Key results"), of(KeyResult).open(), "key_results_detail"), (_("KPIs"), of(Kpi), "kpis_detail"),
        (_("Portfolios"), of(Portfolio), "portfolios_detail"), (_("Proposals"), of(Proposal).exclude(state__in=("declined", "project")), "proposals_detail"), (_("Benefits"), of(Benefit).open(), "benefits_detail"),
        (_("Products"), of(Product), "products_detail"), (_("Features"), of(Feature).filter(shipped_on=None), "features_detail"), (_("Releases"), of(Release).filter(released_on=None), "releases_detail"),
        (_("Risks"), of(Risk).open(), "risks_detail"), (pgettext("risks that happened", "Issues"), of(Issue).open(), "issues_detail"), (_("Decisions"), of(Decision).open(), "decisions_detail"),
        (_("Meetings"), of(MeetingSeries).running(), "meeting_series_detail"), (_("Stakeholders"), of(Stakeholder), "stakeholders_detail"), (_("Recurring work"), of(Recurrence).running(), ""),
        (_("Departments"), Department.objects.visible_to(user).filter(head=person), "departments_detail"),
        (_("People who report to them"), Employment.objects.visible_to(user).during(clock.today(), date.max).filter(manager=person).select_related("person"), "people_detail"),
    ]  # fmt: skip


def _owned(title: str, rows: Any, page: str) -> Owned:
    shown = list(rows[: SHOWN + 1])
    count = rows.count() if len(shown) > SHOWN else len(shown)
    return Owned(str(title), count, page, [(one.person.name, one.person_id) if isinstance(one, Employment) else (str(one), one.pk) for one in shown[:SHOWN]])
