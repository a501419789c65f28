"""Alignment: where the work goes against what was intended, and what serves nothing. Everything stands there unasked."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tandem.kit.text import whole_number
from tandem.people.models import Space
from tandem.planning.alignment import serving_of_owners
from tandem.product.models import Product
from tandem.reports.queries import alignment as reads
from tandem.reports.queries import alignment_money as money_reads
from tandem.reports.queries import unaligned
from tandem.reports.queries.alignment import Alignment, Line
from tandem.reports.queries.theme_sums import themes_of
from tandem.strategy.models import Objective, Theme
from tandem.web import charts, doors, standing
from tandem.web.strategy import alignment_money, values
from tandem.web.templating import url as address

PERIODS = {"3m": 3, "6m": 6, "12m": 12, "all": 0, "open": None}
PERIOD_WORDS = {
    "3m": gettext_lazy("3 months"), "6m": gettext_lazy("6 months"), "12m": gettext_lazy("12 months"), "all": gettext_lazy("All"),
    "open": gettext_lazy("Still to come"),
}  # fmt: skip
USUAL, FEW, MOST = "6m", 12, 500
_MEASURE_WORDS = {
    reads.LOGGED: gettext_lazy("hours logged"), reads.ESTIMATED: gettext_lazy("estimated hours"), reads.POINTS: gettext_lazy("points"),
    reads.ITEMS: gettext_lazy("work items"),
}  # fmt: skip
PAGES = {
    "portfolio.project": "projects_detail", "portfolio.programme": "programmes_detail", "portfolio.portfolio": "portfolios_detail",
    "product.product": "products_detail", "product.release": "releases_detail", "product.feature": "features_detail", "work.workitem": "work_item_by_id",
}  # fmt: skip
KIND_WORDS = {
    "portfolio.project": gettext_lazy("Project"), "portfolio.programme": gettext_lazy("Programme"), "portfolio.portfolio": gettext_lazy("Portfolio"),
    "product.product": gettext_lazy("Product"), "product.release": gettext_lazy("Release"), "product.feature": gettext_lazy("Feature"),
    "work.workitem": gettext_lazy("Work item"),
}  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """What the address asks for: a period, and a space or product to look at alone."""

    period: str
    space: Space | None
    product: Product | None
    within: set[int] | None
    objective: str = ""

    @property
    def to_come(self) -> bool:
        return PERIODS[self.period] is None

    @property
    def since(self) -> date | None:
        months = PERIODS[self.period]
        return reads.since(months) if months else None

    def url(self, name: str = "alignment", **changes: Any) -> str:
        keep = {"period": self.period if self.period != USUAL else "", "in": self.space.pk if self.space else "", "product": self.product.pk if self.product else ""}
        found = {k: v for k, v in (keep | changes).items() if v not in ("", None)}
        return address(name) + (f"?{urlencode(found)}" if found else "")


def asked(request: HttpRequest) -> Asked:
    period = request.GET.get("period", "")
    space = product = None
    if pk := whole_number(request.GET.get("in", "")):
        space = doors.find(Space.objects, request.user, pk=pk)
    if pk := whole_number(request.GET.get("product", "")):
        product = doors.find(Product.objects, request.user, pk=pk)
    elif space and space.kind == "product":  # the work on a product is done in projects
        product, space = doors.find(Product.objects, request.user, space=space), None
    within = reads.below(request.user, space.pk) if space else None
    return Asked(period if period in PERIODS else USUAL, space, product, within, request.GET.get("objective", ""))


def read(request: HttpRequest, a: Asked, *, with_scores: bool = False) -> Alignment:
    product = a.product.pk if a.product else None
    return reads.read(request.user, since=a.since, to_come=a.to_come, within=a.within, product=product, with_scores=with_scores)


def amount(value: float, measure: str) -> str:
    """`312 h`, `48`, in the unit of the measure."""
    if measure in (reads.LOGGED, reads.ESTIMATED):
        return _("%(n)s h") % {"n": charts.number(round(value / 60))}
    return charts.number(round(value, 1))


def measure_word(measure: str) -> str:
    return str(_MEASURE_WORDS[measure])


@login_required
@standing.page
def page(request: HttpRequest) -> HttpResponse:
    a = asked(request)
    found = read(request, a, with_scores=True)
    known = serving_of_owners()
    loose = unaligned.loose(request.user, a.within, known, found)
    shown = MOST if request.GET.get("all") else FEW
    context = {
        "asked": a, "found": found, "lede": lede(found, loose, a), "strip": _strip(found, loose, a), "basis": basis(found, a),
        "rows": [_row(found, a, line) for line in found.lines[:MOST]], "unserved": _unserved(found, a),
        "loose": [_group(label, rows, shown) for label, rows in (
            (_("Projects"), loose.projects), (_("Products"), loose.products), (_("Features"), loose.features)
        ) if rows],
        "all_url": a.url(all=1) + "#nothing" if shown == FEW else "", "objectives": loose.objectives[:shown], "objectives_count": len(loose.objectives),
        "money": alignment_money.panel(money_reads.read(request.user, a.within, known), found.lines, found.is_part) if a.product is None else None, "states": STATE_SHAPES,
        "scored": [_scored(found, a, s) for s in found.scored[: MOST if shown == MOST else 30]], "scored_count": len(found.scored),
        "periods": [{"label": label, "href": a.url(period=name), "current": name == a.period} for name, label in PERIOD_WORDS.items()],
        "map_url": a.url("strategy_map"), "has_intended": any(line.intended for line in found.lines), "record_url": a.url("alignment_records", objective="none"),
    }  # fmt: skip
    return render(request, "strategy/alignment.html", context)


def basis(found: Alignment, a: Asked) -> str:
    """Over which work, counted in what, and why in that."""
    said = {"items": charts.number(round(found.whole.items)), "measure": measure_word(found.measure), "share": charts.percent(found.coverage)}
    period = _("work that is still to come") if a.to_come else _("work done since %(day)s") % {"day": a.since} if a.since else _("all work done")
    if found.measure == reads.ITEMS:
        why = _("counted in work items, since fewer than half of them have logged time, an estimate or points")
    else:
        why = _("counted in %(measure)s, known of %(share)s of the items") % said
    count = ngettext("%(items)s item", "%(items)s items", round(found.whole.items)) % said
    return f"{period} · {count} · {why}"


def lede(found: Alignment, loose: unaligned.Loose, a: Asked) -> str:
    if found.score is None:
        return _("Too little work to judge alignment: %(found)s items, %(needed)s needed.") % {"found": round(found.whole.items), "needed": reads.NEEDED_ITEMS}
    parts = [_("%(share)s of the work serves an objective.") % {"share": charts.percent(found.score)}]
    much, little = found.wrong(reads.MUCH), found.wrong(reads.LITTLE)
    if much:
        one = max(much, key=lambda line: line.off_by or 0)
        parts.append(_("“%(objective)s” gets %(share)s, %(intended)s was intended.") % {
            "objective": one.objective, "share": charts.percent(one.share), "intended": charts.percent(one.intended),
        })  # fmt: skip
    if little:
        parts.append(ngettext("%(n)s objective gets less than intended.", "%(n)s objectives get less than intended.", len(little)) % {"n": len(little)})
    if loose.count:
        parts.append(ngettext("%(n)s record serves nothing.", "%(n)s records serve nothing.", loose.count) % {"n": loose.count})
    return " ".join(parts)


def _strip(found: Alignment, loose: unaligned.Loose, a: Asked) -> list[dict[str, Any]]:
    unserved = len(loose.objectives)
    strip = [
        {"label": _("Serves an objective"), "value": charts.percent(found.score), "note": f"{amount(found.served, found.measure)} / {amount(found.amount, found.measure)}"},
        {"label": _("As intended"), "value": charts.percent(found.as_intended), "note": "" if found.as_intended is not None else _("intended shares are of all work") if found.is_part else _("no intended shares yet")},
        {"label": _("More than intended"), "value": "–" if found.is_part else len(found.wrong(reads.MUCH)), "state": "risk" if found.wrong(reads.MUCH) else "", "note": _("objectives")},
        {"label": _("Serves nothing"), "value": loose.count, "state": "risk" if loose.count else "", "note": _("projects, products, features")},
    ]  # fmt: skip
    if a.within is None and a.product is None:
        strip.append({"label": _("Nothing serves them"), "value": unserved, "state": "risk" if unserved else "", "note": _("open objectives")})
    return strip


_STATES = {
    reads.MUCH: ("risk", gettext_lazy("More than intended")), reads.LITTLE: ("off", gettext_lazy("Less than intended")), reads.FITS: ("on", gettext_lazy("As intended")),
}  # fmt: skip


STATE_SHAPES = {state: lambda state=state: values.shape(_STATES[state][0], str(_STATES[state][1])) for state in _STATES}


def _row(found: Alignment, a: Asked, line: Line) -> dict[str, Any]:
    state = _STATES.get(line.state)
    course = [m for m in line.by_month if m is not None]
    off = line.off_by
    return {
        "line": line, "url": address("objectives_detail", id=line.objective.pk), "records": a.url("alignment_records", objective=line.objective.pk),
        "share": charts.percent(line.share), "intended": charts.percent(line.intended) if line.intended else "", "amount": amount(line.amount, found.measure),
        "off": f"{'+' if off > 0 else '−' if off < 0 else ''}{abs(round(100 * off))}" if off is not None else "",
        "bar": round(100 * (line.share or 0), 1), "mark": round(100 * line.intended, 1) if line.intended else None,
        "state": values.shape(state[0], str(state[1])) if state else "", "course": [round(100 * m, 1) for m in course] if len(course) >= 3 else [],
        "course_label": _("%(objective)s: %(first)s → %(last)s over %(n)s months") % {
            "objective": line.objective, "first": charts.percent(course[0]), "last": charts.percent(course[-1]), "n": len(course),
        } if len(course) >= 3 else "",
    }  # fmt: skip


def _unserved(found: Alignment, a: Asked) -> dict[str, Any]:
    left = found.amount - found.served
    share = left / found.amount if found.is_enough else None
    return {"amount": amount(left, found.measure), "share": charts.percent(share), "bar": round(100 * (share or 0), 1), "hidden": amount(found.hidden, found.measure) if found.hidden else ""}


def _group(label: str, rows: list[unaligned.Idle], shown: int) -> dict[str, Any]:
    return {
        "label": label, "count": len(rows), "left": max(0, len(rows) - shown),
        "rows": [{"name": r.name, "beside": r.beside, "url": address(PAGES[r.kind], id=r.pk)} for r in rows[:shown]],
    }  # fmt: skip


def _scored(found: Alignment, a: Asked, s: reads.Scored) -> dict[str, Any]:
    inside = {"product": s.pk, "in": ""} if s.kind == "product.product" else {"in": s.space_id, "product": ""}
    return {
        "name": s.name, "kind": KIND_WORDS[s.kind], "url": a.url(**inside), "amount": amount(s.amount, found.measure), "served": amount(s.served, found.measure),
        "score": charts.percent(s.score) if s.score is not None else _("too few: %(n)s of %(needed)s items") % {"n": round(s.items), "needed": reads.NEEDED_ITEMS},
    }  # fmt: skip


@login_required
def records(request: HttpRequest) -> HttpResponse:
    """What a figure rests on: the records by whose word work serves an objective, with the work of each."""
    a = asked(request)
    found = read(request, a)
    objective = None if a.objective in ("", "none") else doors.find(Objective.objects, request.user, pk=whole_number(a.objective) or 0)
    theme = doors.find(Theme.objects, request.user, pk=whole_number(request.GET["theme"]) or 0) if request.GET.get("theme") else None
    chosen = _with_parts(request, objective) if objective else None
    if theme:
        chosen = {pk for pk, under in themes_of(found.objectives).items() if under == theme.pk}
    elif objective and request.GET.get("alone"):
        chosen = {objective.pk}
    rows = unaligned.records(
        request.user, found.measure, objectives=chosen, since=a.since, to_come=a.to_come, within=a.within, product=a.product.pk if a.product else None
    )
    title = theme.name if theme else objective.title if objective else _("Serves nothing")
    back = {"back": a.url("themes"), "back_name": _("Themes")} if theme else {"back": a.url(), "back_name": _("Alignment")}
    context = record_rows(found, a, rows) | {"title": title, "objective": objective, **back}
    return render(request, "strategy/alignment_records.html", context)


def record_rows(found: Alignment, a: Asked, rows: list[unaligned.Record]) -> dict[str, Any]:
    """Records with their work, and what part of all that is looked at they are."""
    whole = sum(r.amount for r in rows)
    return {
        "asked": a, "basis": basis(found, a), "count": len(rows), "measure": measure_word(found.measure), "whole": amount(whole, found.measure),
        "share": charts.percent(whole / found.amount) if found.is_enough else "–", "of": amount(found.amount, found.measure),
        "rows": [
            {
                "name": r.name or (_("an item that you cannot see") if r.kind else _("Nothing says what it serves")), "kind": KIND_WORDS.get(r.kind, ""),
                "url": address(PAGES[r.kind], id=r.pk) if r.pk else "", "project": r.project,
                "items_url": f"{address('work_items')}?{urlencode({'space': r.space_id})}", "items": charts.number(round(r.items, 1)), "amount": amount(r.amount, found.measure),
            }
            for r in rows[:MOST]
        ],
    }  # fmt: skip


def _with_parts(request: HttpRequest, objective: Objective) -> set[int]:
    parents = dict(Objective.objects.visible_to(request.user).values_list("pk", "parent_id"))
    found = {objective.pk}
    while more := {pk for pk, parent in parents.items() if parent in found} - found:
        found |= more
    return found


urls = [path("alignment/", page, name="alignment"), path("alignment/records/", records, name="alignment_records")]
