"""Personas, competitors and research notes: plain nouns of a product."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from tandem.people.access import Permission
from tandem.product.actions import discovery
from tandem.product.models import Competitor, Persona, Product, ResearchNote
from tandem.web import cells, generic
from tandem.web.generic import Column, Fact, Filter, Noun

_TEXT = {"rows": 4}
_PRODUCT = Filter("product", _("Product"), lambda request: [(str(p.pk), p.name) for p in Product.objects.visible_to(request.user)])
_IN_PRODUCT = Column("product", _("Product"), lambda r: r.product.name, "product__name")
_OF_PRODUCT = Fact(_("Product"), lambda r: cells.link(r.product, reverse("products_detail", kwargs={"id": r.product_id})))


def of_product(form: Any, row: Any) -> None:
    """A row stays with its product; a feature beside it is one of that product's."""
    if row:
        del form.fields["product"]
        if "feature" in form.fields:
            form.fields["feature"].queryset = form.fields["feature"].queryset.filter(product=row.product_id)


class PersonaForm(forms.ModelForm):
    class Meta:
        model = Persona
        fields = ["product", "name", "role", "goals", "pains", "description"]
        labels = {"product": _("Product")}
        widgets = {name: forms.Textarea(_TEXT) for name in ("goals", "pains", "description")}

    def for_request(self, request: HttpRequest, row: Any) -> None:
        of_product(self, row)


class CompetitorForm(forms.ModelForm):
    website = forms.URLField(label=_("Website"), required=False, max_length=500, assume_scheme="https")

    class Meta:
        model = Competitor
        fields = ["product", "name", "website", "strengths", "weaknesses", "description", "looked_on"]
        labels = {"product": _("Product")}
        widgets = {name: forms.Textarea(_TEXT) for name in ("strengths", "weaknesses", "description")} | {
            "looked_on": forms.DateInput({"type": "date"}, "%Y-%m-%d")
        }

    def for_request(self, request: HttpRequest, row: Any) -> None:
        of_product(self, row)


class ResearchNoteForm(forms.ModelForm):
    class Meta:
        model = ResearchNote
        fields = ["product", "title", "kind", "on", "source", "body", "feature", "owner"]
        labels = {"product": _("Product")}
        widgets = {"body": forms.Textarea({"rows": 10}), "on": forms.DateInput({"type": "date"}, "%Y-%m-%d")}

    def for_request(self, request: HttpRequest, row: Any) -> None:
        of_product(self, row)


def _does(name: str, word: str) -> dict[str, Any]:
    """The actions of a noun as the generic pages call them."""

    def change(*, actor: Any, row: Any, version: int | None, **values: Any) -> Any:
        return getattr(discovery, f"change_{name}")(actor=actor, version=version, **{word: row}, **values)

    def remove(*, actor: Any, row: Any, version: int | None) -> None:
        getattr(discovery, f"remove_{name}")(actor=actor, version=version, **{word: row})

    return {"create": getattr(discovery, f"create_{name}"), "change": change, "remove": remove}


def _texts(*names: str) -> Any:
    def detail(request: HttpRequest, row: Any) -> dict[str, Any]:
        return {"texts": [(row._meta.get_field(name).verbose_name, getattr(row, name)) for name in names if getattr(row, name)]}

    return detail


personas = Noun(
    slug="personas", model=Persona, one=_("persona"), many=_("Personas"), purpose=_("For whom the product is: what they want, and what is in their way."),
    columns=(
        Column("name", _("Persona"), lambda r: r.name, "name", is_title=True), Column("role", _("Role"), lambda r: r.role),
        Column("goals", _("Goals"), lambda r: r.goals), _IN_PRODUCT,
    ),
    facts=(_OF_PRODUCT, Fact(_("Role"), lambda r: r.role or "–")), filters=(_PRODUCT,), search=("name", "role", "goals", "pains"), order="name",
    related=("product",), text="description", permission=Permission.EDIT_PRODUCT, form=PersonaForm, detail=_texts("goals", "pains"),
    detail_template="product/discovery.html", names={"new": _("New persona")}, **_does("persona", "persona"),
)  # fmt: skip
competitors = Noun(
    slug="competitors", model=Competitor, one=_("competitor"), many=_("Competitors"), purpose=_("Who else offers the like, what they do better, and what worse."),
    columns=(
        Column("name", _("Competitor"), lambda r: r.name, "name", is_title=True), Column("strengths", _("Strengths"), lambda r: r.strengths),
        Column("weaknesses", _("Weaknesses"), lambda r: r.weaknesses), _IN_PRODUCT,
        Column("looked", _("Looked at on"), lambda r: cells.date(r.looked_on), "looked_on", is_number=True),
    ),
    facts=(_OF_PRODUCT, Fact(_("Website"), lambda r: r.website or "–"), Fact(_("Looked at on"), lambda r: cells.date(r.looked_on) or "–")),
    filters=(_PRODUCT,), search=("name", "strengths", "weaknesses"), order="name", related=("product",), text="description",
    permission=Permission.EDIT_PRODUCT, form=CompetitorForm, detail=_texts("strengths", "weaknesses"), detail_template="product/discovery.html",
    names={"new": _("New competitor")}, **_does("competitor", "competitor"),
)  # fmt: skip
research_notes = Noun(
    slug="research_notes", model=ResearchNote, one=_("research note"), many=_("Research notes"), purpose=_("What was found out about users and the market, and where it comes from."),
    columns=(
        Column("title", _("Research note"), lambda r: r.title, "title", is_title=True), Column("kind", _("Kind"), lambda r: r.get_kind_display(), "kind"),
        Column("source", _("Source"), lambda r: r.source), _IN_PRODUCT, Column("owner", _("Owner"), lambda r: cells.person(r.owner)),
        Column("on", _("Day"), lambda r: cells.date(r.on), "on", is_number=True),
    ),
    facts=(
        _OF_PRODUCT, Fact(_("Kind"), lambda r: r.get_kind_display()), Fact(_("Day"), lambda r: cells.date(r.on) or "–"), Fact(_("Source"), lambda r: r.source or "–"),
        Fact(_("Feature"), lambda r: cells.link(r.feature, reverse("features_detail", kwargs={"id": r.feature_id})) if r.feature else "–"),
        Fact(_("Owner"), lambda r: cells.person(r.owner) or "–"),
    ),
    filters=(_PRODUCT, Filter("kind", _("Kind"), lambda request: list(ResearchNote.Kind.choices))), search=("title", "body", "source"), order="-id",
    related=("product", "feature", "owner"), text="body", permission=Permission.EDIT_PRODUCT, form=ResearchNoteForm,
    names={"new": _("New research note")}, **_does("note", "research_note"),
)  # fmt: skip
urls = [*generic.urls(personas), *generic.urls(competitors), *generic.urls(research_notes)]
