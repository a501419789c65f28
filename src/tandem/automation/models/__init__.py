"""Webhooks, their deliveries, rules and their runs."""

from tandem.automation.models.delivery import Delivery, Followed
from tandem.automation.models.hook import Hook

__all__ = ["Delivery", "Followed", "Hook"]
