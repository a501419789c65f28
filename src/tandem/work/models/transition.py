"""Which moves from state to state a team allows, to whom, and what each of them asks for first."""

from collections.abc import Collection, Iterable

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from tandem.people.models import Role
from tandem.people.scoping import Scoped, ScopedQuerySet

# what a move may ask for besides the fields of the team's own (`field:12`): column → its name on pages
ASKED = {
    "assignees": _("Assignees"), "description": _("Description"), "priority": _("Priority"), "due_on": _("Due"),
    "estimate_points": _("Points"), "labels": _("Labels"), "parent": _("Part of"),
}  # fmt: skip


class Transition(Scoped):
    """One allowed move: from a state, or from any, to a state. A type that has moves of its own follows only those, the
    others follow those without a type; where there are none, everything is allowed."""

    from_state = models.ForeignKey(
        "work.State", models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("from state")
    )
    to_state = models.ForeignKey("work.State", models.CASCADE, related_name="+", verbose_name=_("to state"))
    type = models.ForeignKey(
        "work.WorkItemType", models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("type")
    )
    roles = ArrayField(
        models.CharField(max_length=20, choices=Role.choices), default=list, blank=True, verbose_name=_("roles")
    )
    required = ArrayField(models.CharField(max_length=40), default=list, blank=True, verbose_name=_("required fields"))
    # so many of these have to say yes, besides whoever asks for the move; none: it is made at once
    approvals = models.PositiveSmallIntegerField(_("approvals"), default=0, validators=[MaxValueValidator(9)])
    approver_roles = ArrayField(
        models.CharField(max_length=20, choices=Role.choices), default=list, blank=True, verbose_name=_("roles that approve")
    )
    approvers = ArrayField(models.BigIntegerField(), default=list, blank=True, verbose_name=_("people who approve"))
    is_guarded = models.BooleanField(_("waits for predecessors"), default=False)
    # the move of a space above that this one follows
    origin = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="followers")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["space", "from_state", "to_state", "type"], name="one_rule_per_move", nulls_distinct=False
            ),
            models.UniqueConstraint(fields=["space", "origin"], name="one_following_move_per_space"),
        ]

    def __str__(self) -> str:
        return f"{self.from_state_id or '*'} → {self.to_state_id}"


def in_force(rules: Iterable[Transition], type_id: int) -> list[Transition]:
    """The rules that items of this type follow."""
    rules = list(rules)
    return [r for r in rules if r.type_id == type_id] or [r for r in rules if r.type_id is None]


def leading(rules: Iterable[Transition], from_id: int, to_id: int) -> list[Transition]:
    """Those of them that allow this move, the one that names its beginning first."""
    found = [r for r in rules if r.to_state_id == to_id and r.from_state_id in (None, from_id)]
    return sorted(found, key=lambda r: r.from_state_id is None)


def is_open_to(rule: Transition, roles: Collection[str]) -> bool:
    return not rule.roles or not set(rule.roles).isdisjoint(roles)


def offered(
    rules: Iterable[Transition], type_id: int, from_id: int, roles: Collection[str], own: tuple[Collection[int], int | None] = ((), None)
) -> set[int] | None:  # fmt: skip
    """The states into which somebody with these roles may move an item; None for all. `own` are the states of its type and
    where that begins. What a move asks for is said when it is made."""
    found, (states, start) = in_force(rules, type_id), own
    if not found:
        return {from_id, *states} if states else None
    begins = from_id if not states or from_id in states or start is None else start
    ways = {r.to_state_id for r in found if r.from_state_id in (None, begins) and is_open_to(r, roles)} | {begins}
    return {from_id} | (ways & set(states) if states else ways)
