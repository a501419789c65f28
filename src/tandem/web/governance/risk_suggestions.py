"""Risks that a place may have forgotten: taken into its register, or turned down with a reason."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tandem.governance.actions import risk_suggestions
from tandem.governance.catalogue import ENTRIES
from tandem.governance.models import PackUse, Risk, RiskSuggestion
from tandem.governance.pack_content import of_version
from tandem.governance.packs import packs
from tandem.people.access import Permission, may
from tandem.people.models import Space
from tandem.web import doors
from tandem.web.governance import risk_words as words
from tandem.web.governance.risk_matrix import chosen
from tandem.web.governance.risks import places, tabs


@login_required
def page(request: HttpRequest) -> HttpResponse:
    space = chosen(request)
    found = risk_suggestions.suggested(request.user, space, get_language() or "en")
    answered = RiskSuggestion.objects.visible_to(request.user).filter(space=space).select_related("by", "risk")[:50]
    context = {
        "space": space, "places": places(request), "tabs": tabs(request, "risk_suggestions"), "rows": [_row(one) for one in found], "answered": _answered(request.user, list(answered)),
        "may_answer": may(request.user, Permission.EDIT_WORK, space.pk),
    }  # fmt: skip
    return render(request, "governance/suggestions.html", context)


def _row(one: risk_suggestions.Suggested) -> dict[str, Any]:
    values = one.values
    return {
        "origin": one.origin, "title": values["title"], "text": " ".join(text for text in (values["cause"], values["event"], values["effect"]) if text),
        "kind": Risk.Kind(values["kind"]).label, "area": Risk.Area(values["area"]).label, "probability": words.percent(values["probability"]),
        "days": words.points_days(values["days"]) or "–", "source": one.source,
    }  # fmt: skip


def _answered(user: Any, rows: list[RiskSuggestion]) -> list[tuple[RiskSuggestion, str]]:
    """Each with the name of what was suggested, also where nothing was taken."""
    language = get_language() or "en"
    known = {f"catalogue:{one.key}": one.said(language)["title"] for one in (*ENTRIES, *(entry for pack in packs().values() for entry in pack.risks))}
    own = PackUse.objects.visible_to(user).filter(space__in={row.space_id for row in rows}).exclude(pack_version=None).select_related("pack_version__pack")
    known |= {f"catalogue:{one.key}": one.said(language)["title"] for use in own if use.pack_version for one in of_version(use.pack_version).risks}
    ids = [int(row.origin[5:]) for row in rows if row.origin.startswith("risk:") and row.origin[5:].isdigit()]
    known |= {f"risk:{pk}": title for pk, title in Risk.objects.visible_to(user).filter(pk__in=ids).values_list("pk", "title")}
    return [(row, known.get(row.origin) or _("an item that you cannot see")) for row in rows]


@login_required
@require_POST
def answers(request: HttpRequest, key: str) -> HttpResponse:
    space = doors.find(Space.objects.all(), request.user, key=key)
    origin, language, back = request.POST.get("origin", ""), get_language() or "en", reverse("risk_suggestions") + f"?in={key}"
    if request.POST.get("do") == "reject":
        risk_suggestions.reject(actor=request.user, space=space, origin=origin, reason=request.POST.get("reason", ""), language=language)
        return doors.go_to(request, back, _("Turned down."))
    risk = risk_suggestions.accept(actor=request.user, space=space, origin=origin, language=language)
    return doors.go_to(request, reverse("risks_edit", kwargs={"id": risk.pk}), _("It stands in the register: judge it for this place."))


urls = [
    path("risks/suggestions/", page, name="risk_suggestions"),
    path("risks/suggestions/<str:key>/answers/", answers, name="risk_suggestion_answers"),
]
