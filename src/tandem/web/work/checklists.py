"""The checklist on a work item's page: lines to type or paste, to tick, to order, to take away, to make parts of."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from tandem.collaboration import words
from tandem.kit.dates import parse_day
from tandem.kit.errors import Refused, Stale
from tandem.kit.text import whole_number
from tandem.people.models import User
from tandem.web import doors
from tandem.web.templating import day
from tandem.web.work import inline
from tandem.work.actions import checklists
from tandem.work.models import ChecklistEntry, WorkItem

MOST_TEXT = 50_000
_READ = ("version", "text", "is_done", "is_acceptance", "due_on", "owner__name")


def of(user: Any, item: WorkItem) -> list[ChecklistEntry]:
    rows = ChecklistEntry.objects.visible_to(user).present().filter(item=item)
    return list(rows.select_related("owner").only(*_READ).in_order()[: ChecklistEntry.MOST])


@login_required
@require_POST
def checklist(request: HttpRequest, key: str) -> HttpResponse:
    """`do`: add (with `lines`, and `is_acceptance`), tick, untick, accept, unaccept, up, down, move (behind `after`), remove, part; all but the first name the `entry`."""
    item = doors.find(WorkItem.objects, request.user, key=key)
    do = request.POST.get("do", "add")
    if do == "add":
        rows = checklists.add(actor=request.user, item=item, text=request.POST.get("lines", "")[:MOST_TEXT], is_acceptance=request.POST.get("is_acceptance") == "on")
        said = ngettext("%(n)s entry was added", "%(n)s entries were added", len(rows)) % {"n": len(rows)}
        return _done(request, item, said if len(rows) > 1 else "")
    entry = _entry(request, item, "entry")
    if do in ("tick", "untick"):
        # says what it shall be, and touches nothing else: whoever was faster loses nothing
        checklists.change(actor=request.user, entry=entry, version=None, is_done=do == "tick")
        return _done(request, item)
    if do in ("accept", "unaccept"):
        checklists.change(actor=request.user, entry=entry, version=doors.version_in(request), is_acceptance=do == "accept")
        return _done(request, item)
    if do in ("up", "down"):
        checklists.step(actor=request.user, entry=entry, is_up=do == "up")
        return _done(request, item)
    if do == "move":
        after = _entry(request, item, "after") if request.POST.get("after") else None
        checklists.move(actor=request.user, entry=entry, version=None, after=after)
        return _done(request, item)
    if do == "remove":
        checklists.remove(actor=request.user, entry=entry, version=doors.version_in(request))
        return _done(request, item, _("The entry was removed."), reverse("checklist_restorations", kwargs={"id": entry.pk}))
    if do == "part":
        part = checklists.make_part(actor=request.user, entry=entry, version=doors.version_in(request))
        return _done(request, item, _("%(key)s was added") % {"key": part.key})
    raise Refused("change_unknown")


def _entry(request: HttpRequest, item: WorkItem, name: str) -> ChecklistEntry:
    number = whole_number(request.POST.get(name, "")) or 0
    return doors.find(ChecklistEntry.objects.select_related("item"), request.user, pk=number, item=item)


def _done(request: HttpRequest, item: WorkItem, said: str = "", undo: str = "") -> HttpResponse:
    return doors.done(request, reverse("work_item", kwargs={"key": item.key}) + "#checklist", said, undo)


@login_required
@require_POST
def restoration(request: HttpRequest, id: int) -> HttpResponse:
    entry = doors.find(ChecklistEntry.objects.select_related("item", "became"), request.user, pk=id)
    checklists.restore(actor=request.user, entry=entry)
    return _done(request, entry.item, _("Taken back."))


@login_required
def entry(request: HttpRequest, id: int) -> HttpResponse:
    """A cell of an entry, changed where it stands: `{"text": …}`, `{"owner": id}`, `{"due_on": day}` with If-Match."""
    row = doors.find(ChecklistEntry.objects.select_related("item", "owner"), request.user, pk=id)
    sent = inline.sent_by(request)
    if isinstance(sent, JsonResponse):
        return sent
    given, version = sent
    name = next((n for n in ("text", "owner", "due_on") if isinstance(given, dict) and n in given), "")
    try:
        if not name:
            raise Refused("change_unknown")
        row = checklists.change(actor=request.user, entry=row, version=version, **{name: _read(request, name, given[name])})
    except Stale as problem:
        answer = {"message": words.refusal("stale", {}), "theirs": _value(problem.current, name), **_answer(problem.current, name)}
        return JsonResponse(answer, status=409)
    except Refused as problem:
        return JsonResponse({"message": words.refusal(problem.code, problem.params), "code": problem.code}, status=422)
    return JsonResponse(_answer(row, name))


def _read(request: HttpRequest, name: str, value: Any) -> Any:
    if name == "text":
        return str(value)[:500]
    if not value:
        return None
    if name == "owner":
        person = User.objects.visible_to(request.user).filter(pk=whole_number(str(value)) or 0).first()
        if person is None:
            raise Refused("reference_unknown")
        return person
    try:
        return parse_day(str(value))
    except ValueError:
        raise Refused("date_unreadable") from None


def _value(row: ChecklistEntry, name: str) -> Any:
    if name == "owner":
        return str(row.owner_id or "")
    return row.due_on.isoformat() if name == "due_on" and row.due_on else getattr(row, name) or ""


def _answer(row: ChecklistEntry, name: str) -> dict[str, Any]:
    shown = row.owner.name if name == "owner" and row.owner else day(row.due_on) if name == "due_on" else row.text if name == "text" else ""
    return {"value": _value(row, name), "shown": shown or "–", "version": row.version}


urls = [
    path("work-items/<str:key>/checklist/", checklist, name="work_item_checklist"),
    path("checklist-entries/<int:id>/", require_http_methods(["PATCH"])(entry), name="checklist_entry"),
    path("checklist-entries/<int:id>/restorations/", restoration, name="checklist_restorations"),
]
