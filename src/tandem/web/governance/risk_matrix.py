"""The matrix of a scope, and the steps by which it is read."""

import itertools
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tandem.collaboration import words as refusals
from tandem.governance import scales
from tandem.governance.actions import risk_settings
from tandem.governance.assessing import HIGH, Scale
from tandem.governance.models import Issue, Risk, RiskScale
from tandem.kit.errors import Refused, Stale
from tandem.kit.text import whole_number
from tandem.people.access import Permission, may, require
from tandem.people.models import Space
from tandem.portfolio import amounts
from tandem.portfolio.models import Portfolio
from tandem.reports.queries import risks as reads
from tandem.web import doors
from tandem.web.charts import number
from tandem.web.governance import risk_words as words
from tandem.web.governance.risks import places, tabs
from tandem.web.portfolio import money

SHOWN = 6
"Risks named in one cell; the rest is a number that leads to the register."


def chosen(request: HttpRequest) -> Space:
    """The place that was asked for, else the highest that the reader sees."""
    key = request.GET.get("in", "")
    if key:
        return doors.find(Space.objects.all(), request.user, key=key)
    spaces = Space.objects.visible_to(request.user).order_by("id")
    found = spaces.filter(parent=None).first() or spaces.first()
    if found is None:
        return doors.find(Space.objects.all(), request.user, key="")
    return found


@login_required
def page(request: HttpRequest) -> HttpResponse:
    space = chosen(request)
    kind = request.GET.get("kind", "") if request.GET.get("kind", "") in Risk.Kind.values else Risk.Kind.THREAT.value
    is_after = request.GET.get("as", "") == "after"
    found = reads.matrix(request.user, space, kind, is_after=is_after)
    row = scales.rows_for([space.pk])[space.pk]
    asked = f"?in={space.key}"
    context = {
        "space": space, "places": places(request), "tabs": tabs(request, "risk_matrix"), "found": found, "rows": _rows(found, kind), "likely": _likely(found.scale),
        "large": _large(found.scale), "most": SHOWN, "grades": [(words.shape_of(one, kind), words.grade_name(one), found.grades[one]) for one in words.GRADES],
        "kinds": [{"label": text, "href": f"{asked}&kind={value}" + ("&as=after" if is_after else ""), "current": value == kind} for value, text in ((Risk.Kind.THREAT.value, _("Threats")), (Risk.Kind.CHANCE.value, _("Chances")))],
        "views": [{"label": _("Today"), "href": f"{asked}&kind={kind}", "current": not is_after}, {"label": _("After the responses"), "href": f"{asked}&kind={kind}&as=after", "current": is_after}],
        "of": _named(request, row), "is_own": row is not None and row.space_id == space.pk,
        "scale_url": reverse("risk_scale", kwargs={"key": space.key}) if may(request.user, Permission.EDIT_PLAN, space.pk) else "",
        "high": found.grades[HIGH], "list_url": reverse("risks") + f"{asked}&state=open&kind={kind}", "is_chance": kind == Risk.Kind.CHANCE,
    }  # fmt: skip
    return render(request, "governance/matrix.html", context)


def _named(request: HttpRequest, row: RiskScale | None) -> str:
    """Where the steps were set; of a place that the reader does not see only that it stands above."""
    if row is None:
        return ""
    user: Any = request.user
    return row.space.name if row.space_id in user.visible_space_ids() else _("a place above")


def _rows(found: reads.Matrix, kind: str) -> list[dict[str, Any]]:
    """The most likely first, as it is read from the top."""
    steps = range(1, RiskScale.STEPS + 1)
    return [
        {"name": _likely(found.scale)[likely - 1], "cells": [{
            "shape": words.shape_of(found.scale.grade(likely * large), kind), "grade": words.grade_name(found.scale.grade(likely * large)),
            "score": likely * large, "risks": found.cells.get((likely, large), ()),
        } for large in steps]} for likely in reversed(steps)
    ]  # fmt: skip


def _likely(scale: Scale) -> list[str]:
    edges = [f"{number(one)} %" for one in scale.probabilities]
    return _between(edges)


