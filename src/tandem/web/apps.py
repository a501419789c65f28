"""The Django app `web`: pages."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "tandem.web"
    label = "web"
