"""What there is for a scenario: the people's time by job role and quarter, proposed as its capacities, and the money that is spoken for."""

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from tandem.collaboration import words
from tandem.kit.errors import Refused, Stale
from tandem.people.access import Permission, require
from tandem.planning.actions import scenarios
from tandem.planning.models import Scenario
from tandem.portfolio import amounts
from tandem.reports.queries import role_capacity as reads
from tandem.web import doors
from tandem.web.charts import number
from tandem.web.planning import scenario_words
from tandem.web.portfolio import money
from tandem.web.templating import day as day_text


@login_required
def capacities(request: HttpRequest, id: int) -> HttpResponse:
    """Each role that is ticked is taken over with the days that stand in its row, changed or not; the others stay as they are."""
    scenario = doors.find(Scenario.objects.select_related("space"), request.user, pk=id)
    require(request.user, Permission.EDIT_PORTFOLIO, scenario.space_id)
    problem, typed, ticked = "", {}, set()
    if request.method == "POST":
        try:
            return _take_over(request, scenario)
        except Stale:
            raise
        except Refused as refused:
            problem = words.refusal(refused.code, refused.params)
            typed = dict(zip(request.POST.getlist("name"), request.POST.getlist("days"), strict=False))
            ticked = set(request.POST.getlist("role"))
    found = reads.of(request.user, scenario)
    lines = [_line(scenario, one) for one in found.rows]
    for one in lines if problem else ():
        one |= {"days": typed.get(one["role"], one["days"]), "is_ticked": one["role"] in ticked}
    context = {
        "problem": problem, "whole": request.POST.get("whole", ""), "unknown": ", ".join(found.unknown),
        "row": scenario, "found": found, "heads": [scenario_words.quarter(scenario, n) for n in range(scenario.quarters)],
        "lines": lines, "is_open": scenario.state == Scenario.State.OPEN,
        "budget": _budget(scenario, found), "money_url": f"{reverse('money')}?{urlencode({'in': scenario.space.key})}",
    }  # fmt: skip
    return render(request, "planning/scenario_capacity.html", context, status=422 if problem else 200)


def _take_over(request: HttpRequest, scenario: Scenario) -> HttpResponse:
    taken = set(request.POST.getlist("role"))
    values: dict[str, Any] = {}
    if roles := {name: days for name, days in zip(request.POST.getlist("name"), request.POST.getlist("days"), strict=False) if name in taken}:
        values["capacity"] = _limits(scenario, roles)
    if whole := request.POST.get("whole", "").strip():
        found = reads.of(request.user, scenario)
        if found.unknown:
            raise Refused("money_without_rate", field="whole", currencies=", ".join(found.unknown))
        given, spent = _amounts(scenario, whole, "whole"), found.money
        if not given:
            raise Refused("amounts_unreadable", field="whole", text=whole[:60])
        given = [*given, *given[-1:] * (scenario.quarters - len(given))][: scenario.quarters]
        values["budget"] = [max(0, amount - gone) for amount, gone in zip(given, spent, strict=True)]
    if not values:
        raise Refused("capacity_nothing_taken", field="role")
    scenarios.change(actor=request.user, scenario=scenario, version=doors.version_in(request), **values)
    return doors.go_to(request, f"{reverse('scenarios_detail', kwargs={'id': scenario.pk})}#rules", _("Taken over. Solve it to see the best set within it."))


def _limits(scenario: Scenario, roles: dict[str, str]) -> dict[str, list[int]]:
    """The capacities with those that were taken over; a role keeps one row, however it was written before."""
    taken = {amounts.role_key(name) for name in roles}
    found = {name: days for name, days in scenario.capacity.items() if amounts.role_key(name) not in taken}
    for name, days in roles.items():
        found[name] = _amounts(scenario, days, "days")
        if not found[name]:
            raise Refused("capacity_empty", field="days", role=name)
    return found


def _amounts(scenario: Scenario, text: str, field: str) -> list[int]:
    found = amounts.checked(amounts.read(text, field), field, is_kept=True)
    if len(found) > scenario.quarters:
        raise Refused("amounts_too_many", field=field, most=scenario.quarters)
    return found


def _line(scenario: Scenario, one: reads.RoleCapacity) -> dict[str, Any]:
    limit = scenario.capacity.get(one.role)
    return {
        "role": one.role, "people": one.people, "is_known": bool(one.role_ids), "days": amounts.line(list(one.left)),
        "limit": " · ".join(map(number, limit)) if limit else "", "is_ticked": limit != list(one.left),
        "cells": [_cell(scenario, one, n) for n in range(scenario.quarters)],
    }  # fmt: skip


def _cell(scenario: Scenario, one: reads.RoleCapacity, n: int) -> dict[str, Any]:
    """A figure leads to the load of the people behind it from that quarter on."""
    asked = {"by": "people", "role": one.role_ids[0], "on": day_text(scenario.quarter(n))} if one.role_ids else {}
    return {
        "left": number(one.left[n]), "have": number(round(one.have[n])), "booked": number(round(one.booked[n])) if one.booked[n] >= 0.5 else "",
        "wanted": number(one.wanted[n]), "is_short": one.wanted[n] > one.left[n], "url": f"{reverse('load')}?{urlencode(asked)}" if asked else "",
    }  # fmt: skip


def _budget(scenario: Scenario, found: reads.Found) -> list[dict[str, str]]:
    """By quarter what is spoken for beside the scenario, and its budget."""
    if not any(found.money) and not found.unknown:
        return []
    return [
        {"spent": money.money(spent, found.currency), "budget": money.money(scenario.budget[n], found.currency) if scenario.budget else ""}
        for n, spent in enumerate(found.money)
    ]


urls = [path("scenarios/<int:id>/capacities/", capacities, name="scenarios_capacities")]
