"""The mix of investments of a portfolio: what goes into run, grow and transform, short and long, against what is meant."""

from collections.abc import Iterator
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from tandem.collaboration import words
from tandem.kit.errors import Refused
from tandem.kit.text import whole_number
from tandem.people.access import Permission, may
from tandem.portfolio.actions import portfolios
from tandem.portfolio.models import Portfolio
from tandem.reports.queries import mix as reads
from tandem.web import charts, doors, downloads
from tandem.web.portfolio import money

_ROW, _LEFT, _RIGHT, _TOP, _WIDTH = 34, 120, 150, 10, 720
_SEGMENTS = 60
_LISTED = 100
_FILLS = {"run": "f-none", "grow": "f-on", "transform": "f-done", "short": "f-on", "long": "f-done", "": "f-3"}
_PAGES = {reads.PROJECT: "projects_detail", reads.PROPOSAL: "proposals_detail"}


@login_required
def page(request: HttpRequest, id: int) -> HttpResponse:
    row = doors.find(Portfolio.objects.select_related("space"), request.user, pk=id)
    problem = ""
    if request.method == "POST":
        try:
            portfolios.intend_mix(actor=request.user, portfolio=row, version=doors.version_in(request), mix=_sent(request))
            return doors.go_to(request, reverse("portfolio_mix", kwargs={"id": row.pk}), _("Saved."))
        except Refused as refused:
            problem = words.refusal(refused.code, refused.params)
    of, is_by_count = request.GET.get("of", ""), request.GET.get("by") == "count"
    of = of if of in _PAGES else ""
    found = reads.read(request.user, row, of=of, is_by_count=is_by_count)
    context = {
        "row": row, "found": found, "sentence": _sentence(found), "groups": [_group(row, found, group) for group in found.classes], "problem": problem,
        "may_intend": may(request.user, Permission.EDIT_PORTFOLIO, row.space_id), "asks": _asks(row, request), "notes": _notes(found, row.currency), "pieces": [_piece(one, row.currency) for one in reads.largest_first(found.pieces)[:_LISTED]],
        "of_links": [_link(text, of == value, of=value, by=request.GET.get("by", "")) for value, text in (("", _("All")), (reads.PROJECT, _("Projects")), (reads.PROPOSAL, _("Proposals")))],
        "by_links": [_link(text, is_by_count == (value == "count"), of=of, by=value) for value, text in (("", _("Money")), ("count", _("Count")))],
    }  # fmt: skip
    return render(request, "portfolio/mix.html", context, status=422 if problem else 200)


def _sent(request: HttpRequest) -> dict[str, int]:
    """What was typed; an empty field leaves the class open, anything else but a number is refused."""
    found = {}
    for group, values in portfolios.MIX.items():
        for value in values:
            text = request.POST.get(f"{group}:{value}", "").strip()
            if text:
                number = whole_number(text, 3)
                found[f"{group}:{value}"] = -1 if number is None else number
    return found


def _asks(row: Portfolio, request: HttpRequest) -> list[dict[str, Any]]:
    sent = request.POST if request.method == "POST" else row.intended_mix
    return [
        {"label": portfolios.GROUP_NAMES[group], "fields": [{"name": f"{group}:{value}", "label": kinds(value).label, "value": sent.get(f"{group}:{value}", "")} for value in kinds.values]}
        for group, kinds in reads.GROUPS.items()
    ]


def _link(text: str, is_current: bool, **asked: str) -> dict[str, Any]:
    query = "&".join(f"{name}={value}" for name, value in asked.items() if value)
    return {"label": text, "href": f"?{query}", "current": is_current}


def _name(one: reads.Class) -> str:
    return str(reads.GROUPS[one.group](one.value).label) if one.value else _("Not classified")


def _sentence(found: reads.Mix) -> str:
    """The class that lies furthest from what is meant; where nothing is meant or compared, what most goes into."""
    classes = [one for group in found.classes.values() for one in group]
    far = max((one for one in classes if one.apart is not None), key=lambda one: abs(one.apart or 0), default=None)
    if far is not None and abs(far.apart or 0) >= 1:
        text = _("%(name)s gets %(share)s, %(intended)s is intended.")
        return text % {"name": _name(far), "share": charts.percent(far.share), "intended": charts.percent((far.intended or 0) / 100)}
    if far is not None:
        return _("The mix is as intended, within one point of a hundred.")
    most = max((one for one in found.classes["kind"] if one.share is not None), key=lambda one: one.share or 0, default=None)
    if most is None:
        return ""
    if not most.value:
        return _("%(share)s is not classified yet: say of which kind those records are, and the mix can be read.") % {"share": charts.percent(most.share)}
    text = _("Most goes into %(name)s: %(share)s. Nothing is said yet of what is intended.")
    if found.is_intended:
        text = _("Most goes into %(name)s: %(share)s. What is intended is said of all the money, so it is not compared here.")
    return text % {"name": _name(most), "share": charts.percent(most.share)}


