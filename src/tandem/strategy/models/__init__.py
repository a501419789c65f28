"""Themes, objectives with their key results, contributions, and the KPI register."""

from tandem.strategy.models.charter import Charter
from tandem.strategy.models.contribution import Contribution
from tandem.strategy.models.key_result import CheckIn, KeyResult
from tandem.strategy.models.kpi import Kpi, Measurement
from tandem.strategy.models.objective import Objective
from tandem.strategy.models.theme import Theme
from tandem.strategy.models.unit import Confidence, Unit

__all__ = ["Charter", "CheckIn", "Confidence", "Contribution", "KeyResult", "Kpi", "Measurement", "Objective", "Theme", "Unit"]
