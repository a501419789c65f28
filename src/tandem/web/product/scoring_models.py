"""Scoring models: the formulas by which features are ranked."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from tandem.kit.errors import Refused
from tandem.people.access import Permission
from tandem.product import scoring
from tandem.product.actions import scoring_models
from tandem.product.models import Product, ScoringModel
from tandem.reports.queries.scope import below
from tandem.web import cells, generic
from tandem.web.generic import Column, Fact, Noun


class ScoringModelForm(forms.ModelForm):
    inputs = forms.CharField(
        label=_("Inputs"), required=False, widget=forms.Textarea({"rows": 6, "spellcheck": "false"}),
        help_text=_("One in each line, with unit, range and meaning if you like: effort [person-day] 0..500: work until it ships. Left empty, a known method brings its own."),
    )  # fmt: skip

    class Meta:
        model = ScoringModel
        fields = ["name", "description", "method", "formula", "inputs", "is_retired"]
        widgets = {"description": forms.Textarea({"rows": 2}), "formula": forms.TextInput({"spellcheck": "false"})}
        help_texts = {"formula": _("Of an own formula, such as: (value + 2 * risk) / effort. Signs: + - * / and comparisons; functions: if, min, max, sum, default, round, clamp, sqrt, log.")}

    def for_request(self, request: HttpRequest, row: ScoringModel | None) -> None:
        """Inputs are lines here; a new model is in use."""
        if row is None:
            del self.fields["is_retired"]
        elif not self.is_bound:
            self.initial["inputs"] = "\n".join(one.line for one in scoring.stored(row.inputs))

    def _post_clean(self) -> None:  # the text becomes rows before the instance is built from it
        try:
            if "inputs" in self.cleaned_data:
                self.cleaned_data["inputs"] = scoring.read_lines(self.cleaned_data["inputs"])
        except Refused as problem:
            generic.show(self, problem)
            self.cleaned_data.pop("inputs", None)
        super()._post_clean()  # type: ignore[misc]


def create(*, actor: Any, home: Any, **values: Any) -> ScoringModel:
    return scoring_models.create(actor=actor, space=home, **values)


def change(*, actor: Any, row: ScoringModel, version: int | None, **values: Any) -> ScoringModel:
    return scoring_models.change(actor=actor, scoring_model=row, version=version, **values)


def remove(*, actor: Any, row: ScoringModel, version: int | None) -> None:
    scoring_models.remove(actor=actor, scoring_model=row, version=version)


def detail(request: HttpRequest, row: ScoringModel) -> dict[str, Any]:
    """Its inputs, and the products that it ranks."""
    seen = Product.objects.visible_to(request.user).filter(space_id__among=below(request.user, row.space_id)).order_by("name", "id")
    return {"inputs": scoring.stored(row.inputs), "products": [] if row.is_retired else list(seen[:200])}


noun = Noun(
    slug="scoring_models", model=ScoringModel, one=_("scoring model"), many=_("Scoring models"),
    purpose=_("By which formula features are ranked. Products below a space follow its models."),
    columns=(
        Column("name", _("Scoring model"), lambda r: r.name, "name", is_title=True),
        Column("method", _("Method"), lambda r: r.get_method_display(), "method"),
        Column("formula", _("Formula"), lambda r: r.formula),
        Column("space", _("Where"), lambda r: r.space.name),
        Column("used", _("State"), lambda r: _("No longer used") if r.is_retired else _("In use")),
    ),
    facts=(
        Fact(_("Method"), lambda r: r.get_method_display()),
        Fact(_("Where"), lambda r: r.space.name),
        Fact(_("State"), lambda r: _("No longer used") if r.is_retired else _("In use")),
        Fact(_("Since"), lambda r: cells.date(r.created_at)),
    ),
    search=("name", "formula"), order="name", related=("space",), text="description",
    permission=Permission.EDIT_PRODUCT, form=ScoringModelForm, create=create, change=change, remove=remove,
    home_kinds=("organisation", "portfolio", "programme", "product"), detail=detail, detail_template="product/scoring_model.html",
    names={"new": _("New scoring model")},
)  # fmt: skip
urls = generic.urls(noun)


def address(product: Product, model: ScoringModel | None = None) -> str:
    """The page on which a product's features stand in order."""
    found = reverse("product_priorities", kwargs={"id": product.pk})
    return f"{found}?model={model.pk}" if model else found
