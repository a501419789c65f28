"""Releases."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from tandem.people.access import Permission
from tandem.product.actions import releases
from tandem.product.models import Product, Release
from tandem.web import cells, generic
from tandem.web.generic import Column, Fact, Filter, Noun
from tandem.web.product.features import detail
from tandem.web.product.roadmap_windows import told


class ReleaseForm(forms.ModelForm):
    class Meta:
        model = Release
        fields = ["product", "name", "description", "state", "planned_from", "planned_on", "planned_precision", "team", "owner", "notes_en", "notes_zh"]
        labels = {"product": _("Product")}
        widgets = {
            "planned_from": forms.DateInput({"type": "date"}, "%Y-%m-%d"),
            "planned_on": forms.DateInput({"type": "date"}, "%Y-%m-%d"),
            "description": forms.Textarea({"rows": 4}), "notes_en": forms.Textarea({"rows": 2}), "notes_zh": forms.Textarea({"rows": 2}),
        }

        help_texts = {"notes_en": _("Stands above the features in the release notes.")}

    def for_request(self, request: HttpRequest, row: Release | None) -> None:
        self.fields["planned_precision"].required = False  # to the day
        if row:
            del self.fields["product"]


def create(*, actor: Any, **values: Any) -> Release:
    return releases.create(actor=actor, **values)


def change(*, actor: Any, row: Release, version: int | None, **values: Any) -> Release:
    return releases.change(actor=actor, release=row, version=version, **values)


def remove(*, actor: Any, row: Release, version: int | None) -> None:
    releases.remove(actor=actor, release=row, version=version)


noun = Noun(
    slug="releases", model=Release, one=_("release"), many=_("Releases"), purpose=_("Features that reach their users together."),
    columns=(
        Column("name", _("Release"), lambda r: r.name, "name", is_title=True),
        Column("product", _("Product"), lambda r: r.product.name, "product__name"),
        Column("state", _("State"), lambda r: r.get_state_display(), "state"),
        Column("planned", _("Planned for"), lambda r: told(r.window), "planned_on"),
        Column("released", _("Released on"), lambda r: cells.date(r.released_on)),
        Column("owner", _("Owner"), lambda r: cells.person(r.owner)),
    ),
    facts=(
        Fact(_("Product"), lambda r: cells.link(r.product, reverse("products_detail", kwargs={"id": r.product_id}))),
        Fact(_("State"), lambda r: r.get_state_display()),
        Fact(_("Planned for"), lambda r: told(r.window) or "–"),
        Fact(_("Released on"), lambda r: cells.date(r.released_on) or "–"),
        Fact(_("Team"), refers_to="team"),
        Fact(_("Owner"), lambda r: cells.person(r.owner) or "–"),
    ),
    filters=(
        Filter("product", _("Product"), lambda request: [(str(p.pk), p.name) for p in Product.objects.visible_to(request.user)]),
        Filter("state", _("State"), lambda request: list(Release.State.choices)),
    ),
    search=("name",), order="planned_on", related=("product", "owner", "team"), text="description", permission=Permission.EDIT_PRODUCT,
    form=ReleaseForm, create=create, change=change, remove=remove, detail=detail, detail_template="product/feature.html",
    names={"new": _("New release")},
)  # fmt: skip
urls = generic.urls(noun)
