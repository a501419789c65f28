"""What both doors to a roadmap draw, the page and the shared link: rows on one axis or in three horizons."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from tandem.kit.dates import short_day
from tandem.product.models.window import HORIZONS
from tandem.reports.queries.roadmap_rows import Group, Roadmap, Row
from tandem.web.product import roadmap_lines as lines
from tandem.web.product import roadmap_picture as picture
from tandem.web.product.roadmap_asked import Asked, part_of


def shown(roadmap: Roadmap, asked: Asked) -> dict[str, Any]:
    """Groups on one axis, or three horizons; of very many rows a part."""
    axis = picture.axis_of(roadmap, asked.scale)
    everything = roadmap
    earlier = [row for row in roadmap.rows if row.done_on and row.done_on < axis.begin]
    if earlier and not asked.past:
        roadmap = replace(roadmap, rows=[row for row in roadmap.rows if row not in earlier])
    elif earlier:
        axis = picture.axis_of(roadmap, asked.scale, with_past=True)
    columns = _columns(roadmap, asked)
    part = part_of([row for column in columns for row in column.rows], asked.after)
    chosen = {row.ref for row in part.rows}
    drawn = [
        {"name": c.name, "note": c.note, "count": len(c.rows), "lines": _lines(c.rows, chosen, axis, asked)}
        for c in columns
    ]
    return {
        "roadmap": roadmap, "axis": axis, "asked": asked, "sentence": lines.sentence(everything), "part": part,
        "groups": [column for column in drawn if column["lines"]], "horizons": drawn,
        "loads": picture.loads(roadmap, axis), "today_label": short_day(axis.today), "earlier": len(earlier),
        "has_rows": bool(everything.rows), "has_promises": any(row.said for row in everything.rows),
        "is_past": axis.today < timezone.localdate(), "marks": _marks(roadmap),
    }  # fmt: skip


def _marks(roadmap: Roadmap) -> list[str]:
    """What the legend explains; the bar of a plan without a range only where one is drawn."""
    plan = ["plan"] if any(row.plan_finish and not row.p80 for row in roadmap.rows) else []
    window = ["window"] if any(row.window for row in roadmap.rows) else []
    return ["promise", *window, "baseline", "forecast", *plan, "actual"]


def _columns(roadmap: Roadmap, asked: Asked) -> list[Group]:
    if asked.view == "horizons":
        return [Group(str(label), "", _by_worth(roadmap, value)) for value, label in HORIZONS]
    nobody = {"objective": _("Serves no objective"), "product": _("No product"), "team": _("No team")}
    return roadmap.grouped(asked.group, nobody, by_slip=asked.sort == "slip")


def _lines(rows: Iterable[Row], chosen: set[Any], axis: picture.Axis, asked: Asked) -> list[dict[str, Any]]:
    on = axis if asked.view == "timeline" else None
    return [lines.line(row, on) for row in rows if row.ref in chosen]


def _by_worth(roadmap: Roadmap, horizon: str) -> list[Row]:
    rows = [row for row in roadmap.rows if row.horizon == horizon]
    return sorted(rows, key=lambda r: (r.done_on is not None, r.ends is None, r.ends or date.max, r.title))


def group_words() -> dict[str, str]:
    return {"objective": _("Objective"), "product": _("Product"), "team": _("Team")}


def switches(query: QueryDict, asked: Asked) -> dict[str, Any]:
    """Layout and scale: both doors have them, and the way to the rows that follow."""
    views = [("timeline", _("Timeline")), ("horizons", _("Now, next, later"))]
    scales = [("month", _("Month")), ("quarter", _("Quarter"))]
    return {
        "views": switch(query, "view", views, asked.view),
        "scales": switch(query, "scale", scales, asked.scale),
        "part_url": lambda after: with_(query, after=after),
    }


def switch(query: QueryDict, name: str, choices: list[tuple[str, Any]], current: str) -> list[dict[str, Any]]:
    return [
        {"label": label, "href": with_(query, **{name: value}), "current": value == current} for value, label in choices
    ]


def with_(query: QueryDict, **changes: str) -> str:
    """The same address with something else asked; it begins again with the first rows."""
    asked = query.copy()
    asked.pop("after", None)
    for name, value in changes.items():
        asked.pop(name, None)
        if value:
            asked[name] = value
    return f"?{asked.urlencode()}"
