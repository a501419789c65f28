"""Key results: each with the course of its value, what was said of it, and what that makes."""

from typing import Any

from django import forms
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _
from markupsafe import Markup

from tandem.kit import clock
from tandem.people.access import Permission, may
from tandem.reports.queries import key_results as reads
from tandem.strategy.actions import check_ins, key_results
from tandem.strategy.models import CheckIn, KeyResult, Objective
from tandem.strategy.progress import Standing
from tandem.web import cells, charts, generic
from tandem.web.generic import Column, Fact, Filter, Noun
from tandem.web.strategy import course_picture, key_result_forms, values
from tandem.web.templating import day


class KeyResultForm(forms.ModelForm):
    starts_on = forms.DateField(
        label=_("Period from"), required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
        help_text=_("Without days of its own it has those of the objective."),
    )  # fmt: skip
    ends_on = forms.DateField(label=_("Period to"), required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))

    class Meta:
        model = KeyResult
        fields = ["objective", "title", "unit", "unit_name", "start_value", "target_value", "source", "kpi", "owner",
                  "starts_on", "ends_on", "cadence_days", "weight"]  # fmt: skip
        help_texts = {
            "unit_name": _("Such as EUR, days, countries."),
            "target_value": _("Higher or lower than the start: the direction follows from the two. Yes or no goes from 0 to 1."),
            "kpi": _("Only where the value comes from a KPI. A computed value cannot be typed over."),
            "cadence_days": _("After so many days without a check-in it is late."),
            "weight": _("Its share in the progress of the objective, beside the others."),
        }

    def for_request(self, request: HttpRequest, row: KeyResult | None) -> None:
        if row is not None:
            del self.fields["objective"]
            return
        mine = Objective.objects.visible_to(request.user).exclude(state=Objective.State.CLOSED)
        self.fields["objective"].queryset = mine.order_by("title")  # type: ignore[attr-defined]


def create(*, actor: Any, **sent: Any) -> KeyResult:
    return key_results.create(actor=actor, **sent)


def change(*, actor: Any, row: KeyResult, version: int | None, **sent: Any) -> KeyResult:
    return key_results.change(actor=actor, key_result=row, version=version, **sent)


def remove(*, actor: Any, row: KeyResult, version: int | None) -> None:
    key_results.remove(actor=actor, key_result=row, version=version)


def look_up(request: HttpRequest, rows: list[Any]) -> None:
    known = reads.standings(request.user, rows)
    for row in rows:
        row.standing = known[row.pk]


def way(row: KeyResult) -> str:
    """`58 % → 70 %`."""
    first = values.amount(row.start_value, row.unit)
    return f"{first} → {course_picture.shown(row, row.target_value)}"


def sentence(row: KeyResult, found: Standing) -> str:
    """What matters now, in words."""
    if row.score is not None:
        return now_("Scored %(score)s on %(on)s.") % {"score": row.score, "on": day(row.scored_on) if row.scored_on else "–"}
    parts = []
    if found.progress is None:
        parts.append(now_("No value yet."))
    else:
        parts.append(now_("%(share)s of the way.") % {"share": charts.percent(found.progress)})
        parts += [_line(found)] if found.expected is not None and found.progress < 1 else []
    if found.said:
        said = {"word": values.state_word(found.said), "on": day(found.said_on)}
        parts.append(now_("Said on %(on)s: %(word)s.") % said)
    if found.is_doubted:
        parts.append(now_("The word and the figures disagree."))
    if found.is_late:
        parts.append(now_("A check-in was due on %(on)s.") % {"on": day(found.due_on)})
    if clock.today() > row.ends_on:
        parts.append(now_("Its period is over: score it."))
    return " ".join(parts)


def _due(row: Any) -> Any:
    if not row.is_asked:
        return ""
    when = cells.date(row.standing.due_on)
    return Markup('<b class="nw">{} · {}</b>').format(when, now_("late")) if row.standing.is_late else when


