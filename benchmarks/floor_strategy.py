"""The bare floor of the pages of strategy, product and portfolio: the same rows by `.values()`, printed."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.urls import path

from benchmarks.floor import _contributions, _objectives, _roadmap, _show
from tandem.people.models import Space
from tandem.planning.models import Effort, Forecast, Scenario, Solution
from tandem.portfolio.models import Programme, Project, ProjectReport, Proposal
from tandem.product.models import Feature, Feedback, FeedbackLink, Product, Promise, Score
from tandem.work.models import Baseline

_REPORT = ("project_id", "on", "planned_finish", "original_finish", "budget", "original_budget", "currency", "rating", "said", "department", "source_name")
_LINES = 60
"""What the pages over everything print of what they read; the rest they add up."""


def _effort() -> list[dict[str, Any]]:
    sums = ("items", "logged", "estimated", "points", "with_logged", "with_estimate", "with_points")
    return list(Effort.objects.values("space_id", "objective_id", "product_id", "month").annotate(**{f"sum_{name}": Sum(name) for name in sums}))


def _names() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for model in (Project, Programme, Product):
        rows += model._default_manager.values("id", "name", "space_id")  # type: ignore[arg-type]
    return rows


def alignment(request: HttpRequest) -> HttpResponse:
    effort, _named, _above = _effort(), _names(), list(Space.objects.values_list("id", "parent_id"))
    return _show(request, _objectives(), effort[:_LINES])


def strategy_map(request: HttpRequest) -> HttpResponse:
    return alignment(request)


def _reports() -> list[dict[str, Any]]:
    return list(ProjectReport.objects.order_by("project_id", "on").values(*_REPORT, "project__name"))


def health(request: HttpRequest) -> HttpResponse:
    _reports()
    list(Forecast.objects.filter(is_current=True, subject_kind="portfolio.project").values("subject_id", "p80", "detail"))
    list(Baseline.objects.values("space_id", "name", "number"))
    return _show(request, Project.objects.filter(state="running").values("id", "name", "space__name", "owner__name", "starts_on")[:50])


def course(request: HttpRequest) -> HttpResponse:
    return _show(request, _newest(_reports())[:50])


def _newest(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return list({row["project_id"]: row for row in rows}.values())


def promises(request: HttpRequest) -> HttpResponse:
    told = ("id", "feature__title", "feature__product__name", "to_whom", "date", "given_on", "given_by__name", "kept_on", "withdrawn_on", "reason")
    rows = list(Promise.objects.order_by("-date", "-id").values(*told))
    list(Forecast.objects.filter(is_current=True, subject_kind="product.feature").values("subject_id", "p80"))
    return _show(request, rows[:_LINES])


_PROPOSAL = ("id", "title", "state", "owner__name", "side", "kind", "horizon", "costs", "benefits", "effort")


def proposals(request: HttpRequest) -> HttpResponse:
    return _show(request, Proposal.objects.values(*_PROPOSAL)[:_LINES])


def scenario(request: HttpRequest, id: int) -> HttpResponse:
    rows = list(Proposal.objects.values(*_PROPOSAL))
    list(_contributions().filter(subject_kind="portfolio.proposal"))
    solved = list(Solution.objects.filter(scenario=id).order_by("-id").values()[:1])
    starts = dict(solved[0]["starts"]) if solved else {}
    lines = [{"title": r["title"], "costs": r["costs"], "effort": r["effort"]} for r in sorted(rows, key=lambda r: str(r["id"]) not in starts)]
    return _show(request, Scenario.objects.filter(pk=id).values("name", "starts_on", "quarters", "budget", "capacity", "shares", "locks"), lines)


def _entries(request: HttpRequest, *order: str) -> HttpResponse:
    told = ("id", "title", "product__name", "state", "votes", "customer__name", "giver_name", "giver__name", "source", "given_on")
    return _show(request, Feedback.objects.filter(merged_into=None).order_by(*order).values(*told)[:50])


def newest(request: HttpRequest) -> HttpResponse:
    return _entries(request, "-id")


def voted(request: HttpRequest) -> HttpResponse:
    return _entries(request, "-votes", "-id")


_FEATURE = ("id", "title", "state", "product__name", "release__name", "owner__name", "horizon", "rank")


def features(request: HttpRequest) -> HttpResponse:
    return _show(request, Feature.objects.values(*_FEATURE)[:50])


def feature(request: HttpRequest, id: int) -> HttpResponse:
    return _show(
        request, Feature.objects.filter(pk=id).values(*_FEATURE, "description"), Promise.objects.filter(feature=id).values("date", "to_whom", "given_on", "kept_on"),
        FeedbackLink.objects.filter(feature=id).values("quote", "feedback__title", "feedback__votes", "feedback__giver_name")[:50],
        Score.objects.filter(feature=id).values("model__name", "value", "inputs"),
        _contributions().filter(subject_kind="product.feature", subject_id=id).values("objective__title", "weight"),
        Forecast.objects.filter(subject_kind="product.feature", subject_id=id, is_current=True).values("p50", "p80", "detail"),
    )  # fmt: skip


def priorities(request: HttpRequest, id: int) -> HttpResponse:
    return _show(request, Score.objects.filter(feature__product=id).order_by("-value", "id").values("feature__title", "feature__state", "value", "inputs", "missing")[:_LINES])


def roadmap(request: HttpRequest, id: int) -> HttpResponse:
    list(_contributions())
    return _show(request, _roadmap(product=id), _objectives())


urlpatterns = [
    path("alignment/", alignment),
    path("strategy-map/", strategy_map),
    path("health/", health),
    path("course/", course),
    path("promises/", promises),
    path("proposals/", proposals),
    path("scenarios/<int:id>/", scenario),
    path("feedback/", newest),
    path("feedback/votes/", voted),
    path("features/", features),
    path("features/<int:id>/", feature),
    path("priorities/<int:id>/", priorities),
    path("roadmap/<int:id>/", roadmap),
]
