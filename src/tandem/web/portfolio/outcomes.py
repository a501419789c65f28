"""Score against outcome: what was expected of features and proposals beside what was measured, and how well it foretold it."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tandem.kit.text import whole_number
from tandem.people.models import Space
from tandem.product.models import Product, ScoringModel
from tandem.reports.queries import outcomes as reads
from tandem.reports.queries import priorities
from tandem.web import charts, doors
from tandem.web.portfolio import money
from tandem.web.portfolio.benefit_words import part
from tandem.web.portfolio.report_course import middle, places

_PAGES = {"feature": "features_detail", "proposal": "proposals_detail"}


@login_required
def page(request: HttpRequest) -> HttpResponse:
    """Of a product by one of its scoring models, or of the proposals of a place."""
    number = whole_number(request.GET.get("product", ""), 12)
    if number is not None:
        product = doors.find(Product.objects.select_related("space"), request.user, pk=number)
        models = priorities.models(request.user, product)
        model = next((one for one in models if one.pk == whole_number(request.GET.get("model", ""), 12)), models[0] if models else None)
        found = reads.of_features(request.user, product, model) if model else None
        context = {"product": product, "model": model, "models": models, "space": None, "places": []}
    else:
        key = request.GET.get("in", "")
        space = doors.find(Space.objects.all(), request.user, key=key) if key else None
        found = reads.of_proposals(request.user, space)
        context = {"product": None, "model": None, "models": [], "space": space, "places": places(request)}
    is_of_features = number is not None
    context |= {
        "found": found, "lines": said(found, is_of_features=is_of_features) if found else [], "picture": _picture(found) if found else None,
        "rows": [_row(one, is_of_features) for one in found.records] if found else [], "needed": reads.NEEDED,
    }  # fmt: skip
    return render(request, "portfolio/outcomes.html", context)


def of_product(user: Any, product: Product, model: ScoringModel) -> dict[str, Any]:
    """For the priorities page: the sentences, and where they come from."""
    found = reads.of_features(user, product, model)
    return {"lines": said(found, is_of_features=True), "href": f"{reverse('benefits_outcomes')}?product={product.pk}&model={model.pk}"}


def of_space(user: Any, space: Space | None) -> dict[str, Any]:
    found = reads.of_proposals(user, space)
    return {"lines": said(found, is_of_features=False), "href": reverse("benefits_outcomes") + (f"?in={space.key}" if space else "")}


def said(found: reads.Outcome, *, is_of_features: bool) -> list[str]:
    """What each of the two comparisons says, and on how many it rests."""
    expected = _("score") if is_of_features else _("net present value")
    lines = [_agreement(found.by_share, expected, _("the share of the plan that came true"))]
    if found.currency:
        lines.append(_agreement(found.by_money, expected, _("the money that came")))
    if found.most:
        lines.append(_("Compared are the first %(n)s alone.") % {"n": found.most})
    if found.apart:
        lines.append(_("Compared are those whose case is in %(currency)s; %(n)s in other currencies are not.") % {"currency": found.expected_currency, "n": found.apart})
    return lines


def _agreement(made: reads.Agreement, expected: str, outcome: str) -> str:
    names = {"expected": expected, "outcome": outcome, "n": made.n}
    if made.why_none == "too_few":
        text = ngettext("Between %(expected)s and %(outcome)s: %(n)s measured so far, %(needed)s needed to say anything.", "Between %(expected)s and %(outcome)s: %(n)s measured so far, %(needed)s needed to say anything.", made.n)
        return str(text % (names | {"needed": reads.NEEDED}))
    if made.rho is None:
        return _("Between %(expected)s and %(outcome)s: nothing to compare, all %(n)s are equal.") % names
    figures = names | {"rho": _figure(made.rho), "low": _figure(made.low), "high": _figure(made.high)}
    text = _("Between %(expected)s and %(outcome)s: rank correlation %(rho)s (%(low)s to %(high)s), from %(n)s.") % figures
    return text + (" " + _("That could be chance.") if (made.low or 0) <= 0 <= (made.high or 0) else "")


def _figure(value: float | None) -> str:
    text = f"{abs(value or 0):.2f}"
    return f"−{text}" if value is not None and value < 0 and text != "0.00" else text


def _row(one: reads.Record, is_of_features: bool) -> dict[str, Any]:
    return {
        "title": one.title, "href": reverse(_PAGES[one.kind], kwargs={"id": one.id}), "benefit": one.benefit, "benefit_href": reverse("benefits_detail", kwargs={"id": one.benefit_id}),
        "expected": charts.number(round(one.expected, 2)) if is_of_features else money.money(one.expected, one.expected_currency), "share": part(one.share),
        "money": money.money(one.money, one.currency) if one.money is not None else "–", "others": one.others,
    }  # fmt: skip


def _picture(found: reads.Outcome) -> dict[str, Any] | None:
    """Expected to the right, the share that came true upwards; nothing from fewer than two."""
    known = [(one.expected, 100 * one.share, one) for one in found.compared if one.share is not None]
    if len(known) < 2:
        return None
    (left, right), (low, high) = middle([x for x, _y, _one in known]), middle([y for _x, y, _one in known])
    ticks = charts.nice(min(low, 0), max(high, 100), 5)
    plot = charts.plot(x=(left, right), y=(ticks[0], ticks[-1]), height=300, left=60, right=24, top=20, bottom=40, y_ticks=[(t, f"{charts.number(t)} %") for t in ticks])
    dots = [
        {"x": plot.x(x), "y": plot.y(y), "href": reverse("benefits_detail", kwargs={"id": one.benefit_id}), "title": f"{one.title}: {charts.number(round(x, 2))}, {part(one.share)}"}
        for x, y, one in known
    ]
    return {"plot": plot, "dots": dots, "label": _("What was expected and what came true of %(n)s") % {"n": len(known)}}


urls = [path("benefits/outcomes/", page, name="benefits_outcomes")]
