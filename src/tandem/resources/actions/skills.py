"""Skills, and who has which at what level since when."""

from typing import Any

from django.db import transaction

from tandem.kit import clock
from tandem.kit.errors import Refused
from tandem.people import writing
from tandem.people.access import Permission, require
from tandem.people.models import Space, User
from tandem.resources.actions import names, periods
from tandem.resources.models import PersonSkill, Skill

_DO = Permission.MANAGE_RESOURCES


def create(*, actor: Any, space: Space, **values: Any) -> Skill:
    """One of a name in a space."""
    return names.create(Skill, "skill.created", actor=actor, space=space, **values)


def change(*, actor: Any, skill: Skill, version: int | None, **values: Any) -> Skill:
    return names.change(skill, "skill.changed", actor=actor, version=version, **values)


def remove(*, actor: Any, skill: Skill, version: int | None = None) -> None:
    """Not while somebody has it or work asks for it."""
    require(actor, _DO, skill.space_id)
    if skill.holders.exists() or skill.needs.exists():
        raise Refused("resource_in_use", name=skill.name)
    writing.remove(skill, actor=actor, permission=_DO, verb="skill.removed", version=version)


def say(*, actor: Any, person: User, skill: Skill, space: Space | None = None, **values: Any) -> PersonSkill:
    """A level since a day, one for each day; kept where the skill is, unless another space is named."""
    space = space or skill.space
    require(actor, _DO, space.pk)
    values.setdefault("since", clock.today())
    with transaction.atomic():
        periods.hold(person)
        _check(None, person.pk, skill.pk, values)
        return writing.create(PersonSkill, actor=actor, permission=_DO, verb="person_skill.created", space=space, person=person, skill=skill, **values)


def correct(*, actor: Any, person_skill: PersonSkill, version: int | None, **values: Any) -> PersonSkill:
    """What was written down wrongly; who has learned gets a new level with its day instead."""
    require(actor, _DO, person_skill.space_id)
    with transaction.atomic():
        periods.hold(person_skill.person)
        _check(person_skill, person_skill.person_id, person_skill.skill_id, values)
        return writing.change(person_skill, actor=actor, permission=_DO, verb="person_skill.changed", version=version, **values)


def forget(*, actor: Any, person_skill: PersonSkill, version: int | None = None) -> None:
    writing.remove(person_skill, actor=actor, permission=_DO, verb="person_skill.removed", version=version)


def _check(row: PersonSkill | None, person_id: int, skill_id: int, values: dict[str, Any]) -> None:
    since = values.get("since", row and row.since)
    if since > clock.today():
        raise Refused("day_in_future", field="since")
    rows = PersonSkill.objects.filter(person=person_id, skill=skill_id, since=since)
    if rows.exclude(pk=row.pk if row else None).exists():
        raise Refused("level_said_already", field="since")
