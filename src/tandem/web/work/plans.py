"""The plan of a project: tree grid and timeline, drag and keyboard; the dates come back computed."""

import csv
import gzip
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import orjson
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tandem.exchange import ms_project
from tandem.kit import clock
from tandem.people.access import Permission, may
from tandem.people.models import Space
from tandem.planning.models import Forecast, Run
from tandem.portfolio.models import Project
from tandem.product.models import Scope
from tandem.reports.exports.sheets import harmless
from tandem.reports.queries import plan as reads
from tandem.reports.queries import plan_reasons as reasons
from tandem.web import doors
from tandem.web.governance import change_links
from tandem.web.work import plan_changes
from tandem.web.work.boards import chooser
from tandem.work.actions import baselines
from tandem.work.models import Baseline, Constraint, WorkItem

TABLE_ROWS = 300
TABLE = ("key", "title", "planned_start", "planned_finish", "computed__start", "computed__finish", "state__name")


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
    rows = WorkItem.objects.visible_to(request.user).present().filter(space=space).order_by("rank", "id").values(*TABLE)
    run = Run.objects.visible_to(request.user).latest_of(Run.Kind.SCHEDULE, space.pk)
    chosen, group = request.GET.get("baseline", "")[:8], request.GET.get("group", "")
    asked = urlencode({k: v for k, v in (("baseline", chosen), ("group", "none" if group == "none" else "")) if v})
    shown = list(rows[:TABLE_ROWS])
    kept = list(Baseline.objects.visible_to(request.user).filter(space=space).order_by("-number")[:30])
    context = {
        "space": space, "project": project, "run": run, "ended": project.ended_on(clock.today()), "asked": f"?{asked}" if asked else "",
        "rows": shown, "is_dated": any(row["planned_start"] or row["planned_finish"] for row in shown),
        "forecast": Forecast.objects.visible_to(request.user).of(project).filter(is_current=True).first(),
        "baselines": kept, "linked": change_links.linked(request.user, [one.name for one in kept]),
        "chosen": chosen, "group": group, "broken": len((run.problem if run else {}).get("conflicts", [])),
        "has_features": Scope.objects.visible_to(request.user).filter(item__space=space).exists(),
        "may_plan": may(request.user, Permission.EDIT_PLAN, space.pk),
        "may_edit": may(request.user, Permission.EDIT_WORK, space.pk),
        "src": reverse("plan_data", kwargs={"key": key}) + (f"?{asked}" if asked else ""),
        "item_url": reverse("plan_item", kwargs={"key": key, "id": 0}).replace("/0/", "/{id}/"),
    }  # fmt: skip
    return render(request, "work/plan.html", context)


@login_required
def data(request: HttpRequest, key: str) -> HttpResponse:
    """The columns; 304 when nothing changed since the reader's copy."""
    space, project = _project(request, key)
    ended = project.ended_on(clock.today())
    chosen = (request.GET.get("baseline", "")[:8], request.GET.get("group") != "none")
    etag = f'"{reads.stamp(request.user, space, *chosen)}-{ended}"'
    if request.headers.get("If-None-Match") == etag:
        return HttpResponse(status=304, headers={"ETag": etag})
    may_edit = may(request.user, Permission.EDIT_WORK, space.pk)
    body = orjson.dumps(reads.columns(request.user, space, may_edit, *chosen, ended=ended))
    headers = {"ETag": etag, "Cache-Control": "private, no-cache", "Vary": "Accept-Encoding"}
    if len(body) > 20_000 and "gzip" in request.headers.get("Accept-Encoding", ""):
        body, headers["Content-Encoding"] = gzip.compress(body, 1), "gzip"
    return HttpResponse(body, content_type="application/json", headers=headers)


@login_required
def table(request: HttpRequest, key: str) -> HttpResponse:
    """The plan as CSV, one line per row: the four kinds of dates in columns of their own."""
    space, _project_row = _project(request, key)
    found = reads.columns(request.user, space, False, request.GET.get("baseline", "")[:8], by_feature=False)
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{space.key}-plan.csv"'
    answer.write("\ufeff")
    sheet = csv.writer(answer)
    sheet.writerow(["level", *(name for name, _shown in _SHEET), "predecessors"])
    before: dict[int, list[str]] = {}
    for source, target, kind, minutes in found["links"]:
        lag = f"{minutes / 480:+g}d" if minutes else ""
        before.setdefault(target, []).append(f"{found['key'][source]}{plan_changes.KINDS[kind]}{lag}")
    levels: list[int] = []
    for n, parent in enumerate(found["parent"]):
        levels.append(1 if parent < 0 else levels[parent] + 1)
        shown = (_cell(found, column, n) for _name, column in _SHEET)
        sheet.writerow([harmless(cell) for cell in (levels[n], *shown, " ".join(before.get(n, [])))])
    return answer


@login_required
def as_ms_project(request: HttpRequest, key: str) -> StreamingHttpResponse:
    """The plan as MS Project reads it."""
    space, _project_row = _project(request, key)
    answer = StreamingHttpResponse(ms_project.written(request.user, space), content_type=ms_project.MEDIA)
    answer["Content-Disposition"] = f'attachment; filename="{space.key}-plan.xml"'
    return answer


_SHEET = (
    ("key", "key"), ("name", "name"), ("state", "state"), ("computed_start", "start"), ("computed_finish", "finish"),
    ("planned_start", "planned_start"), ("planned_finish", "planned_finish"), ("baseline_start", "base_start"), ("baseline_finish", "base_finish"),
    ("actual_start", "actual_start"), ("actual_finish", "actual"), ("deadline", "deadline"), ("duration_days", "duration"),
    ("percent_complete", "percent"), ("total_slack_days", "slack"), ("free_slack_days", "free"), ("critical", "critical"), ("people", "people"),
)  # fmt: skip
_TIMES = frozenset(("start", "finish", "planned_start", "planned_finish", "base_start", "base_finish", "actual_start", "actual", "deadline"))


def _cell(found: dict[str, Any], column: str, n: int) -> Any:
    """One cell, as the reader of the table understands it."""
    value = found[column][n] if column in found else None
    if value is None or (column in ("start", "finish") and found["origin"][n] != reads.COMPUTED):
        return ""
    if column in _TIMES:
        return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(minutes=value)).strftime("%Y-%m-%d %H:%M")
    if column == "state":
        return found["states"][value]
    if column == "people":
        return ", ".join(found["persons"][k] for k in value)
    return value


@login_required
@require_http_methods(["GET", "PATCH"])
def item(request: HttpRequest, key: str, id: int) -> HttpResponse:
    """A row: why it stands where it stands; or a change of it."""
    if request.method == "PATCH":
        return plan_changes.change(request, key=key, id=id)
    row = doors.find(
        WorkItem.objects.present().select_related("space", "state", "parent"), request.user, pk=id, space__key=key
    )
    if not doors.is_peek(request):
        return redirect("work_item", key=row.key)
    context = {
        "item": row, "why": reasons.of(request.user, row), "constraints": Constraint.choices, "kinds": plan_changes.KINDS,
        "may_plan": may(request.user, Permission.EDIT_WORK, row.space_id), "days": reasons.days, "lag": reasons.lag,
        "people": list(row.assignments.values_list("user__name", flat=True)[:20]),
    }  # fmt: skip
    return render(request, "work/plan_peek.html", context)


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
    path("plans/<slug:key>/plan.csv", table, name="plan_csv"),
    path("plans/<slug:key>/plan.xml", as_ms_project, name="plan_ms_project"),
    path("plans/<slug:key>/baselines/", baseline, name="plan_baselines"),
    *plan_changes.urls,
]
