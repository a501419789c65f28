"""Runs and what they computed."""

from tandem.planning.models.computed_dates import ComputedDates
from tandem.planning.models.effort import Effort
from tandem.planning.models.forecast import Forecast
from tandem.planning.models.run import Run

__all__ = ["ComputedDates", "Effort", "Forecast", "Run"]
