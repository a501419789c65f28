"""One message to one webhook: why it goes out, and what came of each try. Its words are made when it is sent."""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from tandem.people.scoping import Scoped, ScopedQuerySet


class DeliveryQuerySet(ScopedQuerySet):
    def waiting(self) -> Self:
        return self.filter(state=Delivery.State.WAITING)

    def newest_first(self) -> Self:
        return self.order_by("-id")


class Delivery(Scoped):
    class State(models.TextChoices):
        WAITING = "waiting", _("waits")
        DELIVERED = "delivered", _("delivered")
        FAILED = "failed", _("failed")
        DROPPED = "dropped", _("not sent")

    class Why(models.TextChoices):
        UNREACHABLE = "unreachable", _("The address cannot be reached, or may not be.")
        REFUSED = "refused", _("The receiver refused it.")
        REDIRECTED = "redirected", _("The receiver wants to send it elsewhere: redirects are not followed.")
        UNSEEN = "unseen", _("The owner of the webhook may not see this, or not manage automation here.")
        OFF = "off", _("The webhook is switched off.")

    hook = models.ForeignKey("automation.Hook", models.CASCADE, related_name="deliveries")
    event = models.ForeignKey("history.Event", models.PROTECT, null=True, related_name="+")
    # why it exists, once per webhook: `event:12`, `test:…`, `rule:3:…`, `replay:…`
    mark = models.CharField(max_length=120)
    facts = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    code = models.PositiveSmallIntegerField(null=True)
    milliseconds = models.PositiveIntegerField(null=True)
    why = models.CharField(max_length=12, choices=Why.choices, blank=True)
    tries = models.JSONField(default=list, blank=True)
    ended_at = models.DateTimeField(null=True)
    replay_of = models.ForeignKey("self", models.SET_NULL, null=True, related_name="+")

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["hook", "mark"], name="delivered_once")]
        indexes = [models.Index(fields=["hook", "-id"], name="delivery_hook")]

    def __str__(self) -> str:
        return f"{self.mark} → {self.hook_id}"


class Followed(models.Model):
    """How far along the chain of seals automation has come. One row."""

    sequence = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"followed up to seal {self.sequence}"