def _group(row: Portfolio, found: reads.Mix, group: str) -> dict[str, Any]:
    classes = found.classes[group]
    whole = float(len(found.pieces)) if found.is_by_count else float(found.money)
    height = _TOP + _ROW * len(classes) + 24
    plot = charts.plot(x=(0, 100), y=(0, 1), width=_WIDTH, height=height, left=_LEFT, right=_RIGHT, top=_TOP, bottom=24, y_ticks=[],
                       x_ticks=[(n, charts.percent(n / 100)) for n in (0, 25, 50, 75, 100)])  # fmt: skip
    rows = [_bar(plot, found, one, number, whole, row.currency) for number, one in enumerate(classes)]
    label = _("Share by class") + ": " + ", ".join(f"{_name(one)} {charts.percent(one.share)}" for one in classes)
    return {"name": portfolios.GROUP_NAMES[group], "plot": plot, "rows": rows, "label": label, "has_intended": any(one.intended is not None for one in classes), "is_empty": not whole}


def _bar(plot: charts.Plot, found: reads.Mix, one: reads.Class, number: int, whole: float, currency: str) -> dict[str, Any]:
    """A segment for each record, the largest first; the smallest of very many are drawn as one."""
    top = _TOP + _ROW * number + 6
    segments, at = [], 0.0
    pieces = [(piece, 1.0 if found.is_by_count else float(piece.money or 0)) for piece in reads.largest_first(one.pieces)]
    shown = [(piece, size) for piece, size in pieces if size > 0]
    for piece, size in shown[:_SEGMENTS]:
        segments.append(_segment(plot, at, size, whole, f"{piece.title}: {_size(piece, currency)}", _href(piece)))
        at += size
    if rest := sum(size for _piece, size in shown[_SEGMENTS:]):
        text = _("%(n)s smaller ones") % {"n": len(shown) - _SEGMENTS}
        segments.append(_segment(plot, at, rest, whole, text, "#records"))
    return {
        "name": _name(one), "fill": _FILLS[one.value], "segments": segments, "y": top, "text_y": top + 15, "share": charts.percent(one.share), "count": len(one.pieces),
        "money": money.money(one.money, currency), "intended": charts.percent(one.intended / 100) if one.intended is not None else "–", "apart": _points(one.apart),
        "tick": plot.x(one.intended) if one.intended is not None else None, "end": plot.x(100 * (one.share or 0)),
    }  # fmt: skip


def _segment(plot: charts.Plot, at: float, size: float, whole: float, title: str, href: str) -> dict[str, Any]:
    start, end = plot.x(100 * at / whole), plot.x(100 * (at + size) / whole)
    return {"x": start, "width": round(max(end - start - 1, 0.8), 2), "title": title, "href": href}


def _points(apart: float | None) -> str:
    if apart is None:
        return "–"
    whole = round(apart)
    return "0" if not whole else f"{'+' if whole > 0 else '−'}{abs(whole)}"


def _href(piece: reads.Piece) -> str:
    return reverse(_PAGES[piece.of], kwargs={"id": piece.id})


def _size(piece: reads.Piece, currency: str) -> str:
    if piece.other_currency:
        return _("reported in %(currency)s") % {"currency": piece.other_currency}
    if piece.is_currency_unknown:
        return _("currency not said")
    return money.money(piece.money, currency) if piece.money is not None else _("no costs said")


def _piece(piece: reads.Piece, currency: str) -> dict[str, Any]:
    names = {group: str(kinds(piece.value(group)).label) if piece.value(group) else "" for group, kinds in reads.GROUPS.items()}
    basis = {"report": _("newest report"), "case": _("business case")}
    return {"title": piece.title, "href": _href(piece), "of": _("Project") if piece.of == reads.PROJECT else _("Proposal"), "money": _size(piece, currency), "basis": basis.get(piece.basis, ""), **names}


def _notes(found: reads.Mix, currency: str) -> list[str]:
    notes = []
    if found.without_money:
        notes.append(_("Of %(n)s nobody said what they cost: they count, but have no money.") % {"n": found.without_money})
    if found.in_unknown_currency:
        notes.append(_("The reports of %(n)s name no currency: they count, but are not in the money.") % {"n": found.in_unknown_currency})
    if found.in_other_currency:
        notes.append(_("%(n)s are reported in another currency than %(currency)s and are not in the money.") % {"n": found.in_other_currency, "currency": currency})
    return notes


def _table(request: HttpRequest, id: int) -> tuple[list[str], Iterator[list[Any]]]:
    row = doors.find(Portfolio.objects.select_related("space"), request.user, pk=id)
    of = request.GET.get("of", "")
    pieces = reads.largest_first(reads.read(request.user, row, of=of if of in _PAGES else "").pieces)
    heads = [_("Record"), _("What"), _("Kind of investment"), _("Horizon"), _("Money"), _("Currency"), _("Rests on")]
    return heads, (_line(piece, row.currency) for piece in pieces)


def _line(piece: reads.Piece, currency: str) -> list[Any]:
    said = _piece(piece, currency)
    known = currency if piece.money is not None else piece.other_currency
    return [piece.title, said["of"], said["kind"], said["horizon"], None if piece.money is None else float(piece.money), known, said["basis"]]


@login_required
@require_GET
def export_csv(request: HttpRequest, id: int) -> HttpResponseBase:
    return downloads.csv("investment-mix", *_table(request, id))


@login_required
@require_GET
def export_xlsx(request: HttpRequest, id: int) -> HttpResponseBase:
    return downloads.xlsx("investment-mix", _("Investment mix"), *_table(request, id))


urls = [
    path("portfolios/<int:id>/mix/", page, name="portfolio_mix"),
    path("portfolios/<int:id>/mix.csv", export_csv, name="portfolio_mix_csv"),
    path("portfolios/<int:id>/mix.xlsx", export_xlsx, name="portfolio_mix_xlsx"),
]
