"""Projects side by side by the stage that they are in, each with the gate that is next; a card is put into another stage as far as no gate
stands between."""

import uuid
from typing import Any

import orjson
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tandem.collaboration import words as said
from tandem.governance import phases
from tandem.governance.actions import phase_moves
from tandem.governance.method_content import STAGES
from tandem.governance.models import MethodUse
from tandem.kit import clock
from tandem.kit.errors import Refused, Stale
from tandem.people.access import Permission, may_somewhere, spaces_where
from tandem.people.models import Space
from tandem.reports.queries import gates as reads
from tandem.web import doors
from tandem.web.governance import gate_words as words
from tandem.web.governance.gates import tabs
from tandem.web.governance.method_uses import BEGINS
from tandem.web.governance.risks import places

MOST_TOPICS = 200
"""Spaces that the page hears of."""


@login_required
def page(request: HttpRequest) -> HttpResponse:
    key = request.GET.get("in", "")
    space = doors.find(Space.objects.all(), request.user, key=key) if key else None
    found = reads.board(request.user, space)
    columns = [(stage, words.STAGES[stage], found.cards.get(stage, [])) for stage in STAGES]
    cards = [card for _stage, _name, there in columns for card in there]
    editable = spaces_where(request.user, Permission.EDIT_PLAN)
    topics = [f"space:{pk}" for pk in sorted({card.use.space_id for card in cards})][:MOST_TOPICS]
    request.live_topics = topics  # type: ignore[attr-defined]
    context: dict[str, Any] = {
        "columns": columns, "found": found, "count": found.count, "places": places(request), "in": key, "tabs": tabs("phase_board"), "live_topic": " ".join(topics),
        "today": clock.today(), "shapes": words.GATE_SHAPES, "may_begin": may_somewhere(request.user, BEGINS), "src": request.get_full_path(),
        "to": {card.use.pk: None if set(card.stages) >= set(STAGES) else " ".join(card.stages) for card in cards if card.use.space_id in editable},
        "patch": reverse("method_use_phases", kwargs={"id": 0}).replace("/0/", "/{id}/"), "overdue": sum(_is_overdue(card) for card in cards),
    }  # fmt: skip
    return render(request, "governance/phase_board_body.html" if request.GET.get("part") == "board" else "governance/phase_board.html", context)


def _is_overdue(card: reads.Card) -> bool:
    return card.gate is not None and card.gate.is_open and card.gate.due_on < clock.today()


@login_required
@require_http_methods(["PATCH"])
def move(request: HttpRequest, id: int) -> HttpResponse:
    """A card into another stage: `{"state": "plan", "version": 3}`, with `override_reason` over a limit that stops. 409 when somebody moved the project first; 422 with the reason, and with
    the gate's page as `peek` where a gate stands between."""
    use = doors.find(MethodUse.objects.select_related("project", "method_version"), request.user, pk=id)
    try:
        given = orjson.loads(request.body)
        stage, version, reason = str(given["state"]), int(given["version"]), str(given.get("override_reason") or "")
    except (ValueError, KeyError, TypeError, AttributeError):
        return JsonResponse({"message": _("This change cannot be read.")}, status=400)
    run = uuid.uuid4()
    try:
        found, _gates, now = phase_moves.standing(use)
        to = phases.in_stage(found, now, stage)
        if to is None:
            raise Refused("stage_without_phase", project=use.project.name, stage=str(words.STAGES.get(stage, stage[:40])))
        use = phase_moves.move(actor=request.user, method_use=use, version=version, phase=found[to].key, override_reason=reason, run=run)
    except Stale as problem:
        return JsonResponse({"message": said.refusal("stale", {}), "version": problem.current.version}, status=409)
    except Refused as problem:
        gate = problem.params.get("gate")
        at = {"peek": reverse("gates_detail", kwargs={"id": gate})} if gate else {}
        return JsonResponse({"message": said.refusal(problem.code, problem.params), "code": problem.code, **at}, status=422)
    return JsonResponse({"version": use.version, "undo": reverse("work_items_undo", kwargs={"run": run})})


urls = [path("phases/", page, name="phase_board"), path("method-uses/<int:id>/phases/", move, name="method_use_phases")]
