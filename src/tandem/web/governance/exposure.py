"""What the risks of a scope come to together, what is set aside for it, its course, and which risk moves the end most."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST
from markupsafe import Markup, escape

from tandem.governance import assessing
from tandem.governance.actions import risk_runs, risk_settings
from tandem.governance.models import Risk, RiskRun
from tandem.kit.errors import Refused
from tandem.people.access import Permission, may
from tandem.people.models import Space
from tandem.portfolio import amounts
from tandem.portfolio.actions.benefits import currency_of
from tandem.reports.queries import risks as reads
from tandem.reports.queries.scope import below
from tandem.web import charts, doors
from tandem.web.governance import risk_words as words
from tandem.web.governance.risk_matrix import chosen
from tandem.web.governance.risks import places, tabs
from tandem.web.portfolio import money
from tandem.web.templating import url

BARS = 15


@login_required
def page(request: HttpRequest) -> HttpResponse:
    space = chosen(request)
    found = reads.exposure(request.user, space)
    currency = found.run.figures["currency"] if found.run else currency_of(space)
    reserve = found.reserve
    is_waiting = found.run is None and Risk.objects.visible_to(request.user).open().filter(space_id__among=below(request.user, space.pk)).exists()
    scopes = [_scope(one, run, kept) for one, run, kept in reads.beneath(request.user, space)]
    context = {
        "space": space, "places": places(request), "tabs": tabs(request, "risk_exposure"), "found": found, "run": found.run, "network": found.network, "reserve": reserve,
        "figures": _figures(found, currency), "sentence": _sentence(found, currency), "money_course": _course(found, "money", currency), "days_course": _course(found, "days", ""),
        "tornado": _tornado(request.user, found.network), "scopes": scopes, "set_in": currency_of(space), "is_waiting": is_waiting, "together": charts.percent(found.run.figures["together"]) if found.run else "",
        "may_ask": may(request.user, Permission.COMMENT, space.pk), "may_set": may(request.user, Permission.EDIT_PLAN, space.pk), "ends": _ends(found.network),
        "reserves": [(one, money.exact(float(one.money), one.currency), words.days(one.days)) for one in found.reserves[:10]],
        "left_out": found.run.left_out if found.run else 0,
    }  # fmt: skip
    return render(request, "governance/exposure.html", context)


def _figures(found: reads.Exposure, currency: str) -> list[dict[str, Any]]:
    if found.run is None:
        return []
    told, reserve = found.run.figures, found.reserve
    figures = [
        {"label": _("Expected money"), "value": money.money(told["money"]["mean"], currency), "note": _("P50 %(n)s") % {"n": money.money(told["money"]["p50"], currency)}},
        {"label": _("P80 of money"), "value": money.money(told["money"]["p80"], currency), "note": _between([money.money(one, currency) for one in told["money"]["p80_between"] if one is not None])},
        {"label": _("Expected days"), "value": words.days(told["days"]["mean"]), "note": _("P50 %(n)s") % {"n": words.days(told["days"]["p50"])}},
        {"label": _("P80 of days"), "value": words.days(told["days"]["p80"]), "note": _between([words.days(one) for one in told["days"]["p80_between"] if one is not None])},
    ]  # fmt: skip
    said = f"{money.money(reserve.money, reserve.currency)} · {words.days(reserve.days)}" if reserve else "–"
    figures.append({"label": _("Reserve"), "value": said, "note": _("set on %(day)s") % {"day": reserve.created_at.strftime("%Y-%m-%d")} if reserve else _("nothing set aside")})
    return figures


def _between(values: list[str]) -> str:
    return _("95 %% sure: %(low)s to %(high)s") % {"low": values[0], "high": values[1]} if len(values) == 2 else ""


def _sentence(found: reads.Exposure, currency: str) -> str:
    """Whether what is set aside covers what may come in four of five cases."""
    run, reserve = found.run, found.reserve
    if run is None:
        return ""
    told = run.figures
    counted = ngettext("%(n)s open risk is counted", "%(n)s open risks are counted", run.risks) % {"n": run.risks}
    if reserve is None:
        return _("%(counted)s. In four of five cases they come to at most %(money)s and %(days)s; nothing is set aside.") % {
            "counted": counted, "money": money.money(told["money"]["p80"], currency), "days": words.days(told["days"]["p80"]),
        }  # fmt: skip
    if reserve.currency != currency:
        return _("%(counted)s. The reserve is kept in another currency and is not compared.") % {"counted": counted}
    lacks = [
        text for text, lack in (
            (money.money(told["money"]["p80"] - reserve.money, currency), told["money"]["p80"] > reserve.money),
            (words.days(told["days"]["p80"] - float(reserve.days)), told["days"]["p80"] > float(reserve.days)),
        ) if lack
    ]  # fmt: skip
    if not lacks:
        return _("%(counted)s. The reserve covers what they come to in four of five cases.") % {"counted": counted}
    return _("%(counted)s. For four of five cases the reserve lacks %(lack)s.") % {"counted": counted, "lack": _(" and ").join(lacks)}


def _course(found: reads.Exposure, what: str, currency: str) -> dict[str, Any] | None:
    """P50 and P80 by day, and the reserve as it stood; nothing from fewer than two days."""
    # sums of another currency, from before the portfolio took this one, are no points of the same line
    course = [run for run in found.course if not currency or run.figures["currency"] == currency]
    if len(course) < 2:
        return None
    days = [run.as_of for run in course]
    high, half = ([run.figures[what][name] for run in course] for name in ("p80", "p50"))
    kept = [(one.created_at.date(), float(getattr(one, what))) for one in reversed(found.reserves) if not currency or one.currency == currency]
    inside = [(max(on, days[0]), value) for on, value in kept]
    values = [*high, *half, *(value for _on, value in inside), 0]
    ticks = charts.nice(min(values), max(values) or 1, 4)
    said = [(tick, money.money(tick, currency) if currency else words.days(tick)) for tick in ticks]
    plot = charts.plot(x=(days[0], days[-1]), y=(ticks[0], ticks[-1]), height=220, left=64, y_ticks=said)
    reserve = [*inside, (days[-1], inside[-1][1])] if inside else []
    return {
        "plot": plot, "high": plot.line(zip(days, high, strict=True)), "half": plot.line(zip(days, half, strict=True)), "reserve": plot.steps(reserve) if reserve else "",
        "label": _("Exposure and reserve by day"),
    }  # fmt: skip


def _ends(network: RiskRun | None) -> dict[str, Any] | None:
    if network is None:
        return None
    told = network.figures
    later = told["with"]["p80"] - told["without"]["p80"]
    return {
        "with": told["with"]["p80_on"], "without": told["without"]["p80_on"], "half": told["with"]["p50_on"], "later": words.days(later, signed=True), "items": told["items"],
        "unsized": told["unsized"], "between": _between(told["with"].get("p80_between_on", [])),
    }  # fmt: skip


def _tornado(user: Any, network: RiskRun | None) -> dict[str, Any] | None:
    """Of each risk by how many working days the P80 of the end would be earlier without it, the largest first."""
    rows = network.figures["each"][:BARS] if network else []
    names = dict(Risk.objects.visible_to(user).filter(pk__in=[row["risk"] for row in rows]).values_list("pk", "title"))
    rows = [row for row in rows if row["risk"] in names]
    if not rows:
        return None
    widest = max(1.0, *(abs(row["days"]) for row in rows))
    low = min(0.0, *(row["days"] for row in rows))
    plot = charts.plot(x=(low and -widest, widest), y=(0, len(rows)), height=36 + 26 * len(rows), left=210, right=52, top=8, bottom=24, y_ticks=[])
    bars = []
    for place, row in enumerate(rows):
        box = plot.box(0.0, float(row["days"]), len(rows) - place - 0.22, len(rows) - place - 0.78)
        middle = box["y"] + box["height"] / 2 + 4
        name = names[row["risk"]]
        bars.append(
            f'<a href="{url("risks_detail", id=row["risk"])}" data-peek tabindex="-1"><title>{escape(name)}: {words.days(row["days"], signed=True)}</title>'
            f'<text class="ch-n" x="202" y="{middle:.1f}" text-anchor="end">{escape(_cut(name))}</text>'
            f'<rect class="{"f-risk" if row["days"] >= 0 else "f-done"}" x="{box["x"]}" y="{box["y"]}" width="{box["width"]}" height="{box["height"]}"/>'
            f'<text class="ch-n" x="{box["x"] + box["width"] + 5 if row["days"] >= 0 else box["x"] - 5:.1f}" y="{middle:.1f}" text-anchor="{"start" if row["days"] >= 0 else "end"}">{words.days(row["days"], signed=True)}</text></a>'
        )
    table = [[{"text": names[row["risk"]], "href": url("risks_detail", id=row["risk"])}, words.days(row["days"], signed=True)] for row in rows]
    return {"plot": plot, "bars": Markup("".join(bars)), "table": table, "label": _("What the P80 of the end would gain without each risk")}  # noqa: S704  names are escaped above


def _cut(name: str) -> str:
    wide = sum(2 if ord(one) > 0x2E7F else 1 for one in name)
    if wide <= 32:
        return name
    taken, room = "", 31
    for one in name:
        room -= 2 if ord(one) > 0x2E7F else 1
        if room < 0:
            break
        taken += one
    return taken + "…"


def _scope(space: Space, run: RiskRun, kept: Any) -> dict[str, Any]:
    told, currency = run.figures, run.figures["currency"]
    return {
        "name": space.name, "href": url("risk_exposure") + f"?in={space.key}", "risks": run.risks, "money": money.money(told["money"]["p80"], currency),
        "days": words.days(told["days"]["p80"]), "reserve": f"{money.money(kept.money, kept.currency)} · {words.days(kept.days)}" if kept else "–", "on": run.as_of,
    }  # fmt: skip


@login_required
@require_POST
def computations(request: HttpRequest, key: str) -> HttpResponse:
    space = doors.find(Space.objects.all(), request.user, key=key)
    job = risk_runs.ask(actor=request.user, space=space, title=_("Risks of %(place)s") % {"place": space.name})
    return doors.go_to(request, reverse("job", kwargs={"id": job.pk}))


@login_required
@require_POST
def reserves(request: HttpRequest, key: str) -> HttpResponse:
    space = doors.find(Space.objects.all(), request.user, key=key)
    sums, currency = amounts.read(request.POST.get("money", ""), "money") or [0], currency_of(space)
    if len(sums) > 1:
        raise Refused("amounts_unreadable", field="money", text=request.POST["money"][:60])
    if request.POST.get("currency", currency) != currency:
        raise Refused("reserve_currency", field="money", currency=currency)
    risk_settings.set_reserve(actor=request.user, space=space, money=sums[0], days=_days(request.POST.get("days", "")), note=request.POST.get("note", ""))
    return doors.go_to(request, reverse("risk_exposure") + f"?in={space.key}", _("Set aside."))


def _days(text: str) -> Decimal:
    try:
        found = Decimal(text.strip() or "0")
    except InvalidOperation:
        raise Refused("reserve_bounds", field="days") from None
    if not found.is_finite() or not 0 <= found <= assessing.MOST_DAYS:
        raise Refused("reserve_bounds", field="days")
    return found.quantize(Decimal("0.1"))


urls = [
    path("risks/exposure/", page, name="risk_exposure"),
    path("risks/exposure/<str:key>/computations/", computations, name="risk_computations"),
    path("risks/exposure/<str:key>/reserves/", reserves, name="risk_reserves"),
]
