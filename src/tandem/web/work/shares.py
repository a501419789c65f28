"""What share each of an item's people takes: a cell for each, changed where it stands."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.http import require_http_methods

from tandem.collaboration import words
from tandem.kit.errors import Refused, Stale
from tandem.kit.text import whole_number
from tandem.people.models import User
from tandem.web import doors
from tandem.web.work import inline
from tandem.work.actions import assignments
from tandem.work.models import WorkItem


@login_required
def shares(request: HttpRequest, key: str) -> HttpResponse:
    """`{"share:7": "60"}` with If-Match: the person 7 takes 60 per cent."""
    item = doors.find(WorkItem.objects, request.user, key=key)
    sent = inline.sent_by(request)
    if isinstance(sent, JsonResponse):
        return sent
    given, version = sent
    name = next((n for n in given if n.startswith("share:")), "") if isinstance(given, dict) else ""
    person = User.objects.visible_to(request.user).filter(pk=whole_number(name.removeprefix("share:")) or 0).first()
    try:
        share = whole_number(str(given[name]).strip().removesuffix("%").strip(), 4) if name else None
        if person is None or share is None:
            raise Refused("number_unreadable" if person else "change_unknown")
        try:
            item = assignments.share(actor=request.user, item=item, version=version, user=person, share=share)
        except Stale as problem:  # another field of the item changed meanwhile: nothing is lost
            if str(given.get("was", "")) != str(_share(problem.current, person)):
                return JsonResponse(
                    {"message": words.refusal("stale", {}), "theirs": _share(problem.current, person), **_answer(problem.current, person)}, status=409
                )
            item = assignments.share(actor=request.user, item=problem.current, version=problem.current.version, user=person, share=share)
    except Refused as problem:
        return JsonResponse({"message": words.refusal(problem.code, problem.params), "code": problem.code}, status=422)
    return JsonResponse(_answer(item, person))


def _share(item: WorkItem, person: Any) -> int | None:
    found: int | None = item.assignments.filter(user=person).values_list("share", flat=True).first()
    return found


def _answer(item: WorkItem, person: Any) -> dict[str, Any]:
    share = _share(item, person)
    return {"value": share, "shown": f"{share} %", "version": item.version}


urls = [path("work-items/<str:key>/shares/", require_http_methods(["PATCH"])(shares), name="work_item_shares")]
