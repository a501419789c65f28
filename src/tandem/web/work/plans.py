"""The plan of a project: tree grid and timeline, drag and keyboard; the dates come back computed."""

from datetime import UTC, datetime
from typing import Any

import orjson
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tandem.collaboration import words
from tandem.kit.errors import Refused, Stale
from tandem.people.access import Permission, may
from tandem.people.models import Space
from tandem.planning.models import Forecast, Run
from tandem.portfolio.models import Project
from tandem.reports.queries import plan as reads
from tandem.web import doors
from tandem.web.work.boards import chooser
from tandem.work.actions import baselines, links, work_items
from tandem.work.models import WorkItem

KINDS = ("FS", "SS", "FF", "SF")
TABLE_ROWS = 300


@login_required
def plans(request: HttpRequest) -> HttpResponse:
    return chooser(
        request,
        "plan",
        _("Plans"),
        _("Each project has a plan: its dates are computed from links, calendars and progress."),
    )


def _project(request: HttpRequest, key: str) -> tuple[Space, Project]:
    space = doors.find(Space.objects, request.user, key=key)
    return space, doors.find(Project.objects.select_related("space"), request.user, space=space)


@login_required
def plan(request: HttpRequest, key: str) -> HttpResponse:
    space, project = _project(request, key)
    request.live_topics = [f"space:{space.pk}"]  # type: ignore[attr-defined]
    rows = (
        WorkItem.objects.visible_to(request.user)
        .present()
        .filter(space=space)
        .select_related("computed", "state")
        .defer("description", "grams")
    )
    run = Run.objects.visible_to(request.user).latest_of(Run.Kind.SCHEDULE, space.pk)
    context = {
        "space": space, "project": project, "run": run,
        "rows": list(rows.order_by("rank", "id")[:TABLE_ROWS]),
        "forecast": Forecast.objects.visible_to(request.user).of(project).filter(is_current=True).first(),
        "may_plan": may(request.user, Permission.EDIT_PLAN, space.pk),
        "src": reverse("plan_data", kwargs={"key": key}),
        "patch": reverse("plan_item", kwargs={"key": key, "id": 0}).replace("/0/", "/{id}/"),
        "link": reverse("plan_links", kwargs={"key": key}),
    }  # fmt: skip
    return render(request, "work/plan.html", context)


@login_required
def data(request: HttpRequest, key: str) -> HttpResponse:
    """The columns; 304 when nothing changed since the reader's copy."""
    space, _project_row = _project(request, key)
    etag = f'"{reads.stamp(request.user, space)}"'
    if request.headers.get("If-None-Match") == etag:
        return HttpResponse(status=304, headers={"ETag": etag})
    body = orjson.dumps(reads.columns(request.user, space, may(request.user, Permission.EDIT_WORK, space.pk)))
    return HttpResponse(
        body, content_type="application/json", headers={"ETag": etag, "Cache-Control": "private, no-cache"}
    )


@login_required
@require_http_methods(["PATCH"])
def item(request: HttpRequest, key: str, id: int) -> HttpResponse:
    """A bar was moved or resized: it becomes "start no earlier than", and the plan is computed anew."""
    row = doors.find(WorkItem.objects.present(), request.user, pk=id, space__key=key)
    try:
        given = orjson.loads(request.body)
        start, finish, version = _moment(given["start"]), _moment(given["finish"]), int(given["version"])
    except (ValueError, KeyError, TypeError, OverflowError, OSError):
        return JsonResponse({"message": _("This change cannot be read.")}, status=400)
    if finish < start:
        return JsonResponse({"message": words.refusal("period_reversed", {})}, status=422)
    try:
        row = work_items.change(
            actor=request.user,
            item=row,
            version=version,
            planned_start=start,
            planned_finish=finish,
            constraint="SNET",
            constraint_at=start,
        )
    except Stale as problem:
        return JsonResponse(
            {"message": words.refusal("stale", {}), "version": problem.current.version}, status=409
        )
    except Refused as problem:
        return JsonResponse({"message": words.refusal(problem.code, problem.params)}, status=422)
    return JsonResponse({"rows": {"id": [row.pk], "version": [row.version]}})


def _moment(minutes: Any) -> datetime:
    """Minutes since 1970 of the reader's wall clock."""
    naive = datetime.fromtimestamp(int(minutes) * 60, UTC).replace(tzinfo=None)
    return timezone.make_aware(naive, timezone.get_current_timezone())


@login_required
@require_POST
def link(request: HttpRequest, key: str) -> HttpResponse:
    """A dependency drawn in the plan: `{"from": 12, "to": 17, "type": "FS"}`."""
    try:
        given = orjson.loads(request.body)
        source_id, target_id, kind = int(given["from"]), int(given["to"]), str(given.get("type", "FS"))
    except (ValueError, KeyError, TypeError):
        return JsonResponse({"message": _("This change cannot be read.")}, status=400)
    if kind not in KINDS:
        return JsonResponse({"message": _("This change cannot be read.")}, status=400)
    source = doors.find(WorkItem.objects.present(), request.user, pk=source_id)
    target = doors.find(WorkItem.objects.present(), request.user, pk=target_id)
    try:
        links.create(actor=request.user, source=source, target=target, kind=kind)
    except Refused as problem:
        return JsonResponse({"message": words.refusal(problem.code, problem.params)}, status=422)
    return JsonResponse({"reload": True})


@login_required
@require_POST
def baseline(request: HttpRequest, key: str) -> HttpResponse:
    space, _row = _project(request, key)
    baselines.take(
        actor=request.user, space=space, name=request.POST.get("name", "").strip()[:200] or _("Baseline")
    )
    return doors.go_to(request, reverse("plan", kwargs={"key": key}), _("The baseline was taken."))


urls = [
    path("plans/", plans, name="plans"),
    path("plans/<slug:key>/", plan, name="plan"),
    path("plans/<slug:key>/data.json", data, name="plan_data"),
    path("plans/<slug:key>/items/<int:id>/", item, name="plan_item"),
    path("plans/<slug:key>/links/", link, name="plan_links"),
    path("plans/<slug:key>/baselines/", baseline, name="plan_baselines"),
]
