"""The cells of a feature under its objective: weight, promise, lane, slip and status. In Python for the reason that `web/lanes.py`
gives: the page of all objectives has hundreds of them."""

from django.utils.translation import gettext as _
from markupsafe import Markup

from tandem.reports.queries.roadmap_rows import Row
from tandem.web import lanes
from tandem.web.inline_cells import slip, status
from tandem.web.product import roadmap_picture as picture
from tandem.web.templating import day


def cells(row: Row, weight: int, axis: picture.Axis) -> Markup:
    promised = day(row.said.date) if row.said else "–"
    lane = lanes.lane(mini=True, label=aloud(row), **picture.lane(row, axis))
    late = "" if row.status == "done" else slip(row.slip_days, row.status)
    text = _("No promise") if row.said is None and row.status == "none" else ""
    return Markup(  # noqa: S704  numbers and dates; words are escaped
        f'<td class="n opt">{weight} %</td><td class="n num nw opt">{promised}</td>\n'
        f'<td class="lane-c">{lanes.gridlines(axis.columns)}{lane}</td>\n'
        f'<td class="n nw">{late}</td><td class="nw">{status(row.status, text)}</td>'
    )


def aloud(row: Row) -> str:
    """The lane for who cannot see it."""
    said = {"name": row.title}
    if row.done_on:
        return _("%(name)s: done on %(day)s") % {**said, "day": day(row.done_on)}
    if row.forecast and row.forecast.p50:
        return _("%(name)s: forecast %(p50)s to %(p80)s") % {**said, "p50": day(row.forecast.p50), "p80": day(row.forecast.p80)}
    return _("%(name)s: no forecast") % said
