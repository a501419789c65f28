"""Webhooks, their deliveries, rules and their runs."""

from tandem.automation.models.delivery import Delivery, Followed
from tandem.automation.models.hook import Hook
from tandem.automation.models.rule import Rule
from tandem.automation.models.rule_run import RuleRun

__all__ = ["Delivery", "Followed", "Hook", "Rule", "RuleRun"]
