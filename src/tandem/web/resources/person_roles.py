"""Who has which job role, from when to when."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from tandem.people.access import Permission
from tandem.resources.actions import person_roles
from tandem.resources.models import JobRole, PersonRole
from tandem.web import cells, generic
from tandem.web.generic import Column, Filter
from tandem.web.resources.person_parts import PartForm, PartNoun, day, of_person, person_column


class PersonRoleForm(PartForm):
    settled = ("person", "job_role")

    class Meta:
        model = PersonRole
        fields = ["person", "job_role", "starts_on", "ends_on", "is_primary"]
        widgets = {"starts_on": day(), "ends_on": day()}
        help_texts = {"is_primary": _("The one that their rate and the demand for roles go by. One at a time.")}


def create(*, actor: Any, **values: Any) -> PersonRole:
    return person_roles.create(actor=actor, **values)


def change(*, actor: Any, row: PersonRole, version: int | None, **values: Any) -> PersonRole:
    return person_roles.change(actor=actor, person_role=row, version=version, **values)


def remove(*, actor: Any, row: PersonRole, version: int | None) -> None:
    person_roles.remove(actor=actor, person_role=row, version=version)


def roles(request: HttpRequest) -> list[tuple[str, Any]]:
    return [(str(pk), name) for pk, name in JobRole.objects.visible_to(request.user).values_list("pk", "name")[:200]]


noun = PartNoun(
    slug="person_roles", model=PersonRole, one=_("role of a person"), many=_("Roles of people"), purpose=_("Who has which job role, from when to when."),
    columns=(
        person_column(_("Person")),
        Column("role", _("Job role"), lambda r: r.job_role.name, "job_role__name"),
        Column("is_primary", _("Main role"), lambda r: _("Main role") if r.is_primary else ""),
        Column("starts", _("From"), lambda r: cells.date(r.starts_on), "starts_on", is_number=True),
        Column("ends", _("To"), lambda r: cells.date(r.ends_on), is_number=True),
    ),
    filters=(of_person(_("Person")), Filter("job_role", _("Job role"), roles)), order="person__name", related=("person", "job_role"),
    permission=Permission.MANAGE_RESOURCES, form=PersonRoleForm, create=create, change=change, remove=remove, names={"new": _("New role of a person")},
)  # fmt: skip
urls = generic.part_urls(noun)
