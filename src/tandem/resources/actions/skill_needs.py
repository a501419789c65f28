"""Which skills a work item asks for."""

from typing import Any

from django.db import transaction

from tandem.kit.errors import Refused
from tandem.people import writing
from tandem.people.access import Permission, require
from tandem.resources.models import Skill, SkillNeed
from tandem.work.models import WorkItem

_DO = Permission.EDIT_WORK
MOST = 10


def say(*, actor: Any, item: WorkItem, skill: Skill, level: int = 3) -> SkillNeed:
    """Each skill once; said again, the level is another. Only skills that are known to who asks, at most ten."""
    require(actor, _DO, item.space_id)
    if not skill.is_seen_by(actor):
        raise Refused("reference_unknown", field="skill_id")
    with transaction.atomic():
        WorkItem.objects.select_for_update(no_key=True, of=("self",)).get(pk=item.pk)
        rows = SkillNeed.objects.filter(item=item)
        row = rows.filter(skill=skill).first()
        if row is not None:
            return writing.change(row, actor=actor, permission=_DO, verb="skill_need.changed", version=None, level=level)
        if rows.count() >= MOST:
            raise Refused("skill_needs_too_many", most=MOST)
        return writing.create(SkillNeed, actor=actor, permission=_DO, verb="skill_need.created", space=item.space, item=item, skill=skill, level=level)


def change(*, actor: Any, skill_need: SkillNeed, version: int | None, **values: Any) -> SkillNeed:
    return writing.change(skill_need, actor=actor, permission=_DO, verb="skill_need.changed", version=version, **values)


def forget(*, actor: Any, skill_need: SkillNeed, version: int | None = None) -> None:
    writing.remove(skill_need, actor=actor, permission=_DO, verb="skill_need.removed", version=version)
