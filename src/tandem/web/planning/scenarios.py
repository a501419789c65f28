"""Scenarios: what should be started with the money and the people there are, and why the rest is out."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _

from tandem.kit.errors import Refused
from tandem.kit.text import whole_number
from tandem.people.access import Permission, may
from tandem.planning.actions import scenarios
from tandem.planning.models import Scenario, Solution
from tandem.portfolio.models import Proposal
from tandem.reports.queries import scenarios as reads
from tandem.web import cells, charts, doors, generic, standing
from tandem.web.collaboration.jobs import phase_words
from tandem.web.generic import Column, Fact, Filter, Noun
from tandem.web.planning import adoptions, comparing, scenario_capacity, scenario_picture, scenario_words
from tandem.web.planning.scenario_forms import ScenarioForm
from tandem.web.portfolio import money

_DO = Permission.EDIT_PORTFOLIO


def create(*, actor: Any, home: Any, **values: Any) -> Scenario:
    return scenarios.create(actor=actor, space=home, **values)


def change(*, actor: Any, row: Scenario, version: int | None, **values: Any) -> Scenario:
    return scenarios.change(actor=actor, scenario=row, version=version, **values)


def remove(*, actor: Any, row: Scenario, version: int | None) -> None:
    scenarios.remove(actor=actor, scenario=row, version=version)


def look_up(request: HttpRequest, rows: list[Any]) -> None:
    found = reads.newest(request.user, rows)
    for row in rows:
        row.answer = found.get(row.pk)


def _answer(row: Any) -> str:
    if row.answer is None:
        return str(_("not asked yet"))
    if row.answer.value is None:
        return str(row.answer.get_state_display())
    return now_("%(n)s chosen") % {"n": len(row.answer.starts)}


def detail(request: HttpRequest, row: Any) -> dict[str, Any]:
    view = reads.view(request.user, row, whole_number(request.GET.get("point", ""), 3))
    may_edit = may(request.user, _DO, row.space_id) and row.state == Scenario.State.OPEN
    solution = view.solution
    job = solution.job if solution and solution.state == Solution.State.SEARCHING and solution.job and solution.job.is_running else None
    if job:
        request.live_topics.append(f"job:{job.pk}")  # type: ignore[attr-defined]
    return {
        **adoptions.of(request, view, may_edit),
        "view": view, "solution": solution, "job": job, "phase_words": phase_words, "may_edit": may_edit, "may_change": may_edit,
        "may_copy": may(request.user, _DO, row.space_id), "money": money, "words": scenario_words, "lede": lede(view),
        "set_figs": _figs(view), "rules": _rules(view), "groups": _groups(view) if may_edit else [], "load": _load(view),
        "frontier": scenario_picture.frontier(view), "prices": [scenario_words.price(view, p) for p in solution.prices[:12]] if solution and view.point is None else [],
        "here": request.get_full_path(), "others": list(Scenario.objects.visible_to(request.user).filter(space_id=row.space_id).exclude(pk=row.pk)[:50]),
    }  # fmt: skip


def lede(view: reads.View) -> str:
    """What matters now, in words."""
    solution = view.solution
    if solution is None:
        return now_("%(n)s candidates wait. Solve it to see the best set.") % {"n": len(view.rows)}
    if solution.state == Solution.State.IMPOSSIBLE:
        return now_("No set keeps all the rules.")
    if solution.value is None:
        return now_("The solver looks for a first set.") if solution.state == Solution.State.SEARCHING else now_("No set was found: %(state)s.") % {"state": solution.get_state_display()}
    text = now_("%(n)s of %(all)s chosen: net present value %(npv)s for %(cost)s.") % {
        "n": view.figures.count, "all": len(view.rows), "npv": money.money(view.figures.npv, view.inputs.currency),
        "cost": money.money(view.figures.cost, view.inputs.currency),
    }  # fmt: skip
    return f"{text} {proof(view)}"


def proof(view: reads.View) -> str:
    solution = view.solution
    gap = solution.gap if solution else None
    if view.point is not None:
        return now_("This is a point of the frontier, not the set within the budget.")
    if gap is None:
        return ""
    if gap == 0:
        return now_("No set is better: that is proven.")
    return now_("At most %(n)s %% better is possible.") % {"n": charts.number(max(0.1, round(100 * gap, 1)))}


def _figs(view: reads.View) -> list[dict[str, Any]]:
    f, currency = view.figures, view.inputs.currency
    budget = sum(view.scenario.budget)
    inside = money.money(sum(f.money), currency)
    return [
        {"label": _("Chosen"), "value": f.count, "note": now_("of %(n)s") % {"n": len(view.rows)}},
        {"label": _("Net present value"), "value": money.money(f.npv, currency), "note": now_("at %(rate)s a year") % {"rate": charts.percent(view.inputs.rate, 1)}},
        {"label": _("Cost"), "value": money.money(f.cost, currency), "note": now_("%(inside)s of %(budget)s within its quarters") % {"inside": inside, "budget": money.money(budget, currency)} if budget else now_("no limit")},
        {"label": _("Effort"), "value": money.days(f.days), "note": now_("all roles")},
        {"label": _("Fit"), "value": f.fit, "note": now_("points")},
    ]  # fmt: skip


def _rules(view: reads.View) -> list[dict[str, Any]]:
    """Every rule in plain words, with what became of it; shares can be taken away."""
    s, offers = view.scenario, view.inputs.offers
    found: list[dict[str, Any]] = []
    if s.budget:
        found.append({"text": now_("Money: %(row)s by quarter.") % {"row": " · ".join(money.money(n, view.inputs.currency) for n in s.budget)}, "kept": now_("what is left may be spent later") if s.is_carried_over else ""})
    if s.may_hold:
        found.append({"text": now_("Running projects may be put on hold.")})
    found += [{"text": now_("“%(role)s”: %(row)s days by quarter.") % {"role": role, "row": " · ".join(map(charts.number, row))}} for role, row in s.capacity.items()]
    found += [{"text": scenario_words.share(view, share), "kept": scenario_words.kept_share(view, share) if view.has_answer else "", "share": n} for n, share in enumerate(s.shares)]
    for kind, one, other in view.inputs.ties:
        text = now_("“%(one)s” requires “%(other)s”.") if kind == "requires" else now_("“%(one)s” and “%(other)s” exclude each other.")
        found.append({"text": text % {"one": offers[one].title, "other": offers[other].title}})
    found += [{"text": now_("“%(one)s” is in: %(why)s.") % {"one": o.title, "why": now_("locked") if s.locks.get(o.id) == "in" else now_("it is a project") if o.is_running else now_("mandatory")}} for o in offers.values() if o.is_fixed]
    return [{"kept": "", "share": None, **rule} for rule in found]


def _groups(view: reads.View) -> list[tuple[str, str]]:
    known = [f"kind:{v}" for v in Proposal.Kind.values] + [f"horizon:{v}" for v in Proposal.Horizon.values] + [f"side:{v}" for v in Proposal.Side.values]
    return [(name, scenario_words.group(view, name)) for name in known] + [(f"objective:{pk}", title) for pk, title in view.objectives.items()]


def _load(view: reads.View) -> dict[str, Any]:
    """Money and days by quarter against what there is; above it also with a mark."""
    s, f = view.scenario, view.figures
    lines = [{"name": now_("Money"), "cells": [_cell(n, s.budget[k] if s.budget else None, view.inputs.currency) for k, n in enumerate(f.money)]}]
    lines += [{"name": role, "cells": [_cell(n, s.capacity[role][k] if role in s.capacity else None) for k, n in enumerate(row)]} for role, row in f.load.items()]
    return {"heads": [scenario_words.quarter(s, k) for k in range(s.quarters)], "lines": lines}


def _cell(value: int, limit: int | None, currency: str = "") -> dict[str, Any]:
    text = money.money(value, currency) if currency else charts.number(value)
    if limit is None:
        return {"text": text, "note": "", "over": False}
    return {"text": text, "note": charts.percent(value / limit) if limit else "", "over": value > limit}


@login_required
def solves(request: HttpRequest, id: int) -> HttpResponse:
    row = doors.find(Scenario.objects, request.user, pk=id)
    if request.method == "POST":
        scenarios.solve(actor=request.user, scenario=row)
    return doors.go_to(request, noun.url(row))


@login_required
def locks(request: HttpRequest, id: int) -> HttpResponse:
    """`to` is `in:12`, `out:12` or `free:12`; the scenario is solved again at once."""
    row = doors.find(Scenario.objects, request.user, pk=id)
    if request.method == "POST":
        to, _colon, number_ = request.POST.get("to", "").partition(":")
        proposal = doors.find(Proposal.objects, request.user, pk=whole_number(number_, 18) or 0)
        scenarios.lock_and_solve(actor=request.user, scenario=row, version=doors.version_in(request), proposal=proposal, to=to)
    return doors.go_to(request, noun.url(row))


@login_required
def shares(request: HttpRequest, id: int) -> HttpResponse:
    """Add a rule on a share, or take one away."""
    row = doors.find(Scenario.objects, request.user, pk=id)
    if request.method == "POST":
        found = list(row.shares)
        if (gone := whole_number(request.POST.get("gone", ""), 2)) is not None:
            found = [share for n, share in enumerate(found) if n != gone]
        else:
            percent = whole_number(request.POST.get("percent", ""), 3)
            if percent is None:
                raise Refused("share_unreadable", field="percent")
            found.append({"group": request.POST.get("group", ""), "bound": request.POST.get("bound", ""), "percent": percent})
        scenarios.change(actor=request.user, scenario=row, version=doors.version_in(request), shares=found)
    return doors.go_to(request, f"{noun.url(row)}#rules")


@login_required
def copies(request: HttpRequest, id: int) -> HttpResponse:
    row = doors.find(Scenario.objects, request.user, pk=id)
    if request.method == "POST":
        row = scenarios.copy(actor=request.user, scenario=row)
        return doors.go_to(request, noun.url(row), now_("Copied. Change what you want to ask another way."))
    return doors.go_to(request, noun.url(row))


noun = Noun(
    slug="scenarios", model=Scenario, one=_("scenario"), many=_("Scenarios"),
    purpose=_("What to start with the money and the people there are: the best set, why the rest is out, and what each limit costs."),
    columns=(
        Column("name", _("Scenario"), lambda r: r.name, "name", is_title=True),
        Column("state", _("State"), lambda r: r.get_state_display(), "state"),
        Column("answer", _("Answer"), _answer),
        Column("starts", _("First quarter"), lambda r: scenario_words.quarter(r, 0), "starts_on"),
        Column("quarters", _("Number of quarters"), lambda r: r.quarters, is_number=True),
        Column("aim", _("What counts"), lambda r: r.get_aim_display()),
        Column("portfolio", _("Portfolio"), lambda r: r.space.name),
        Column("owner", _("Owner"), lambda r: cells.person(r.owner)),
    ),
    facts=(
        Fact(_("State"), lambda r: r.get_state_display()),
        Fact(_("Portfolio"), lambda r: r.space.name),
        Fact(_("Owner"), lambda r: cells.person(r.owner) or "–"),
        Fact(_("First quarter"), lambda r: scenario_words.quarter(r, 0)),
        Fact(_("Number of quarters"), lambda r: r.quarters),
        Fact(_("What counts"), lambda r: r.get_aim_display()),
    ),
    filters=(Filter("state", _("State"), lambda request: list(Scenario.State.choices)),),
    search=("name", "description"), order="-starts_on", related=("owner", "space"), text="description", permission=_DO,
    form=ScenarioForm, create=create, change=change, remove=remove, home_kinds=("portfolio", "organisation"), detail=detail,
    look_up=look_up, detail_template="planning/scenario.html", detail_stands=True, names={"new": _("New scenario"), "home": _("Portfolio")},
)  # fmt: skip
urls = [
    path("scenarios/compared/", login_required(standing.page(comparing.page)), name="scenarios_compared"),
    *generic.urls(noun),
    *adoptions.urls,
    path("scenarios/<int:id>/solves/", solves, name="scenarios_solves"),
    path("scenarios/<int:id>/locks/", locks, name="scenarios_locks"),
    path("scenarios/<int:id>/shares/", shares, name="scenarios_shares"),
    path("scenarios/<int:id>/copies/", copies, name="scenarios_copies"),
    *scenario_capacity.urls,
]
