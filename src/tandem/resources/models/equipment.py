"""What is no person and yet is needed for work: equipment, of which there are so many at a time, and material, of which there is so much."""

from decimal import Decimal
from typing import Self

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tandem.people.scoping import HandedDown, HandedDownQuerySet, Scoped, ScopedQuerySet


class Equipment(HandedDown):
    """`unit` of material is what it is counted in; equipment is counted in pieces, and costs by the day. `available`: pieces at a time,
    or the stock; None: as much as anybody wants. `calendar`: when equipment can be used, where not on all days of the work."""

    class Kind(models.TextChoices):
        EQUIPMENT = "equipment", _("Equipment")
        MATERIAL = "material", _("Material")

    name = models.CharField(_("name"), max_length=100)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.EQUIPMENT)
    unit = models.CharField(pgettext_lazy("measure", "unit"), max_length=20, blank=True)
    available = models.DecimalField(_("available"), max_digits=12, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(Decimal("0.01"))])
    rate = models.DecimalField(_("cost of one"), max_digits=14, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(Decimal(0))])
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    calendar = models.ForeignKey("work.WorkingCalendar", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("calendar"))
    description = models.TextField(_("description"), max_length=5000, blank=True)

    objects = HandedDownQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "name", "id"]
        constraints = [models.UniqueConstraint(fields=["space", "name"], name="one_equipment_of_a_name")]

    def __str__(self) -> str:
        return self.name


class EquipmentNeedQuerySet(ScopedQuerySet):
    def standing(self) -> Self:
        """Of work that is there, and that was not given up: of material what was used before stays used."""
        gone = models.Q(item__is_given_up=True, equipment__kind=Equipment.Kind.EQUIPMENT)
        return self.filter(item__removed_at=None).exclude(gone)


class EquipmentNeed(Scoped):
    """A work item needs so much of it, from when to when; material on the first day. `override_reason`: why more is wanted than there is."""

    item = models.ForeignKey("work.WorkItem", models.CASCADE, related_name="equipment_needs", verbose_name=_("work item"))
    equipment = models.ForeignKey(Equipment, models.PROTECT, related_name="needs", verbose_name=_("equipment"))
    amount = models.DecimalField(pgettext_lazy("measure", "amount"), max_digits=12, decimal_places=2, validators=[MinValueValidator(Decimal("0.01"))])
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"))
    override_reason = models.CharField(_("more than there is because"), max_length=300, blank=True)

    objects = EquipmentNeedQuerySet.as_manager()

    class Meta:
        ordering = ["starts_on", "id"]
        indexes = [models.Index(fields=["equipment", "starts_on"], name="equipment_need_when")]
        constraints = [
            models.CheckConstraint(condition=models.Q(ends_on__gte=models.F("starts_on")), name="equipment_need_in_order"),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="equipment_need_of_something"),
        ]

    def __str__(self) -> str:
        return f"{self.item}: {self.equipment}"

    @property
    def cost(self) -> Decimal | None:
        """Of equipment so much for each day, weekends included; of material once. None without a price."""
        rate = self.equipment.rate
        if rate is None:
            return None
        days = (self.ends_on - self.starts_on).days + 1 if self.equipment.kind == Equipment.Kind.EQUIPMENT else 1
        return (rate * self.amount * days).quantize(Decimal("0.01"))
