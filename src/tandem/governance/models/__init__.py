"""Risks, issues, change requests, methods and gates, and what is set, kept and computed around them."""

from tandem.governance.models.approval_rule import ApprovalRule
from tandem.governance.models.change_request import ChangeRequest, Side, Verdict
from tandem.governance.models.control import ControlWord, PackUse
from tandem.governance.models.decision import Decision
from tandem.governance.models.delegation import Delegation
from tandem.governance.models.gate import Gate, GateCriterion, GateRelease, GateVerdict
from tandem.governance.models.issue import Issue, IssueEscalation, IssueItem
from tandem.governance.models.meeting import (
    Meeting,
    MeetingAbsence,
    MeetingOutcome,
    MeetingPoint,
    MeetingPresence,
)
from tandem.governance.models.meeting_series import MeetingAttendee, MeetingSeries
from tandem.governance.models.method import Method, MethodPart, MethodUse, MethodVersion
from tandem.governance.models.onboarding import Onboarding, OnboardingStep, OnboardingTemplate
from tandem.governance.models.pack import Pack, PackVersion
from tandem.governance.models.risk import Risk, RiskTie
from tandem.governance.models.risk_reserve import RiskReserve
from tandem.governance.models.risk_run import RiskRun
from tandem.governance.models.risk_scale import RiskScale
from tandem.governance.models.risk_suggestion import RiskSuggestion

__all__ = [
    "ApprovalRule",
    "ChangeRequest",
    "ControlWord",
    "Decision",
    "Delegation",
    "Gate",
    "GateCriterion",
    "GateRelease",
    "GateVerdict",
    "Issue",
    "IssueEscalation",
    "IssueItem",
    "Meeting",
    "MeetingAbsence",
    "MeetingAttendee",
    "MeetingOutcome",
    "MeetingPoint",
    "MeetingPresence",
    "MeetingSeries",
    "Method",
    "MethodPart",
    "MethodUse",
    "MethodVersion",
    "Onboarding",
    "OnboardingStep",
    "OnboardingTemplate",
    "Pack",
    "PackUse",
    "PackVersion",
    "Risk",
    "RiskReserve",
    "RiskRun",
    "RiskScale",
    "RiskSuggestion",
    "RiskTie",
    "Side",
    "Verdict",
]  # fmt: skip
