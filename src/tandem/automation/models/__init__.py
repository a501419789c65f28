"""Webhooks, their deliveries, rules and their runs, addresses for what comes in, and what Git providers told."""

from tandem.automation.models.delivery import Delivery, Followed
from tandem.automation.models.development import Development
from tandem.automation.models.hook import Hook
from tandem.automation.models.inlet import Inlet
from tandem.automation.models.rule import Rule
from tandem.automation.models.rule_run import RuleRun

__all__ = ["Delivery", "Development", "Followed", "Hook", "Inlet", "Rule", "RuleRun"]
