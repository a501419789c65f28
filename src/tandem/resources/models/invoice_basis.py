"""What of a project is to be invoiced: approved time at its bill rates and costs that are passed on, each row once. Seen only by who
may see every rate that is in it, wherever that is kept; amounts stand here alone, not in the history, which more people read."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from tandem.people.access import Permission, spaces_where
from tandem.people.scoping import Scoped, ScopedQuerySet
from tandem.portfolio.models import Portfolio


class InvoiceBasisQuerySet(ScopedQuerySet):
    def visible_to(self, user: Any) -> Self:
        seen = spaces_where(user, Permission.SEE_RATES) if user.is_active else frozenset()
        higher = InvoiceRow.objects.filter(basis=models.OuterRef("pk"), rate_space__isnull=False).exclude(rate_space_id__among=seen)
        return self.filter(space_id__among=seen).exclude(models.Exists(higher))

    def standing(self) -> Self:
        return self.filter(cancelled_at=None)


class InvoiceBasis(Scoped):
    """A run over a period, kept as it was made. Cancelled, it stays on record and its rows may be invoiced again."""

    # counted in each project
    number = models.PositiveIntegerField(_("number"))
    first_on = models.DateField(_("from"))
    last_on = models.DateField(_("to"))
    currency = models.CharField(_("currency"), max_length=3, choices=Portfolio.CURRENCIES)
    total = models.DecimalField(_("total"), max_digits=14, decimal_places=2)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    cancelled_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    objects = InvoiceBasisQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = "invoice basis", "invoice bases"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["space", "number"], name="one_number_per_invoice_basis"),
            models.CheckConstraint(condition=models.Q(last_on__gte=models.F("first_on")), name="invoice_basis_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.first_on} – {self.last_on}"

    def is_seen_by(self, user: Any) -> bool:
        seen = spaces_where(user, Permission.SEE_RATES) if user.is_active else frozenset()
        return self.space_id in seen and not self.rows.filter(rate_space__isnull=False).exclude(rate_space_id__among=seen).exists()


class InvoiceRow(models.Model):
    """One time entry, or one cost that is passed on, as it was when the run was made."""

    basis = models.ForeignKey(InvoiceBasis, models.CASCADE, related_name="rows")
    entry = models.ForeignKey("work.TimeEntry", models.PROTECT, null=True, blank=True, related_name="+")
    cost_line = models.ForeignKey("portfolio.CostLine", models.PROTECT, null=True, blank=True, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    job_role = models.ForeignKey("resources.JobRole", models.PROTECT, null=True, blank=True, related_name="+")
    day = models.DateField()
    minutes = models.PositiveIntegerField(null=True, blank=True)
    # what an hour is billed at, in its own currency; of a cost none
    bill = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    # where that rate is kept: who may not see it there does not see the run; of a cost none
    rate_space = models.ForeignKey("people.Space", models.PROTECT, null=True, blank=True, related_name="+")
    currency = models.CharField(max_length=3)
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    # into the currency of the run, at the rate of its day
    exchange = models.DecimalField(max_digits=20, decimal_places=10)
    total = models.DecimalField(max_digits=14, decimal_places=2)
    is_standing = models.BooleanField(default=True)

    class Meta:
        ordering = ["day", "id"]
        constraints = [
            models.UniqueConstraint(fields=["entry"], condition=models.Q(is_standing=True), name="time_invoiced_once"),
            models.UniqueConstraint(fields=["cost_line"], condition=models.Q(is_standing=True), name="cost_invoiced_once"),
            models.CheckConstraint(condition=models.Q(entry=None, cost_line__isnull=False) | models.Q(entry__isnull=False, cost_line=None), name="invoice_row_of_one"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.basis_id}: {self.day} {self.total}"
