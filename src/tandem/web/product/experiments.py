"""Experiments: the funnel from ideas to decisions, and what was learned from those that failed."""

from typing import Any

from django import forms
from django.db.models import Count
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _

from tandem.people.access import Permission
from tandem.product.actions import experiments
from tandem.product.models import Experiment, Product
from tandem.web import cells, charts, generic
from tandem.web.generic import Column, Fact, Filter, Noun
from tandem.web.product.discovery import of_product

_S = Experiment.Stage
_LEARNED = 20


class ExperimentForm(forms.ModelForm):
    class Meta:
        model = Experiment
        fields = ["product", "title", "hypothesis", "measure", "threshold", "feature", "owner", "starts_on", "ends_on", "stage", "result", "outcome", "decision", "learned"]
        labels = {"product": _("Product")}
        widgets = {
            "hypothesis": forms.Textarea({"rows": 3}), "learned": forms.Textarea({"rows": 4}), "starts_on": forms.DateInput({"type": "date"}, "%Y-%m-%d"),
            "ends_on": forms.DateInput({"type": "date"}, "%Y-%m-%d"),
        }  # fmt: skip
        help_texts = {
            "hypothesis": _("We believe that … for … will lead to …"), "measure": _("What is counted, such as: bookings without a call."),
            "threshold": _("The value from which on it holds, said before it runs: 60 % of 40 shippers."), "result": _("What was counted."),
            "learned": _("Needed at the end, above all where it did not hold."),
        }  # fmt: skip

    def for_request(self, request: HttpRequest, row: Experiment | None) -> None:
        of_product(self, row)


def create(*, actor: Any, **values: Any) -> Experiment:
    return experiments.create(actor=actor, **values)


def change(*, actor: Any, row: Experiment, version: int | None, **values: Any) -> Experiment:
    return experiments.change(actor=actor, experiment=row, version=version, **values)


def remove(*, actor: Any, row: Experiment, version: int | None) -> None:
    experiments.remove(actor=actor, experiment=row, version=version)


def funnel(request: HttpRequest) -> dict[str, Any]:
    """How many came how far, of what the list shows; and what was learned from those that did not hold."""
    rows = generic.narrowed(request, noun).order_by()
    counts = dict(rows.values_list("stage").annotate(Count("id")))
    go = rows.filter(decision=Experiment.Decision.GO).count() if counts else 0
    reached = [sum(counts.get(later, 0) for later in _S.values[at:]) for at in range(len(_S.values))]
    steps = [*zip(_S.values, _S.labels, reached, strict=True), ("go", now_("Go on"), go)]
    learned = rows.failed().exclude(learned="").order_by("-ends_on", "-id").select_related("product")[:_LEARNED]
    return {"funnel": _picture(request, steps) if reached[0] else None, "learned": list(learned)}


def _picture(request: HttpRequest, steps: list[Any]) -> dict[str, Any]:
    """Bars around a middle line, each as wide as there are experiments that came so far."""
    most, row, room = steps[0][2], 38, 360.0
    plot = charts.plot(x=(0, 1), y=(0, 1), width=640, height=row * len(steps) + 10, left=150, right=130, x_ticks=[], y_ticks=[])
    bars, before = [], most
    for at, (stage, text, count) in enumerate(steps):
        width = round(room * count / most, 1) if count else 1.0
        query = request.GET.copy()
        query.pop("cursor", None)
        query["decision" if stage == "go" else "stage"] = stage
        share = f"{round(100 * count / before)} %" if at and before else ""
        bars.append({"x": round(150 + (room - width) / 2, 1), "y": 6 + row * at, "width": width, "text": text, "count": count, "share": share, "href": f"?{query.urlencode()}"})
        before = count
    return {"plot": plot, "bars": bars, "label": now_("%(all)s experiments, %(done)s concluded, %(go)s go on") % {"all": most, "done": steps[3][2], "go": steps[4][2]}}


def detail(request: HttpRequest, row: Experiment) -> dict[str, Any]:
    return {"lines": [
        (now_("Measure"), row.measure), (now_("Holds from"), row.threshold), (now_("Result"), row.result), (now_("Outcome"), row.get_outcome_display()),
        (now_("Decision"), row.get_decision_display()),
    ]}  # fmt: skip


noun = Noun(
    slug="experiments", model=Experiment, one=_("experiment"), many=_("Experiments"),
    purpose=_("Find out before you build: what you believe, how you measure it, and what came out."),
    columns=(
        Column("title", _("Experiment"), lambda r: r.title, "title", is_title=True),
        Column("product", _("Product"), lambda r: r.product.name, "product__name"),
        Column("stage", _("Stage"), lambda r: r.get_stage_display(), "stage"),
        Column("outcome", _("Outcome"), lambda r: r.get_outcome_display()),
        Column("decision", _("Decision"), lambda r: r.get_decision_display()),
        Column("owner", _("Owner"), lambda r: cells.person(r.owner)),
        Column("ends", _("To"), lambda r: cells.date(r.ends_on), is_number=True),
    ),
    facts=(
        Fact(_("Product"), lambda r: cells.link(r.product, reverse("products_detail", kwargs={"id": r.product_id}))),
        Fact(_("Feature"), lambda r: cells.link(r.feature, reverse("features_detail", kwargs={"id": r.feature_id})) if r.feature else "–"),
        Fact(_("Stage"), lambda r: r.get_stage_display()),
        Fact(_("Owner"), lambda r: cells.person(r.owner) or "–"),
        Fact(_("Period"), lambda r: cells.dates(r.starts_on, r.ends_on) or "–"),
    ),
    filters=(
        Filter("product", _("Product"), lambda request: [(str(p.pk), p.name) for p in Product.objects.visible_to(request.user)]),
        Filter("stage", _("Stage"), lambda request: list(_S.choices)),
        Filter("decision", _("Decision"), lambda request: list(Experiment.Decision.choices)),
    ),
    search=("title", "hypothesis", "learned"), order="-id", related=("product", "owner", "feature"), text="hypothesis",
    permission=Permission.EDIT_PRODUCT, form=ExperimentForm, create=create, change=change, remove=remove, list_template="product/experiments.html",
    list_extra=funnel, detail=detail, detail_template="product/experiment.html", names={"new": _("New experiment")},
)  # fmt: skip
urls = generic.urls(noun)
