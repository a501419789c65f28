"""Dependencies between projects as a map: each node leads to its project, each edge to its links."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_GET

from tandem.kit.text import whole_number
from tandem.people.models import Space
from tandem.reports.queries import dependencies as reads
from tandem.web import doors, downloads
from tandem.web.portfolio.report_course import places
from tandem.web.product.ballot_picture import cut
from tandem.web.templating import day
from tandem.work.models import Link

_WIDE, _HIGH, _NODE, _GAP, _EDGE = 168, 22, 34, 96, 12
_STEPS = (1, 2, 3)
_ROWS = 100
"""Of pairs that are too many to be drawn, so many are listed."""
_PAGES = {"project": "projects_detail", "proposal": "proposals_detail"}
_LINES = {reads.LATE: "ch-off", reads.CRITICAL: "ch-ink", reads.OPEN: "ch-ink2", reads.DONE: "ch-done"}


@login_required
def page(request: HttpRequest) -> HttpResponse:
    space, around, steps = _asked(request)
    found = reads.read(request.user, space, around=around, steps=steps)
    key = space.key if space else ""
    chosen = next((knot for knot in found.knots if knot.code == around), None)
    asked = {"in": key, "around": around if chosen else "", "steps": steps if chosen and steps > 1 else ""}
    bundles = reads.worst_first(found.bundles)
    context = {
        "space": space, "places": places(request), "found": found, "chosen": chosen, "steps": steps, "all_steps": _STEPS, "whole": _url({"in": key}),
        "picture": _picture(found, asked) if found.bundles and found.placed else None, "sentence": _sentence(found),
        "bundles": [_bundle(one, asked) for one in bundles[: _ROWS if found.placed is None else None]],
        "opened": _opened(found, request.GET.get("from", ""), request.GET.get("to", "")), "knots": sorted(found.knots, key=lambda knot: knot.name) if not chosen else [],
        "notes": _notes(found), "query": urlencode({name: value for name, value in asked.items() if value}),
    }  # fmt: skip
    return render(request, "portfolio/dependencies.html", context)


def _asked(request: HttpRequest) -> tuple[Space | None, str, int]:
    key, steps = request.GET.get("in", ""), whole_number(request.GET.get("steps", ""), 1)
    space = doors.find(Space.objects.all(), request.user, key=key) if key else None
    return space, request.GET.get("around", ""), steps if steps in _STEPS else 1


def _url(asked: dict[str, Any], **more: str) -> str:
    query = urlencode({name: value for name, value in (asked | more).items() if value})
    return f"{reverse('project_dependencies')}?{query}"


def _sentence(found: reads.Map) -> str:
    """A pair whose links are all done waits no more."""
    if not found.bundles:
        return ""
    waiting = [one for one in found.bundles if one.state != reads.DONE]
    late, over = sum(one.state == reads.LATE for one in waiting), len(found.bundles) - len(waiting)
    if waiting:
        links = sum(len(one.ties) - one.count(reads.DONE) for one in waiting)
        text = ngettext("In %(n)s pair one waits for the other (open links: %(links)s)", "In %(n)s pairs one waits for the other (open links: %(links)s)", len(waiting))
        parts = [text % {"n": len(waiting), "links": links} + (ngettext("; %(n)s is late.", "; %(n)s are late.", late) % {"n": late} if late else _("; none is late."))]
    else:
        parts = [_("Nothing is waited for any more.")]
    if over:
        parts.append(ngettext("In %(n)s pair all links are done.", "In %(n)s pairs all links are done.", over) % {"n": over})
    return " ".join(parts)


def _notes(found: reads.Map) -> list[str]:
    notes = []
    if found.placed is None:
        notes.append(_("%(n)s pairs are too many to draw: choose a place, or a project to look around. Listed are the %(shown)s worst.") % {"n": len(found.bundles), "shown": _ROWS})
    if found.alone:
        notes.append(ngettext(
            "%(n)s project has no link to another project of this map and is not drawn.", "%(n)s projects have no link to another project of this map and are not drawn.", found.alone
        ) % {"n": found.alone})  # fmt: skip
    if found.unseen:
        notes.append(ngettext("%(n)s link leads to or from a project that you cannot see.", "%(n)s links lead to or from projects that you cannot see.", found.unseen) % {"n": found.unseen})
    if found.is_cut:
        notes.append(_("Only the first %(n)s links were read: choose a place.") % {"n": reads.MOST})
    return notes


def _picture(found: reads.Map, asked: dict[str, Any]) -> dict[str, Any]:
    """Layers from left to right; an edge over several layers keeps a row of its own, so that no edge runs over a node."""
    placed, step_x, step_y = found.placed, _WIDE + _GAP, _NODE
    assert placed is not None
    nodes = []
    for knot in found.knots:
        layer, row = placed.at[knot.code]
        nodes.append({
            "x": _EDGE + layer * step_x, "y": _EDGE + row * step_y, "text": cut(knot.name, 26), "title": knot.name, "is_proposal": knot.of == "proposal",
            "is_chosen": knot.code == asked["around"], "href": reverse(_PAGES[knot.of], kwargs={"id": knot.id}),
        })  # fmt: skip
    edges = [_edge(one, placed.paths[one.source.code, one.target.code], asked) for one in reversed(reads.worst_first(found.bundles))]
    return {
        "width": 2 * _EDGE + placed.layers * step_x - _GAP, "height": 2 * _EDGE + placed.rows * step_y - _NODE + _HIGH, "node_width": _WIDE, "node_height": _HIGH,
        "nodes": nodes, "edges": edges, "label": _("%(n)s projects and what they wait for; the table below says the same") % {"n": len(nodes)},
    }  # fmt: skip


def _edge(one: reads.Bundle, stops: list[tuple[int, int]], asked: dict[str, Any]) -> dict[str, Any]:
    step_x = _WIDE + _GAP
    is_turned = stops[0][0] > stops[-1][0]
    stops = stops[::-1] if is_turned else stops
    places_ = [(_EDGE + layer * step_x, _EDGE + row * _NODE + _HIGH / 2) for layer, row in stops]
    x, y = places_[0][0] + _WIDE, places_[0][1]
    d = [f"M{x:g} {y:g}"]
    for number, (left, at) in enumerate(places_[1:], 1):
        middle = x + _GAP / 2
        d.append(f"C{middle:g} {y:g} {middle:g} {at:g} {left:g} {at:g}")
        x, y = left, at
        if number < len(places_) - 1:
            x = left + _WIDE
            d.append(f"H{x:g}")
    (first_x, first_y), (second_x, second_y) = (places_[0][0] + _WIDE, places_[0][1]), places_[1]
    head = (places_[0][0] + _WIDE, places_[0][1], -1) if is_turned else (x, y, 1)
    return {
        "d": "".join(d), "cls": _LINES[one.state], "is_late": one.state == reads.LATE, "is_heavy": one.state in (reads.LATE, reads.CRITICAL), "is_tie": all(tie.is_tie for tie in one.ties),
        "head": f"M{head[0]:g} {head[1]:g}l{-7 * head[2]:g} -4v8z", "fill": {reads.LATE: "f-off", reads.DONE: "f-done"}.get(one.state, "f-ink"),
        "count": len(one.ties), "cost": _cost(one.cost), "x": (first_x + second_x) / 2, "y": (first_y + second_y) / 2, "title": _title(one), "href": _links_url(one, asked),
    }  # fmt: skip


def _links_url(one: reads.Bundle, asked: dict[str, Any]) -> str:
    return _url(asked, **{"from": one.source.code, "to": one.target.code}) + "#links"


def _title(one: reads.Bundle) -> str:
    counts = _counts(one)
    return f"{one.source.name} → {one.target.name}: {counts}"


def _counts(one: reads.Bundle) -> str:
    text = str(ngettext("%(n)s link", "%(n)s links", len(one.ties)) % {"n": len(one.ties)})
    parts = [(one.count(reads.LATE), pgettext("dependency", "late")), (one.count(reads.CRITICAL), _("critical")), (one.count(reads.DONE), _("done"))]
    cost = [_("has cost %(days)s") % {"days": _cost(one.cost)}] if one.cost >= 1 else []
    return ", ".join([text, *(f"{n} {word}" for n, word in parts if n), *cost])


def _cost(days: float) -> str:
    return ngettext("%(n)s d", "%(n)s d", int(days)) % {"n": int(days)} if days >= 1 else ""


def _bundle(one: reads.Bundle, asked: dict[str, Any]) -> dict[str, Any]:
    return {
        "source": one.source, "target": one.target, "source_href": reverse(_PAGES[one.source.of], kwargs={"id": one.source.id}), "target_href": reverse(_PAGES[one.target.of], kwargs={"id": one.target.id}),
        "state": one.state, "counts": _counts(one), "href": _links_url(one, asked), "around": _url({"in": asked["in"]}, around=one.target.code),
    }  # fmt: skip


def _opened(found: reads.Map, source: str, target: str) -> dict[str, Any] | None:
    """The links of one edge."""
    one = found.bundle(source, target)
    if one is None:
        return None
    rows = [
        {"source": tie.source, "target": tie.target, "kind": _kind(tie), "has": _day(tie.has), "needs": _day(tie.needs), "cost": _cost(tie.cost), "state": tie.state}
        for tie in one.ties[:500]
    ]
    return {"title": f"{one.source.name} → {one.target.name}", "rows": rows, "counts": _counts(one)}


def _kind(tie: reads.Tie) -> str:
    return _("Requires") if tie.is_tie else str(Link.Kind(tie.kind).label)


def _state(state: str) -> str:
    return {reads.LATE: pgettext("dependency", "Late"), reads.CRITICAL: _("Critical"), reads.DONE: _("Done"), reads.OPEN: _("Open")}[state]


def _day(moment: Any) -> str:
    return day(timezone.localtime(moment)) if moment else "–"


def _table(request: HttpRequest) -> tuple[list[str], Iterator[list[Any]]]:
    """A line for each link, the worst pairs first."""
    space, around, steps = _asked(request)
    found = reads.read(request.user, space, around=around, steps=steps)
    heads = [_("Waited for"), _("Work item"), _("Waits"), _("Work item"), _("Link"), _("Will be there"), _("Needed"), _("State"), _("Blocked days")]
    return heads, (_line(one, tie) for one in reads.worst_first(found.bundles) for tie in one.worst_first())


def _line(one: reads.Bundle, tie: reads.Tie) -> list[Any]:
    ends = [" ".join(part for part in end if part) for end in (tie.source, tie.target)]
    days = [timezone.localtime(moment).date() if moment else None for moment in (tie.has, tie.needs)]
    return [one.source.name, ends[0], one.target.name, ends[1], _kind(tie), *days, _state(tie.state), int(tie.cost) or None]


@login_required
@require_GET
def export_csv(request: HttpRequest) -> HttpResponseBase:
    return downloads.csv("dependencies", *_table(request))


@login_required
@require_GET
def export_xlsx(request: HttpRequest) -> HttpResponseBase:
    return downloads.xlsx("dependencies", _("Dependencies"), *_table(request))


urls = [
    path("projects/dependencies/", page, name="project_dependencies"),
    path("projects/dependencies.csv", export_csv, name="project_dependencies_csv"),
    path("projects/dependencies.xlsx", export_xlsx, name="project_dependencies_xlsx"),
]
