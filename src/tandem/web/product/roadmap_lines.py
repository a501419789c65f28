"""What a row of the roadmap says in words: what moved it, what it stands on, and the sentence above them all."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from tandem.kit.dates import short_day
from tandem.planning import words
from tandem.product.models.window import Horizon
from tandem.reports.queries.roadmap_rows import Roadmap, Row
from tandem.web.product import roadmap_picture as picture
from tandem.web.product.roadmap_windows import told, window_says
from tandem.web.templating import day, url


def line(row: Row, axis: picture.Axis | None = None) -> dict[str, Any]:
    """A row as the templates draw it; with an axis also where its dates lie."""
    shown = picture.lane(row, axis) if axis else None
    return {
        "row": row,
        "url": url("roadmap_row", kind=row.kind, id=row.ref.id),
        "page": url(f"{row.kind}s_detail", id=row.ref.id),
        "kind": _("release") if row.kind == "release" else "",
        "why": why(row),
        "word": word(row),
        "lane": shown,
        "outside": _outside(row, axis) if axis else None,
        "label": aloud(row),
        "window": told(row.window),
        "implied": window_says(str(Horizon(row.horizon).label), row.implied) if row.implied else "",
    }


def _outside(row: Row, axis: picture.Axis) -> dict[str, str] | None:
    """Where to look for what the axis does not reach; the arrow shows to which side."""
    ends = row.actual or row.p80 or row.plan_finish or (row.said.date if row.said else None)
    if ends and ends >= axis.end:
        return {"side": "after", "text": picture.month_and_year(ends)}
    if ends and ends < axis.begin:
        return {"side": "before", "text": picture.month_and_year(ends)}
    if row.said and row.said.date < axis.begin:
        return {"side": "before", "text": _("promised %(day)s") % {"day": short_day(row.said.date)}}
    return None


def word(row: Row) -> str:
    """Beside the slip: the status in words where the usual one does not fit."""
    if row.status == "done":
        if row.is_late:
            return _("Delivered late")
        return _("Kept") if row.said else ""
    if row.status != "none":
        return ""
    if row.said and row.plan_finish:
        return _("In time by the plan")
    return _("No forecast") if row.said else _("No promise")


def why(row: Row) -> str:
    """One line under the name: what moved the row, or what it stands on."""
    forecast = row.forecast
    if row.done_on or row.status == "done":
        return _delivered(row)
    parts = []
    if row.today < timezone.localdate():
        parts.append(_("as of %(day)s") % {"day": day(row.today)})
    if row.said and row.said.date < row.today:
        parts.append(_("Date passed"))
    if forecast is None:
        parts.append(_("Not computed yet"))
    elif forecast.refusal:
        if row.plan_finish:
            parts.append(_("The plan ends %(day)s") % {"day": day(row.plan_finish)})
        parts.append(words.refusal(forecast.refusal))
    elif forecast.detail.get("is_all_done"):
        parts.append(
            _("All items are done; mark it as released")
            if row.kind == "release"
            else _("All items are done; mark it as shipped")
        )
    elif row.said is None:
        parts += [_("Promised to nobody"), _left(row)]
    elif row.largest and row.status in ("risk", "off"):
        parts += [words.short_cause(c, row.named(c)) for c in row.largest]
    else:
        parts.append(_left(row))
    text = " · ".join(str(p) for p in parts if p)
    return text[:1].upper() + text[1:]


def _left(row: Row) -> str:
    forecast = row.forecast
    assert forecast is not None
    pace = _("%(pace)s/wk") % {"pace": words.rate(forecast.detail.get("per_week", 0))}
    return f"{items_left(forecast.remaining or 0)} · {pace}"


def items_left(count: int) -> str:
    return ngettext("%(n)s item left", "%(n)s items left", count) % {"n": count}


def _delivered(row: Row) -> str:
    slip = row.slip_days if row.actual else None
    if slip is None:
        return _("Delivered")
    if slip == 0:
        return _("Delivered on the promised day")
    if slip < 0:
        return ngettext(
            "Delivered %(n)s day before the promise", "Delivered %(n)s days before the promise", -slip
        ) % {"n": -slip}
    return ngettext("Delivered %(n)s day after the promise", "Delivered %(n)s days after the promise", slip) % {"n": slip}


def aloud(row: Row) -> str:
    """The lane for who cannot see it."""
    parts = [_("planned %(window)s") % {"window": told(row.window)}] if row.window else []
    if row.said:
        parts.append(_("promised %(day)s") % {"day": day(row.said.date)})
    if row.actual:
        parts.append(_("delivered %(day)s") % {"day": day(row.actual)})
    elif row.forecast and row.forecast.p50:
        parts.append(_("forecast %(p50)s to %(p80)s") % {"p50": day(row.forecast.p50), "p80": day(row.forecast.p80)})
    elif row.plan_finish:
        parts.append(_("the plan ends %(day)s") % {"day": day(row.plan_finish)})
    return ", ".join(parts)


def sentence(roadmap: Roadmap) -> str:
    """The first line of the page says in words what matters."""
    counts = roadmap.counts()
    total = sum(counts.values())
    if not total:
        return ""
    said = [
        (counts["done"], _("%(n)s kept")), (counts["late"], _("%(n)s delivered late")),
        (counts["on"], _("%(n)s on track")), (counts["risk"], _("%(n)s at risk")),
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

