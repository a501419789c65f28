"""The Django app `resources`."""

from django.apps import AppConfig


class ResourcesConfig(AppConfig):
    name = "tandem.resources"
    label = "resources"

    def ready(self) -> None:
        from tandem.portfolio.actions import proposals
        from tandem.resources.actions.bookings import is_booked

        if is_booked not in proposals.kept_for:
            proposals.kept_for.append(is_booked)
