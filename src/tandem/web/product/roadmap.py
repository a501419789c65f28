"""The roadmap: promise against forecast for every feature and release, by time or by horizon, shared by link."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from tandem.kit.errors import Hidden
from tandem.kit.ids import digest
from tandem.kit.types import Ref
from tandem.people.access import Permission, may, spaces_where
from tandem.people.models import Team
from tandem.planning import words
from tandem.product.actions import roadmaps
from tandem.product.models import Feature, Product, Release, RoadmapShare
from tandem.reports.queries import roadmap as reads
from tandem.reports.queries.roadmap import Roadmap, Row
from tandem.web import doors
from tandem.web.product import roadmap_picture as picture
from tandem.web.templating import day, short_day

GROUPS = ("objective", "product", "team")
VIEWS = ("timeline", "horizons")
_KINDS = {"feature": Feature, "release": Release}


@login_required
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    asked = _asked(request)
    roadmap = reads.read(request.user, product_id=asked["product"], team_id=asked["team"])
    request.live_topics = [f"space:{p.space_id}" for p in roadmap.products]  # type: ignore[attr-defined]
    teams = list(Team.objects.visible_to(request.user).order_by("name"))
    context = _shown(roadmap, asked) | {
        "asked": asked,
        "views": _switch(
            request, "view", [("timeline", _("Timeline")), ("horizons", _("Now, next, later"))], asked["view"]
        ),
        "scales": _switch(
            request, "scale", [("month", _("Month")), ("quarter", _("Quarter"))], asked["scale"]
        ),
        "groups_menu": _switch(request, "group", list(_group_words().items()), asked["group"]),
        "products_menu": _choices(request, "product", roadmap.products, asked["product"], _("All products")),
        "teams_menu": _choices(request, "team", teams, asked["team"], _("All teams")),
        "may_promise": bool(spaces_where(request.user, Permission.GIVE_PROMISE)),
        "may_create": bool(spaces_where(request.user, Permission.EDIT_PRODUCT)),
        "may_share": bool(spaces_where(request.user, Permission.SHARE)),
        "topics": " ".join(request.live_topics),  # type: ignore[attr-defined]
        "here": request.get_full_path(),
        "sort_url": _with(request, "sort", "" if asked["sort"] == "slip" else "slip"),
        "past_url": _with(request, "past", "" if asked["past"] else "1"),
    }
    return render(request, "product/roadmap.html", context)


@login_required
@require_GET
def row_peek(request: HttpRequest, kind: str, id: int) -> HttpResponse:
    """What the row rests on: promise, forecast, causes, ways out. Without peek it is the record's own page."""
    if kind not in _KINDS:
        raise Hidden
    if not doors.is_peek(request):
        return redirect(f"{kind}s_detail", id=id)
    doors.find(_KINDS[kind].objects, request.user, pk=id)
    found = reads.one(request.user, Ref(f"product.{kind}", id))
    if found is None:
        raise Hidden
    return render(request, "product/roadmap_peek.html", {
        "row": found, "line": _line(found), "histogram": picture.histogram(found), "causes": _causes(found),
        "ways": _ways(found), "rests_on": _rests_on(found), "accuracy": _accuracy(found), "warnings": _warnings(found),
        "may_promise": may(request.user, Permission.GIVE_PROMISE, found.space_id), "computed": _computed(found),
    })  # fmt: skip


@login_required
def shares(request: HttpRequest) -> HttpResponse:
    """The links by which roadmaps are read without an account; a new one shows its address once."""
    user, secret = request.user, ""
    mine = spaces_where(user, Permission.SHARE)
    products = list(Product.objects.visible_to(user).in_spaces(mine).order_by("name"))
    if request.method == "POST":
        text = request.POST.get("product", "")
        chosen = next((p for p in products if str(p.pk) == text), None)
        if chosen is None:
            raise Hidden
        _row, token = roadmaps.share(
            actor=user, space=chosen.space, query=request.POST.get("query", "")[:500]
        )
        secret = request.build_absolute_uri(reverse("roadmap_shared", kwargs={"token": token}))
    rows = RoadmapShare.objects.visible_to(user).in_spaces(mine).filter(revoked_at=None)
    context = {
        "products": products, "secret": secret, "shares": list(rows.select_related("space", "created_by").order_by("-id")),
        "chosen": request.GET.get("product", ""), "query": request.GET.urlencode(),
    }  # fmt: skip
    return render(request, "product/roadmap_shares.html", context)


