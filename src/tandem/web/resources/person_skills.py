"""Who can do what how well, since when."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from tandem.people.access import Permission
from tandem.resources.actions import skills
from tandem.resources.models import PersonSkill, Skill
from tandem.web import cells, generic
from tandem.web.generic import Column, Filter
from tandem.web.resources.person_parts import PartForm, PartNoun, day, of_person, person_column


class PersonSkillForm(PartForm):
    settled = ("person", "skill")

    class Meta:
        model = PersonSkill
        fields = ["person", "skill", "level", "since"]
        widgets = {"since": day()}
        help_texts = {"since": _("A new level with its own day keeps the course; change this one only if it was wrong.")}


def create(*, actor: Any, **values: Any) -> PersonSkill:
    return skills.say(actor=actor, **values)


def change(*, actor: Any, row: PersonSkill, version: int | None, **values: Any) -> PersonSkill:
    return skills.correct(actor=actor, person_skill=row, version=version, **values)


def remove(*, actor: Any, row: PersonSkill, version: int | None) -> None:
    skills.forget(actor=actor, person_skill=row, version=version)


def known(request: HttpRequest) -> list[tuple[str, Any]]:
    return [(str(pk), name) for pk, name in Skill.objects.visible_to(request.user).order_by("name").values_list("pk", "name")[:300]]


noun = PartNoun(
    slug="person_skills", model=PersonSkill, one=_("skill of a person"), many=_("Skills of people"), purpose=_("Who can do what how well, since when."),
    columns=(
        person_column(_("Person")),
        Column("skill", _("Skill"), lambda r: r.skill.name, "skill__name"),
        Column("level", _("Level"), lambda r: r.get_level_display(), "level"),
        Column("since", _("Since"), lambda r: cells.date(r.since), "since", is_number=True),
    ),
    filters=(
        of_person(_("Person")), Filter("skill", _("Skill"), known), Filter("level", _("Level"), lambda request: [(str(v), text) for v, text in PersonSkill.Level.choices]),
    ),
    order="person__name", related=("person", "skill"), permission=Permission.MANAGE_RESOURCES, form=PersonSkillForm, create=create, change=change,
    remove=remove, names={"new": _("New skill of a person")},
)  # fmt: skip
urls = generic.part_urls(noun)
