"""Rates: what an hour costs and is billed at. Only for those who may see them; for others there is nothing here."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from tandem.people.access import Permission
from tandem.people.models import User
from tandem.resources.actions import rates
from tandem.resources.models import Rate
from tandem.web import cells, generic
from tandem.web.generic import Column, Filter, Noun
from tandem.web.resources.person_parts import day, of_person
from tandem.web.resources.person_roles import roles

MOST = 50


class RateForm(forms.ModelForm):
    class Meta:
        model = Rate
        fields = ["job_role", "person", "valid_from", "cost", "bill", "currency"]
        widgets = {"valid_from": day()}
        help_texts = {
            "person": _("Choose a job role or a person. A person's own rate goes before that of the role."),
            "valid_from": _("It holds from this day until a later one. For the same day it takes the place of the former."),
            "bill": _("Empty: not billed."), "currency": _("Three letters, such as EUR."),
        }  # fmt: skip

    def for_request(self, request: HttpRequest, row: Rate | None) -> None:
        self.fields["person"].queryset = User.objects.visible_to(request.user).active()  # type: ignore[attr-defined]


class RateNoun(Noun):
    """Its page is that of the person or of the job role."""

    def url(self, row: Rate) -> str:
        page, pk = ("people_detail", row.person_id) if row.person_id else ("job_roles_detail", row.job_role_id)
        return f"{reverse(page, kwargs={'id': pk})}#rates"

    def behind(self, row: Rate) -> str:
        return self.url(row)


def create(*, actor: Any, home: Any, **values: Any) -> Rate:
    return rates.create(actor=actor, space=home, **values)


def remove(*, actor: Any, row: Rate, version: int | None) -> None:
    rates.remove(actor=actor, rate=row, version=version)


def amount(value: Any, currency: str) -> str:
    return "" if value is None else f"{value:,.2f} {currency}"


def lines(rows: QuerySet[Rate]) -> list[tuple[Rate, str, str, str]]:
    """Each with its amounts as text, and where it is taken back."""
    return [(one, amount(one.cost, one.currency), amount(one.bill, one.currency), reverse("rates_removals", kwargs={"id": one.pk})) for one in rows[:MOST]]


def _of(rows: QuerySet[Rate], value: str) -> QuerySet[Rate]:
    return rows.exclude(person=None) if value == "person" else rows.exclude(job_role=None)


noun = RateNoun(
    slug="rates", model=Rate, one=_("rate"), many=_("Rates"), purpose=_("What an hour of a person or of a job role costs, and what is billed for it."),
    columns=(
        Column("of", _("Of"), lambda r: str(r.person or r.job_role), is_title=True),
        Column("kind", _("Kind"), lambda r: _("Person") if r.person_id else _("Job role")),
        Column("valid", _("Valid from"), lambda r: cells.date(r.valid_from), "valid_from", is_number=True),
        Column("cost", _("Cost of an hour"), lambda r: amount(r.cost, r.currency), "cost", is_number=True),
        Column("bill", _("Billed for an hour"), lambda r: amount(r.bill, r.currency), is_number=True),
        Column("set_by", _("Set by"), lambda r: cells.person(r.set_by)),
    ),
    filters=(
        Filter("kind", _("Kind"), lambda request: [("role", _("Job role")), ("person", _("Person"))], narrow=_of), of_person(_("Person")),
        Filter("job_role", _("Job role"), roles),
    ),
    order="-valid_from", related=("person", "job_role", "set_by"), listed=lambda rows: rows.in_force(), permission=Permission.SEE_RATES, form=RateForm,
    create=create, remove=remove, home_kinds=("organisation", "portfolio"), is_at_home_in_root=True, names={"new": _("New rate")},
)  # fmt: skip
urls = generic.part_urls(noun)
