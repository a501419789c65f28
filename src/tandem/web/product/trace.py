"""The trace of a record: who asked, what answers it, what is built, when it goes out and what it serves, on one page."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from tandem.kit.dates import short_day
from tandem.kit.errors import Hidden
from tandem.product.models import Feature, Feedback, Release
from tandem.reports.queries import trace as reads
from tandem.reports.queries.trace import (
    COLUMNS,
    FEATURES,
    FEEDBACK,
    GAP,
    ITEMS,
    MORE,
    OBJECTIVES,
    RELEASES,
    UNSEEN,
    Mark,
    Trace,
)
from tandem.strategy.models import Objective
from tandem.web import cells, charts, doors
from tandem.web.templating import day
from tandem.work.models import WorkItem

MODELS: dict[str, Any] = {"feedback": Feedback, "feature": Feature, "work-item": WorkItem, "release": Release, "objective": Objective}
HEAD, CARD, PITCH, GUTTER = 30, 72, 80, 36
"""The picture in pixels; the style sheet (`.trc`) says the same."""


@login_required
@require_GET
def page(request: HttpRequest, kind: str, id: int) -> HttpResponse:
    user: Any = request.user
    row = find(user, kind, id)
    found = reads.trace(user, kind, row)
    spaces = {row.space_id} | {m.row.space_id for marks in found.columns.values() for m in marks if m.row is not None}
    request.live_topics = topics = [f"space:{pk}" for pk in sorted(spaces)]  # type: ignore[attr-defined]
    lists = [_column(user, found, name, _own_page(kind, row)) for name in COLUMNS]
    return render(request, "product/trace.html", {
        "row": row, "topics": " ".join(topics), "title": _title(kind, row), "back": _own_page(kind, row), "columns": lists, "lines": _lines(found),
        "height": max(len(found.columns[name]) for name in COLUMNS) * PITCH, "gutter": GUTTER, "sentence": _sentence(found), "gaps": _gaps(found),
    })  # fmt: skip


def find(user: Any, kind: str, pk: int) -> Any:
    if kind not in MODELS:
        raise Hidden
    rows = MODELS[kind].objects.visible_to(user)
    return doors.find(rows.present() if kind == "work-item" else rows, user, pk=pk)


def _title(kind: str, row: Any) -> str:
    return f"{row.key} {row.title}" if kind == "work-item" else str(row)


def _own_page(kind: str, row: Any) -> str:
    if kind == "work-item":
        return reverse("work_item", kwargs={"key": row.key})
    return reverse("feedback_detail" if kind == "feedback" else f"{kind}s_detail", kwargs={"id": row.pk})


def _column(user: Any, found: Trace, name: str, home: str) -> dict[str, Any]:
    heads = {
        FEEDBACK: _("Who asked"), FEATURES: _("Features"), ITEMS: _("Work items"), RELEASES: _("Releases"), OBJECTIVES: _("Objectives"),
    }  # fmt: skip
    marks = [_drawn(user, found, mark, home) | {"is_centre": mark.key == found.centre} for mark in found.columns[name]]
    return {"name": name, "head": heads[name], "total": found.totals[name], "marks": marks}


def _drawn(user: Any, found: Trace, mark: Mark, home: str) -> dict[str, Any]:
    """A card: its text, the line below, the shape of its status, where it leads."""
    column, code = mark.key
    if code == GAP:
        return {"kind": GAP, "text": _gap(found, column), "note": "", "state": "", "href": home}
    if code == MORE:
        text = ngettext("and %(n)s more", "and %(n)s more", mark.count) % {"n": mark.count}
        return {"kind": MORE, "text": text, "note": "", "state": "", "href": _more(found, column, home)}
    if code == UNSEEN:
        text = ngettext("%(n)s that you cannot see", "%(n)s that you cannot see", mark.count) % {"n": mark.count}
        return {"kind": UNSEEN, "text": text, "note": "", "state": "", "href": ""}
    return {"kind": "", **_CARDS[column](user, mark)}


def _feedback(user: Any, mark: Mark) -> dict[str, Any]:
    row = mark.row
    votes = ngettext("%(n)s vote", "%(n)s votes", row.votes) % {"n": row.votes}
    customer = cells.seen(user, row.customer) if row.customer_id else ""
    weight = ""
    if row.customer_id and row.customer.space_id in user.visible_space_ids():
        weight = _("weight %(weight)s") % {"weight": f"{row.customer.counts_as.normalize():f}"}
    note = " · ".join(part for part in (row.who, customer, votes, weight) if part)
    return {"text": row.title, "note": note, "state": "", "href": reverse("feedback_detail", kwargs={"id": row.pk})}


def _row(user: Any, mark: Mark) -> dict[str, Any]:
    """A feature or a release: what was promised, what is forecast."""
    row = mark.row
    dates = []
    if row.actual:
        dates.append(_("delivered %(day)s") % {"day": day(row.actual)})
    elif row.p80:
        dates.append(_("P80 %(day)s") % {"day": short_day(row.p80)})
    if row.said:
        dates.append(_("promised %(day)s") % {"day": short_day(row.said.date)})
    note = " · ".join(dates) or _("no promise, no forecast")
    return {"text": row.title, "note": note, "state": row.status, "href": reverse(f"{row.kind}s_detail", kwargs={"id": row.ref.id})}


def _item(user: Any, mark: Mark) -> dict[str, Any]:
    row, sums = mark.row, mark.sums
    parts = [str(row.state.name)]
    if sums and sums.items > 1:
        parts.append(_("%(done)s of %(all)s done") % {"done": sums.done, "all": sums.items})
    if sums and sums.checks:
        parts.append(ngettext("%(done)s of %(n)s acceptance check", "%(done)s of %(n)s acceptance checks", sums.checks) % {"done": sums.passed, "n": sums.checks})
    if sums and sums.blocked:
        parts.append(ngettext("%(n)s blocked", "%(n)s blocked", sums.blocked) % {"n": sums.blocked})
    state = "done" if row.state.is_done else "block" if sums and sums.blocked else "none"
    return {"text": f"{row.key} {row.title}", "note": " · ".join(parts), "state": state, "href": reverse("work_item", kwargs={"key": row.key})}


def _objective(user: Any, mark: Mark) -> dict[str, Any]:
    row = mark.row
    parts = [charts.percent(mark.weight / 100) if mark.weight is not None else "", row.owner.name if row.owner else "", _("until %(day)s") % {"day": day(row.ends_on)}]
    return {"text": row.title, "note": " · ".join(p for p in parts if p), "state": "", "href": reverse("objectives_detail", kwargs={"id": row.pk})}


_CARDS = {FEEDBACK: _feedback, FEATURES: _row, ITEMS: _item, RELEASES: _row, OBJECTIVES: _objective}


def _gap(found: Trace, column: str) -> str:
    if column == FEATURES:
        said = {FEEDBACK: _("No feature answers it"), OBJECTIVES: _("Nothing serves it")}
        return said.get(found.centre[0], _("In no feature"))
    return {
        FEEDBACK: _("Nobody asked for it"), ITEMS: _("No work items"), RELEASES: _("In no release"), OBJECTIVES: _("Serves no objective"),
    }[column]  # fmt: skip


def _more(found: Trace, column: str, home: str) -> str:
    shown = [m for m in found.columns[FEATURES] if isinstance(m.key[1], int)]
    if column in (FEEDBACK, ITEMS) and len(shown) == 1:
        return reverse("features_detail", kwargs={"id": shown[0].key[1]}) + ("#asked" if column == FEEDBACK else "#scope")
    if column == FEEDBACK and shown:
        return f"{reverse('feedback')}?linked=yes&product={shown[0].row.product_id}"
    return home


def _lines(found: Trace) -> list[list[dict[str, Any]]]:
    """For each gutter between two columns its lines, as the `d` of a path."""
    places = {mark.key: place for name in COLUMNS for place, mark in enumerate(found.columns[name])}
    gutters: list[list[dict[str, Any]]] = [[] for _name in COLUMNS[1:]]
    for left, right in found.edges:
        y0, y1 = (places[key] * PITCH + CARD / 2 for key in (left, right))
        is_loose = GAP in (left[1], right[1])
        gutters[COLUMNS.index(left[0])].append({"d": f"M0 {y0:g}C{GUTTER / 2:g} {y0:g} {GUTTER / 2:g} {y1:g} {GUTTER} {y1:g}", "is_loose": is_loose})
    return gutters


def _sentence(found: Trace) -> str:
    """What the picture says, in words."""
    said, built = found.columns[FEEDBACK], [m.sums for m in found.columns[ITEMS] if m.sums]
    votes = sum(m.row.votes for m in said if m.row is not None)
    parts = []
    if found.totals[FEEDBACK]:
        parts.append(ngettext("%(n)s entry of feedback", "%(n)s entries of feedback", found.totals[FEEDBACK]) % {"n": found.totals[FEEDBACK]}
                     + (f" ({ngettext('%(n)s vote', '%(n)s votes', votes) % {'n': votes}})" if votes and not found.mark((FEEDBACK, MORE)) else ""))  # fmt: skip
    if found.totals[FEATURES]:
        parts.append(ngettext("%(n)s feature", "%(n)s features", found.totals[FEATURES]) % {"n": found.totals[FEATURES]})
    if built and found.totals[ITEMS] == len(built):
        counts = {"n": found.built.items, "done": found.built.done}
        parts.append(ngettext("%(n)s work item, %(done)s done", "%(n)s work items, %(done)s done", counts["n"]) % counts)
    elif found.totals[ITEMS]:
        parts.append(ngettext("%(n)s work item with its parts", "%(n)s work items with their parts", found.totals[ITEMS]) % {"n": found.totals[ITEMS]})
    if found.totals[RELEASES]:
        parts.append(ngettext("%(n)s release", "%(n)s releases", found.totals[RELEASES]) % {"n": found.totals[RELEASES]})
    if found.totals[OBJECTIVES]:
        parts.append(ngettext("%(n)s objective", "%(n)s objectives", found.totals[OBJECTIVES]) % {"n": found.totals[OBJECTIVES]})
    return " → ".join(parts)


def _gaps(found: Trace) -> list[str]:
    return [_gap(found, name) for name in COLUMNS if found.mark((name, GAP))]


urls = [path("trace/<str:kind>/<int:id>/", page, name="trace")]
