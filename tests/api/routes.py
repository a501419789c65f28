"""Every operation of the API as the program itself lists it, and a valid request for each."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from tandem.api.routes import api
from tandem.kit import clock
from tests.areas import Area

# where a noun's example stands in an area
EXAMPLES = {
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
    "proposals": "proposal",
    "proposal-ties": "proposal_tie",
    "scenarios": "scenario",
    "solutions": "solution",
    "adoptions": "adoption",
    "work-items": "item",
    "links": "link",
    "states": "state",
    "types": "type",
    "calendars": "calendar",
    "sprints": "sprint",
    "baselines": "baseline",
    "columns": "column",
    "wip-limits": "wip_limit",
    "blocks": "block",
    "fields": "field",
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
    "promises": "promise",
    "comments": "comment",
    "attachments": "attachment",
    "saved-views": "view",
    "jobs": "job",
    "watches": "watch",
    "notifications": "notification",
    "forecasts": "forecast",
    "computed-dates": "computed",
    "runs": "run",
    "imports": "imported",
    "webhooks": "hook",
    "rules": "rule",
    "inlets": "inlet",
    "developments": "development",
    "rule-runs": "rule_run",
    "deliveries": "delivery",
}
_ELSEWHERE = {
    "work_items_restorations_create": "removed_item", "work_items_archivings_create": "archived_item", "work_items_unarchivings_create": "archived_item", "sprints_closings_create": "running_sprint",
    "sprints_reopenings_create": "closed_sprint", "blocks_reopenings_create": "ended_block", "key_results_reopenings_create": "scored_key_result",
    "proposals_remove": "draft", "scenarios_adoptions_create": "answered_scenario", "states_retirements_create": "spare_state", "types_retirements_create": "spare_type",
    "time_entries_restorations_create": "removed_time",
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


def _under(area: Area) -> dict[str, Any]:
    return {"name": "New one", "parent_space_id": area.space.pk}


def _shared(area: Area) -> dict[str, Any]:
    return {"subject_kind": "work.workitem", "subject_id": area.item.pk}


BODIES: dict[str, Callable[[Area], dict[str, Any]]] = {
    "objectives_create": lambda a: {
        "space_id": a.space.pk,
        "title": "Halve the calls",
        "starts_on": _days(0),
        "ends_on": _days(90),
        "parent_id": a.objective.pk,
        "owner_id": a.member.pk,
    },
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
    "sprints_people_create": lambda a: {"people": [{"user_id": a.member.pk, "share": 80, "days_off": 1.5}]},
    "baselines_create": lambda a: {"space_id": a.project.space_id, "name": "Second"},
    "features_create": lambda a: {
        "product_id": a.product.pk,
        "title": "Night rates",
        "release_id": a.release.pk,
        "team_id": a.team.pk,
    },
    "features_change": lambda a: {"title": "Day rates", "horizon": "now"},
    "releases_create": lambda a: {"product_id": a.product.pk, "name": "4.0", "planned_on": _days(40)},
    "releases_change": lambda a: {"description": "The big one"},
    "features_scope_create": lambda a: {"work_item_id": a.other_item.pk},
    "releases_scope_create": lambda a: {"work_item_id": a.other_item.pk},
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
    "saved_views_change": lambda a: {"name": "Later"},
}
