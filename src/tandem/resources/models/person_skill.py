"""How well somebody can do something, since when: a new level is a new row, so that the course of learning is kept."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from tandem.people.scoping import HandedDown, HandedDownQuerySet


class PersonSkill(HandedDown):
    class Level(models.IntegerChoices):
        """What it means in work, so that two people grade alike."""

        LEARNS = 1, _("1 · Learns it")
        WITH_HELP = 2, _("2 · Does it with help")
        ALONE = 3, _("3 · Does it alone")
        HARD_CASES = 4, _("4 · Solves hard cases")
        TEACHES = 5, _("5 · Teaches others")

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="person_skills", verbose_name=_("person")
    )
    skill = models.ForeignKey("resources.Skill", models.PROTECT, related_name="holders", verbose_name=_("skill"))
    level = models.PositiveSmallIntegerField(_("level"), choices=Level.choices, default=Level.ALONE)
    since = models.DateField(_("since"))

    objects = HandedDownQuerySet.as_manager()

    class Meta:
        ordering = ["-since", "id"]
        constraints = [
            models.UniqueConstraint(fields=["person", "skill", "since"], name="one_level_a_day"),
            models.CheckConstraint(condition=models.Q(level__gte=1, level__lte=5), name="level_known"),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.skill}"
