"""Customers and segments: whose word counts how much."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from tandem.people.access import Permission
from tandem.product.actions import customers
from tandem.product.models import Customer, Feedback, Segment
from tandem.web import cells, generic
from tandem.web.generic import Column, Fact, Filter, Noun

_HOMES = ("organisation", "portfolio", "product")
SHOWN = 50


class SegmentForm(forms.ModelForm):
    class Meta:
        model = Segment
        fields = ["name", "weight", "note"]
        help_texts = {"weight": _("How much the word of one customer of this segment counts, from 0 to 1,000.")}


class CustomerForm(forms.ModelForm):
    class Meta:
        model = Customer
        fields = ["name", "segment", "weight", "note"]
        widgets = {"note": forms.Textarea({"rows": 4})}
        help_texts = {"weight": _("Empty: the weight of the segment.")}

    def for_request(self, request: HttpRequest, row: Customer | None) -> None:
        if row:
            self.fields["segment"].queryset = Segment.objects.visible_to(request.user).filter(space=row.space_id)  # type: ignore[attr-defined]


def create_segment(*, actor: Any, home: Any, **values: Any) -> Segment:
    return customers.create_segment(actor=actor, space=home, **values)


def change_segment(*, actor: Any, row: Segment, version: int | None, **values: Any) -> Segment:
    return customers.change_segment(actor=actor, segment=row, version=version, **values)


def remove_segment(*, actor: Any, row: Segment, version: int | None) -> None:
    customers.remove_segment(actor=actor, segment=row, version=version)


def create(*, actor: Any, home: Any, **values: Any) -> Customer:
    return customers.create(actor=actor, space=home, **values)


def change(*, actor: Any, row: Customer, version: int | None, **values: Any) -> Customer:
    return customers.change(actor=actor, customer=row, version=version, **values)


def remove(*, actor: Any, row: Customer, version: int | None) -> None:
    customers.remove(actor=actor, customer=row, version=version)


def weight(value: Any) -> str:
    return f"{value.normalize():f}"


def said(request: HttpRequest, row: Any) -> dict[str, Any]:
    rows = Feedback.objects.visible_to(request.user).filter(customer=row).select_related("product").order_by("-id")
    return {"said": list(rows[:SHOWN])}


def members(request: HttpRequest, row: Any) -> dict[str, Any]:
    return {"members": list(Customer.objects.visible_to(request.user).filter(segment=row)[:SHOWN])}


segments = Noun(
    slug="segments", model=Segment, one=_("segment"), many=_("Segments"), purpose=_("Kinds of customers, and how much the word of each counts."),
    columns=(
        Column("name", _("Segment"), lambda r: r.name, "name", is_title=True),
        Column("weight", _("Weight"), lambda r: weight(r.weight), "weight", is_number=True),
        Column("note", _("Note"), lambda r: r.note),
    ),
    facts=(Fact(_("Weight"), lambda r: weight(r.weight)), Fact(_("Note"), lambda r: r.note or "–")),
    search=("name", "note"), order="name", permission=Permission.EDIT_PRODUCT, form=SegmentForm, create=create_segment, change=change_segment,
    remove=remove_segment, home_kinds=_HOMES, detail=members, detail_template="product/customer.html", names={"new": _("New segment")},
)  # fmt: skip
noun = Noun(
    slug="customers", model=Customer, one=_("customer"), many=_("Customers"), purpose=_("Whose feedback it is, and how much their word counts."),
    columns=(
        Column("name", _("Customer"), lambda r: r.name, "name", is_title=True),
        Column("segment", _("Segment"), lambda r: r.segment.name if r.segment else ""),
        Column("weight", _("Weight"), lambda r: weight(r.counts_as), is_number=True),
    ),
    facts=(
        Fact(_("Segment"), lambda r: cells.link(r.segment, reverse("segments_detail", kwargs={"id": r.segment_id})) if r.segment else "–"),
        Fact(_("Weight"), lambda r: weight(r.counts_as)),
    ),
    filters=(Filter("segment", _("Segment"), lambda request: [(str(s.pk), s.name) for s in Segment.objects.visible_to(request.user)]),),
    search=("name", "note"), order="name", related=("segment",), text="note", permission=Permission.EDIT_PRODUCT, form=CustomerForm, create=create,
    change=change, remove=remove, home_kinds=_HOMES, detail=said, detail_template="product/customer.html", names={"new": _("New customer")},
)  # fmt: skip
urls = [*generic.urls(noun), *generic.urls(segments)]
