"""What a project may spend: the sum of its entries, each on record with its reason; a transfer is two entries at once."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from tandem.portfolio.models.cost_line import Secret, SecretQuerySet, money_field
from tandem.portfolio.models.portfolio import Portfolio
from tandem.portfolio.models.project import Project


class Budget(Secret):
    WARNINGS = (80, 100)
    "Per cent of the budget at which whoever watches the project is told."

    project = models.OneToOneField(Project, models.CASCADE, related_name="budget", verbose_name=_("project"))
    currency = models.CharField(_("currency"), max_length=3, choices=Portfolio.CURRENCIES)
    amount = money_field(_("budget"))
    # the highest of the warnings that was given and still holds
    warned = models.PositiveSmallIntegerField(default=0)

    objects = SecretQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [models.CheckConstraint(condition=models.Q(amount__gte=0), name="budget_not_negative")]

    def __str__(self) -> str:
        return str(self.project)


class BudgetEntry(Secret):
    """One step of a budget: approved, taken back, or moved to or from another project. Never changed; it makes a version."""

    class Kind(models.TextChoices):
        APPROVED = "approved", _("Approved")
        REDUCED = "reduced", _("Reduced")
        GIVEN = "given", _("Given to another project")
        RECEIVED = "received", _("Received from another project")

    budget = models.ForeignKey(Budget, models.CASCADE, related_name="entries")
    number = models.PositiveIntegerField(_("version"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    # in the currency of the budget; below zero where it makes less
    amount = money_field(_("amount"))
    after = money_field(_("budget since then"))
    note = models.CharField(_("reason"), max_length=500)
    # why it went below what is committed
    override = models.CharField(_("allowed all the same because"), max_length=500, blank=True)
    # of a transfer: the entry at the other project, and the rate between their currencies
    other = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="+")
    rate = models.DecimalField(_("exchange rate"), max_digits=18, decimal_places=8, null=True, blank=True)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = SecretQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["budget", "number"], name="one_budget_version")]

    def __str__(self) -> str:
        return f"{self.budget_id}: {self.number}"
