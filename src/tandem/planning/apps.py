"""The Django app `planning`."""

from django.apps import AppConfig


class PlanningConfig(AppConfig):
    name = "tandem.planning"
    label = "planning"

    def ready(self) -> None:
        from tandem.history.record import subscribers
        from tandem.planning.stale import on_events

        if on_events not in subscribers:
            subscribers.append(on_events)
