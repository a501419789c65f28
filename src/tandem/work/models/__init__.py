"""Work items and what surrounds them."""

from tandem.work.models.baseline import Baseline, BaselineDate
from tandem.work.models.calendar import CalendarException, WorkingCalendar
from tandem.work.models.link import Link
from tandem.work.models.retrospective import (
    Retrospective,
    RetrospectiveAction,
    RetrospectiveNote,
    RetrospectiveVote,
)
from tandem.work.models.sprint import Sprint, SprintChange, SprintMember
from tandem.work.models.work_item import Assignment, Constraint, WorkItem
from tandem.work.models.workflow import State, StateChange, WorkItemType

__all__ = [
    "Assignment",
    "Baseline",
    "BaselineDate",
    "CalendarException",
    "Constraint",
    "Link",
    "Retrospective",
    "RetrospectiveAction",
    "RetrospectiveNote",
    "RetrospectiveVote",
    "Sprint",
    "SprintChange",
    "SprintMember",
    "State",
    "StateChange",
    "WorkItem",
    "WorkItemType",
    "WorkingCalendar",
]
