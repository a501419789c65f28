"""Terms of people: joined, left, part of a week, by which calendar, for whom."""

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from tandem.kit import clock
from tandem.people.access import Permission
from tandem.resources.actions import employments
from tandem.resources.models import Department, Employment
from tandem.web import cells, generic
from tandem.web.generic import Column, Filter
from tandem.web.resources.person_parts import PartForm, PartNoun, day, of_person, person_column


class EmploymentForm(PartForm):
    class Meta:
        model = Employment
        fields = ["person", "starts_on", "ends_on", "percent", "kind", "department", "manager", "calendar"]
        widgets = {"starts_on": day(), "ends_on": day()}
        help_texts = {
            "ends_on": _("The last day. Empty: no end is known. Who works less from a day on gets a new term."),
            "percent": _("In per cent: 60 for three days of five."),
            "calendar": _("Empty: the default calendar of the space."),
            "manager": _("Decides about time off."),
        }


def create(*, actor: Any, home: Any, **values: Any) -> Employment:
    return employments.create(actor=actor, space=home, **values)


def change(*, actor: Any, row: Employment, version: int | None, **values: Any) -> Employment:
    return employments.change(actor=actor, employment=row, version=version, **values)


def remove(*, actor: Any, row: Employment, version: int | None) -> None:
    employments.remove(actor=actor, employment=row, version=version)


def _when(rows: QuerySet[Employment], value: str) -> QuerySet[Employment]:
    today = clock.today()
    if value == "today":
        return rows.during(today, today)  # type: ignore[attr-defined, no-any-return]
    return rows.filter(starts_on__gt=today) if value == "joining" else rows.filter(ends_on__gte=today, ends_on__lt=date.max)


def _departments(request: HttpRequest) -> list[tuple[str, Any]]:
    return [(str(pk), name) for pk, name in Department.objects.visible_to(request.user).values_list("pk", "name")[:200]]


noun = PartNoun(
    slug="employments", model=Employment, one=_("term of employment"), many=_("Joining and leaving"),
    purpose=_("Who works here from when to when, and how much of a week."),
    columns=(
        person_column(_("Person")),
        Column("starts", _("From"), lambda r: cells.date(r.starts_on), "starts_on", is_number=True),
        Column("ends", _("To"), lambda r: cells.date(r.ends_on), "ends_on", is_number=True),
        Column("percent", _("Share of a full week"), lambda r: f"{r.percent} %", "percent", is_number=True),
        Column("kind", _("Kind"), lambda r: r.get_kind_display()),
        Column("department", _("Department"), lambda r: r.department.name if r.department else ""),
        Column("manager", _("Reports to"), lambda r: cells.person(r.manager)),
        Column("calendar", _("Calendar"), lambda r: r.calendar.name if r.calendar else ""),
    ),
    filters=(
        of_person(_("Person")), Filter("department", _("Department"), _departments),
        Filter("when", _("When"), lambda request: [("today", _("Here today")), ("joining", _("Will join")), ("leaving", _("Will leave"))], narrow=_when),
    ),
    order="person__name", related=("person", "department", "manager", "calendar"), permission=Permission.MANAGE_RESOURCES, form=EmploymentForm,
    create=create, change=change, remove=remove, home_kinds=("organisation", "portfolio"), is_at_home_in_root=True,
    names={"new": _("New term of employment")},
)  # fmt: skip
urls = generic.part_urls(noun)