def _line(found: Standing) -> str:
    points = found.behind
    if abs(points) < 1:
        return now_("On the straight line to the target.")
    text = now_("%(n)s points behind the straight line.") if points > 0 else now_("%(n)s points ahead of the straight line.")
    return text % {"n": abs(points)}


def detail(request: HttpRequest, row: KeyResult) -> dict[str, Any]:
    found = reads.standings(request.user, [row])[row.pk]
    steps = reads.courses(request.user, [row])[row.pk]
    said = CheckIn.objects.visible_to(request.user).filter(key_result=row).select_related("by").newest_first()
    user = request.user
    return {
        "standing": found, "sentence": sentence(row, found), "picture": course_picture.picture(row, steps),
        "check_ins": [(c, course_picture.shown(row, c.value)) for c in said[:200]],
        "steps_rows": [[day(on), course_picture.shown(row, value)] for on, value, _said in steps[-200:]],
        "facts": [
            *({"key": f.label, "value": f.shown(user, row), "note": ""} for f in noun.facts),
            {"key": now_("Value"), "value": course_picture.shown(row, found.value), "note": ""},
            {"key": now_("Progress"), "value": charts.percent(found.progress), "note": ""},
        ],
        "may_check_in": row.is_asked and check_ins.may_check_in(user, row),
        "may_score": may(user, Permission.EDIT_STRATEGY, row.space_id),
        "state": values.standing(found.confidence, row.score),
    }  # fmt: skip


def objective_link(row: KeyResult) -> Any:
    return cells.link(row.objective, reverse("objectives_detail", kwargs={"id": row.objective_id}))


def _by_state(rows: models.QuerySet[Any], value: str) -> models.QuerySet[Any]:
    return rows.filter(score=None) if value == "open" else rows.exclude(score=None)


noun = Noun(
    slug="key_results", model=KeyResult, one=_("key result"), many=_("Key results"),
    purpose=_("How one knows that an objective is reached: a figure, from where to where, by when."),
    columns=(
        Column("title", _("Key result"), lambda r: r.title, "title", is_title=True),
        Column("objective", _("Objective"), objective_link),
        Column("way", _("From → to"), way, is_number=True),
        Column("value", _("Value"), lambda r: course_picture.shown(r, r.standing.value), is_number=True),
        Column("progress", _("Progress"), lambda r: charts.percent(r.standing.progress), is_number=True),
        Column("confidence", _("Confidence"), lambda r: values.standing(r.standing.confidence, r.score)),
        Column("owner", _("Owner"), lambda r: cells.person(r.owner)),
        Column("due", _("Next check-in"), _due, is_number=True),
        Column("ends", _("To"), lambda r: cells.date(r.ends_on), "ends_on", is_number=True),
    ),
    facts=(
        Fact(_("Objective"), objective_link),
        Fact(_("From → to"), way),
        Fact(_("Value from"), lambda r: r.get_source_display()),
        Fact(_("KPI"), refers_to="kpi"),
        Fact(_("Owner"), lambda r: cells.person(r.owner) or "–"),
        Fact(_("Period"), lambda r: cells.dates(r.starts_on, r.ends_on)),
        Fact(_("Days between check-ins"), lambda r: r.cadence_days),
        Fact(_("Weight"), lambda r: r.weight),
    ),
    filters=(Filter("state", _("State"), lambda request: [("open", _("Open")), ("scored", _("Scored"))], narrow=_by_state),),
    search=("title", "objective__title"), order="ends_on", related=("owner", "objective", "kpi"),
    permission=Permission.EDIT_STRATEGY, form=KeyResultForm, create=create, change=change, remove=remove,
    detail=detail, detail_template="strategy/key_result.html", look_up=look_up, names={"new": _("New key result")},
    how=(_("Progress: the share of the way from the start to the target that the last value has gone. Confidence: the last word while it is fresh, never better than the figures; without one the figures against the straight line to the target. The page of the key result shows each value with who said it."),),
)  # fmt: skip
urls = [*generic.urls(noun), *key_result_forms.urls(noun)]
