"""Objectives and contributions."""

from tandem.strategy.models.contribution import Contribution
from tandem.strategy.models.objective import Objective

__all__ = ["Contribution", "Objective"]