@login_required
def share_removal(request: HttpRequest, id: int) -> HttpResponse:
    row = doors.find(RoadmapShare.objects, request.user, pk=id)
    if request.method == "POST":
        roadmaps.unshare(actor=request.user, row=row)
    return doors.go_to(request, reverse("roadmap_shares"), _("The link no longer works."))


@never_cache
@require_GET
def shared(request: HttpRequest, token: str) -> HttpResponse:
    """Read-only and without an account: one product as the person who shared it sees it now. No names of receivers,
    owners or single work items."""
    share = (
        RoadmapShare.objects.select_related("space", "created_by").filter(digest=digest(token)).first()
    )  # house: reads — the token is the permission
    if share is None or not share.is_usable or not may(share.created_by, Permission.SHARE, share.space_id):
        raise Hidden
    roadmap = reads.read(share.created_by, space_id=share.space_id)
    for row in roadmap.rows:
        row.items, row.owner = {}, ""
    asked = _asked(request)
    context = _shown(roadmap, asked) | {
        "asked": asked, "product": share.space.name,
        "views": _switch(request, "view", [("timeline", _("Timeline")), ("horizons", _("Now, next, later"))], asked["view"]),
        "scales": _switch(request, "scale", [("month", _("Month")), ("quarter", _("Quarter"))], asked["scale"]),
    }  # fmt: skip
    response = render(request, "product/roadmap_shared.html", context)
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "no-referrer"
    return response


def _asked(request: HttpRequest) -> dict[str, Any]:
    """What the address asks for; anything unknown counts as not asked."""

    def among(name: str, known: tuple[str, ...]) -> str:
        value = request.GET.get(name, "")
        return value if value in known else known[0]

    def number(name: str) -> int | None:
        text = request.GET.get(name, "")
        return int(text) if text.isdigit() and len(text) < 19 else None

    return {
        "group": among("group", GROUPS), "view": among("view", VIEWS), "scale": among("scale", ("month", "quarter")),
        "product": number("product"), "team": number("team"),
        "past": request.GET.get("past") == "1", "sort": among("sort", ("time", "slip")),
    }  # fmt: skip


def _shown(roadmap: Roadmap, asked: dict[str, Any]) -> dict[str, Any]:
    axis = picture.axis_of(roadmap, asked["scale"])
    earlier = [row for row in roadmap.rows if row.done_on and row.done_on < axis.begin]
    everything = roadmap
    if earlier and not asked["past"]:
        roadmap = replace(roadmap, rows=[row for row in roadmap.rows if row not in earlier])
    elif earlier:
        axis = picture.axis_of(roadmap, asked["scale"], with_past=True)
    nobody = {"objective": _("Serves no objective"), "product": _("No product"), "team": _("No team")}
    groups = [
        {"name": g.name, "note": g.note, "lines": [_line(row, axis) for row in g.rows]}
        for g in roadmap.grouped(asked["group"], nobody, by_slip=asked["sort"] == "slip")
    ]
    horizons = [
        {"name": label, "lines": [_line(row) for row in _by_worth(roadmap, value)]}
        for value, label in Feature.Horizon.choices
    ]
    return {
        "roadmap": roadmap, "axis": axis, "groups": groups, "horizons": horizons, "sentence": _sentence(everything),
        "loads": picture.loads(roadmap, axis), "today_label": short_day(axis.today), "has_rows": bool(everything.rows), "earlier": len(earlier),
        "has_promises": any(row.said for row in everything.rows), "is_past": axis.today < timezone.localdate(),
    }  # fmt: skip


def _by_worth(roadmap: Roadmap, horizon: str) -> list[Row]:
    rows = [row for row in roadmap.rows if row.horizon == horizon]
    return sorted(rows, key=lambda r: (r.done_on is not None, r.ends is None, r.ends or date.max, r.title))


def _line(row: Row, axis: picture.Axis | None = None) -> dict[str, Any]:
    return {
        "row": row,
        "url": reverse("roadmap_row", kwargs={"kind": row.kind, "id": row.ref.id}),
        "page": reverse(f"{row.kind}s_detail", kwargs={"id": row.ref.id}),
        "kind": _("release") if row.kind == "release" else "",
        "why": _why(row),
        "word": _word(row),
        "lane": picture.lane(row, axis) if axis else None,
        "beyond": short_month(row.p80) if axis and row.p80 and row.p80 >= axis.end else "",
        "label": _aloud(row),
    }


