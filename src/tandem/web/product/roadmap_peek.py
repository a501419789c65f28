"""What a row of the roadmap rests on: promise, forecast with its data and its past accuracy, causes, ways out."""

from datetime import date
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET
from markupsafe import Markup

from tandem.kit.dates import short_day
from tandem.kit.errors import Hidden
from tandem.kit.types import Json, Ref
from tandem.people.access import Permission, may
from tandem.planning import words
from tandem.product.models import Feature, Release
from tandem.reports.queries import roadmap as reads
from tandem.reports.queries.roadmap_rows import Row
from tandem.web import doors
from tandem.web.product import roadmap_lines as lines
from tandem.web.product import roadmap_picture as picture
from tandem.web.product.roadmap_windows import happened, told
from tandem.web.templating import day

_KINDS = {"feature": Feature, "release": Release}


@login_required
@require_GET
def row_peek(request: HttpRequest, kind: str, id: int) -> HttpResponse:
    """Without peek it is the record's own page."""
    if kind not in _KINDS:
        raise Hidden
    if not doors.is_peek(request):
        return redirect(f"{kind}s_detail", id=id)
    doors.find(_KINDS[kind].objects, request.user, pk=id)
    found = reads.one(request.user, Ref(f"product.{kind}", id))
    if found is None:
        raise Hidden
    return render(request, "product/roadmap_peek.html", rests_on(request.user, found))


def rests_on(user: Any, row: Row) -> dict[str, Any]:
    """The same for the peek and for the page of the record."""
    return {
        "row": row, "line": lines.line(row), "histogram": picture.histogram(row), "causes": _causes(row),
        "ways": _ways(user, row), "rests_on": _data(row), "amount": _amount(row), "accuracy": _accuracy(row), "warnings": _warnings(row),
        "may_promise": may(user, Permission.GIVE_PROMISE, row.space_id), "ask_for": ask_for(row) if may(user, Permission.COMMENT, row.space_id) else "", "computed": _computed(row),
        "planned": told(row.window), "happened": happened(row.began, row.actual), "implied": lines.line(row)["implied"],
    }  # fmt: skip


def _computed(row: Row) -> str:
    if row.forecast is None:
        return ""
    runs = _("%(n)s runs") % {"n": f"{row.forecast.detail.get('trials', 0):,}"}
    moment = timezone.localtime(row.forecast.created_at)
    today = moment.date() == timezone.localdate()
    when = _("today %(time)s") % {"time": f"{moment:%H:%M}"} if today else short_day(moment)
    past = _("as of %(day)s") % {"day": day(row.today)} if row.today < timezone.localdate() else ""
    return " · ".join(p for p in (runs if row.forecast.detail.get("trials") else "", when, past) if p)


def _data(row: Row) -> str:
    """The data behind the range: what is left, the pace with its spread, the free days."""
    detail = row.forecast.detail if row.forecast else {}
    if row.forecast is None or "per_week" not in detail or "from" not in detail:
        return ""
    known = {
        "weeks": max(1, round(detail["working_days"] / 5)),
        "low": words.figure(detail["low"]),
        "high": words.figure(detail["high"]),
        "n": detail["others"],
        "pace": words.rate(detail["mean"] if detail["source"] == "team" else detail["per_week"]),
    }
    parts = [lines.items_left(row.forecast.remaining or 0)]
    if detail["source"] == "team":
        parts.append(_("the team finishes %(pace)s/wk (%(weeks)s wk, %(low)s–%(high)s)") % known)
        if detail["others"]:
            parts.append(_("%(n)s items of other features share it") % known)
    else:
        parts.append(_("%(pace)s/wk (%(weeks)s wk, %(low)s–%(high)s)") % known)
    if detail.get("own_clock"):
        parts.append(_("finished by the project’s own clock"))
    if off := detail.get("days_off"):
        parts.append(ngettext("%(n)s day off", "%(n)s days off", off) % {"n": off})
    return " · ".join(parts)


def _amount(row: Row) -> str:
    """How much of the rest is done by the promised day, else by the end of the quarter."""
    amount = row.forecast.detail.get("amount") if row.forecast else None
    if row.forecast is None or not amount:
        return ""
    known = {**amount, "by": short_day(date.fromisoformat(amount["by"])), "left": row.forecast.remaining or 0}
    return ngettext(
        "By %(by)s: %(p50)s item (P50), %(p80)s (P80), %(p95)s (P95) of %(left)s left",
        "By %(by)s: %(p50)s items (P50), %(p80)s (P80), %(p95)s (P95) of %(left)s left", amount["p50"],
    ) % known  # fmt: skip


def _accuracy(row: Row) -> dict[str, Any] | None:
    """How often the P80 would have held; or why nobody can say so yet."""
    past = (row.forecast.detail.get("backtest") if row.forecast else None) or {}
    if not past:
        return None
    if "held" not in past:
        return {"held": [], "text": _("Too short a history to check past forecasts against it.")}
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
        {"text": _cause(row, c), "days": c["days"], "reserve": c["code"] == "reserve"} for c in row.causes if c["days"]
    ]


def _cause(row: Row, code: Json) -> Any:
    """A predecessor that the reader may see is one click away."""
    name = row.named(code)
    text = words.cause(code, name)
    if not name:
        return text
    address = _record(code)
    return Markup('<a href="{}" data-peek>{}</a>').format(address, text)


def _ways(user: Any, row: Row) -> list[dict[str, Any]]:
    found = []
    may_promise = may(user, Permission.GIVE_PROMISE, row.space_id)
    for code in row.slip.get("ways", []):
        text, price = words.way(code, row.named(code))
        found.append({
            "state": code["status"], "text": text, "price": price, "date": short_day(date.fromisoformat(code["date"])),
            "days": code["days"] or None, "href": _way_to(row, code, may_promise),
        })  # fmt: skip
    return found


def safe_day(row: Row) -> date | None:
    """Of a promise that slips the day on which it would hold in four of five cases."""
    return next((date.fromisoformat(code["date"]) for code in row.slip.get("ways", ()) if code["code"] == "revise"), None) if row.slip else None


def ask_for(row: Row) -> str:
    """A change request for another day, filled in."""
    if row.said is None or row.said.kept_on:
        return ""
    day = safe_day(row)
    return f"{reverse('change_requests_new')}?promise={row.said.id}&home={row.space_id}" + (f"&on={day}" if day else "")


def _record(code: Json) -> str:
    if "feature" in code:
        return reverse("features_detail", kwargs={"id": code["feature"]})
    return reverse("work_item_by_id", kwargs={"id": code["item"]})


def _way_to(row: Row, code: Json, may_promise: bool) -> str:
    """Where the first step of a way out is taken."""
    if code["code"] == "revise" and row.said:
        return reverse("promises_revisions", kwargs={"id": row.said.id}) if may_promise else ask_for(row)
    if code["code"] in ("predecessor", "move_out"):
        return _record(code) if row.named(code) else ""
    if code["code"] == "take_out":
        return reverse(f"{row.kind}s_detail", kwargs={"id": row.ref.id})
    return ""


urls = [path("roadmap/<str:kind>/<int:id>/", row_peek, name="roadmap_row")]
