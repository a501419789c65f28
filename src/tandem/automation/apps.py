"""The Django app `automation`."""

from django.apps import AppConfig


class AutomationConfig(AppConfig):
    name = "tandem.automation"
    label = "automation"
