"""Runs and what they computed; scenarios and their solutions."""

from tandem.planning.models.adoption import Adoption
from tandem.planning.models.computed_dates import ComputedDates
from tandem.planning.models.effort import Effort
from tandem.planning.models.forecast import Forecast
from tandem.planning.models.run import Run
from tandem.planning.models.scenario import Scenario, Solution

__all__ = ["Adoption", "ComputedDates", "Effort", "Forecast", "Run", "Scenario", "Solution"]
