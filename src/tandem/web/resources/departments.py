"""Departments: the tree, who answers for each, who is there today."""

from typing import Any

from django import forms
from django.db.models import Count
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from tandem.kit import clock
from tandem.people.access import Permission
from tandem.resources.actions import departments
from tandem.resources.models import Department, Employment
from tandem.web import cells, generic
from tandem.web.generic import Column, Fact, Noun

PEOPLE = 300


class DepartmentForm(forms.ModelForm):
    class Meta:
        model = Department
        fields = ["name", "parent", "head"]

    def for_request(self, request: HttpRequest, row: Department | None) -> None:
        if row is not None:
            self.fields["parent"].queryset = Department.objects.visible_to(request.user).filter(space=row.space_id).exclude(pk=row.pk)  # type: ignore[attr-defined]


def create(*, actor: Any, home: Any, **values: Any) -> Department:
    return departments.create(actor=actor, space=home, **values)


def change(*, actor: Any, row: Department, version: int | None, **values: Any) -> Department:
    return departments.change(actor=actor, department=row, version=version, **values)


def remove(*, actor: Any, row: Department, version: int | None) -> None:
    departments.remove(actor=actor, department=row, version=version)


def _here(user: Any) -> Any:
    today = clock.today()
    return Employment.objects.visible_to(user).during(today, today)


def look_up(request: HttpRequest, rows: list[Any]) -> None:
    counts = dict(_here(request.user).filter(department__in=rows).order_by().values_list("department").annotate(Count("pk")))
    for row in rows:
        row.people = counts.get(row.pk, 0)


def detail(request: HttpRequest, row: Department) -> dict[str, Any]:
    here = _here(request.user).filter(department=row).select_related("person", "manager").order_by("person__name", "pk")
    return {"here": list(here[:PEOPLE]), "parts": list(Department.objects.visible_to(request.user).filter(parent=row)[:100])}


noun = Noun(
    slug="departments", model=Department, one=_("department"), many=_("Departments"), purpose=_("Where people belong, and who answers for them."),
    columns=(
        Column("name", _("Department"), lambda r: r.name, "name", is_title=True),
        Column("parent", _("Part of"), lambda r: cells.link(r.parent, reverse("departments_detail", kwargs={"id": r.parent_id})) if r.parent_id else "", "parent__name"),
        Column("head", _("Head"), lambda r: cells.person(r.head)),
        Column("people", _("People"), lambda r: r.people, is_number=True),
    ),
    facts=(
        Fact(_("Part of"), refers_to="parent"), Fact(_("Head"), lambda r: cells.person(r.head) or "–"), Fact(_("Space"), lambda r: r.space.name),
    ),
    search=("name",), order="name", related=("space", "parent", "head"), permission=Permission.MANAGE_RESOURCES, form=DepartmentForm,
    create=create, change=change, remove=remove, home_kinds=("organisation", "portfolio"), is_at_home_in_root=True, look_up=look_up,
    detail=detail, detail_template="resources/department.html", names={"new": _("New department")},
)  # fmt: skip
urls = generic.urls(noun)
