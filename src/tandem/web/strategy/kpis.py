"""The KPI register: each with its course, its thresholds, and how far it can be relied on."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from tandem.kit.dates import short_day
from tandem.people.access import Permission
from tandem.reports.queries import kpis as reads
from tandem.strategy.actions import kpis, measurements
from tandem.strategy.models import KeyResult, Kpi, Measurement
from tandem.web import cells, charts, generic
from tandem.web.generic import Column, Fact, Noun
from tandem.web.strategy import kpi_words, measurement_forms, values
from tandem.web.templating import day


class KpiForm(forms.ModelForm):
    class Meta:
        model = Kpi
        fields = ["name", "definition", "formula", "unit", "unit_name", "direction", "owner", "cadence_days", "computed_from", "target",
                  "risk_beyond", "off_beyond"]  # fmt: skip
        widgets = {"definition": forms.Textarea({"rows": 3})}
        help_texts = {
            "definition": _("What it measures, what counts and what does not."),
            "formula": _("In words, such as: bookings on the portal / all bookings."),
            "computed_from": _("Every night, of this space and those below it, as far as you see them. Where there is too little, nothing is measured."),
            "unit_name": _("Such as EUR, days, countries."),
            "risk_beyond": _("A value worse than this is at risk."),
            "off_beyond": _("A value worse than this is off track."),
        }


def create(*, actor: Any, home: Any, **sent: Any) -> Kpi:
    return kpis.create(actor=actor, space=home, **sent)


def change(*, actor: Any, row: Kpi, version: int | None, **sent: Any) -> Kpi:
    return kpis.change(actor=actor, kpi=row, version=version, **sent)


def remove(*, actor: Any, row: Kpi, version: int | None) -> None:
    kpis.remove(actor=actor, kpi=row, version=version)


def look_up(request: HttpRequest, rows: list[Any]) -> None:
    known = reads.points(request.user, rows)
    grades = reads.grades(request.user, rows, known)
    for row in rows:
        row.points, row.grade = known.get(row.pk, []), grades[row.pk]
        row.last = row.points[-1] if row.points else None


def amount(row: Kpi, value: Any) -> str:
    return values.amount(value, row.unit, row.unit_name)


def _last(row: Any) -> str:
    return amount(row, row.last[1]) if row.last else ""


def _state(row: Any) -> Any:
    state = reads.state(row, row.last[1] if row.last else None)
    return values.shape(state, "" if state != "none" else str(_("No threshold")) if row.last else str(_("No value")))


def picture(row: Any) -> dict[str, Any] | None:
    """The course with target and thresholds; too little to draw below two values."""
    points = row.points[-400:]
    if len(points) < 2:
        return None
    limits = [v for v in (row.target, row.risk_beyond, row.off_beyond) if v is not None]
    numbers = [float(v) for v in [*(value for _on, value in points), *limits]]
    ticks = charts.nice(min(numbers), max(numbers), 4)
    plot = charts.plot(x=(points[0][0], points[-1][0]), y=(ticks[0], ticks[-1]), left=values.margin(ticks), right=72)
    return {
        "plot": plot, "line": plot.line([(on, float(value)) for on, value in points]),
        "limits": _limits(row, plot),
        "marks": [
            {"x": plot.x(on), "y": plot.y(float(value)), "state": reads.state(row, value), "href": f"#m-{on:%Y-%m-%d}", "title": f"{short_day(on)}: {amount(row, value)}"}
            for on, value in points
        ] if len(points) <= 120 else [],
        "label": f"{row.name}: {amount(row, points[-1][1])}, {day(points[-1][0])}",
    }  # fmt: skip


def _limits(row: Kpi, plot: charts.Plot) -> list[dict[str, Any]]:
    """Target and thresholds; where two lie closely together only the first is named."""
    wanted = ((row.target, _("Target"), "ch-ink2"), (row.risk_beyond, _("At risk"), "ch-risk"), (row.off_beyond, _("Off track"), "ch-off"))
    found: list[dict[str, Any]] = []
    for value, text, cls in wanted:
        if value is not None:
            is_near = any(abs(plot.y(float(value)) - plot.y(other["value"])) < 13 for other in found)
            found.append({"value": float(value), "text": "" if is_near else text, "cls": cls})
    return found


def detail(request: HttpRequest, row: Any) -> dict[str, Any]:
    look_up(request, [row])
    taken = Measurement.objects.visible_to(request.user).filter(kpi=row).select_related("taken_by").order_by("-on")
    return {
        "picture": picture(row), "grade": row.grade, "grade_lines": kpi_words.lines(row.grade), "grade_mark": kpi_words.mark(row.grade),
        "state": _state(row), "last": (_last(row), row.last[0]) if row.last else None,
        "measurements": [(m, amount(row, m.value)) for m in taken[:100]],
        "users": list(KeyResult.objects.visible_to(request.user).filter(kpi=row).select_related("objective").order_by("-ends_on")),
        "may_measure": measurements.may_measure(request.user, row) and not row.is_computed,
        "own": kpi_words.own(row),
        "measure_url": reverse("kpis_measurements", kwargs={"id": row.pk}),
    }  # fmt: skip


noun = Noun(
    slug="kpis", model=Kpi, one=_("KPI"), many=_("KPIs"), purpose=_("The figures that the organisation watches, and how far each can be relied on."),
    columns=(
        Column("name", _("KPI"), lambda r: r.name, "name", is_title=True),
        Column("last", _("Last value"), _last, is_number=True),
        Column("target", _("Target"), lambda r: amount(r, r.target) if r.target is not None else "", is_number=True),
        Column("state", _("State"), _state),
        Column("grade", _("Quality"), lambda r: kpi_words.mark(r.grade)),
        Column("on", _("Measured on"), lambda r: cells.date(r.last[0]) if r.last else "", is_number=True),
        Column("cadence", _("Measured"), lambda r: r.get_cadence_days_display()),
        Column("owner", _("Owner"), lambda r: cells.person(r.owner)),
    ),
    facts=(
        Fact(_("Formula"), lambda r: r.formula or "–"),
        Fact(_("Direction"), lambda r: r.get_direction_display()),
        Fact(_("Owner"), lambda r: cells.person(r.owner) or "–"),
        Fact(_("Measured"), lambda r: r.get_cadence_days_display()),
        Fact(_("Target"), lambda r: amount(r, r.target)),
        Fact(_("At risk beyond"), lambda r: amount(r, r.risk_beyond)),
        Fact(_("Off track beyond"), lambda r: amount(r, r.off_beyond)),
    ),
    search=("name", "definition"), order="name", related=("owner",), text="definition",
    permission=Permission.EDIT_STRATEGY, form=KpiForm, create=create, change=change, remove=remove,
    home_kinds=("organisation", "portfolio", "product"), is_at_home_in_root=True, detail=detail, detail_template="strategy/kpi.html", look_up=look_up,
    how=(_("State: the last value against the thresholds of the KPI. Quality: A has nothing against it, and every question that fails takes a letter; the page of the KPI answers each question, with the measurements behind it."),),
    names={"new": _("New KPI")},
)  # fmt: skip
urls = [*generic.urls(noun), *measurement_forms.urls(noun)]
