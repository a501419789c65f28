"""Up to three scenarios side by side: value, cost, load, objectives, and who loses what."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from tandem.kit.text import whole_number
from tandem.planning.models import Scenario
from tandem.reports.queries import scenarios as reads
from tandem.web.charts import number
from tandem.web.planning import scenario_words
from tandem.web.portfolio import money

MOST = 3


def page(request: HttpRequest) -> HttpResponse:
    """Without a choice the first three that the reader sees."""
    known = list(Scenario.objects.visible_to(request.user).select_related("space")[:200])
    wanted = [n for n in (whole_number(text, 18) for text in request.GET.getlist("with")) if n]
    chosen = [s for n in dict.fromkeys(wanted) for s in known if s.pk == n][:MOST] or known[:MOST]
    views = reads.views(request.user, chosen)
    context = {
        "known": known, "views": views, "slots": [chosen[n].pk if n < len(chosen) else None for n in range(MOST)], "money": money,
        "words": scenario_words, "figures": _figures(views), "load": _load(views), "objectives": _objectives(views), "rows": _rows(views),
    }  # fmt: skip
    return render(request, "planning/compared.html", context)


def _figures(views: list[reads.View]) -> list[tuple[str, list[str]]]:
    def line(name: str, text: Any) -> tuple[str, list[str]]:
        return name, [text(v) if v.has_answer else "–" for v in views]

    return [
        line(_("Chosen"), lambda v: f"{v.figures.count} / {len(v.rows)}"),
        line(_("Net present value"), lambda v: money.money(v.figures.npv, v.inputs.currency)),
        line(_("Cost"), lambda v: money.money(v.figures.cost, v.inputs.currency)),
        line(_("Effort"), lambda v: money.days(v.figures.days)),
        line(_("Fit"), lambda v: number(v.figures.fit)),
    ]


def _load(views: list[reads.View]) -> list[tuple[str, list[list[dict[str, Any]]]]]:
    """Money, then each role, by quarter in each scenario."""
    roles = list(dict.fromkeys(role for v in views for role in v.figures.load))
    found = [(_("Money"), [_parts(v, v.figures.money, v.scenario.budget, v.inputs.currency) for v in views])]
    for role in roles:
        found.append((role, [_parts(v, v.figures.load.get(role, ()), v.scenario.capacity.get(role, [])) for v in views]))
    return found


def _parts(view: reads.View, row: Any, limits: list[int], currency: str = "") -> list[dict[str, Any]]:
    return [
        {
            "when": scenario_words.quarter(view.scenario, k), "text": money.money(n, currency) if currency else number(n),
            "note": f"{number(round(100 * n / limits[k]))} %" if k < len(limits) and limits[k] else "",
        }
        for k, n in enumerate(row)
    ] if view.has_answer else []  # fmt: skip


def _objectives(views: list[reads.View]) -> list[tuple[int, str, list[int]]]:
    """How many of the chosen serve each objective."""
    titles = {pk: title for v in views for pk, title in v.objectives.items()}
    return [(pk, title, [v.figures.objectives.get(pk, 0) for v in views]) for pk, title in sorted(titles.items(), key=lambda one: one[1])]


def _rows(views: list[reads.View]) -> list[dict[str, Any]]:
    """Each candidate that not all scenarios treat alike; the most valuable first."""
    offers = {o.pk: o for v in views for o in v.inputs.offers.values()}
    by_view = [{r.offer.pk: r for r in v.rows} for v in views]
    found = []
    for pk, offer in offers.items():
        starts = [scenario_words.quarter(v.scenario, rows[pk].start) if pk in rows and rows[pk].start is not None else "" for v, rows in zip(views, by_view, strict=True)]
        if len(set(starts)) > 1:
            found.append({"offer": offer, "starts": starts})
    return sorted(found, key=lambda row: (-row["offer"].npv, row["offer"].title))
