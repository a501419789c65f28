"""What is written down of a person stands on the person's page: lists, forms and removals lead there."""

from typing import Any

from django import forms
from django.db import models
from django.http import HttpRequest
from django.urls import reverse

from tandem.people.models import User
from tandem.web import cells
from tandem.web.generic import Column, Filter, Noun

PEOPLE = 500


def day() -> forms.DateInput:
    return forms.DateInput({"type": "date"}, "%Y-%m-%d")


def everybody(request: HttpRequest) -> list[tuple[str, Any]]:
    rows = User.objects.visible_to(request.user).active().order_by("name", "id").values_list("pk", "name")
    return [(str(pk), name) for pk, name in rows[:PEOPLE]]


def of_person(label: Any) -> Filter:
    return Filter("person", label, everybody)


def person_column(label: Any) -> Column:
    return Column("person", label, lambda r: r.person.name, "person__name", is_title=True)


def dates(row: Any) -> Any:
    return cells.dates(row.starts_on, row.ends_on) if row.ends_on else cells.date(row.starts_on)


class PartNoun(Noun):
    """Its page is the person's."""

    def url(self, row: Any) -> str:
        return f"{reverse('people_detail', kwargs={'id': row.person_id})}#resources"

    def behind(self, row: Any) -> str:
        return self.url(row)


class PartForm(forms.ModelForm):
    """The person (and what else is named in `settled`) is chosen once, with the new row."""

    settled: tuple[str, ...] = ("person",)

    def for_request(self, request: HttpRequest, row: models.Model | None) -> None:
        if row is not None:
            for name in self.settled:
                del self.fields[name]
        elif "person" in self.fields:
            self.fields["person"].queryset = User.objects.visible_to(request.user).active()  # type: ignore[attr-defined]
