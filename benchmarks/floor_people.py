"""The bare floor of the pages of people and of the plan of all projects: the same rows by `.values()`, printed."""

from collections.abc import Iterable
from datetime import UTC, timedelta
from typing import Any

from django.db.models import Count, F, Max, Min, Q
from django.db.models.functions import TruncDate
from django.http import HttpRequest, HttpResponse
from django.urls import path

from benchmarks.floor import _show
from tandem.kit import clock
from tandem.people.models import Team, User
from tandem.planning.models import Forecast, LevelledDates, LevelledPlan, PlanConflict
from tandem.portfolio.models import Project
from tandem.product.models import Promise
from tandem.resources.models import Booking, Employment, JobRole, PersonRole, TimeOff
from tandem.work.models import Assignment, Baseline, BaselineDate, Link, WorkItem

_PLAN = ("id", "as_of", "made_at", "items", "tardiness", "makespan", "broken", "ends", "moves", "moved_since")
_LOAD = (
    "item_id", "user_id", "share", "item__space_id", "item__key", "item__title", "item__due_on", "start", "finish",
    "item__remaining_minutes", "item__duration_minutes", "item__percent_complete",
)  # fmt: skip
_TERM = ("person_id", "space_id", "starts_on", "ends_on", "percent", "calendar_id")
_PROJECTS, _PEOPLE, _ITEMS = 60, 40, 150


def _plan() -> list[list[dict[str, Any]]]:
    planned = list(WorkItem.objects.filter(removed_at=None, archived_at=None).order_by().values("space_id").annotate(a=Min("planned_start"), b=Max("planned_finish")))
    shown = list(Project.objects.filter(state__in=("running", "proposed")).order_by("name").values("id", "name", "space_id", "space__key", "space__name", "state")[:_PROJECTS])
    spaces = [row["space_id"] for row in shown]
    promised = Promise.objects.filter(kept_on=None, withdrawn_on=None, feature__scope__item__space__in=spaces)
    return [
        list(LevelledPlan.objects.order_by("-id").values(*_PLAN)[:1]), shown, planned[:_PROJECTS],
        list(BaselineDate.objects.filter(baseline__in=Baseline.objects.filter(space__in=spaces)).order_by().values("baseline__space_id").annotate(a=Min("start"), b=Max("finish"))),
        list(Forecast.objects.filter(is_current=True, subject_kind="portfolio.project").values("subject_id", "p50", "p80")[:_PROJECTS]),
        list(promised.values("id", "date", "to_whom", "feature__title").distinct()),
        list(WorkItem.objects.filter(is_milestone=True, space__in=spaces, removed_at=None).values("space_id", "title", "planned_finish")),
        list(Link.objects.dependencies().filter(target__space__in=spaces).exclude(source__space=F("target__space")).order_by().values("source__space_id", "target__space_id").annotate(n=Count("id"))[:_PROJECTS]),
    ]  # fmt: skip


def plan(request: HttpRequest) -> HttpResponse:
    return _show(request, *_plan())


def opened(request: HttpRequest, key: str) -> HttpResponse:
    rows = LevelledDates.objects.filter(item__space__key=key).order_by("start", "item_id")
    columns = ("item_id", "start", "finish", "item__key", "item__title", "item__version", "item__planned_start", "item__planned_finish", "item__is_milestone")
    return _show(request, *_plan(), rows.values(*columns)[:_ITEMS])


def why(request: HttpRequest, id: int) -> HttpResponse:
    list(LevelledPlan.objects.order_by("-id").values_list("kept", flat=True)[:1])
    return _show(
        request, WorkItem.objects.filter(pk=id).values("id", "key", "title", "space__name", "planned_start", "planned_finish"), LevelledDates.objects.filter(item=id).values(),
        Assignment.objects.filter(item=id).values("user__name", "share"), Link.objects.filter(target=id).values("source__key", "source__title", "kind"),
    )  # fmt: skip


def conflicts(request: HttpRequest) -> HttpResponse:
    rows = PlanConflict.objects.filter(gone_at=None).order_by("-days", "id")
    return _show(request, rows.values("id", "kind", "subject_kind", "subject_id", "space__name", "days", "wanted_on", "computed_on", "detail")[:50])


def _time(people: Iterable[int]) -> list[list[Any]]:
    """What the hours of these people are made of."""
    first = clock.today() - timedelta(days=clock.today().weekday())
    last, people = first + timedelta(days=83), list(people)
    during = Q(starts_on__lte=last) & (Q(ends_on=None) | Q(ends_on__gte=first))
    opened = Assignment.objects.filter(user__in=people, item__removed_at=None, item__archived_at=None, item__is_summary=False).exclude(item__state__category="done")
    return [
        list(Employment.objects.filter(during, person__in=people).values(*_TERM)),
        list(TimeOff.objects.filter(during, person__in=people).values("person_id", "starts_on", "ends_on", "state")),
        list(Booking.objects.filter(during, person__in=people).values("id", "person_id", "space__name", "starts_on", "ends_on", "percent", "is_hard")),
        list(opened.exclude(item__planned_finish=None, item__due_on=None).annotate(
            start=TruncDate("item__planned_start", tzinfo=UTC), finish=TruncDate("item__planned_finish", tzinfo=UTC)
        ).filter(Q(start=None) | Q(finish=None) | Q(start__lte=last) | Q(finish__lt=clock.today())).values_list(*_LOAD)),
    ]  # fmt: skip


def load(request: HttpRequest) -> HttpResponse:
    people = list(User.objects.filter(is_active=True).order_by("name", "id").values("id", "name", "email")[:_PEOPLE])
    *terms, _items = _time(row["id"] for row in people)
    return _show(request, people, *terms)


def load_of_all(request: HttpRequest) -> HttpResponse:
    *_terms, _items = _time(User.objects.filter(is_active=True).values_list("id", flat=True))
    list(PersonRole.objects.values("person_id", "job_role_id", "is_primary"))
    list(Team.members.through.objects.values("team_id", "user_id"))
    return _show(request, JobRole.objects.values("id", "name"))


def load_of(request: HttpRequest, id: int) -> HttpResponse:
    *terms, items = _time([id])
    return _show(request, User.objects.filter(pk=id).values("id", "name"), *terms, [dict(zip(_LOAD, row, strict=True)) for row in items])


def allocation(request: HttpRequest) -> HttpResponse:
    people = list(User.objects.filter(is_active=True).order_by("name", "id").values("id", "name")[:_PEOPLE])
    *terms, _items = _time(row["id"] for row in people)
    return _show(request, people, *terms, Project.objects.values("id", "name")[:_PROJECTS])


urlpatterns = [
    path("plan/", plan),
    path("plan/<str:key>/", opened),
    path("plan/items/<int:id>/", why),
    path("conflicts/", conflicts),
    path("load/", load),
    path("load/all/", load_of_all),
    path("load/<int:id>/", load_of),
    path("allocation/", allocation),
]
