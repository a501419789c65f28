"""Who has which role in a space, and below it unless a space there is confidential."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from tandem.kit import clock


class Role(models.TextChoices):
    ADMINISTRATOR = "administrator", _("Administrator")
    PMO_LEAD = "pmo_lead", _("PMO lead")
    PORTFOLIO_MANAGER = "portfolio_manager", _("Portfolio manager")
    PROJECT_MANAGER = "project_manager", _("Project manager")
    PRODUCT_MANAGER = "product_manager", _("Product manager")
    MEMBER = "member", _("Team member")
    EXECUTIVE = "executive", _("Executive")
    STAKEHOLDER = "stakeholder", _("Stakeholder")
    AUDITOR = "auditor", _("Auditor")


class Membership(models.Model):
    space = models.ForeignKey("people.Space", models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices)
    granted_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["space", "user"], name="one_role_per_space")]

    def __str__(self) -> str:
        return f"{self.user_id} is {self.role} in {self.space_id}"