def _between(edges: list[str]) -> list[str]:
    first, last = _("below %(n)s") % {"n": edges[0]}, _("%(n)s and more") % {"n": edges[-1]}
    return [first, *(f"{a}–{b}" for a, b in itertools.pairwise(edges)), last]


def _large(scale: Scale) -> list[tuple[str, str]]:
    days, sums = _between([words.days(one) for one in scale.days]), _between([money.money(one, scale.currency) for one in scale.money])
    return list(zip(days, sums, strict=True))


@login_required
def settings(request: HttpRequest, key: str) -> HttpResponse:
    """What holds here, to be set anew for this space and what stands below it."""
    space = doors.find(Space.objects.all(), request.user, key=key)
    require(request.user, Permission.EDIT_PLAN, space.pk)
    row = scales.rows_for([space.pk])[space.pk]
    own = row if row is not None and row.space_id == space.pk else None
    error = ""
    if request.method == "POST":
        try:
            said = _said(request.POST)
            if own is not None and doors.version_in(request) is None:  # somebody else set the first ones meanwhile
                raise Stale(own)
            risk_settings.set_scale(actor=request.user, space=space, version=doors.version_in(request), **said)
            return doors.go_to(request, reverse("risk_matrix") + f"?in={space.key}", _("Saved."))
        except Refused as problem:
            error = refusals.refusal(problem.code, problem.params)
    held = row or RiskScale()
    given: dict[str, Any] = {
        "probabilities": _line(held.probabilities), "days": _line(held.days), "money": _line(held.money), "currency": held.currency, "medium_from": held.medium_from,
        "high_from": held.high_from, **{f"silence_{name}": held.silence[name] for name in Issue.Severity.values},
    }  # fmt: skip
    if error:  # what was typed is kept
        given = {name: request.POST.get(name, "") for name in given}
    context = {
        "space": space, "own": own, "given": given, "error": error, "currencies": Portfolio.CURRENCIES, "severities": Issue.Severity.choices,
        "back": reverse("risk_matrix") + f"?in={space.key}", "of": _named(request, row) if own is None else "",
    }  # fmt: skip
    return render(request, "governance/scale.html", context, status=422 if error else 200)


def _line(values: Any) -> str:
    return " ".join(f"{one:g}" if isinstance(one, float) else str(one) for one in values)


def _said(given: Any) -> dict[str, Any]:
    currency = given.get("currency", "")
    if currency not in dict(Portfolio.CURRENCIES):
        raise Refused("choice_unknown", field="currency")
    return {
        "probabilities": amounts.read(given.get("probabilities", ""), "probabilities"), "days": _numbers(given.get("days", "")),
        "money": amounts.read(given.get("money", ""), "money"), "currency": currency, "medium_from": whole_number(given.get("medium_from", ""), 3) or 0,
        "high_from": whole_number(given.get("high_from", ""), 3) or 0,
        "silence": {name: whole_number(given.get(f"silence_{name}", ""), 3) or 0 for name in Issue.Severity.values},
    }  # fmt: skip


def _numbers(text: str) -> list[float]:
    try:
        return [float(one) for one in text.split()]
    except ValueError:
        raise Refused("scale_borders", field="days") from None


@login_required
@require_POST
def settings_removal(request: HttpRequest, key: str) -> HttpResponse:
    space = doors.find(Space.objects.all(), request.user, key=key)
    require(request.user, Permission.EDIT_PLAN, space.pk)
    row = doors.find(RiskScale.objects.filter(space=space), request.user)
    risk_settings.drop_scale(actor=request.user, risk_scale=row, version=doors.version_in(request))
    return doors.go_to(request, reverse("risk_matrix") + f"?in={space.key}", _("What holds above holds here again."))


urls = [
    path("risks/matrix/", page, name="risk_matrix"),
    path("risks/matrix/<str:key>/", settings, name="risk_scale"),
    path("risks/matrix/<str:key>/removals/", settings_removal, name="risk_scale_removals"),
]
