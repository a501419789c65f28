"""Kinds of links that a team names itself: two work items bear on each other, and nothing is scheduled by it."""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from tandem.people.scoping import Scoped, ScopedQuerySet


class LinkKindQuerySet(ScopedQuerySet):
    def active(self) -> Self:
        """Not retired: a retired kind stays on the links that have it, and is offered no more."""
        return self.filter(retired_at=None)

    def in_order(self) -> Self:
        return self.order_by("name", "id")

    def called(self, name: str) -> Self:
        """By one of its two names."""
        return self.filter(models.Q(name__iexact=name) | models.Q(inverse__iexact=name))


class LinkKind(Scoped):
    """`name` reads from the first item to the second ("causes"), `inverse` back ("is caused by"); where both are the same,
    the kind has no direction."""

    name = models.CharField(_("name"), max_length=100)
    inverse = models.CharField(_("read backwards"), max_length=100)
    # the kind of a space above that this one follows
    origin = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="followers")
    retired_at = models.DateTimeField(null=True, blank=True)

    objects = LinkKindQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["space", "name"], name="one_link_kind_per_name"),
            models.UniqueConstraint(fields=["space", "origin"], name="one_following_link_kind_per_space"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_directed(self) -> bool:
        return self.name.casefold() != self.inverse.casefold()
