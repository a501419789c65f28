"""Equipment and material: how much there is, what it costs, and which work needs it; and what a work item needs."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from tandem.kit import clock
from tandem.kit.dates import short_day, unit_start
from tandem.kit.errors import Refused
from tandem.kit.text import whole_number
from tandem.people.access import Permission, may, spaces_where
from tandem.portfolio.models import Portfolio
from tandem.reports.queries import equipment_costs
from tandem.resources.actions import equipment
from tandem.resources.models import Equipment, EquipmentNeed
from tandem.web import doors, generic
from tandem.web.generic import Column, Fact, Filter, Noun
from tandem.web.portfolio import money
from tandem.work.models import WorkItem

MOST, SHOWN, WEEKS = 500, 200, 12


class EquipmentForm(forms.ModelForm):
    class Meta:
        model = Equipment
        fields = ["name", "kind", "unit", "available", "rate", "currency", "calendar", "description"]
        widgets = {"description": forms.Textarea({"rows": 3}), "currency": forms.Select(choices=[("", "–"), *Portfolio.CURRENCIES])}
        help_texts = {
            "unit": _("What material is counted in, such as t or m³; equipment is counted in pieces."), "available": _("Pieces at a time, or the stock. Empty: as much as anybody wants."),
            "rate": _("Of equipment for each day, of material for each unit."), "calendar": _("On which days equipment can be used. Empty: on all days of the work that needs it."),
        }  # fmt: skip


def create(*, actor: Any, home: Any, **values: Any) -> Equipment:
    return equipment.create(actor=actor, space=home, **values)


def change(*, actor: Any, row: Equipment, version: int | None, **values: Any) -> Equipment:
    return equipment.change(actor=actor, equipment=row, version=version, **values)


def remove(*, actor: Any, row: Equipment, version: int | None) -> None:
    equipment.remove(actor=actor, equipment=row, version=version)


def amount(value: Decimal | None) -> str:
    return "–" if value is None else f"{value.normalize():f}"


def price(row: Equipment) -> str:
    return "–" if row.rate is None else money.cents(row.rate, row.currency)


def detail(request: HttpRequest, row: Equipment) -> dict[str, Any]:
    """The work that needs it, as far as the reader sees it; what others need is counted."""
    standing = EquipmentNeed.objects.filter(equipment=row).standing()  # house: reads — of what is not seen only the number
    seen = EquipmentNeed.objects.visible_to(request.user).filter(equipment=row).standing()
    rows = list(seen.select_related("item", "equipment")[:SHOWN])
    return {"weeks": _weeks(row), "needs": [(one, amount(one.amount), money.cents(one.cost, row.currency) if one.cost is not None else "–") for one in rows], "hidden": standing.count() - seen.count(), "total": seen.count(), "is_material": row.kind == Equipment.Kind.MATERIAL}


def _weeks(row: Equipment) -> list[dict[str, Any]]:
    """Of equipment what is taken on the fullest day of each week, against what there is."""
    if row.kind == Equipment.Kind.MATERIAL:
        return []
    first = unit_start(clock.today(), "week")
    return [
        {"week": short_day(week), "taken": amount(taken) if taken else "0", "share": round(100 * taken / row.available) if row.available else None, "is_over": bool(row.available and taken > row.available)}
        for week, taken in equipment_costs.weeks(row, first, WEEKS)
    ]  # fmt: skip


def list_extra(request: HttpRequest) -> dict[str, Any]:
    return {"may_import": bool(spaces_where(request.user, Permission.MANAGE_RESOURCES))}


noun = Noun(
    slug="equipment", model=Equipment, one=_("equipment or material"), many=_("Equipment and material"), purpose=_("What is no person and yet is needed: how much there is, and which work has it when."),
    columns=(
        Column("name", _("Name"), lambda r: r.name, "name", is_title=True),
        Column("kind", _("Kind"), lambda r: r.get_kind_display(), "kind"),
        Column("available", _("Available"), lambda r: f"{amount(r.available)} {r.unit}".strip(), is_number=True),
        Column("rate", _("Cost of one"), price, is_number=True),
        Column("space", _("Space"), lambda r: r.space.name),
    ),
    facts=(
        Fact(_("Kind"), lambda r: r.get_kind_display()), Fact(_("Available"), lambda r: f"{amount(r.available)} {r.unit}".strip()), Fact(_("Cost of one"), price),
        Fact(_("Calendar"), lambda r: r.calendar.name if r.calendar else "–"), Fact(pgettext_lazy("measure", "Unit"), lambda r: r.unit or "–"), Fact(_("Space"), lambda r: r.space.name),
    ),
    filters=(Filter("kind", _("Kind"), lambda request: list(Equipment.Kind.choices)),), search=("name", "description"), order="name", related=("space", "calendar"),
    text="description", permission=Permission.MANAGE_RESOURCES, form=EquipmentForm, create=create, change=change, remove=remove,
    home_kinds=("organisation", "portfolio", "programme", "project"), is_at_home_in_root=True, detail=detail, detail_template="resources/equipment.html", list_template="resources/equipment_list.html", list_extra=list_extra,
    names={"new": _("New equipment or material")},
)  # fmt: skip


@login_required
@require_GET
def needs(request: HttpRequest, key: str) -> HttpResponse:
    item = doors.find(WorkItem.objects.present().select_related("space"), request.user, key=key)
    rows = EquipmentNeed.objects.visible_to(request.user).filter(item=item).select_related("equipment")
    sums: dict[str, Decimal] = {}
    lines = []
    for one in rows:
        if one.cost is not None:
            sums[one.equipment.currency] = sums.get(one.equipment.currency, Decimal(0)) + one.cost
        lines.append((one, amount(one.amount), money.cents(one.cost, one.equipment.currency) if one.cost is not None else "–"))
    known = Equipment.objects.visible_to(request.user).order_by("kind", "name", "id")[:MOST]
    context = {
        "item": item, "rows": lines, "known": list(known), "total": ", ".join(money.cents(value, code) for code, value in sorted(sums.items())),
        "first": item.planned_start or clock.today(), "last": item.planned_finish or item.planned_start or clock.today(), "may_edit": may(request.user, Permission.EDIT_WORK, item.space_id),
    }  # fmt: skip
    return render(request, "resources/equipment_needs.html", context)


@login_required
@require_POST
def needs_changes(request: HttpRequest, key: str) -> HttpResponse:
    """`do`: need (with `equipment`, `amount`, days and a reason where it is more than there is) or forget (the `need`)."""
    item = doors.find(WorkItem.objects.present().select_related("space"), request.user, key=key)
    given = request.POST
    if given.get("do") == "forget":
        row = doors.find(EquipmentNeed.objects.filter(item=item), request.user, pk=whole_number(given.get("need", ""), 18) or 0)
        equipment.forget(actor=request.user, equipment_need=row, version=doors.version_in(request))
    else:
        what = doors.find(Equipment.objects.all(), request.user, pk=whole_number(given.get("equipment", ""), 18) or 0)
        first, last = _day(given, "starts_on"), _day(given, "ends_on")
        equipment.need(actor=request.user, item=item, equipment=what, amount=_number(given), starts_on=first, ends_on=last, override_reason=given.get("override_reason", "")[:300])
    return doors.go_to(request, reverse("equipment_needs", kwargs={"key": item.key}), gettext("Saved."))


def _number(given: Any) -> Decimal:
    try:
        return Decimal(given.get("amount", "").strip().replace(",", "."))
    except ArithmeticError:
        raise Refused("number_unreadable", field="amount") from None


def _day(given: Any, name: str) -> date:
    try:
        return date.fromisoformat(given.get(name, ""))
    except ValueError:
        raise Refused("date_unreadable", field=name) from None


urls = [
    *generic.urls(noun),
    path("work-items/<str:key>/equipment/", needs, name="equipment_needs"),
    path("work-items/<str:key>/equipment/changes/", needs_changes, name="equipment_needs_changes"),
]
