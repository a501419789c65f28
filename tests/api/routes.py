"""Every operation of the API as the program itself lists it, and a valid request for each."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from tandem.api.routes import api
from tandem.governance.actions import gate_verdicts
from tandem.kit import clock
from tandem.product.models import Portal
from tandem.work.models import Retrospective, State, Transition
from tests.areas import PACK, Area

# where a noun's example stands in an area
EXAMPLES = {
    "job-roles": "unused_job_role",
    "skills": "unused_skill",
    "equipment": "unused_equipment",
    "equipment-needs": "equipment_need",
    "departments": "unused_department",
    "employments": "employment",
    "person-roles": "person_role",
    "person-skills": "person_skill",
    "skill-needs": "skill_need",
    "rates": "rate",
    "invoice-bases": "invoice_basis",
    "bookings": "booking",
    "time-off": "time_off",
    "time-sheets": "time_sheet",
    "timers": "timer",
    "themes": "theme",
    "charters": "charter",
    "objectives": "objective",
    "contributions": "contribution",
    "key-results": "key_result",
    "check-ins": "check_in",
    "kpis": "kpi",
    "measurements": "measurement",
    "spaces": "space",
    "users": "member",
    "portfolios": "portfolio",
    "programmes": "programme",
    "projects": "project",
    "project-reports": "project_report",
    "proposals": "proposal",
    "proposal-ties": "proposal_tie",
    "benefits": "benefit",
    "benefit-measurements": "benefit_measurement",
    "risks": "risk",
    "risk-ties": "risk_tie",
    "risk-runs": "risk_run",
    "risk-reserves": "risk_reserve",
    "issues": "issue",
    "issue-items": "issue_item",
    "issue-escalations": "issue_escalation",
    "change-requests": "change_request",
    "change-verdicts": "change_verdict",
    "approval-rules": "approval_rule",
    "delegations": "delegation",
    "decisions": "decision",
    "methods": "method",
    "method-versions": "method_draft",
    "method-uses": "method_use",
    "method-parts": "method_part",
    "gates": "gate",
    "gate-criteria": "gate_criterion",
    "gate-verdicts": "waiting_verdict",
    "gate-releases": "gate_release",
    "packs": "own_pack",
    "pack-versions": "pack_version",
    "pack-uses": "pack_use",
    "cost-lines": "cost_line",
    "budgets": "budget",
    "budget-entries": "budget_entry",
    "exchange-rates": "exchange_rate",
    "scenarios": "scenario",
    "solutions": "solution",
    "adoptions": "adoption",
    "work-items": "item",
    "links": "link",
    "link-kinds": "link_kind",
    "archiving-rules": "archiving_rule",
    "archivings": "archiving",
    "states": "state",
    "types": "type",
    "calendars": "calendar",
    "sprints": "sprint",
    "retrospectives": "retrospective",
    "baselines": "baseline",
    "columns": "column",
    "wip-limits": "wip_limit",
    "blocks": "block",
    "fields": "field",
    "flow-clocks": "flow_clock",
    "board-layouts": "board_layout",
    "transitions": "transition",
    "checklist-entries": "entry",
    "time-entries": "time_entry",
    "move-requests": "move_request",
    "intake-forms": "intake_form",
    "item-templates": "template",
    "recurrences": "recurrence",
    "submissions": "submission",
    "products": "product",
    "features": "feature",
    "releases": "release",
    "release-checks": "release_check",
    "promises": "promise",
    "feedback": "feedback",
    "feedback-quotes": "feedback_link",
    "customers": "customer",
    "segments": "segment",
    "scoring-models": "scoring_model",
    "scores": "score",
    "roadmap-editions": "roadmap_edition",
    "roadmap-shares": "share",
    "portals": "portal",
    "portal-comments": "portal_comment",
    "ballots": "ballot",
    "experiments": "experiment",
    "personas": "persona",
    "competitors": "competitor",
    "research-notes": "research_note",
    "meeting-series": "meeting_series",
    "meetings": "meeting",
    "meeting-points": "meeting_point",
    "meeting-outcomes": "meeting_outcome",
    "stakeholders": "stakeholder",
    "pulses": "pulse",
    "pulse-rounds": "pulse_round",
    "thanks": "thanks",
    "onboarding-templates": "onboarding_template",
    "onboardings": "onboarding",
    "onboarding-steps": "onboarding_step",
    "stakeholder-notes": "stakeholder_note",
    "documents": "document",
    "document-versions": "document_version",
    "passage-comments": "passage_comment",
    "comments": "comment",
    "attachments": "attachment",
    "saved-views": "view",
    "subscriptions": "subscription",
    "jobs": "job",
    "watches": "watch",
    "notifications": "notification",
    "forecasts": "forecast",
    "computed-dates": "computed",
    "levelled-plans": "levelled_plan",
    "levelled-dates": "levelled",
    "plan-conflicts": "plan_conflict",
    "plan-drafts": "plan_draft",
    "plan-scenarios": "plan_scenario",
    "plan-changes": "plan_change",
    "runs": "run",
    "imports": "imported",
    "webhooks": "hook",
    "rules": "rule",
    "inlets": "inlet",
    "developments": "development",
    "rule-runs": "rule_run",
    "deliveries": "delivery",
}

def _closed(a: Area) -> None:
    """A product has one open portal."""
    Portal.objects.filter(pk=a.portal.pk).update(closed_at=clock.now())


_ELSEWHERE = {
    "meetings_sendings_create": "held_meeting",
    "feedback_portal_verdicts_create": "waiting_feedback", "portfolio_plan_items_read": "item",
    "feedback_separations_create": "merged_feedback", "feedback_change": "other_feedback", "feedback_remove": "other_feedback", "segments_remove": "other_segment",
    "scoring_models_remove": "unused_scoring_model", "ballots_reopenings_create": "closed_ballot", "ballots_decisions_create": "closed_ballot",
    "ballots_reversals_create": "decided_ballot", "ballots_outcome_read": "closed_ballot",
    "work_items_restorations_create": "removed_item", "work_items_archivings_create": "archived_item", "work_items_unarchivings_create": "archived_item", "sprints_closings_create": "running_sprint",
    "sprints_reopenings_create": "closed_sprint", "blocks_reopenings_create": "ended_block", "key_results_reopenings_create": "scored_key_result", "charters_signature_withdrawals_create": "half_signed_charter",
    "decisions_replacements_create": "made_decision", "decisions_revisits_create": "made_decision",
    "change_requests_change": "written_change", "change_requests_submissions_create": "written_change",
    "methods_remove": "unused_method", "packs_remove": "unused_pack", "pack_uses_upgrades_create": "own_pack_use", "method_versions_projects_create": "method_version",
    "proposals_remove": "draft", "benefits_remove": "unmeasured_benefit", "scenarios_adoptions_create": "answered_scenario", "states_retirements_create": "spare_state", "types_retirements_create": "spare_type",
    "time_entries_restorations_create": "removed_time", "time_sheets_submissions_create": "open_time_sheet", "time_sheets_reopenings_create": "approved_time_sheet", "releases_publications_create": "out_release", "releases_withdrawals_create": "out_release",
    "checklist_entries_restorations_create": "removed_entry", "submissions_reopenings_create": "declined_submission", "recurrences_resumptions_create": "paused_recurrence",
}  # fmt: skip


@dataclass(frozen=True)
class Operation:
    name: str
    method: str
    template: str

    @property
    def noun(self) -> str:
        return self.template.split("/")[0]

    def subject(self, area: Area) -> Any:
        return getattr(area, _ELSEWHERE.get(self.name) or EXAMPLES.get(self.noun, ""), None)

    def path(self, area: Area, **other: int) -> str:
        subject = self.subject(area)
        names = {
            "id": subject.pk if subject else 0,
            "user_id": area.member.pk,
            "work_item_id": area.item.pk,
            "run": area.bulk_run,
            **other,
        }
        return "/api/v1/" + self.template.format(**names)

    def body(self, area: Area) -> dict[str, Any]:
        return BODIES[self.name](area) if self.name in BODIES else {}


def encoded(body: Any) -> tuple[Any, str]:
    """A body as it goes over the line, with its content type: JSON, or a form where a file is in it."""
    if isinstance(body, dict) and any(isinstance(value, SimpleUploadedFile) for value in body.values()):
        for value in body.values():
            if isinstance(value, SimpleUploadedFile):
                value.seek(0)
        # a form knows only text; half a character can be in none
        form = {k: v if isinstance(v, SimpleUploadedFile) else str(v).replace("\ud800", "\ufffd") for k, v in body.items()}
        return encode_multipart(BOUNDARY, form), MULTIPART_CONTENT
    return body if isinstance(body, (str, bytes)) else json.dumps(body), "application/json"


def operations() -> dict[str, Operation]:
    """From the registry, not from a list of ours: a new route is in it at once."""
    found = {}
    for prefix, router in api._routers:
        for path, view in router.path_operations.items():
            for one in view.operations:
                for method in one.methods:
                    template = f"{prefix}{path}".strip("/") + "/"
                    found[str(one.operation_id)] = Operation(str(one.operation_id), method, template)
    return found


def _days(count: int) -> str:
    return (clock.today() + timedelta(days=count)).isoformat()


def _looked_back(area: Area, state: str, **body: Any) -> dict[str, Any]:
    Retrospective.objects.filter(pk=area.retrospective.pk).update(state=state)
    return body


def _with_workflow(area: Area) -> Any:
    """The space above the project, with a state, so that there is something to follow."""
    State.objects.get_or_create(space=area.space, name="Open", defaults={"category": "to_do"})
    return area.space


def _with_moves(area: Area) -> dict[str, Any]:
    """Every state of the project follows one above, where a move is allowed, and its own moves are its own."""
    project = area.project.space_id
    for state in State.objects.filter(space=project, origin=None):
        above, _made = State.objects.get_or_create(space=area.space, name=f"Above {state.pk}", defaults={"category": state.category})
        State.objects.filter(pk=state.pk).update(origin=above)
    Transition.objects.filter(space=project).update(origin=None)
    Transition.objects.get_or_create(space=area.space, to_state=State.objects.filter(space=area.space).order_by("-pk")[0], from_state=None, type=None)
    return {}


def _under(area: Area) -> dict[str, Any]:
    return {"name": "New one", "parent_space_id": area.space.pk}


def _shared(area: Area) -> dict[str, Any]:
    return {"subject_kind": "work.workitem", "subject_id": area.item.pk}


BODIES: dict[str, Callable[[Area], dict[str, Any]]] = {
    "job_roles_create": lambda a: {"space_id": a.space.pk, "name": "Tester"},
    "job_roles_change": lambda a: {"description": "Looks for what breaks"},
    "skills_create": lambda a: {"space_id": a.space.pk, "name": "Welding", "category": "Trade"},
    "equipment_create": lambda a: {"space_id": a.space.pk, "name": "Crane", "kind": "equipment", "available": "2.00"},
    "equipment_change": lambda a: {"unit": "t"},
    "equipment_needs_create": lambda a: {"item_id": a.other_item.pk, "equipment_id": a.equipment_need.equipment_id, "amount": "1.00", "starts_on": "2026-02-02", "ends_on": "2026-02-06"},
    "equipment_needs_change": lambda a: {"amount": "2.00"},
    "skills_change": lambda a: {"category": "Games"},
    "departments_create": lambda a: {"space_id": a.space.pk, "name": "Quay 3", "parent_id": a.department.pk, "head_id": a.member.pk},
    "departments_change": lambda a: {"name": "Research"},
    "employments_create": lambda a: {"space_id": a.space.pk, "person_id": a.member.pk, "starts_on": _days(3), "percent": 60, "department_id": a.department.pk},
    "employments_change": lambda a: {"percent": 80},
    "person_roles_create": lambda a: {"person_id": a.member.pk, "job_role_id": a.unused_job_role.pk, "starts_on": _days(3)},
    "person_roles_change": lambda a: {"is_primary": False},
    "skill_needs_create": lambda a: {"item_id": a.other_item.pk, "skill_id": a.skill_need.skill_id, "level": 4},
    "skill_needs_change": lambda a: {"level": 5},
    "person_skills_create": lambda a: {"person_id": a.member.pk, "skill_id": a.unused_skill.pk, "level": 4, "since": "2026-01-05"},
    "person_skills_change": lambda a: {"level": 5},
    "bookings_create": lambda a: {
        "subject_kind": "portfolio.project", "subject_id": a.project.pk, "person_id": a.member.pk, "starts_on": _days(3), "ends_on": _days(30), "percent": 50,
    },
    "bookings_change": lambda a: {"percent": "40", "note": "Less than we thought"},
    "bookings_fillings_create": lambda a: {"person_id": a.member.pk},
    "time_off_create": lambda a: {"person_id": a.member.pk, "starts_on": _days(50), "ends_on": _days(54), "ends_half": True, "kind": "training"},
    "time_off_verdicts_create": lambda a: {"is_approved": False, "answer": "The harbour opens that week"},
    "time_off_withdrawals_create": lambda a: {},
    "time_sheets_create": lambda a: {"person_id": a.member.pk, "week": _days(-40)},
    **{f"time_sheets_{part}_create": lambda a: {} for part in ("submissions", "withdrawals")},
    "time_sheets_verdicts_create": lambda a: {"is_approved": False, "reason": "Which berth?"},
    "time_sheets_reopenings_create": lambda a: {"reason": "The wrong item"},
    "timers_create": lambda a: {"item_id": a.item.pk, "note": "Berth plan"},
    "timers_stops_create": lambda a: {"minutes": 45},
    "invoice_bases_create": lambda a: {"space_id": a.project.space_id, "first_on": a.paid_cost_line.month.isoformat(), "last_on": a.paid_cost_line.month.isoformat(), "currency": "EUR", "cost_line_ids": [a.paid_cost_line.pk]},
    "invoice_bases_cancellations_create": lambda a: {"reason": "Never sent"},
    "rates_create": lambda a: {"space_id": a.space.pk, "job_role_id": a.job_role.pk, "valid_from": _days(3), "cost": "95.50", "bill": "140.00", "currency": "EUR"},
    "objectives_create": lambda a: {
        "space_id": a.space.pk,
        "title": "Halve the calls",
        "starts_on": _days(0),
        "ends_on": _days(90),
        "parent_id": a.objective.pk,
        "owner_id": a.member.pk,
    },
    "charters_create": lambda a: {"space_id": a.product.space_id, "goal": "Book without calling", "key_result_ids": [a.key_result.pk], "kpi_ids": [a.kpi.pk]},
    "charters_change": lambda a: {"goal": "Book without calling anybody"},
    "charters_signatures_create": lambda a: {"side": "pmo"},
    "charters_signature_withdrawals_create": lambda a: {"side": "pmo"},
    "themes_create": lambda a: {"space_id": a.space.pk, "name": "Growth"},
    "themes_change": lambda a: {"name": "Growth again"},
    "objectives_change": lambda a: {"title": "Halve them again", "measure": "calls a week"},
    "objectives_contributions_create": lambda a: {
        "subject_kind": "product.release",
        "subject_id": a.release.pk,
        "weight": 30,
    },
    "objectives_carry_overs_create": lambda a: {"starts_on": _days(91), "ends_on": _days(180)},
    "key_results_create": lambda a: {
        "objective_id": a.objective.pk, "title": "Bookings", "unit": "percent", "start_value": 58, "target_value": "70.5",
        "owner_id": a.member.pk,
    },
    "key_results_change": lambda a: {"title": "Bookings on the portal", "target_value": "75"},
    "key_results_check_ins_create": lambda a: {"value": 61.5, "confidence": "risk", "on": _days(0), "comment": "Prices wait"},
    "key_results_scores_create": lambda a: {"score": "0.7", "learned": "Prices come first"},
    "key_results_reopenings_create": lambda a: {},
    "project_reports_create": lambda a: {"project_id": a.project.pk, "on": _days(-9), "budget": "421000000", "currency": "GBP", "rating": 3},
    "project_reports_change": lambda a: {"said": "risk", "spent": "9000"},
    "kpis_create": lambda a: {"space_id": a.space.pk, "name": "Calls", "unit": "number", "cadence_days": 7, "target": 40},
    "kpis_change": lambda a: {"definition": "Calls of shippers", "risk_beyond": "60"},
    "kpis_measurements_create": lambda a: {"on": _days(-1), "value": 48, "note": "Counted by the desk"},
    "inlets_create": lambda a: {"space_id": a.space.pk, "name": "Alerts", "kind": "records", "mapping": {"title": "alert.name"}},
    "rules_create": lambda a: {"space_id": a.project.space_id, "name": "Urgent", "trigger": "created", "steps": [{"do": "priority", "to": 1}]},
    "rules_change": lambda a: {"steps": [{"do": "comment", "text": "Seen."}], "is_on": False},
    "webhooks_create": lambda a: {"space_id": a.space.pk, "name": "Chat", "address": "https://chat.example.org/1", "about": ["comment"]},
    "webhooks_change": lambda a: {"name": "Talk", "is_on": False},
    "spaces_members_create": lambda a: {"user_id": a.member.pk, "role": "stakeholder"},
    "users_create": lambda a: {"name": "Noor", "email": "noor@example.org"},
    "tokens_create": lambda a: {"name": "script", "scope": "read"},
    "proposals_create": lambda a: {
        "space_id": a.space.pk, "title": "Shore power", "owner_id": a.member.pk, "costs": [120000, 40000], "benefits": [0, 90000, 90000],
        "effort": {"Developer": [60, 30]},
    },
    "proposals_change": lambda a: {"title": "Shore power at berth 3", "costs": [110000]},
    "cost_lines_create": lambda a: {"space_id": a.project.space_id, "title": "Fenders", "month": "2027-02-01", "planned": "1200.50"},
    "cost_lines_change": lambda a: {"committed": "900.00", "actual": "899.99"},
    "budgets_create": lambda a: {"project_id": a.second_project.pk, "amount": "5000.00", "currency": "EUR", "note": "The board"},
    "budgets_entries_create": lambda a: {"amount": "100.00", "note": "The board"},
    "budgets_transfers_create": lambda a: {"to_id": a.second_project.pk, "amount": "50.00", "note": "Shared gate"},
    "exchange_rates_create": lambda a: {"currency": "GBP", "on": "2026-02-01", "rate": "1.17"},
    "exchange_rates_change": lambda a: {"rate": "0.93"},
    "benefits_create": lambda a: {
        "space_id": a.project.space_id, "title": "Fewer calls", "kind": "measure", "unit_name": "calls", "direction": "down", "baseline": 400, "target": "250.5",
        "target_on": _days(200), "owner_id": a.member.pk,
    },
    "benefits_change": lambda a: {"title": "Far less diesel", "profile": [0, 40000, 40000]},
    "benefits_moves_create": lambda a: {"state": "missed", "reason": "The ships stayed away"},
    "benefits_measurements_create": lambda a: {"on": _days(-1), "value": 21000, "note": "From the meters"},
    "risks_create": lambda a: {
        "space_id": a.project.space_id, "title": "Ice in the harbour", "probability": 30, "days": [1, 2, 5], "money": [1000], "owner_id": a.member.pk,
    },
    "risks_change": lambda a: {"probability": 55, "days": [4.5]},
    "risks_moves_create": lambda a: {"state": "closed", "reason": "It arrived"},
    "risks_reviews_create": lambda a: {"next_on": _days(20), "note": "Still so"},
    "risks_ties_create": lambda a: {"item_id": a.other_item.pk},
    "risk_reserves_create": lambda a: {"space_id": a.project.space_id, "money": 5000, "days": "3.5", "note": "The board"},
    "issues_create": lambda a: {"space_id": a.project.space_id, "risk_id": a.tied_risk.pk, "title": "Fog for a week", "severity": "high", "owner_id": a.member.pk},
    "issues_change": lambda a: {"severity": "critical", "delay_days": 4},
    "issues_moves_create": lambda a: {"state": "resolved", "resolution": "A new crane"},
    "issues_progress_create": lambda a: {"note": "A crane is on its way"},
    "meeting_series_create": lambda a: {
        "space_id": a.project.space_id, "title": "Steering", "purpose": "Decide what waits", "rule": "FREQ=WEEKLY;BYDAY=TU", "starts_on": _days(3), "at": "09:30", "zone": "Europe/Berlin", "needed_ids": [a.member.pk],
    },
    "meeting_series_change": lambda a: {"minutes": 45, "at": "08:00"},
    "meeting_series_moves_create": lambda a: {"state": "ended"},
    "meetings_moves_create": lambda a: {"state": "cancelled", "reason": "Everybody is at sea"},
    "meetings_reschedulings_create": lambda a: {"starts_at": f"{_days(9)}T12:00:00Z", "minutes": 30},
    "meetings_sendings_create": lambda a: {},
    "meetings_gatherings_create": lambda a: {},
    "meetings_answers_create": lambda a: {"comes": False},
    "meetings_points_create": lambda a: {"title": "Tides", "minutes": 10},
    "meeting_points_change": lambda a: {"title": "Berth 4", "minutes": 7},
    "meeting_points_places_create": lambda a: {"to": 1},
    "meeting_points_droppings_create": lambda a: {"is_dropped": True},
    "meeting_points_notes_create": lambda a: {"text": "The crane is late", "base": ""},
    "meeting_points_decisions_create": lambda a: {"question": "Which berth?", "chosen": "Berth 4", "why": "It is deep enough"},
    "meeting_points_actions_create": lambda a: {"space_id": a.project.space_id, "title": "Call the yard", "assignee_id": a.member.pk, "due_on": _days(5)},
    "pulses_create": lambda a: {"team_id": a.spare_team.pk, "questions": ["I can keep up."], "every_weeks": 2, "next_on": _days(3)},
    "pulses_change": lambda a: {"questions": ["I know what is expected."]},
    "pulses_endings_create": lambda a: {},
    "pulse_rounds_answers_create": lambda a: {"scores": [4], "words": ""},
    "onboarding_templates_create": lambda a: {"space_id": a.project.space_id, "name": "Yard", "kind": "leaving", "steps": [{"text": "Keys back", "who": "administrator", "after": -1}]},
    "onboarding_templates_change": lambda a: {"name": "The desk"},
    "onboardings_create": lambda a: {"space_id": a.space.pk, "template_id": a.onboarding_template.pk, "person_id": a.member.pk, "on": _days(5)},
    "onboardings_change": lambda a: {"buddy_id": a.admin.pk},
    "onboardings_stops_create": lambda a: {},
    "onboarding_steps_ticks_create": lambda a: {"is_done": True},
    "thanks_create": lambda a: {"subject_kind": "work.workitem", "subject_id": a.other_item.pk, "receiver_id": a.member.pk, "words": "For the crane"},
    "stakeholders_create": lambda a: {"space_id": a.project.space_id, "name": "Pilots", "interest": 5, "influence": 2, "every_days": 30},
    "stakeholders_change": lambda a: {"stance": "opposes", "influence": 4},
    "stakeholders_notes_create": lambda a: {"what": "The berth comes in June", "on": _days(-1)},
    "documents_create": lambda a: {"space_id": a.project.space_id, "title": "How we release", "body": "On Tuesdays.", "parent_id": a.document.pk, "note": "First"},
    "documents_change": lambda a: {"body": "We ship on Mondays.", "note": "New day"},
    "documents_moves_create": lambda a: {"is_up": True},
    "documents_restorations_create": lambda a: {"number": 1},
    "documents_passages_create": lambda a: {"quote": "on Tuesdays", "body": "Why not Mondays?"},
    "passage_comments_answers_create": lambda a: {"body": "The harbour rests"},
    "passage_comments_settlements_create": lambda a: {"is_settled": True},
    "issues_items_create": lambda a: {"item_id": a.other_item.pk},
    "change_requests_create": lambda a: {"space_id": a.project.space_id, "title": "Later", "reason": "The piles go deeper"},
    "change_requests_change": lambda a: {"reason": "The piles go much deeper"},
    "change_requests_contents_create": lambda a: {"kind": "item", "subject": a.other_item.pk, "values": {"priority": 1}},
    "change_requests_revisions_create": lambda a: {"change_id": a.change_request.scenario.changes.get().pk, "values": {"priority": 2}},
    "change_requests_verdicts_create": lambda a: {"side": "pmo", "answer": "no", "reason": "Nobody has the time"},
    "change_requests_withdrawals_create": lambda a: {"reason": "No longer needed"},
    "change_requests_emergencies_create": lambda a: {"reason": "The quay is on fire"},
    "approval_rules_create": lambda a: {"space_id": a.project.space_id, "kinds": ["dates"], "days_most": 3, "product_voices": 0},
    "decisions_create": lambda a: {"space_id": a.project.space_id, "question": "Which pile?", "options": ["Steel", "Wood"], "owner_id": a.member.pk},
    "decisions_change": lambda a: {"criteria": "Weeks until delivery"},
    "decisions_verdicts_create": lambda a: {"chosen": "Dutch", "why": "It stands sooner"},
    "decisions_replacements_create": lambda a: {"chosen": "Quay 4", "why": "Quay 3 is taken"},
    "decisions_revisits_create": lambda a: {"note": "Still so", "next_on": _days(40)},
    "approval_rules_change": lambda a: {"days_most": 9},
    "approval_rules_moves_create": lambda a: {"is_up": True},
    "delegations_create": lambda a: {"space_id": a.project.space_id, "delegate_id": a.delegation.delegate_id, "starts_on": clock.today().isoformat(), "ends_on": clock.today().isoformat()},
    "methods_create": lambda a: {"space_id": a.space.pk, "name": "House way", "source_id": a.method.pk},
    "methods_change": lambda a: {"description": "For quays"},
    "method_versions_change": lambda a: {"note": "Longer phases"},
    "method_versions_projects_create": lambda a: {"name": "Quay 9", "parent_space_id": a.space.pk, "starts_on": _days(3)},
    "method_uses_create": lambda a: {"project_id": a.second_project.pk, "method_version_id": a.method_version.pk, "starts_on": _days(3)},
    "method_uses_upgrades_create": lambda a: {"method_version_id": a.method_version.pk},
    "method_uses_phases_create": lambda a: {"phase": a.method_use.method_version.content["phases"][0]["key"]},
    "method_parts_tailorings_create": lambda a: {"reason": "Small", "is_left_out": True},
    "method_parts_people_create": lambda a: {"person_id": a.member.pk},
    "packs_create": lambda a: {"space_id": a.space.pk, "text": PACK},
    "packs_versions_create": lambda a: {"text": PACK.replace("Rights", "All rights").replace("Ports", a.own_pack.name)},
    "pack_uses_upgrades_create": lambda a: {"pack_version_id": a.pack_version.pk},
    "pack_uses_create": lambda a: {"project_id": a.second_project.pk, "pack": "healthcare"},
    "pack_uses_words_create": lambda a: {"control": "access", "state": "met", "evidence": "Tested with six roles"},
    "gates_change": lambda a: {"due_on": _days(90), "reason": "Fog"},
    "gates_verdicts_create": lambda a: {
        "verdict": "recycle", "reason": "Not proven", "digest": gate_verdicts.content(a.gate)[1], "conditions": [{"title": "Ask", "owner_id": a.member.pk, "due_on": _days(9)}],
    },
    "gates_releases_create": lambda a: {"amount": "1200.50", "currency": "EUR"},
    "gate_criteria_judgements_create": lambda a: {"is_met": False, "evidence": "Too dear", "link": "/risks/"},
    "scenarios_create": lambda a: {
        "space_id": a.space.pk, "name": "More people", "starts_on": _days(30), "budget": [90000], "capacity": {"Developer": [60]},
        "shares": [{"group": "kind:run", "bound": "most", "percent": 90}], "owner_id": a.member.pk,
    },
    "scenarios_change": lambda a: {"name": "Fewer people", "quarters": 3},
    "scenarios_copies_create": lambda a: {"name": "Once more"},
    "scenarios_locks_create": lambda a: {"proposal_id": a.proposal.pk, "to": "out"},
    "scenarios_adoptions_create": lambda a: {"reason": "The berth comes first", "others": "keep"},
    "adoptions_reversals_create": lambda a: {},
    "scenarios_solutions_create": lambda a: {},
    "proposals_moves_create": lambda a: {"state": "assessed"},
    "proposals_ties_create": lambda a: {"kind": "excludes", "other_id": a.draft.pk},
    "portfolios_create": _under,
    "programmes_create": _under,
    "projects_create": _under,
    "products_create": _under,
    "portfolios_change": lambda a: {"name": "Renamed"},
    "portfolios_mixes_create": lambda a: {"mix": {"kind:run": 50, "kind:grow": 30, "kind:transform": 20}},
    "programmes_change": lambda a: {"name": "Renamed"},
    "projects_change": lambda a: {"state": "on_hold"},
    "products_change": lambda a: {"description": "Renamed"},
    "projects_quick_line_create": lambda a: {"text": "Sand the hull !high #yard 3d", "state_id": a.state.pk},
    "work_items_create": lambda a: {
        "space_id": a.project.space_id,
        "title": "Sand the hull",
        "type_id": a.type.pk,
        "state_id": a.state.pk,
        "parent_id": a.item.pk,
        "calendar_id": a.calendar.pk,
        "assignee_ids": [a.member.pk],
    },
    "work_items_change": lambda a: {
        "title": "Sand the whole hull",
        "priority": 2,
        "assignee_ids": [a.member.pk],
    },
    "bulk_changes_create": lambda a: {"items": [{"id": a.other_item.pk}], "values": {"priority": 1}},
    "bulk_relocations_create": lambda a: {"items": [{"id": a.other_item.pk}], "space_id": a.second_project.space_id},
    "work_items_moves_create": lambda a: {"state_id": a.state.pk, "after_id": a.other_item.pk},
    "work_items_copies_create": lambda a: {"with_parts": True, "with_links": True},
    "work_items_relocations_create": lambda a: {"space_id": a.second_project.space_id},
    "links_create": lambda a: {"source_id": a.other_item.pk, "target_id": a.removed_item.pk, "kind": "FS"},
    "links_change": lambda a: {"lag_minutes": 60},
    "states_create": lambda a: {"space_id": a.project.space_id, "name": "Blocked", "category": "in_progress"},
    "states_change": lambda a: {"column_id": a.column.pk, "is_waiting": False},
    "columns_create": lambda a: {"space_id": a.project.space_id, "name": "Review", "policy": "Two pairs of eyes", "is_split": True},
    "columns_change": lambda a: {"name": "Building"},
    "columns_moves_create": lambda a: {"place": 0},
    "wip_limits_create": lambda a: {
        "space_id": a.project.space_id, "most": 2, "column_id": a.column.pk, "lane": "class:expedite", "person_id": a.member.pk, "stops": True,
    },
    "wip_limits_change": lambda a: {"most": 5},
    "blocks_create": lambda a: {"item_id": a.other_item.pk, "kind": "decision", "reason": "Nobody says yes"},
    "blocks_change": lambda a: {"reason": "No crane before Monday"},
    "states_moves_create": lambda a: {"place": 0},
    "states_retirements_create": lambda a: {"into_id": a.state.pk},
    "types_change": lambda a: {"name": "Chore", "level": 2},
    "plan_conflicts_proposals_create": lambda a: {"way": 0},
    "plan_scenarios_create": lambda a: {"space_id": a.project.space_id, "name": "What if"},
    "plan_scenarios_changes_create": lambda a: {"kind": "item", "subject": a.other_item.pk, "values": {"priority": 1}},
    "plan_scenarios_decisions_create": lambda a: {"do": "discard"},
    "plan_changes_change": lambda a: {"priority": 2},
    "plan_drafts_verdicts_create": lambda a: {"is_accepted": False},
    "projects_acceptances_create": lambda a: {"plan_id": type(a.levelled_plan).objects.latest("id").pk},
    "projects_move_followings_create": _with_moves,
    "projects_followings_create": lambda a: {"source_space_id": _with_workflow(a).pk},
    "types_workflows_create": lambda a: {
        "state_ids": [s.pk for s in State.objects.filter(space=a.project.space_id, retired_at=None)],
        "start_id": State.objects.filter(space=a.project.space_id, category="to_do").earliest("rank").pk, "into": {},
    },
    "flow_clocks_create": lambda a: {"space_id": a.second_project.space_id, "counts_working_days": True},
    "board_layouts_create": lambda a: {"space_id": a.second_project.space_id, "on_cards": ["due"], "lanes": [{"name": "Late", "query": "due:<today"}]},
    "board_layouts_change": lambda a: {"on_cards": ["due"]},
    "flow_clocks_change": lambda a: {"counts_working_days": True},
    "archiving_rules_create": lambda a: {"space_id": a.second_project.space_id, "days": 30},
    "archiving_rules_change": lambda a: {"days": 60},
    "link_kinds_create": lambda a: {"space_id": a.project.space_id, "name": "tests", "inverse": "is tested by"},
    "link_kinds_change": lambda a: {"inverse": "comes from"},
    "fields_create": lambda a: {
        "space_id": a.project.space_id, "name": "Colour", "kind": "choice", "choices": ["Red", "Blue"], "is_required": True, "is_on_cards": True,
        "type_ids": [a.type.pk],
    },
    "fields_change": lambda a: {"name": "Client", "type_ids": []},
    "fields_moves_create": lambda a: {"place": 0},
    "transitions_create": lambda a: {
        "space_id": a.project.space_id, "from_state_id": a.state.pk, "to_state_id": a.spare_state.pk, "type_id": a.spare_type.pk,
        "roles": ["project_manager"], "required": ["assignees", f"field:{a.field.pk}"], "is_guarded": True,
    },
    "transitions_change": lambda a: {"roles": ["member"], "is_guarded": True},
    "item_templates_create": lambda a: {"space_id": a.project.space_id, "name": "Monthly", "title": "Paint", "type_id": a.type.pk, "checklist": "Red\nBlue"},
    "item_templates_change": lambda a: {"title": "Paint it"},
    "recurrences_create": lambda a: {"template_id": a.template.pk, "rule": "FREQ=MONTHLY;BYDAY=-1FR", "starts_on": _days(1), "due_after": 2, "assignee_id": a.member.pk},
    "intake_forms_create": lambda a: {"space_id": a.project.space_id, "title": "Ask us", "intro": "Anything", "type_id": a.type.pk},
    "intake_forms_change": lambda a: {"title": "Ask the berth"},
    "submissions_acceptances_create": lambda a: {"type_id": a.type.pk},
    "submissions_refusals_create": lambda a: {"reason": "No room"},
    "checklist_entries_create": lambda a: {"item_id": a.item.pk, "text": "Call the yard", "owner_id": a.member.pk, "due_on": _days(2)},
    "work_items_shares_create": lambda a: {"user_id": a.admin.pk, "share": 60},
    "move_requests_verdicts_create": lambda a: {"is_yes": False, "reason": "No berth"},
    "time_entries_create": lambda a: {"item_id": a.item.pk, "minutes": 90, "day": "2026-02-12", "note": "Berth plan", "remaining_minutes": 60},
    "time_entries_change": lambda a: {"minutes": 45},
    "checklist_entries_change": lambda a: {"is_done": True},
    "checklist_entries_moves_create": lambda a: {},
    "types_create": lambda a: {"space_id": a.project.space_id, "name": "Spike", "level": 2},
    "calendars_create": lambda a: {"space_id": a.project.space_id, "name": "Night", "base_id": a.calendar.pk},
    "calendars_change": lambda a: {"name": "Day"},
    "calendars_exceptions_create": lambda a: {
        "name": "Works outing",
        "starts_on": _days(3),
        "ends_on": _days(3),
    },
    "sprints_create": lambda a: {"space_id": a.project.space_id, "name": "Sprint 3", "goal": "Ships book alone"},
    "sprints_change": lambda a: {"goal": "Shippers book alone"},
    "sprints_closings_create": lambda a: {
        "to_id": a.sprint.pk,
        "is_goal_met": True,
        "elsewhere": [{"work_item_id": a.other_item.pk, "sprint_id": None}],
    },
    "sprints_items_create": lambda a: {"work_item_ids": [a.other_item.pk], "after_id": a.item.pk},
    "retrospectives_create": lambda a: {"sprint_id": a.running_sprint.pk, "format": "four_ls"},
    "retrospectives_showings_create": lambda a: {},
    "retrospectives_closings_create": lambda a: _looked_back(a, "shown"),
    "retrospectives_notes_create": lambda a: {"column": "start", "text": "Load at night"},
    "retrospectives_note_withdrawals_create": lambda a: {"note_id": 2**40},
    "retrospectives_groups_create": lambda a: _looked_back(a, "shown", note_id=a.retro_note.pk, into_id=None),
    "retrospectives_votes_create": lambda a: _looked_back(a, "shown", note_id=a.retro_note.pk),
    "retrospectives_actions_create": lambda a: _looked_back(a, "shown", title="Order a second lamp"),
    "sprints_people_create": lambda a: {"people": [{"user_id": a.member.pk, "share": 80, "days_off": 1.5}]},
    "baselines_create": lambda a: {"space_id": a.project.space_id, "name": "Second"},
    "features_create": lambda a: {
        "product_id": a.product.pk,
        "title": "Night rates",
        "release_id": a.release.pk,
        "team_id": a.team.pk,
    },
    "feedback_create": lambda a: {"product_id": a.product.pk, "title": "Night rates by phone", "text": "We call each night.", "customer_id": a.customer.pk, "giver_id": a.member.pk},
    "feedback_change": lambda a: {"title": "Night rates", "state": "review"},
    "feedback_links_create": lambda a: {"feature_id": a.feature.pk, "quote": "We wait an hour."},
    "feedback_merges_create": lambda a: {"into_id": a.other_feedback.pk},
    "customers_create": lambda a: {"space_id": a.product.space_id, "name": "Nordhafen", "segment_id": a.segment.pk, "weight": "3"},
    "customers_change": lambda a: {"name": "Nordhafen AG"},
    "segments_create": lambda a: {"space_id": a.product.space_id, "name": "Free"},
    "segments_change": lambda a: {"weight": "2.5"},
    "features_change": lambda a: {"title": "Day rates", "horizon": "now"},
    "releases_create": lambda a: {"product_id": a.product.pk, "name": "4.0", "planned_on": _days(40)},
    "release_checks_create": lambda a: {"release_id": a.release.pk, "name": "Support is told", "owner_id": a.member.pk},
    "release_checks_change": lambda a: {"name": "Support knows"},
    "release_checks_verdicts_create": lambda a: {"state": "passed"},
    "releases_change": lambda a: {"description": "The big one"},
    "features_scope_create": lambda a: {"work_item_id": a.other_item.pk},
    "releases_scope_create": lambda a: {"work_item_id": a.other_item.pk},
    "products_rankings_create": lambda a: {"feature_ids": [a.other_feature.pk, a.feature.pk], "reason": "Shippers wait"},
    "scoring_models_create": lambda a: {
        "space_id": a.product.space_id, "name": "Worth", "method": "own", "formula": "worth / days",
        "inputs": [{"name": "worth", "least": 1, "most": 10}, {"name": "days", "unit": "person-day"}],
    },
    "scoring_models_change": lambda a: {"name": "What it is worth"},
    "scores_create": lambda a: {"feature_id": a.other_feature.pk, "model_id": a.scoring_model.pk, "inputs": {"value": 5, "effort": 3}},
    "scores_change": lambda a: {"inputs": {"effort": {"value": 4, "evidence": "The team said so", "link": "https://example.org/1"}}},
    "ballots_create": lambda a: {
        "product_id": a.product.pk, "title": "After 3.0", "method": "ranking", "closes_at": f"{_days(9)}T12:00:00Z",
        "feature_ids": [a.feature.pk, a.other_feature.pk],
    },
    "ballots_change": lambda a: {"title": "After 3.1", "closes_at": f"{_days(12)}T12:00:00Z"},
    "ballots_voters_create": lambda a: {"user_ids": [a.member.pk]},
    "ballots_votes_create": lambda a: {"answer": {"gifts": {str(a.feature.pk): 60}}, "vote_version": 0},
    "ballots_decisions_create": lambda a: {"order": [a.other_feature.pk, a.feature.pk], "reason": "Shippers wait"},
    "portals_create": lambda a: _closed(a) or {"product_id": a.product.pk, "intro": "Say it"},
    "portals_change": lambda a: {"intro": "What would help you most?", "is_embeddable": True},
    "portal_comments_verdicts_create": lambda a: {"is_shown": True},
    "feedback_portal_verdicts_create": lambda a: {"is_shown": True},
    "products_group_ideas_create": lambda a: {"title": "Shorter queues", "feedback_ids": [a.feedback.pk, a.other_feedback.pk]},
    "products_group_unions_create": lambda a: {"into_id": a.feedback.pk, "feedback_ids": [a.feedback.pk, a.other_feedback.pk]},
    "roadmap_editions_create": lambda a: {
        "space_id": a.product.space_id, "name": "For the board", "query": "-state:idea", "precision": "half", "shows_forecast": True, "shows_slip": True,
    },
    "roadmap_shares_create": lambda a: {"space_id": a.product.space_id, "edition_id": a.roadmap_edition.pk},
    "roadmap_editions_change": lambda a: {"shows_owner": True, "language": "zh-hans"},
    "experiments_create": lambda a: {
        "product_id": a.product.pk, "title": "Night desk", "hypothesis": "Shippers book at night when prices are there", "measure": "Bookings", "threshold": "20",
        "stage": "concluded", "result": "12", "outcome": "refuted", "decision": "stop", "learned": "They wait for the morning", "feature_id": a.feature.pk,
    },
    "experiments_change": lambda a: {"stage": "running", "measure": "Bookings", "threshold": "20"},
    "personas_create": lambda a: {"product_id": a.product.pk, "name": "Ida", "goals": "Book in one go"},
    "personas_change": lambda a: {"pains": "Prices come late"},
    "competitors_create": lambda a: {"product_id": a.product.pk, "name": "Other line", "website": "https://other.example.org"},
    "competitors_change": lambda a: {"strengths": "Cheap"},
    "research_notes_create": lambda a: {"product_id": a.product.pk, "title": "October round", "kind": "interview", "feature_id": a.feature.pk},
    "research_notes_change": lambda a: {"body": "12 of 20 ask for it"},
    "promises_create": lambda a: {"feature_id": a.feature.pk, "to_whom": "the board", "date": _days(30)},
    "promises_revisions_create": lambda a: {"date": _days(80), "reason": "the supplier is late"},
    "promises_keepings_create": lambda a: {},
    "promises_withdrawals_create": lambda a: {"reason": "nobody needs it"},
    "attachments_create": lambda a: {**_shared(a), "file": SimpleUploadedFile("plan.txt", b"berth 3")},
    "comments_create": lambda a: {**_shared(a), "body": "Looks good."},
    "comments_change": lambda a: {"body": "Looks better."},
    "watches_create": lambda a: {"subject_kind": "product.feature", "subject_id": a.feature.pk},
    "notifications_snoozes_create": lambda a: {"until": f"{_days(1)}T09:00:00Z"},
    "notification_rules_change": lambda a: {"ways": {"comment": "nothing"}},
    "saved_views_create": lambda a: {"space_id": a.project.space_id, "name": "Late", "page": "work-items"},
    "subscriptions_create": lambda a: {"view_id": a.view.pk, "weekdays": [0, 2], "hour": 7},
    "subscriptions_change": lambda a: {"hour": 9},
    "saved_views_change": lambda a: {"name": "Later"},
}
