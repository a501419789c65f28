"""The ledger above the list of promises: how many are kept, the record over the quarters, and groups."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from markupsafe import Markup

from tandem.kit import clock
from tandem.product.models import Product, Promise
from tandem.reports.queries import promises as reads
from tandem.reports.queries.promises import Entry, Tally
from tandem.strategy import periods
from tandem.strategy.periods import Period
from tandem.web import charts, generic
from tandem.web.generic import Filter, Noun

MOST_RECEIVERS, MOST_GROUPS, MOST_QUARTERS = 300, 100, 12
SHAPES = {"on": "on", "risk": "risk", "off": "off", "none": "none", "done": "done", "missed": "off", "kept": "done", "late": "off"}
_WORDS = {
    "on": _("On track"), "risk": _("At risk"), "off": _("Off track"), "none": _("No forecast"), "done": _("Delivered, not marked as kept"),
    "missed": _("Missed"), "kept": _("Kept"), "late": _("Kept late"), "revised": _("Revised"), "too_late": _("Given up after its day"),
    "forward": _("Brought forward"), "withdrawn": _("Withdrawn"),
}  # fmt: skip
STANDINGS = {
    "open": _("Open"), "at_risk": _("At risk"), "missed": _("Missed"), "kept": _("Kept"), "revised": _("Revised"), "withdrawn": _("Withdrawn"),
}  # fmt: skip
GROUPS = {"product": _("Product"), "to_whom": _("To whom"), "quarter": _("Quarter"), "objective": _("Objective")}


def word(code: str) -> Any:
    return _WORDS[code]


def _once(request: HttpRequest, name: str, make: Callable[[], Any]) -> Any:
    """Asked for by a filter and by the picture: read once for each page."""
    known = request.__dict__.setdefault("_ledger", {})
    if name not in known:
        known[name] = make()
    return known[name]


def _mine(request: HttpRequest) -> Any:
    return Promise.objects.visible_to(request.user)


def _products(request: HttpRequest) -> list[tuple[str, Any]]:
    rows = Product.objects.visible_to(request.user).order_by("name")
    return _once(request, "products", lambda: [(str(pk), name) for pk, name in rows.values_list("pk", "name")])  # type: ignore[no-any-return]


def _receivers(request: HttpRequest) -> list[tuple[str, Any]]:
    """Those who were told, the most often told first where they are too many for a choice."""
    counted = _mine(request).order_by().values_list("to_whom").annotate(n=models.Count("pk")).order_by("-n", "to_whom")[:MOST_RECEIVERS]
    return _once(request, "receivers", lambda: sorted((name, name) for name, _n in counted))  # type: ignore[no-any-return]


def _quarters(request: HttpRequest) -> list[Period]:
    def read() -> list[Period]:
        ends = reads.dates_of(_mine(request))
        return reads.quarters(*ends, settings.FISCAL_YEAR_STARTS) if ends else []

    return _once(request, "quarters", read)  # type: ignore[no-any-return]


def _in_quarter(rows: Any, key: str) -> Any:
    one = periods.period(key, settings.FISCAL_YEAR_STARTS)
    return rows.filter(date__range=(one.starts_on, one.ends_on)) if one else rows


def _objectives(request: HttpRequest) -> list[tuple[str, Any]]:
    names = _once(request, "objectives", lambda: reads.objective_names(request.user))
    return [(str(pk), name) for pk, name in names.items()]


def _entries(request: HttpRequest, rows: Any) -> list[Entry]:
    """Of the list narrowed by all but the state: the filter by state and the figures above the list ask for the same."""
    return _once(request, "entries", lambda: reads.entries(request.user, rows))  # type: ignore[no-any-return]


def _standing(request: HttpRequest, rows: Any, value: str) -> Any:
    return reads.among(rows, _entries(request, rows), value)


FILTERS = (
    Filter("product", _("Product"), _products, narrow=reads.of_product),
    Filter("to_whom", _("To whom"), _receivers),
    Filter("quarter", _("Quarter"), lambda request: [(p.key, p.name) for p in reversed(_quarters(request))], narrow=_in_quarter),
    Filter("objective", _("Objective"), _objectives, narrow_for=lambda request, rows, value: reads.of_objective(request.user, rows, int(value))),
    Filter("due", _("Its day"), lambda request: [("over", _("Is over")), ("ahead", _("Lies ahead"))], narrow=lambda rows, value: (
        rows.filter(date__lt=clock.today()) if value == "over" else rows.filter(date__gte=clock.today())
    )),
    Filter("standing", _("State"), lambda request: list(STANDINGS.items()), narrow_for=_standing),
)  # fmt: skip


def of(request: HttpRequest, noun: Noun) -> dict[str, Any]:
    """What stands above the list. Narrowed as the list is, but for the state: its figures are the ways to narrow by it."""
    found = _entries(request, generic.narrowed(request, noun, without="standing"))
    whole = reads.tally(found)
    by = request.GET.get("by", "")
    by = by if by in GROUPS else ""
    groups = _grouped(request, found, by) if by else []
    return {
        "ledger": whole if found else None, "lede": _lede(whole), "strip": _strip(request, whole), "record": _record(request, found),
        "calibration": _calibration(reads.calibration(found)), "by": by, "groups": groups[:MOST_GROUPS],
        "groups_left": max(0, len(groups) - MOST_GROUPS), "by_word": GROUPS.get(by, ""),
        "by_links": [
            {"label": label, "href": _to(request, by=name), "current": by == name} for name, label in [("", _("No groups")), *GROUPS.items()]
        ],
    }  # fmt: skip


def _to(request: HttpRequest, **changes: str) -> str:
    """This page, narrowed as now and by the changes."""
    keep = {k: v for k, v in request.GET.items() if k not in ("cursor", "peek")} | changes
    return f"{reverse('promises')}?{urlencode({k: v for k, v in keep.items() if v})}"


def share_text(found: Tally) -> str:
    """`69 % (11 of 16)`; too few, no share."""
    if found.share is None:
        return now_("too few to say: %(n)s of %(needed)s") % {"n": found.due, "needed": reads.NEEDED}
    return now_("%(share)s (%(kept)s of %(due)s)") % {"share": charts.percent(found.share), "kept": found.kept, "due": found.due}


def _lede(found: Tally) -> str:
    risk = found.of(reads.AT_RISK)
    ahead = ngettext("%(n)s open date is at risk.", "%(n)s open dates are at risk.", risk) % {"n": risk} if risk else now_("No open date is at risk.")
    if silent := found.of(("none",)):
        said = ngettext("%(n)s open date has no forecast.", "%(n)s open dates have no forecast.", silent) % {"n": silent}
        ahead = f"{ahead} {said}" if risk or found.of(("on",)) else said
    if found.share is None or found.interval is None:
        return now_("Too few dates have come to say how well they are kept: %(n)s of %(needed)s.") % {"n": found.due, "needed": reads.NEEDED} + f" {ahead}"
    facts = {"kept": found.kept, "due": found.due, "share": charts.percent(found.share), "last": charts.percent(found.share_as_last_told)}
    return now_("Of %(due)s dates that have come, %(kept)s were kept as told: %(share)s. Of those not revised before: %(last)s.") % facts + f" {ahead}"


def _strip(request: HttpRequest, found: Tally) -> list[dict[str, Any]]:
    states = {"at_risk": "risk", "missed": "off", "kept": "done"}
    notes = {
        "open": now_("neither kept nor taken back"), "at_risk": now_("P80 later than told"), "missed": now_("late, or not there yet"),
        "kept": now_("on the day or before"), "revised": now_("another date before the day"),
    }  # fmt: skip
    return [
        {"label": STANDINGS[name], "value": _number(found.of(reads.STANDINGS[name]), _to(request, standing=name), str(STANDINGS[name])),
         "note": note, "state": states.get(name, "")}
        for name, note in notes.items()
    ]  # fmt: skip


def _number(count: int, href: str, label: str) -> Any:
    return Markup('<a href="{}" aria-label="{}">{}</a>').format(href, f"{label}: {count}", count) if count else "0"


def _calibration(found: reads.Calibration) -> str:
    said = {"held": found.held, "cases": found.cases}
    if not found.is_enough:
        return now_("Beside it, the forecasts: too few to judge (%(cases)s of %(needed)s).") % {**said, "needed": reads.NEEDED_FORECASTS}
    said["share"] = charts.percent(found.held / found.cases)
    return now_("Beside it, the forecasts: of the P80 dates that stood beside a promise when it was given, %(held)s of %(cases)s held (%(share)s; 80 %% was said).") % said


_PARTS = (("kept", "f-done", 1, _("Kept")), ("missed", "f-off", 1, _("Missed")), ("revised", "f-none", 2, _("Revised before")))


def _record(request: HttpRequest, found: list[Entry]) -> dict[str, Any] | None:
    """The last quarters, each a bar of what became of the dates that have come; the share above it where there are enough."""
    today = clock.today()
    rows = [(p, reads.tally(of)) for p, of in reads.by_quarter(found, settings.FISCAL_YEAR_STARTS) if p.starts_on <= today]
    while rows and not rows[0][1].due:
        rows = rows[1:]
    rows = rows[-MOST_QUARTERS:]
    if not rows:
        return None
    most = max(t.due for _p, t in rows)
    plot = charts.plot(
        x=(0, len(rows)), y=(0, max(most, 4) * 1.15), width=1100, height=210, top=16, right=12,
        x_ticks=[], y_ticks=[(n, charts.number(n)) for n in charts.nice(0, max(most, 4), 4) if n == int(n)],
    )  # fmt: skip
    bars, labels = [], []
    for at, (p, t) in enumerate(rows):
        reached = 0
        counts = {"kept": t.kept, "missed": t.broken, "revised": t.revised}
        for name, cls, tone, text in _PARTS:
            if counts[name]:
                bars.append({
                    "box": plot.box(at + 0.2, at + 0.8, reached, reached + counts[name]), "cls": cls, "tone": tone if p.ends_on < today else 3,
                    "title": f"{p.name} · {text}: {counts[name]}", "href": _to(request, quarter=p.key, standing=name, due="over"),
                })  # fmt: skip
            reached += counts[name]
        labels.append({"x": plot.x(at + 0.5), "y": plot.y(reached) - 5, "text": charts.percent(t.share) if t.share is not None else "", "below": p.name})
    return {
        "plot": plot, "bars": bars, "labels": labels, "legend": [{"text": text, "kind": "area", "cls": cls, "tone": tone} for _n, cls, tone, text in _PARTS],
        "heads": [{"text": _("Quarter")}, {"text": _("Kept"), "n": True}, {"text": _("Missed"), "n": True}, {"text": _("Revised before"), "n": True}, {"text": _("Share kept")}],
        "rows": [[_cell(request, p, "", p.name), _cell(request, p, "kept", t.kept), _cell(request, p, "missed", t.broken),
                  _cell(request, p, "revised", t.revised), share_text(t)] for p, t in reversed(rows)],
    }  # fmt: skip


def _cell(request: HttpRequest, p: Period, standing: str, shown: Any) -> Any:
    return {"text": shown, "href": _to(request, quarter=p.key, standing=standing, due="over")} if shown else "0"


def _grouped(request: HttpRequest, found: list[Entry], by: str) -> list[dict[str, Any]]:
    """A line for each product, receiver, quarter or objective. A date that serves several objectives stands under each."""
    parts: dict[str, list[Entry]] = {}
    names: dict[str, Any] = {}
    if by == "product":
        names = dict(_products(request))
        for one in found:
            parts.setdefault(str(one.product_id), []).append(one)
    elif by == "to_whom":
        for one in found:
            parts.setdefault(one.to_whom, []).append(one)
    elif by == "quarter":
        quarters = reads.by_quarter(found, settings.FISCAL_YEAR_STARTS)
        names = {p.key: p.name for p, _rows in quarters}
        parts = {p.key: rows for p, rows in reversed(quarters) if rows}
    else:
        names = dict(_objectives(request))
        served = reads.served(request.user)
        for one in found:
            for pk in served.get(one.ref, {0}):
                parts.setdefault(str(pk) if str(pk) in names else "", []).append(one)
    lines = [_line(request, by, key, names.get(key, key), reads.tally(rows)) for key, rows in parts.items()]
    return lines if by == "quarter" else sorted(lines, key=lambda line: (not line["key"], -line["count"], str(line["name"])))


def _line(request: HttpRequest, by: str, key: str, name: Any, found: Tally) -> dict[str, Any]:
    def cell(standing: str) -> Any:
        count = found.of(reads.STANDINGS[standing])
        return _number(count, _to(request, by="", standing=standing, **{by: key}), f"{name}, {STANDINGS[standing]}") if key else count

    return {
        "key": key, "name": name or now_("No objective"), "href": _to(request, by="", **{by: key}) if key else "", "count": found.counts.total(),
        "cells": [cell(standing) for standing in ("kept", "missed", "at_risk", "open", "revised")], "share": share_text(found),
    }  # fmt: skip

