"""The Django app `governance`."""

from django.apps import AppConfig


class GovernanceConfig(AppConfig):
    name = "tandem.governance"
    label = "governance"

    def ready(self) -> None:
        from tandem.governance import engagements, threats
        from tandem.planning import engagements as taken
        from tandem.planning import network_ranges

        network_ranges.sources.append(threats.events)
        taken.sources.append(engagements.meetings)
