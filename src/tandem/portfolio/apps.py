"""The Django app `portfolio`."""

from django.apps import AppConfig


class PortfolioConfig(AppConfig):
    name = "tandem.portfolio"
    label = "portfolio"
