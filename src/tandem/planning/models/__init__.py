"""Runs and what they computed; scenarios and their solutions; the levelled plan and what it cannot keep."""

from tandem.planning.models.adoption import Adoption
from tandem.planning.models.computed_dates import ComputedDates
from tandem.planning.models.effort import Effort
from tandem.planning.models.effort_stamp import EffortStamp
from tandem.planning.models.forecast import Forecast
from tandem.planning.models.levelled import LevelledDates, LevelledPlan
from tandem.planning.models.plan_conflict import PlanConflict
from tandem.planning.models.plan_draft import PlanDraft
from tandem.planning.models.plan_range import PlanRange
from tandem.planning.models.plan_scenario import PlanChange, PlanScenario
from tandem.planning.models.range_case import RangeCase
from tandem.planning.models.run import Run
from tandem.planning.models.scenario import Scenario, Solution

__all__ = ["Adoption", "ComputedDates", "Effort", "EffortStamp", "Forecast", "LevelledDates", "LevelledPlan", "PlanChange", "PlanConflict", "PlanDraft", "PlanRange", "PlanScenario", "RangeCase", "Run", "Scenario", "Solution"]
