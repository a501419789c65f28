"""The Django app `history`."""

from django.apps import AppConfig


class HistoryConfig(AppConfig):
    name = "tandem.history"
    label = "history"
