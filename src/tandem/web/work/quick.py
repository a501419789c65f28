"""Adding a work item by one line: what is understood is shown before it is saved."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tandem.collaboration import words
from tandem.kit.errors import Refused
from tandem.kit.text import whole_number
from tandem.people.access import Permission, require
from tandem.people.models import Space
from tandem.reports.queries import quick_line
from tandem.web import doors
from tandem.work.actions import quick_items
from tandem.work.models import State, WorkItem


def shown(line: quick_line.Line) -> dict[str, Any]:
    """The line as the page shows it: its title and a chip for each piece, with where it stands in the text."""
    chips = [
        {"kind": p.kind, "text": p.said, "start": p.start, "end": p.end, "problem": p.problem} for p in sorted(line.pieces, key=lambda p: p.start)
    ]
    return {"title": line.title, "chips": chips}


@login_required
@require_http_methods(["GET", "POST"])
def quick(request: HttpRequest, key: str) -> HttpResponse:
    """GET says what the line `text` would become in this project; POST makes it, in `state` where that is given."""
    user: Any = request.user
    given = request.GET if request.method == "GET" else request.POST
    space = doors.find(Space.objects, user, key=key)
    require(user, Permission.EDIT_WORK, space.pk)
    line = quick_line.read(given.get("text", ""), user, space.pk)
    if request.method == "GET":
        return JsonResponse(shown(line))
    number = whole_number(given.get("state", ""))
    state = doors.find(State.objects, user, pk=number, space=space) if number else None
    try:
        item = quick_items.add(actor=user, space=space, title=line.title, state=state, **line.values)
    except Refused as problem:
        return JsonResponse({"message": words.refusal(problem.code, problem.params), "code": problem.code}, status=422)
    return made(item)


def made(item: WorkItem) -> JsonResponse:
    said = _("%(key)s was added") % {"key": item.key}
    url = reverse("work_item", kwargs={"key": item.key})
    return JsonResponse({"id": item.pk, "key": item.key, "title": item.title, "url": url, "message": said}, status=201)


urls = [path("boards/<slug:key>/quick/", quick, name="work_items_quick")]