def short_month(day: date) -> str:
    return _("%(month)s %(year)s") % {"month": picture.month_name(day.month), "year": day.year}


def _word(row: Row) -> str:
    """Beside the slip: the status in words where the usual one does not fit."""
    if row.status != "none":
        return ""
    return _("No forecast") if row.said else _("No promise")


def _why(row: Row) -> str:
    """One line under the name: what moved the row, or what it stands on."""
    forecast = row.forecast
    if row.done_on or row.status == "done":
        return _delivered(row)
    parts = []
    if row.said and row.said.date < row.today:
        parts.append(_("Date passed"))
    if forecast is None:
        parts.append(_("Not computed yet"))
    elif forecast.refusal:
        parts.append(words.refusal(forecast.refusal))
    elif forecast.detail.get("is_all_done"):
        parts.append(_("All items are done; mark it as shipped"))
    elif row.said is None:
        parts += [_("Promised to nobody"), _left(row)]
    elif row.largest and row.status in ("risk", "off"):
        parts += [words.short_cause(c, row.items.get(c.get("item", 0), "")) for c in row.largest[:2]]
    else:
        parts.append(_left(row))
    text = " · ".join(str(p) for p in parts if p)
    return text[:1].upper() + text[1:]


def _left(row: Row) -> str:
    forecast = row.forecast
    assert forecast is not None
    left = ngettext("%(n)s item left", "%(n)s items left", forecast.remaining or 0) % {
        "n": forecast.remaining or 0
    }
    pace = _("%(pace)s/wk") % {"pace": words.rate(forecast.detail.get("per_week", 0))}
    return f"{left} · {pace}"


def _delivered(row: Row) -> str:
    slip = row.slip_days if row.done_on else None
    if slip is None:
        return _("Delivered")
    if slip == 0:
        return _("Delivered on the promised day")
    if slip < 0:
        return ngettext(
            "Delivered %(n)s day before the promise", "Delivered %(n)s days before the promise", -slip
        ) % {"n": -slip}
    return ngettext(
        "Delivered %(n)s day after the promise", "Delivered %(n)s days after the promise", slip
    ) % {"n": slip}


def _aloud(row: Row) -> str:
    """The lane for who cannot see it."""
    parts = []
    if row.said:
        parts.append(_("promised %(day)s") % {"day": day(row.said.date)})
    if row.done_on:
        parts.append(_("delivered %(day)s") % {"day": day(row.done_on)})
    elif row.forecast and row.forecast.p50:
        parts.append(
            _("forecast %(p50)s to %(p80)s") % {"p50": day(row.forecast.p50), "p80": day(row.forecast.p80)}
        )
    return ", ".join(parts)


def _sentence(roadmap: Roadmap) -> str:
    """The first line of the page says in words what matters."""
    counts = roadmap.counts()
    total = sum(counts.values())
    if not total:
        return ""
    said = [
        (counts["done"], _("%(n)s kept")), (counts["on"], _("%(n)s on track")), (counts["risk"], _("%(n)s at risk")),
        (counts["off"], _("%(n)s off track")), (counts["none"], _("%(n)s without a forecast")),
    ]  # fmt: skip
    parts = pgettext("list", ", ").join(text % {"n": n} for n, text in said if n)
    head = ngettext("%(n)s promise", "%(n)s promises", total) % {"n": total}
    return _("%(head)s: %(parts)s") % {"head": head, "parts": parts} + " · " + _when(roadmap.computed_at)


def _when(moment: datetime | None) -> str:
    if moment is None:
        return _("forecast not computed yet")
    local = timezone.localtime(moment)
    if local.date() == timezone.localdate():
        return _("forecast computed today %(time)s") % {"time": f"{local:%H:%M}"}
    return _("forecast computed %(day)s") % {"day": short_day(local)}


