"""A way to score features: a formula over named inputs. Products below its space follow it."""

from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from tandem.people.models import Space
from tandem.people.scoping import Scoped, ScopedQuerySet, spaces_reaching


class ScoringModelQuerySet(ScopedQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Also those above: whoever scores by a formula may read it."""
        return self.filter(space_id__among=spaces_reaching(user))

    def followed_in(self, space_id: int) -> Self:
        """Those in use in the space or above it."""
        parents = dict(Space.objects.order_by().values_list("id", "parent_id"))
        return self.filter(space_id__in=_upwards(space_id, parents), is_retired=False)


def _upwards(space_id: int, parents: dict[int, int | None]) -> list[int]:
    found, at = [], space_id if space_id in parents else None
    while at is not None:
        found.append(at)
        at = parents.get(at)
    return found


class ScoringModel(Scoped):
    class Method(models.TextChoices):
        RICE = "rice", "RICE"
        WSJF = "wsjf", "WSJF"
        ICE = "ice", "ICE"
        VALUE_EFFORT = "value-effort", _("Value against effort")
        OWN = "own", _("A formula of our own")

    name = models.CharField(_("scoring model"), max_length=200)
    description = models.TextField(_("description"), blank=True)
    method = models.CharField(_("method"), max_length=12, choices=Method.choices, default=Method.RICE)
    formula = models.CharField(_("formula"), max_length=1000, blank=True)
    # [{"name", "unit", "least", "most", "help"}]: what the formula may name
    inputs = models.JSONField(default=list, blank=True)
    is_retired = models.BooleanField(_("no longer used"), default=False)

    objects = ScoringModelQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name
