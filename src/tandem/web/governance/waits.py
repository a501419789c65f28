"""Where decisions wait: each mark is one answer or one that is missing, and leads to its record."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_GET

from tandem.reports.queries import decision_waits as reads
from tandem.reports.queries.decision_waits import Group, Wait
from tandem.web import charts

_ROW, _MOST_ROWS = 34, 14


@login_required
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    waits = reads.read(request.user)
    parts = [
        ("side", _("By side"), reads.by_side(waits)), ("person", _("By person"), reads.by_person(waits)), ("kind", _("By kind of change"), reads.by_kind(waits)),
    ]  # fmt: skip
    drawn = [(slug, title, _picture(groups)) for slug, title, groups in parts if groups]
    return render(request, "governance/waits.html", {"sentence": sentence(waits), "parts": drawn})


def sentence(waits: list[Wait]) -> str:
    """What waits longest, and how long answers took."""
    waiting = sorted((one for one in waits if not one.is_over), key=lambda one: -one.days)
    given = reads.Group("", [one for one in waits if one.is_over])
    parts = []
    if waiting:
        known = {"n": len(waiting), "days": f"{waiting[0].days:.0f}", "title": waiting[0].title}
        parts.append(ngettext("%(n)s answer is waited for, “%(title)s” for %(days)s days", "%(n)s answers are waited for, longest “%(title)s” for %(days)s days", len(waiting)) % known)
    if given.median is not None:
        parts.append(_("half of the answers came within %(days)s days") % {"days": f"{given.median:.1f}"})
    joined = "".join(_("; %(part)s") % {"part": part} if number else part for number, part in enumerate(parts))
    return joined[:1].upper() + joined[1:] + pgettext("sentence", ".") if parts else ""


def _name(group: Group) -> str:
    return group.name or _("Decisions")


def _picture(groups: list[Group]) -> dict[str, Any]:
    shown = groups[:_MOST_ROWS]
    most = max([1.0, *(one.days for group in shown for one in group.waits)])
    across = charts.nice(0, most, 6)
    ticks = [(len(shown) - number - 0.5, _short(_name(group))) for number, group in enumerate(shown)]
    plot = charts.plot(
        x=(0, across[-1]), y=(0, len(shown)), width=860, height=_ROW * len(shown) + 40, left=150, right=24, x_ticks=[(n, charts.number(n)) for n in across], y_ticks=ticks
    )
    marks, medians = [], []
    for number, group in enumerate(shown):
        at = len(shown) - number - 0.5
        for turn, one in enumerate(group.waits):
            off = ((turn * 7) % 5 - 2) * 0.11  # those of the same length stay apart
            marks.append({"x": plot.x(one.days), "y": plot.y(at + off), "state": "done" if one.is_over else "risk", "href": _href(one), "title": _said(one)})
        if group.median is not None:
            medians.append(plot.line([(group.median, at - 0.36), (group.median, at + 0.36)]))
    rows = [
        [_name(group), len(group.waits) - group.open, f"{group.median:.1f}" if group.median is not None else "–", group.open, _longest(group)] for group in groups
    ]
    return {"plot": plot, "marks": marks, "medians": medians, "rows": rows, "more": len(groups) - len(shown)}


def _short(text: str) -> str:
    return text if len(text) <= 22 else f"{text[:21]}…"


def _href(one: Wait) -> str:
    return reverse("decisions_detail" if one.kind == reads.DECISION else "change_requests_detail", kwargs={"id": one.id})


def _said(one: Wait) -> str:
    days = f"{one.days:.1f}"
    told = _("%(title)s: answered after %(days)s days") if one.is_over else _("%(title)s: waits for %(days)s days")
    who = one.person if one.is_over else ""
    return told % {"title": one.title, "days": days} + (f" · {who}" if who else "")


def _longest(group: Group) -> Any:
    """What of it has waited longest and still does."""
    waiting = max((one for one in group.waits if not one.is_over), key=lambda one: one.days, default=None)
    return {"text": _("%(title)s, %(days)s days") % {"title": waiting.title, "days": f"{waiting.days:.0f}"}, "href": _href(waiting)} if waiting else "–"


urls = [path("waits/", page, name="decision_waits")]
