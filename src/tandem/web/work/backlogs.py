"""The backlog of a project and its open sprints: ranked and planned by mouse, touch and keyboard, live for everybody."""

import uuid
from typing import Any

import orjson
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from tandem.collaboration import words
from tandem.kit.errors import Refused, Stale
from tandem.kit.text import whole_number
from tandem.people.access import Permission, may
from tandem.people.models import Space
from tandem.portfolio.models import Project
from tandem.reports.queries import filter_language, quick_line
from tandem.web import doors
from tandem.web.work import backlog_picture, boards, filtering, quick
from tandem.work.actions import quick_items, sprint_scope, sprints
from tandem.work.models import Sprint, WorkItem


@login_required
def backlogs(request: HttpRequest) -> HttpResponse:
    """The projects, each with the way to its backlog."""
    purpose = _("Each project has a backlog: what comes first stands on top. Sprints take from it.")
    return boards.chooser(request, "backlog", _("Backlogs and sprints"), purpose)


@login_required
def backlog(request: HttpRequest, key: str) -> HttpResponse:
    space = doors.find(Space.objects, request.user, key=key)
    project = doors.find(Project.objects, request.user, space=space)
    topic, text, problem = f"space:{space.pk}", request.GET.get("q", ""), ""
    request.live_topics = [topic]  # type: ignore[attr-defined]
    try:
        condition = filter_language.condition(text, request.user)
    except Refused as refused:
        text, condition = "", filter_language.condition("", request.user)
        problem = words.refusal(refused.code, refused.params)
    picture = backlog_picture.sections(request.user, space, condition, request.GET.get("cursor", ""))
    context = {
        "space": space, "project": project, "topic": topic, "q": request.GET.get("q", ""), "problem": problem,
        "chips": filtering.chips(request, text), "terms": filtering.terms(), "help": filtering.guide(),
        "may_edit": may(request.user, Permission.EDIT_WORK, space.pk),
        "closed": Sprint.objects.visible_to(request.user).closed().filter(space=space).order_by("-ends_at", "-id")[:10],
        "patch": reverse("backlog_item", kwargs={"key": key, "id": 0}).replace("/0/", "/{id}/"),
        "with_": lambda **k: filtering.changed(request, **k), "verdict": backlog_picture.verdict, "usual": backlog_picture.usual,
        "amount": backlog_picture.amount, "short": backlog_picture.short, **picture,
    }  # fmt: skip
    return render(request, "work/backlog.html", context)


@login_required
@require_http_methods(["PATCH"])
def item(request: HttpRequest, key: str, id: int) -> HttpResponse:
    """Put an item somewhere: `{"section": "12" | "", "after": 17 | null, "version": 3, "from": "" }`; 409 when somebody
    moved it first. A change of something else meanwhile does not stand in the way."""
    row = doors.find(WorkItem.objects.present(), request.user, pk=id, space__key=key)
    try:
        given = orjson.loads(request.body)
        after_id, version, came = given.get("after"), int(given["version"]), str(given.get("from", ""))
        section, after_id = str(given["section"]), int(after_id) if after_id else None
    except (ValueError, KeyError, TypeError, AttributeError):
        return JsonResponse({"message": _("This change cannot be read.")}, status=400)
    sprint = _sprint(request, row.space_id, section)
    after = doors.find(WorkItem.objects, request.user, pk=after_id, space=row.space_id) if after_id else None
    run = uuid.uuid4()
    place = {"sprint": sprint, "after": after, "to_top": after is None, "run": run}
    try:
        try:
            sprint_scope.put(actor=request.user, items=[(row, version)], **place)  # type: ignore[arg-type]
        except Stale as problem:
            row = problem.current
            if row.removed_at or _stands(request.user, row) != came:
                raise
            sprint_scope.put(actor=request.user, items=[(row, row.version)], **place)  # type: ignore[arg-type]
    except Stale as problem:
        return JsonResponse({"message": words.refusal("stale", {}), "version": problem.current.version}, status=409)
    except Refused as problem:
        return JsonResponse({"message": words.refusal(problem.code, problem.params)}, status=422)
    return JsonResponse({"version": row.version, "undo": reverse("backlog_undos", kwargs={"key": key, "run": run})})


def _sprint(request: HttpRequest, space_id: int, section: str) -> Sprint | None:
    if not section:
        return None
    return doors.find(Sprint.objects, request.user, pk=whole_number(section) or 0, space=space_id)


def _stands(user: Any, row: WorkItem) -> str:
    """The open sprint in which the item stands, as the page names it."""
    found = Sprint.objects.visible_to(user).open().filter(items=row).first()
    return str(found.pk) if found else ""


@login_required
@require_POST
def add(request: HttpRequest, key: str) -> HttpResponse:
    """A new item where it belongs: in a sprint, or on top of the backlog; behind `after` when that is given."""
    space = doors.find(Space.objects, request.user, key=key)
    number = whole_number(request.POST.get("after", ""))
    after = doors.find(WorkItem.objects, request.user, pk=number, space=space) if number else None
    sprint = _sprint(request, space.pk, request.POST.get("section", ""))
    line = quick_line.read(request.POST.get("title", ""), request.user, space.pk)
    values = {"sprint": sprint, **line.values}  # a sprint that the line names is meant
    to_top = after is None and values["sprint"] is None
    try:
        item = quick_items.add(actor=request.user, space=space, title=line.title, after=after, to_top=to_top, **values)
    except Refused as problem:
        return JsonResponse({"message": words.refusal(problem.code, problem.params)}, status=422)
    return quick.made(item)


@login_required
@require_POST
def plan(request: HttpRequest, key: str) -> HttpResponse:
    """The next sprint, with name and dates as the last ones let expect; all of it can be changed."""
    space = doors.find(Space.objects, request.user, key=key)
    made = sprints.create(actor=request.user, space=space, **backlog_picture.proposed(request.user, space))
    messages.success(request, _("%(name)s was planned.") % {"name": made.name})
    return redirect(f"{reverse('backlog', kwargs={'key': key})}#sprint-{made.pk}")


@login_required
@require_POST
def undo(request: HttpRequest, key: str, run: uuid.UUID) -> HttpResponse:
    doors.find(Space.objects, request.user, key=key)
    again = uuid.uuid4()
    back, left = sprint_scope.undo(actor=request.user, run=run, again=again)
    said = ngettext("Took %(n)s change back", "Took %(n)s changes back", back) % {"n": back}
    if left:
        said = _("Somebody moved it since: it stays where it is.")
    if "application/json" in request.headers.get("Accept", ""):
        redo = reverse("backlog_undos", kwargs={"key": key, "run": again}) if back else ""
        return JsonResponse({"message": said, "redo": redo})
    return doors.go_to(request, reverse("backlog", kwargs={"key": key}), said)


urls = [
    path("backlog/", backlogs, name="backlogs"),
    path("backlog/<slug:key>/", backlog, name="backlog"),
    path("backlog/<slug:key>/items/", add, name="backlog_items"),
    path("backlog/<slug:key>/items/<int:id>/", item, name="backlog_item"),
    path("backlog/<slug:key>/sprints/", plan, name="backlog_sprints"),
    path("backlog/<slug:key>/undos/<uuid:run>/", undo, name="backlog_undos"),
]
