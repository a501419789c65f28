"""The whole of a portfolio on one page: its programmes and projects with phase, health, work, dates and money; as a tree, by phase or by health."""

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tandem.kit.text import whole_number
from tandem.people.models import Space, SpaceKind
from tandem.portfolio.models import Project
from tandem.reports.queries import portfolio_tree as reads
from tandem.web import charts, doors, standing
from tandem.web.portfolio import money
from tandem.web.portfolio import report_words as words
from tandem.web.portfolio.report_course import places, with_changes
from tandem.web.strategy.values import shape
from tandem.web.templating import url

_ROWS = 100
_VIEWS = ("tree", "phase", "health")
_STATES = ("off", "risk", "on", "none")
_PLACES = (SpaceKind.ORGANISATION, SpaceKind.PORTFOLIO, SpaceKind.PROGRAMME)


@login_required
@standing.page
def page(request: HttpRequest) -> HttpResponse:
    key, by = request.GET.get("in", ""), request.GET.get("by", "tree")
    by = by if by in _VIEWS else "tree"
    space = doors.find(Space.objects.filter(kind__in=_PLACES), request.user, key=key) if key else None
    tree = reads.read(request.user, space)
    lines = [_line(one, tree, one.depth) for one in tree.nodes] if by == "tree" else _grouped(tree, by)
    number = max(whole_number(request.GET.get("page", ""), 4) or 1, 1)
    context = {
        "space": space, "places": places(request), "tree": tree, "whole": _line(tree.whole, tree, 0), "sentence": _sentence(tree), "by": by,
        "views": [{"label": text, "href": with_changes(request, by=name, page=""), "current": name == by} for name, text in zip(_VIEWS, (_("Tree"), _("By phase"), _("By health")), strict=True)],
        "lines": lines[(number - 1) * _ROWS : number * _ROWS], "next": with_changes(request, page=number + 1) if number * _ROWS < len(lines) else "",
        "previous": with_changes(request, page=number - 1) if number > 1 else "",
    }  # fmt: skip
    return render(request, "portfolio/tree.html", context)


def _sentence(tree: reads.Tree) -> str:
    states = tree.whole.states
    known = sum(states[state] for state in ("off", "risk", "on"))
    text = ngettext("%(n)s project.", "%(n)s projects.", tree.whole.projects) % {"n": tree.whole.projects}
    if not known:
        return text
    more = _("Of %(n)s that can be graded %(off)s are off track, %(risk)s at risk, %(on)s on track.")
    return f"{text} {more % {'n': known, 'off': states['off'], 'risk': states['risk'], 'on': states['on']}}"


def _grouped(tree: reads.Tree, by: str) -> list[dict[str, Any]]:
    """Projects below a line for each phase (or state, where no report says a phase) or each grade, with its sums."""
    groups: dict[tuple[str, str], list[reads.Node]] = {}
    for one in tree.nodes:
        if one.is_project:
            groups.setdefault(("health", one.computed) if by == "health" else ("phase", one.phase) if one.phase else ("state", one.record.state), []).append(one)
    order = [("health", name) for name in _STATES if ("health", name) in groups] if by == "health" else sorted(groups, key=_place)
    found = []
    for group in order:
        whole = reads.Node(0, "", _group(*group), None)
        for one in groups[group]:
            whole.add(one)
        found.append(_line(whole, tree, 0))
        found += [_line(one, tree, 1) for one in groups[group]]
    return found


def _place(group: tuple[str, str]) -> tuple[int, str]:
    """Phases by their name, then what has none in the order of its states, from what runs to what is over."""
    kind, name = group
    return (1 + ("running", "proposed", "on_hold", "done", "cancelled").index(name), "") if kind == "state" else (0, name)


def _group(kind: str, name: str) -> str:
    if kind == "health":
        return {"off": _("Off track"), "risk": _("At risk"), "on": _("On track"), "none": _("Not graded")}[name]
    return str(Project.State(name).label) if kind == "state" else name


def _line(one: reads.Node, tree: reads.Tree, depth: int) -> dict[str, Any]:
    return {
        "name": one.name, "depth": depth, "is_project": one.is_project, "href": _href(one), "owner": one.record.owner if one.record else None,
        "phase": one.phase or (one.record.get_state_display() if one.is_project else ""),
        "computed": _computed(one), "said": words.said(one.health.said) if one.health and one.health.said else "", "apart": one.health.apart if one.health else 0,
        "projects": one.projects, "done": f"{charts.number(one.done)}/{charts.number(one.items)}" if one.items else "", "share": charts.percent(one.share) if one.items else "",
        "expected": one.expected, "cost": [money.money(amount, currency) for currency, amount in sorted(one.cost.items())],
        "budget": money.money(one.budget, tree.currency) if one.budget else "", "outlook": money.money(one.outlook, tree.currency) if one.outlook else "",
        "over": one.is_over, "money": _money_of(one),
    }  # fmt: skip


def _href(one: reads.Node) -> str:
    if one.record is None:
        return ""
    return url(f"{one.kind}s_detail", id=one.record.pk)


def _money_of(one: reads.Node) -> str:
    return f"{reverse('money')}?{urlencode({'in': one.record.space.key})}" if one.record else ""


def _computed(one: reads.Node) -> dict[str, Any]:
    """A project's grade, or of a place how many are what; both lead to what they rest on."""
    states = [(shape(state, str(one.states[state])), state) for state in ("off", "risk", "on") if one.states.get(state)]
    health = f"{reverse('projects_health')}?{urlencode({'in': one.record.space.key})}" if one.record else reverse("projects_health")
    if one.is_project:
        return {"mark": shape(one.computed) if one.computed != "none" else "", "href": url("projects_detail", id=one.record.pk), "parts": []}
    return {"mark": "", "href": health, "parts": [mark for mark, _state in states]}


urls = [path("portfolio-tree/", page, name="portfolio_tree")]
