"""Deciding for a scenario on its page, and taking the decision back."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from tandem.kit.text import whole_number
from tandem.planning.actions import adoptions
from tandem.planning.models import Adoption, Scenario
from tandem.reports.queries import scenarios as reads
from tandem.web import doors


def of(request: HttpRequest, view: reads.View, may_edit: bool) -> dict[str, Any]:
    """What a decision would write now, and the decisions there were, newest first."""
    is_ready = may_edit and view.has_answer and not view.is_stale and bool(view.chosen) and view.solution is not None and view.solution.state != "searching"
    return {
        "decisions": reads.decisions(request.user, view.scenario), "may_decide": is_ready,
        "effect": effect(view) if is_ready else "", "others_choices": Adoption.Others.choices,
    }  # fmt: skip


def effect(view: reads.View) -> str:
    opened = sum(not row.offer.is_running for row in view.chosen)
    held = sum(row.offer.is_running for row in view.out)
    parts = [ngettext("Opens %(n)s project", "Opens %(n)s projects", opened) % {"n": opened}]
    left = len(view.out) - held
    if left:
        parts.append(ngettext("decides on %(n)s proposal that is out", "decides on %(n)s proposals that are out", left) % {"n": left})
    if held:
        parts.append(ngettext("puts %(n)s running project on hold", "puts %(n)s running projects on hold", held) % {"n": held})
    return _(", ").join(parts)


@login_required
def adopted(request: HttpRequest, id: int) -> HttpResponse:
    row = doors.find(Scenario.objects, request.user, pk=id)
    if request.method == "POST":
        adoptions.adopt(
            actor=request.user, scenario=row, version=doors.version_in(request), reason=request.POST.get("reason", ""),
            others=request.POST.get("others", ""), point=whole_number(request.POST.get("point", ""), 3),
        )  # fmt: skip
        return doors.go_to(request, reverse("scenarios_detail", kwargs={"id": id}), _("Decided."))
    return doors.go_to(request, reverse("scenarios_detail", kwargs={"id": id}))


@login_required
@require_POST
def reversals(request: HttpRequest, id: int) -> HttpResponse:
    row = doors.find(Adoption.objects, request.user, pk=id)
    adoptions.undo(actor=request.user, adoption=row, version=doors.version_in(request))
    return doors.go_to(request, reverse("scenarios_detail", kwargs={"id": row.scenario_id}), _("The decision was taken back."))


urls = [
    path("scenarios/<int:id>/adoptions/", adopted, name="scenarios_adoptions"),
    path("adoptions/<int:id>/reversals/", reversals, name="adoption_reversals"),
]
