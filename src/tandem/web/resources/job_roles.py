"""Job roles: who has them, and for those who may see it what an hour costs."""

from typing import Any

from django import forms
from django.db.models import Count, Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from tandem.kit import clock
from tandem.people.access import Permission
from tandem.resources.actions import job_roles
from tandem.resources.models import JobRole, PersonRole, Rate
from tandem.web import generic
from tandem.web.generic import Column, Fact, Noun
from tandem.web.resources import rates as rate_pages

HOLDERS = 200


class JobRoleForm(forms.ModelForm):
    class Meta:
        model = JobRole
        fields = ["name", "description"]
        widgets = {"description": forms.Textarea({"rows": 3})}
        help_texts = {"description": _("What somebody in this role does, and what not.")}


def create(*, actor: Any, home: Any, **values: Any) -> JobRole:
    return job_roles.create(actor=actor, space=home, **values)


def change(*, actor: Any, row: JobRole, version: int | None, **values: Any) -> JobRole:
    return job_roles.change(actor=actor, job_role=row, version=version, **values)


def remove(*, actor: Any, row: JobRole, version: int | None) -> None:
    job_roles.remove(actor=actor, job_role=row, version=version)


def look_up(request: HttpRequest, rows: list[Any]) -> None:
    today = clock.today()
    held = PersonRole.objects.visible_to(request.user).during(today, today).filter(job_role__in=rows).order_by()
    counts = {role: (mainly, all_) for role, mainly, all_ in held.values_list("job_role").annotate(Count("pk", filter=Q(is_primary=True)), Count("pk"))}
    for row in rows:
        row.mainly, row.holding = counts.get(row.pk, (0, 0))


def detail(request: HttpRequest, row: JobRole) -> dict[str, Any]:
    today = clock.today()
    held = PersonRole.objects.visible_to(request.user).during(today, today).filter(job_role=row).select_related("person")
    rates = Rate.objects.visible_to(request.user).in_force().filter(job_role=row)
    return {"holders": list(held.order_by("-is_primary", "person__name", "pk")[:HOLDERS]), "rates": rate_pages.lines(rates)}


noun = Noun(
    slug="job_roles", model=JobRole, one=_("job role"), many=_("Job roles"),
    purpose=_("What people do in projects: asked for before a name is known, and priced."),
    columns=(
        Column("name", _("Job role"), lambda r: r.name, "name", is_title=True),
        Column("mainly", _("Main role of"), lambda r: r.mainly, is_number=True),
        Column("holding", _("Held by"), lambda r: r.holding, is_number=True),
        Column("space", _("Space"), lambda r: r.space.name),
    ),
    facts=(Fact(_("Space"), lambda r: r.space.name),), search=("name", "description"), order="name", related=("space",), text="description",
    permission=Permission.MANAGE_RESOURCES, form=JobRoleForm, create=create, change=change, remove=remove, home_kinds=("organisation", "portfolio"),
    is_at_home_in_root=True, look_up=look_up, detail=detail, detail_template="resources/job_role.html", names={"new": _("New job role")},
)  # fmt: skip
urls = generic.urls(noun)