def _computed(row: Row) -> str:
    if row.forecast is None:
        return ""
    runs = _("%(n)s runs") % {"n": f"{row.forecast.detail.get('trials', 0):,}"}
    moment = timezone.localtime(row.forecast.created_at)
    today = moment.date() == timezone.localdate()
    when = _("today %(time)s") % {"time": f"{moment:%H:%M}"} if today else short_day(moment)
    past = _("as of %(day)s") % {"day": day(row.today)} if row.today < timezone.localdate() else ""
    return " · ".join(p for p in (runs if row.forecast.detail.get("trials") else "", when, past) if p)


def _rests_on(row: Row) -> str:
    """The data behind the range: what is left, the pace with its spread, the free days."""
    detail = row.forecast.detail if row.forecast else {}
    if "per_week" not in detail or row.forecast is None or "from" not in detail:
        return ""
    weeks = max(1, round(detail["working_days"] / 5))
    known = {
        "weeks": weeks,
        "low": words.figure(detail["low"]),
        "high": words.figure(detail["high"]),
        "n": detail["others"],
    }
    pace = words.rate(detail["mean"] if detail["source"] == "team" else detail["per_week"])
    parts = [
        ngettext("%(n)s item left", "%(n)s items left", row.forecast.remaining or 0)
        % {"n": row.forecast.remaining or 0}
    ]
    if detail["source"] == "team":
        parts.append(
            _("the team finishes %(pace)s/wk (%(weeks)s wk, %(low)s–%(high)s)") % {**known, "pace": pace}
        )
        if detail["others"]:
            parts.append(_("%(n)s items of other features share it") % known)
    else:
        parts.append(_("%(pace)s/wk (%(weeks)s wk, %(low)s–%(high)s)") % {**known, "pace": pace})
    if off := detail.get("days_off"):
        parts.append(ngettext("%(n)s day off", "%(n)s days off", off) % {"n": off})
    return " · ".join(parts)


def _accuracy(row: Row) -> dict[str, Any] | None:
    past = (row.forecast.detail.get("backtest") if row.forecast else None) or {}
    if "held" not in past:
        return None
    held, total = sum(past["held"]), len(past["held"])
    return {
        "held": past["held"],
        "text": _("P80 held in %(held)s of %(total)s past cases") % {"held": held, "total": total},
    }


def _warnings(row: Row) -> list[str]:
    return [words.warning(w) for w in (row.forecast.detail.get("warnings") or [])] if row.forecast else []


def _causes(row: Row) -> list[dict[str, Any]]:
    """The waterfall without its empty steps; the days add up to the slip."""
    return [
        {"text": words.cause(c, row.items.get(c.get("item", 0), "")), "days": c["days"], "reserve": c["code"] == "reserve"}
        for c in row.causes if c["days"]
    ]  # fmt: skip


def _ways(row: Row) -> list[dict[str, Any]]:
    found = []
    for code in row.slip.get("ways", []):
        text, price = words.way(code, row.items.get(code.get("item", 0), ""))
        found.append({
            "state": code["status"], "text": text, "price": price, "date": short_day(date.fromisoformat(code["date"])),
            "days": code["days"] or None,
        })  # fmt: skip
    return found


def _group_words() -> dict[str, str]:
    return {"objective": _("Objective"), "product": _("Product"), "team": _("Team")}


def _switch(
    request: HttpRequest, name: str, choices: list[tuple[str, Any]], current: str
) -> list[dict[str, Any]]:
    return [
        {"label": label, "href": _with(request, name, value), "current": value == current}
        for value, label in choices
    ]


def _choices(
    request: HttpRequest, name: str, rows: list[Any], current: int | None, everything: str
) -> dict[str, Any]:
    entries = [{"label": everything, "href": _with(request, name, ""), "current": current is None}]
    entries += [
        {"label": r.name, "href": _with(request, name, str(r.pk)), "current": r.pk == current} for r in rows
    ]
    return {"text": next((e["label"] for e in entries if e["current"]), everything), "entries": entries}


def _with(request: HttpRequest, name: str, value: str) -> str:
    query = request.GET.copy()
    query.pop(name, None)
    if value:
        query[name] = value
    return f"?{query.urlencode()}"


urls = [
    path("roadmap/", page, name="roadmap"),
    path("roadmap/<str:kind>/<int:id>/", row_peek, name="roadmap_row"),
    path("roadmap/shares/", shares, name="roadmap_shares"),
    path("roadmap/shares/<int:id>/removals/", share_removal, name="roadmap_share_removals"),
    path("shared/roadmap/<str:token>/", shared, name="roadmap_shared"),
]
