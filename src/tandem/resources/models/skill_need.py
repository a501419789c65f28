"""What somebody has to be able to do for a work item, and at which level."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tandem.people.scoping import Scoped, ScopedQuerySet
from tandem.resources.models.person_skill import PersonSkill


class SkillNeed(Scoped):
    """One of the people who do the item must have the skill at this level or above."""

    item = models.ForeignKey("work.WorkItem", models.CASCADE, related_name="skill_needs", verbose_name=_("work item"))
    skill = models.ForeignKey("resources.Skill", models.PROTECT, related_name="needs", verbose_name=_("skill"))
    level = models.PositiveSmallIntegerField(_("level"), choices=PersonSkill.Level.choices, default=PersonSkill.Level.ALONE)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["item", "skill"], name="one_need_of_a_skill"),
            models.CheckConstraint(condition=models.Q(level__gte=1, level__lte=5), name="need_level_known"),
        ]

    def __str__(self) -> str:
        return f"{self.item}: {self.skill}"
