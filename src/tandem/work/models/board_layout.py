"""What the cards of a board show, and the lanes that it offers by filters."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from tandem.people.scoping import Scoped, ScopedQuerySet

PARTS = {
    "type": _("Type"), "priority": _("Priority"), "class": _("Class of service"), "labels": _("Labels"), "due": _("Due"), "points": _("Points"),
    "estimate": _("Estimate"), "logged": _("Logged"), "remaining": _("Left"), "parent": _("Part of"), "reporter": _("Reported by"),
    "assignees": _("Assignees"), "age": _("Age"), "checklist": _("Checklist"),
}  # fmt: skip
# what a card shows until a board says otherwise, beside the own fields that are marked for cards
USUAL = ("class", "labels", "assignees", "age", "checklist")
OWN = "field."


class BoardLayout(Scoped):
    """One for a space. `on_cards` names what its cards show beside title, key, blocks and waiting approvals: words of `PARTS`, and
    `field.WORD` for a field of its own. `lanes` are [{"name", "query"}]: a card stands in the first whose filter it matches."""

    on_cards = ArrayField(models.CharField(max_length=110), default=list, blank=True, verbose_name=_("on cards"))
    lanes = models.JSONField(_("lanes by filters"), default=list, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["space"], name="one_layout_per_board")]

    def __str__(self) -> str:
        return ", ".join(self.on_cards)
