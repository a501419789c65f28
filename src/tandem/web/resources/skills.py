"""Skills: who can do what, and how well."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from tandem.people.access import Permission
from tandem.resources.actions import skills
from tandem.resources.models import PersonSkill, Skill
from tandem.web import generic
from tandem.web.generic import Column, Fact, Filter, Noun

HOLDERS = 200


class SkillForm(forms.ModelForm):
    class Meta:
        model = Skill
        fields = ["name", "category", "description"]
        widgets = {"description": forms.Textarea({"rows": 3})}
        help_texts = {"category": _("Such as languages, technology, trade.")}


def create(*, actor: Any, home: Any, **values: Any) -> Skill:
    return skills.create(actor=actor, space=home, **values)


def change(*, actor: Any, row: Skill, version: int | None, **values: Any) -> Skill:
    return skills.change(actor=actor, skill=row, version=version, **values)


def remove(*, actor: Any, row: Skill, version: int | None) -> None:
    skills.remove(actor=actor, skill=row, version=version)


def now(user: Any, **of: Any) -> list[PersonSkill]:
    """The level that holds today, of each person and skill: the one said last."""
    said = PersonSkill.objects.visible_to(user).filter(**of).order_by("person", "skill", "-since", "-pk")
    return list(said.distinct("person", "skill").select_related("person", "skill"))


def look_up(request: HttpRequest, rows: list[Any]) -> None:
    held: dict[int, list[int]] = {row.pk: [] for row in rows}
    for one in now(request.user, skill__in=rows):
        held[one.skill_id].append(one.level)
    for row in rows:
        row.holding, row.alone = len(held[row.pk]), sum(level >= PersonSkill.Level.ALONE for level in held[row.pk])


def categories(request: HttpRequest) -> list[tuple[str, Any]]:
    found = Skill.objects.visible_to(request.user).exclude(category="").order_by("category").values_list("category", flat=True).distinct()
    return [(one, one) for one in found[:100]]


def detail(request: HttpRequest, row: Skill) -> dict[str, Any]:
    found = sorted(now(request.user, skill=row), key=lambda one: (-one.level, one.person.name))
    return {"holders": found[:HOLDERS]}


noun = Noun(
    slug="skills", model=Skill, one=_("skill"), many=_("Skills"), purpose=_("Who can do what, and how well: looked at before work is given."),
    columns=(
        Column("name", _("Skill"), lambda r: r.name, "name", is_title=True),
        Column("category", _("Category"), lambda r: r.category, "category"),
        Column("holding", _("People"), lambda r: r.holding, is_number=True),
        Column("alone", _("Do it alone"), lambda r: r.alone, is_number=True),
        Column("space", _("Space"), lambda r: r.space.name),
    ),
    facts=(Fact(_("Category"), lambda r: r.category or "–"), Fact(_("Space"), lambda r: r.space.name)),
    filters=(Filter("category", _("Category"), categories),), search=("name", "category", "description"), order="name", related=("space",),
    text="description", permission=Permission.MANAGE_RESOURCES, form=SkillForm, create=create, change=change, remove=remove,
    home_kinds=("organisation", "portfolio"), is_at_home_in_root=True, look_up=look_up, detail=detail, detail_template="resources/skill.html",
    names={"new": _("New skill")},
)  # fmt: skip
urls = generic.urls(noun)
