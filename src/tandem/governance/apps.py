"""The Django app `governance`."""

from django.apps import AppConfig


class GovernanceConfig(AppConfig):
    name = "tandem.governance"
    label = "governance"
