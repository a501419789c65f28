"""Addresses for what comes in: made and taken back on a page; and what they answer to the programs that send."""

from typing import Any

import orjson
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from tandem.automation.actions import inlets
from tandem.automation.models import Inlet
from tandem.collaboration import words
from tandem.collaboration.actions import idempotent_requests
from tandem.collaboration.actions.idempotent_requests import Answer
from tandem.kit.errors import Denied, Hidden, Refused
from tandem.kit.ids import digest
from tandem.people.access import Permission, may
from tandem.people.models import Space
from tandem.web import doors
from tandem.web.field_words import field_name

LARGEST = 256 * 1024


@login_required
def new(request: HttpRequest, key: str) -> HttpResponse:
    """The address and its secret are in the answer to this form, once."""
    space = doors.find(Space.objects, request.user, key=key)
    if not may(request.user, Permission.AUTOMATE, space.pk):
        raise Denied(Permission.AUTOMATE)
    made: dict[str, Any] = {}
    error = ""
    if request.method == "POST":
        mapping = {name: request.POST.get(f"at_{name}", "") for name in inlets.FIELDS}
        given = {
            "name": request.POST.get("name", ""),
            "kind": request.POST.get("kind", ""),
            "mapping": mapping,
        }
        try:
            row, token = inlets.create(actor=request.user, space=space, **given)
            made = {
                "row": row,
                "address": request.build_absolute_uri(reverse("inlet_take", kwargs={"token": token})),
            }
        except Refused as problem:
            error = words.refusal(problem.code, problem.params)
    context = {
        "space": space, "made": made, "error": error, "kinds": Inlet.Kind.choices, "fields": [(name, field_name(name)) for name in inlets.FIELDS], "given": request.POST,
    }  # fmt: skip
    response = render(request, "automation/inlet_form.html", context, status=422 if error else 200)
    response["Cache-Control"] = "no-store"
    return response


@login_required
@require_POST
def removal(request: HttpRequest, id: int) -> HttpResponse:
    inlet = doors.find(Inlet.objects.select_related("space"), request.user, pk=id)
    inlets.revoke(actor=request.user, inlet=inlet)
    return doors.go_to(
        request,
        reverse("automation_space", kwargs={"key": inlet.space.key}),
        _("The address no longer works."),
    )


@never_cache
@csrf_exempt
@require_POST
def take(request: HttpRequest, token: str) -> HttpResponse:
    """No one signs in for it: the token in the address is the permission, what comes in is done as its owner."""
    # house: reads — the token is the permission
    inlet = Inlet.objects.usable().select_related("owner", "space").filter(digest=digest(token)).first()
    if inlet is None:
        return _said(404, "unknown")
    try:
        inlets.owner_may(inlet)
        inlets.count(inlet=inlet)
        answer = _taken(request, inlet)
    except Refused as problem:
        status = {"inlet_too_often": 429, "inlet_unsigned": 403}.get(problem.code, 422)
        return _said(status, problem.code, words.refusal(problem.code, problem.params))
    except (Denied, Hidden):
        return _said(404, "unknown")
    return HttpResponse(answer.body, status=answer.status, content_type="application/json")


def _taken(request: HttpRequest, inlet: Inlet) -> Answer:
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST:
        raise Refused("inlet_unreadable")
    body = request.body
    try:
        payload = orjson.loads(body) if len(body) <= LARGEST else None
    except orjson.JSONDecodeError:
        payload = None
    is_git = inlet.kind != Inlet.Kind.RECORDS
    if is_git:
        signature, given = (
            request.headers.get("X-Hub-Signature-256", ""),
            request.headers.get("X-Gitlab-Token", ""),
        )
        if not inlets.is_signed(inlet, body, signature, given):
            raise Refused("inlet_unsigned")
    if not isinstance(payload, dict):
        raise Refused("inlet_unreadable")

    def work() -> Answer:
        if is_git:
            event = request.headers.get(
                "X-GitHub-Event" if inlet.kind == Inlet.Kind.GITHUB else "X-Gitlab-Event", ""
            )
            linked = inlets.take_event(actor=inlet.owner, inlet=inlet, event=event, payload=payload)
            text = orjson.dumps({"linked": linked}).decode()
            return Answer(200, text, text)
        what, key = inlets.take_record(actor=inlet.owner, inlet=inlet, payload=payload)
        text = orjson.dumps({what: key}).decode()
        return Answer(201, text, text)

    mark = request.headers.get("Idempotency-Key", "")[:200]
    if not mark or is_git:  # what a Git provider tells again changes nothing
        return work()
    return idempotent_requests.answer_once(
        actor=inlet.owner, route=f"inlet {inlet.pk}", key=mark, body=body, work=work
    )


def _said(status: int, code: str, detail: str = "") -> JsonResponse:
    return JsonResponse({"code": code, "detail": detail}, status=status)


urls = [
    path("automation/<slug:key>/incoming/new/", new, name="inlet_new"),
    path("incoming/<int:id>/removals/", removal, name="inlet_removals"),
    path("in/<str:token>/", take, name="inlet_take"),
]
