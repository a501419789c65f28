"""What comes first in a product: its features in the order of a scoring model, as a picture and as a table to fill in."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tandem.kit.text import whole_number
from tandem.people.access import Permission, may
from tandem.product.actions import rankings
from tandem.product.models import Feature, Product, Score, ScoringModel
from tandem.reports.queries import priorities as reads
from tandem.web import charts, doors, standing
from tandem.web.paging import page_of
from tandem.web.portfolio import outcomes
from tandem.web.product import scores
from tandem.web.product.ballot_picture import cut
from tandem.web.product.scoring_models import address

BARS, MOST_UNSCORED = reads.TOP, 50


@login_required
@standing.page
def page(request: HttpRequest, id: int) -> HttpResponse:
    user = request.user
    product = doors.find(Product.objects.select_related("space"), user, pk=id)
    models = reads.models(user, product)
    number = whole_number(request.GET.get("model", ""))
    model = next((one for one in models if one.pk == number), models[0] if models else None)
    context: dict[str, Any] = {
        "product": product, "models": models, "model": model, "may_score": may(user, Permission.EDIT_PRODUCT, product.space_id),
        "topic": f"space:{product.space_id}", "links": [{"label": one.name, "href": address(product, one), "current": one == model} for one in models],
        "new_url": f"{reverse('scoring_models_new')}?home={product.space_id}",
    }  # fmt: skip
    if model:
        context |= _ordered(request, product, model)
    return render(request, "product/priorities.html", context)


def _ordered(request: HttpRequest, product: Product, model: ScoringModel) -> dict[str, Any]:
    found = reads.read(request.user, product, model)
    rows = reads.scores(request.user, product, model).filter(value__isnull=False)
    part = page_of(rows, sort="-value", cursor=request.GET.get("cursor", ""), shown=lambda chosen: rows.filter(pk__in=chosen))
    waiting = list(reads.unscored(request.user, product, model)[: MOST_UNSCORED + 1])
    known = {s.feature_id: s for s in Score.objects.visible_to(request.user).filter(model=model, feature__in=waiting)}
    return {
        "found": found, "lines": _lines(request.user, product, model, part.rows, found), "waiting": [_line(f, known.get(f.pk), model) for f in waiting[:MOST_UNSCORED]],
        "more_waiting": len(waiting) > MOST_UNSCORED, "bars": _bars(found), "bubbles": _bubbles(found), "firm": _firm(found), "outcomes": outcomes.of_product(request.user, product, model),
        "next": f"{address(product, model)}&cursor={part.next}" if part.next else "", "previous": f"{address(product, model)}&cursor={part.previous}" if part.previous else "",
    }  # fmt: skip


def _lines(user: Any, product: Product, model: ScoringModel, rows: list[Score], found: reads.Priorities) -> list[dict[str, Any]]:
    """Equal scores share the better place."""
    if not rows:
        return []
    place = first = reads.place_of(user, product, model, rows[0].value or 0.0)
    lines, last = [], rows[0].value
    for at, row in enumerate(rows):
        place, last = (place if row.value == last else first + at), row.value
        low, high = found.ranges.get(row.feature_id, (0, 0))
        span = "" if low == high else f"{low}–{high}" if high <= reads.TOP else f"{low}–{reads.TOP}+"
        lines.append(_line(row.feature, row, model) | {"place": place, "span": span, "score": _short(row.value)})
    return lines


def _line(feature: Feature, row: Score | None, model: ScoringModel) -> dict[str, Any]:
    said = row.inputs if row else {}
    return {
        "feature": feature, "version": row.version if row else 0, "url": scores.cell_url(feature.pk, model), "why_not": scores.why_not(row),
        "cells": [(one["name"], scores.written(said.get(one["name"], {}).get("value")), said.get(one["name"], {}).get("evidence", "")) for one in model.inputs],
    }  # fmt: skip


def _short(value: float | None) -> str:
    return "" if value is None else charts.number(round(value, 2) if abs(value) >= 0.1 else float(f"{value:.2g}"))


def _bars(found: reads.Priorities) -> dict[str, Any] | None:
    rows = found.best[:BARS]
    if len(rows) < 2 or min(row.value or 0 for row in rows) < 0:
        return None
    height = 26 * len(rows) + 40
    ticks = charts.nice(0, max(row.value or 0.0 for row in rows) or 1.0, 4)
    plot = charts.plot(x=(0, ticks[-1]), y=(0, len(rows)), width=640, height=height, left=230, right=48, y_ticks=[])
    marks = [
        {"box": {"x": plot.left, "y": 14 + 26 * at, "width": round(max(plot.x(row.value or 0) - plot.left, 1), 2), "height": 16},
         "text_x": plot.x(row.value or 0) + 6, "text_y": 26 + 26 * at, "score": _short(row.value), "name": cut(row.feature.title),
         "href": reverse("features_detail", kwargs={"id": row.feature_id}), "title": f"{at + 1}. {row.feature.title}: {_short(row.value)}",
         "is_firm": (place := found.ranges.get(row.feature_id)) is not None and place[0] == place[1]}
        for at, row in enumerate(rows)
    ]  # fmt: skip
    return {"plot": plot, "marks": marks, "label": _("Scores, the best first: %(name)s with %(score)s") % {"name": rows[0].feature.title, "score": _short(rows[0].value)}}


def _bubbles(found: reads.Priorities) -> dict[str, Any] | None:
    points = found.points
    if found.axes is None or len(points) < 3:
        return None
    xs, ys = charts.nice(0, max(p.x for p in points) or 1.0, 5), charts.nice(0, max(p.y for p in points) or 1.0, 4)
    plot = charts.plot(x=(0, xs[-1]), y=(0, ys[-1]), height=300, left=60, top=22)
    most = max(p.score.value or 0.0 for p in points) or 1.0
    marks = [
        {"x": plot.x(p.x), "y": plot.y(p.y), "r": round(4 + 9 * max((p.score.value or 0) / most, 0) ** 0.5, 1), "corner": p.corner, "is_top": at < reads.TOP,
         "href": reverse("features_detail", kwargs={"id": p.score.feature_id}), "title": f"{p.score.feature.title}: {_short(p.score.value)}", "at": at + 1}
        for at, p in enumerate(points)
    ]  # fmt: skip
    return {"plot": plot, "marks": marks[::-1], "x": found.axes[0], "y": found.axes[1], "label": _("Features by %(y)s and %(x)s") % {"y": found.axes[1], "x": found.axes[0]}}


def _firm(found: reads.Priorities) -> dict[str, Any] | None:
    """How sure the order is, in words; nothing where there is no order."""
    firm = found.ranking.sensitivity if found.ranking else None
    if firm is None or len(firm.top) < 2 or not firm.swings:
        return None
    top, share = len(firm.top), lambda one: f"{round(one * 100)} %"
    if firm.is_firm:
        sentence = _("The order is firm: no single weight changes it when it varies by a fifth.")
    else:
        loose = [one.name for one in firm.swings if one.changes_order]
        sentence = _("The order is not firm: it changes when the weight of %(names)s varies by a fifth.") % {"names": ", ".join(loose[:4])}
    tried = _("the order of the first %(n)s stays in %(order)s, the first one stays first in %(first)s") % {"n": top, "order": share(firm.keeps_order), "first": share(firm.keeps_first)}
    return {"sentence": sentence, "tried": _("Of %(draws)s random variations of all weights: %(found)s.") % {"draws": firm.draws, "found": tried}, "is_firm": firm.is_firm}


@login_required
@require_POST
def adoptions(request: HttpRequest, id: int) -> HttpResponse:
    """The features take the order of the scoring model as their ranking."""
    product = doors.find(Product.objects.select_related("space"), request.user, pk=id)
    model = doors.find(ScoringModel.objects, request.user, pk=whole_number(request.POST.get("model", "")) or 0)
    rows = reads.scores(request.user, product, model).filter(value__isnull=False).order_by("-value", "id")[: rankings.MOST]
    reason = request.POST.get("reason", "").strip() or _("Order of the scoring model “%(name)s”") % {"name": model.name}
    run = rankings.adopt(actor=request.user, product=product, features=[row.feature for row in rows], reason=reason)
    return doors.done(request, address(product, model), _("The features stand in this order now."), reverse("ranking_undos", kwargs={"run": run}))


@login_required
@require_POST
def undos(request: HttpRequest, run: UUID) -> HttpResponse:
    rankings.undo(actor=request.user, run=run)
    return doors.done(request, reverse("features"), _("The features stand as before."))


urls = [
    path("products/<int:id>/priorities/", page, name="product_priorities"),
    path("products/<int:id>/priorities/adoptions/", adoptions, name="product_ranking_adoptions"),
    path("rankings/<uuid:run>/undos/", undos, name="ranking_undos"),
]
