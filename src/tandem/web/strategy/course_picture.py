"""The course of a key result: its values over time against the straight line from the start to the target."""

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from tandem.kit import clock
from tandem.kit.dates import short_day
from tandem.reports.queries.key_results import Step
from tandem.strategy.models import KeyResult, Unit
from tandem.web import charts
from tandem.web.strategy import values
from tandem.web.templating import day


def picture(one: KeyResult, steps: Sequence[Step], *, height: float = 220) -> dict[str, Any]:
    """The plot with its two lines and a mark for each value; each mark leads to its check-in, or to the KPI. Without a
    single value there is still the line that it should take; between no and yes there is none."""
    numbers = [one.start_value, one.target_value, *(value for _on, value, _said in steps)]
    ends = one.starts_on, max([one.ends_on, *(on for on, _value, _said in steps)])
    is_binary = one.unit == Unit.YES_NO
    ticks = charts.nice(float(min(numbers)), float(max(numbers)), 4)
    plot = charts.plot(
        x=ends, y=(ticks[0], ticks[-1]), height=height, left=values.margin(ticks), right=16,
        y_ticks=[(0, _("no")), (1, _("yes"))] if is_binary else None,
    )  # fmt: skip
    straight = [(one.starts_on, float(one.start_value)), (one.ends_on, float(one.target_value))]
    today = clock.today()
    return {
        "plot": plot,
        "line": plot.line([(on, float(value)) for on, value, _said in steps]),
        "straight": "" if is_binary else plot.line(straight),
        "marks": [_mark(one, plot, step) for step in steps] if len(steps) <= 120 else [],
        "today": today if ends[0] <= today <= ends[1] else None,
        "label": label(one, steps),
    }  # fmt: skip


def label(one: KeyResult, steps: Sequence[Step]) -> str:
    """The picture in words."""
    said = {"title": one.title, "start": shown(one, one.start_value), "target": shown(one, one.target_value)}
    if not steps:
        return _("%(title)s: from %(start)s to %(target)s, no value yet") % said
    said |= {"value": shown(one, steps[-1][1]), "on": day(steps[-1][0])}
    return _("%(title)s: from %(start)s to %(target)s, %(value)s on %(on)s") % said


def shown(one: KeyResult, value: Any) -> str:
    return values.amount(value, one.unit, one.unit_name)


def _mark(one: KeyResult, plot: charts.Plot, step: Step) -> dict[str, Any]:
    on, value, said = step
    title = f"{short_day(on)}: {shown(one, value)}"
    if said:
        title += f" · {said.get_confidence_display()} · {said.by.name}"
    page = reverse("key_results_detail", kwargs={"id": one.pk})
    href = f"{page}#check-in-{said.pk}" if said else reverse("kpis_detail", kwargs={"id": one.kpi_id}) if one.kpi_id else page
    return {"x": plot.x(on), "y": plot.y(float(value)), "state": said.confidence if said else "none", "title": title, "href": href}
