"""Projects side by side by the stage that they are in, each with the gate that is next."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from tandem.governance.method_content import STAGES
from tandem.kit import clock
from tandem.people.access import may_somewhere
from tandem.people.models import Space
from tandem.reports.queries import gates as reads
from tandem.web import doors
from tandem.web.governance import gate_words as words
from tandem.web.governance.gates import tabs
from tandem.web.governance.method_uses import BEGINS
from tandem.web.governance.risks import places


@login_required
def page(request: HttpRequest) -> HttpResponse:
    key = request.GET.get("in", "")
    space = doors.find(Space.objects.all(), request.user, key=key) if key else None
    found = reads.board(request.user, space)
    columns = [(words.STAGES[stage], found.cards.get(stage, [])) for stage in STAGES]
    context: dict[str, Any] = {
        "columns": columns, "found": found, "count": sum(len(cards) for _name, cards in columns), "places": places(request), "in": key, "tabs": tabs("phase_board"),
        "today": clock.today(), "shapes": words.GATE_SHAPES, "may_begin": may_somewhere(request.user, BEGINS),
        "overdue": sum(1 for _name, cards in columns for card in cards if card.gate and card.gate.is_open and card.gate.due_on < clock.today()),
    }  # fmt: skip
    return render(request, "governance/phase_board.html", context)


urls = [path("phases/", page, name="phase_board")]
