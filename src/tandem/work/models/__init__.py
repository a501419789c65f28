"""Work items and what surrounds them."""

from tandem.work.models.archiving_rule import Archiving, ArchivingRule
from tandem.work.models.baseline import Baseline, BaselineDate
from tandem.work.models.block import Block
from tandem.work.models.board_layout import BoardLayout
from tandem.work.models.calendar import CalendarException, WorkingCalendar
from tandem.work.models.checklist import ChecklistEntry
from tandem.work.models.column import Column
from tandem.work.models.field import FieldDefinition
from tandem.work.models.flow_clock import FlowClock
from tandem.work.models.intake import IntakeForm, Submission
from tandem.work.models.link import Link
from tandem.work.models.link_kind import LinkKind
from tandem.work.models.move_request import MoveRequest, MoveVerdict
from tandem.work.models.recurrence import ItemTemplate, Recurred, Recurrence
from tandem.work.models.retrospective import (
    Retrospective,
    RetrospectiveAction,
    RetrospectiveNote,
    RetrospectiveVote,
)
from tandem.work.models.sprint import Sprint, SprintChange, SprintMember
from tandem.work.models.time_entry import TimeEntry
from tandem.work.models.time_lock import TimeLock
from tandem.work.models.timer import Timer
from tandem.work.models.transition import Transition
from tandem.work.models.wip_limit import WipLimit, WipOverride
from tandem.work.models.work_item import Assignment, Constraint, ServiceClass, WorkItem
from tandem.work.models.workflow import State, StateChange, WorkItemType

__all__ = [
    "Archiving",
    "ArchivingRule",
    "Assignment",
    "Baseline",
    "BaselineDate",
    "Block", "BoardLayout",
    "CalendarException",
    "ChecklistEntry",
    "Column",
    "Constraint",
    "FieldDefinition", "FlowClock",
    "IntakeForm",
    "ItemTemplate",
    "Link", "LinkKind",
    "MoveRequest",
    "MoveVerdict",
    "Recurred",
    "Recurrence",
    "Retrospective",
    "RetrospectiveAction",
    "RetrospectiveNote",
    "RetrospectiveVote",
    "ServiceClass",
    "Sprint",
    "SprintChange",
    "SprintMember",
    "State",
    "StateChange",
    "Submission",
    "TimeEntry", "TimeLock", "Timer",
    "Transition",
    "WipLimit",
    "WipOverride",
    "WorkItem",
    "WorkItemType",
    "WorkingCalendar",
]
