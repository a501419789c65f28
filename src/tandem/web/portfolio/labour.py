"""What labour has cost, computed from logged time: by month and project for who may see costs, by person for who may see the rates,
and the hours for which there is no rate."""

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from tandem.kit.errors import Denied
from tandem.people.access import Permission, may, spaces_where
from tandem.people.models import Space
from tandem.reports.queries import labour as reads
from tandem.reports.queries import money as totals
from tandem.reports.queries.labour import Labour, Share
from tandem.web import charts, doors
from tandem.web.portfolio import money

_MOST = 60


@login_required
def page(request: HttpRequest) -> HttpResponse:
    key = request.GET.get("in", "")
    space = doors.find(Space.objects.select_related("parent"), request.user, key=key) if key else None
    if space is not None and not may(request.user, Permission.SEE_COSTS, space.pk):
        raise Denied(Permission.SEE_COSTS)
    found = reads.labour(request.user, totals.places(request.user, space), totals.currency_of(space))
    context = {
        "space": space, "money_url": f"{reverse('money')}?{urlencode({'in': key})}" if key else reverse("money"), "sentence": _sentence(found),
        "months": _months(found), "people": _people(request, found), "projects": _projects(request, found) if len({one.space_id for one in found.shares}) > 1 else [],
        "may_invoice": may(request.user, Permission.SEE_RATES, space.pk) if space else bool(spaces_where(request.user, Permission.SEE_RATES)),
        "untold": hours(found.untold) if found.untold else "", "enough": reads.ENOUGH, "missing": _missing(request, found), "unknown": ", ".join(sorted(found.unknown)), "total": _row("", _whole(found), found.currency) if found.shares else None,
    }  # fmt: skip
    return render(request, "portfolio/labour.html", context)


def url_of(key: str) -> str:
    return reverse("labour") + (f"?{urlencode({'in': key})}" if key else "")


def in_a_sentence(found: Labour | None, key: str) -> dict[str, str] | None:
    return {"text": _sentence(found), "href": url_of(key)} if found is not None and found.shares else None


def beside_lines(request: HttpRequest, key: str) -> dict[str, Any] | None:
    """Above the list of costs, when it shows one place: the newest twelve months."""
    space = doors.find(Space.objects.select_related("parent"), request.user, key=key) if key else None
    if space is None or request.GET.get("kind", "labour") != "labour":
        return None
    found = reads.labour(request.user, totals.places(request.user, space), totals.currency_of(space))
    wanted = request.GET.get("month", "")
    rows = [row for row in _months(found) if not wanted or row["month"] == wanted][:12]
    return {"rows": rows, "total": _cost(_whole(found), found.currency), "href": url_of(key)} if rows else None


def hours(minutes: int) -> str:
    return _("%(n)s h") % {"n": charts.number(round(minutes / 60, 1))}


def _whole(found: Labour) -> Share:
    total = Share(0, found.shares[0].month, 0)
    for one in found.shares:
        total.minutes, total.approved, total.unpriced, total.cost = total.minutes + one.minutes, total.approved + one.approved, total.unpriced + one.unpriced, total.cost + one.cost
        total.untold += one.untold
    return total


def _sentence(found: Labour) -> str:
    if not found.shares:
        return _("No time is logged here.")
    total = _whole(found)
    said = {"hours": hours(total.minutes), "cost": _cost(total, found.currency), "share": charts.percent(total.approved / total.minutes)}
    if total.untold and not total.cost:
        text = _("%(hours)s of labour were logged, %(share)s of them approved; what they cost is not told to you.") % said
    else:
        text = _("%(hours)s of labour were logged, %(share)s of them approved; at their rates they cost %(cost)s.") % said
    return text + (" " + _("%(hours)s have no rate and cost nothing here.") % {"hours": hours(total.unpriced)} if total.unpriced else "")


def _cost(share: Share, currency: str) -> str:
    """What is not told is named by its hours, here and in every sum above."""
    if not share.untold:
        return money.cents(share.cost, currency)
    if not share.cost:
        return _("not told")
    return _("%(cost)s, without %(hours)s") % {"cost": money.cents(share.cost, currency), "hours": hours(share.untold)}


def _row(label: str, share: Share, currency: str, href: str = "") -> dict[str, Any]:
    return {"label": label, "href": href, "hours": hours(share.minutes), "approved": hours(share.approved), "unpriced": hours(share.unpriced) if share.unpriced else "–", "cost": _cost(share, currency)}


def _months(found: Labour) -> list[dict[str, Any]]:
    rows = sorted(found.by("month").items(), reverse=True)[:_MOST]
    return [{**_row(charts.short_month(month, with_year=True), share, found.currency), "month": f"{month:%Y-%m}"} for month, share in rows]


def _projects(request: HttpRequest, found: Labour) -> list[dict[str, Any]]:
    sums = found.by("space_id")
    known = {pk: (name, key) for pk, name, key in Space.objects.visible_to(request.user).filter(pk__in=sums).values_list("id", "name", "key")}
    order = sorted(sums, key=lambda pk: (-sums[pk].cost, known[pk]))
    return [_row(known[pk][0], sums[pk], found.currency, url_of(known[pk][1])) for pk in order]


def _people(request: HttpRequest, found: Labour) -> list[dict[str, Any]]:
    """What each cost is told where every rate in it may be seen; of the others the hours, which are no secret."""
    sums = found.by("person_id")
    names = reads.names(request.user, sums)
    order = sorted(sums, key=lambda pk: (-sums[pk].minutes, names.get(pk, "")))[:200]
    return [
        {**_row(names.get(pk, "–"), sums[pk], found.currency, reverse("people_detail", kwargs={"id": pk})), **({} if sums[pk].is_seen else {"cost": "–"})}
        for pk in order
    ]  # fmt: skip


def _missing(request: HttpRequest, found: Labour) -> list[str]:
    """Whose hours of which months have no rate."""
    by_person: dict[int, list[Share]] = {}
    for one in sorted(found.shares, key=lambda share: share.month):
        if one.unpriced:
            by_person.setdefault(one.person_id, []).append(one)
    names = reads.names(request.user, by_person)
    lines = []
    for pk, shares in sorted(by_person.items(), key=lambda pair: names.get(pair[0], "")):
        months = sorted({one.month for one in shares})
        text = _("%(name)s: %(hours)s in %(first)s") if len(months) == 1 else _("%(name)s: %(hours)s from %(first)s to %(last)s")
        lines.append(text % {"name": names.get(pk, "–"), "hours": hours(sum(one.unpriced for one in shares)), "first": charts.short_month(months[0], with_year=True), "last": charts.short_month(months[-1], with_year=True)})
    return lines


urls = [path("money/labour/", page, name="labour")]
