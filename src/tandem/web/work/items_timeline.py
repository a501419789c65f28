"""The timeline layout of work items: what people planned, began and promised to be due, over any filter and many projects."""

from datetime import date, timedelta
from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from tandem.kit import clock
from tandem.people.access import Permission, spaces_where
from tandem.reports.queries import work_item_spans
from tandem.reports.queries.work_item_spans import Span
from tandem.reports.queries.work_item_table import Asked
from tandem.web import charts
from tandem.web.templating import day as day_text
from tandem.web.work import filtering

MOST, ROW, WIDTH, NAMES = 200, 22, 1160, 290
FURTHEST = timedelta(days=730)


def shown(request: HttpRequest, asked: Asked, context: dict[str, Any]) -> HttpResponse:
    found, more, undated = work_item_spans.spans(asked.rows, MOST)
    today = clock.today()
    context |= {
        "picture": _picture(found, today) if found else None, "more": more, "most": MOST, "undated": f"{undated}+" if undated == 1000 else undated or "",
        "undated_url": filtering.changed(request, layout="", q=f"{request.GET.get('q', '')} no:due no:start no:finish no:started".strip()),
        "heads": [{"text": text} for text in (_("Key"), _("Title"), _("Project"), _("Start"), _("Finish"), _("Due"), _("State"))],
        "table": [_table_row(span) for span in found], "may_edit": bool(spaces_where(request.user, Permission.EDIT_WORK) & {span.item.space_id for span in found}),
        "src": filtering.changed(request, part="bars", cursor=""), "patch": reverse("work_items_bar", kwargs={"id": 0}).replace("/0/", "/{id}/"),
        "href": reverse("work_item_by_id", kwargs={"id": 0}).replace("/0/", "/{id}/"), "words": _words(),
    }  # fmt: skip
    if not asked.space:  # live for the projects whose bars are shown
        request.live_topics = sorted({f"space:{span.item.space_id}" for span in found})  # type: ignore[attr-defined]
        context["live_topic"] = " ".join(request.live_topics)  # type: ignore[attr-defined]
    return render(request, "work/items_timeline.html", context)


def _words() -> dict[str, str]:
    """What the island says otherwise here than in a plan."""
    return {
        "tl_label": _("Timeline"), "tl_deadline": _("Due"), "tl_deadline_at": _("due {date}"), "tl_is_deadline": _("Due date"), "tl_search": _("Search in the timeline"),
        "tl_is_computed": _("Begun"), "tl_is_planned": _("Planned"), "tl_keys": _("Alt ← → move · Shift Alt ← → resize · E name · Enter opens · Ctrl Z undo"),
    }  # fmt: skip


def _picture(found: list[Span], today: date) -> dict[str, Any]:
    days = [day for span in found for day in span.days]
    first, last = max(min([*days, today]), today - FURTHEST), min(max([*days, today]), today + FURTHEST)
    first, last = first - timedelta(days=3), last + timedelta(days=7)
    groups = [(name, list(spans)) for name, spans in groupby(found, key=lambda s: s.item.space.name)]
    height = ROW * (len(found) + len(groups)) + 66
    plot = charts.plot(x=(first, last), y=(0, 1), width=WIDTH, height=height, left=NAMES, right=16, top=34, bottom=28, y_ticks=[])
    rows, heads, at = [], [], plot.top
    for name, spans in groups:
        heads.append((at + 15, name))
        at += ROW
        for span in spans:
            rows.append(_row(plot, span, at, today))
            at += ROW
    return {"plot": plot, "rows": rows, "heads": heads, "today": today}


def _row(plot: charts.Plot, span: Span, at: float, today: date) -> dict[str, Any]:
    item, (begin, end) = span.item, (span.start, span.finish)
    # who has begun and not finished works until today at least
    if begin and not end:
        end = item.due_on if item.due_on and item.due_on > begin else max(begin, today) if item.actual_start else begin
    begin = begin or end
    bar = None
    if begin and end:
        x0, x1 = plot.x(begin), plot.x(min(end, date.max - timedelta(days=1)) + timedelta(days=1))
        bar = {"x": x0, "width": round(max(x1 - x0, 3), 2), "y": at + 6, "height": ROW - 12}
    late = bool(item.due_on and item.due_on < today and not item.is_done)
    text = item.title if len(item.title) <= 34 else f"{item.title[:33]}…"
    return {
        "text": text, "y": at + 15, "bar": bar, "due": plot.x(item.due_on) if item.due_on else None, "due_y": at + ROW / 2, "late": late,
        "done": item.is_done, "begun": bool(item.actual_start), "href": reverse("work_item", kwargs={"key": item.key}), "title": _said(span, late),
    }  # fmt: skip


def _said(span: Span, late: bool) -> str:
    parts = [f"{span.item.key} {span.item.title}", span.item.state.name]
    if span.start or span.finish:
        parts.append(f"{day_text(span.start) or '?'} – {day_text(span.finish) or '?'}")
    if span.item.due_on:
        parts.append(_("due %(day)s") % {"day": day_text(span.item.due_on)})
    return " · ".join([*parts, _("Overdue")] if late else parts)


def _table_row(span: Span) -> list[Any]:
    item = span.item
    href = reverse("work_item", kwargs={"key": item.key})
    return [{"text": item.key, "href": href}, item.title, item.space.name, *(day_text(d) or "–" for d in (span.start, span.finish, item.due_on)), item.state.name]
