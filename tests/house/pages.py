"""Every page as Django's resolver lists it, and an address and a form for each."""

import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import URLPattern, get_resolver

from tandem.governance.actions import gate_verdicts
from tandem.kit import clock
from tandem.resources.actions import allocations
from tests.api.routes import EXAMPLES
from tests.areas import PACK, Area
from tests.house.policies import OUTSIDE

_BY_SLUG = {"teams": "team", "incoming": "inlet", "people": "member", "account": "token"} | EXAMPLES | {"costs": "cost_line", "changes": "change_request"}


@dataclass(frozen=True)
class Route:
    name: str
    template: str

    def subject(self, area: Area) -> Any:
        special = {"meetings_sendings": "held_meeting", **dict.fromkeys(("invoice_basis", "invoice_basis_csv", "invoice_basis_xlsx", "invoice_basis_cancellations"), "invoice_basis"), "time_sheet": "time_sheet", "plan_why": "item", "plan_conflict": "plan_conflict", "plan_conflict_ways": "plan_conflict", "plan_conflict_proposals": "plan_conflict", "plan_draft_verdicts": "plan_draft", **{f"plan_scenario{part}": "plan_scenario" for part in ("", "_changes", "_computations", "_decisions")}, "change_request_words": "written_change", "change_request_submissions": "written_change", "decisions_revisits": "made_decision", "scenarios_adoptions": "answered_scenario", "methods_removals": "unused_method", "packs_removals": "unused_pack", "pack_use_upgrades": "own_pack_use", "proposals_removals": "draft", "benefits_removals": "unmeasured_benefit", "feed_removals": "feed", "roadmap_share_removals": "share", "work_items_view_removals": "view", "roadmap_row": "feature",
                   "work_item_restorations": "removed_item", "block_reopenings": "ended_block", "checklist_restorations": "removed_entry", "time_entry_restorations": "removed_time", "submission_reopenings": "declined_submission",
                   "sprint_closings": "running_sprint", "key_results_reopenings": "scored_key_result", "sprint_reopenings": "closed_sprint",
                   "sprint_retrospective": "running_sprint", "trace": "feature", "release_publications": "out_release", "feedback_separations": "merged_feedback", "portal_entry": "public_feedback", "ballot_decisions": "closed_ballot", "ballot_decision_undos": "decided_ballot"}  # fmt: skip
        example = special.get(self.name) or _BY_SLUG.get(self.template.split("/")[0], "")
        if self.template.startswith(("boards/", "plans/", "backlog/", "plan/ranges/")):
            example = "item"
        return getattr(area, example, None)

    def path(self, area: Area) -> str:
        subject, key = self.subject(area), area.project.space.key
        if self.template.startswith("work-items/"):
            key = getattr(subject, "key", key)
        if self.name == "project_reports_course_proposals":
            key = area.portfolio.space.key
        names = {"<int:id>": getattr(subject, "pk", 0), "<slug:key>": key, "<str:key>": key, "<str:kind>": "md" if self.name == "release_notes_file" else "feature",
                 "<uuid:run>": uuid.uuid4(), "<int:person>": area.member.pk, "<slug:calendar>": "meetings", "<str:entry>": "meeting-1.ics", "<str:token>": self._secret(area)}  # fmt: skip
        found = self.template
        for placeholder, value in names.items():
            found = found.replace(placeholder, str(value))
        return f"/{found}" + ("?peek=1" if self.name == "roadmap_row" else f"?kind=work.workitem&id={area.item.pk}" if self.name == "thanks_new" else "")

    def _secret(self, area: Area) -> str:
        secrets = {"feed_shared": area.feed_secret, "inlet_take": area.inlet_secret, "intake_shared": area.intake_form.token, "portal_shared": area.portal.token,
                   "portal_entry": area.portal.token, "portal_releases": area.portal.token, "ballot_shared": area.ballot_secret}
        return secrets.get(self.name, area.share_secret)

    def body(self, area: Area) -> dict[str, Any]:
        version = getattr(self.subject(area), "version", "")
        return {"version": version} | (FORMS[self.name](area) if self.name in FORMS else {})


def routes() -> dict[str, Route]:
    return {name: Route(name, template) for name, template in _walk(get_resolver())}


def _walk(resolver: Any, before: str = "") -> Iterator[tuple[str, str]]:
    for pattern in resolver.url_patterns:
        template = before + str(pattern.pattern)
        if template.startswith((*OUTSIDE, "api/v1/")):
            continue
        if isinstance(pattern, URLPattern):
            yield pattern.name or template, template
        else:
            yield from _walk(pattern, template)


def _day(count: int) -> str:
    return (clock.today() + timedelta(days=count)).isoformat()


def _json(**values: Any) -> dict[str, Any]:
    return {"json": json.dumps(values)}


_TALKED_ABOUT = ("teams", "themes", "charters", "objectives", "key_results", "kpis", "proposals", "benefits", "risks", "issues", "change_requests", "approval_rules", "delegations", "decisions", "methods", "packs", "gates", "documents", "stakeholders", "pulses", "onboarding_templates", "meetings", "meeting_series", "cost_lines", "exchange_rates", "scenarios", "portfolios", "programmes", "projects", "project_reports", "products", "features", "releases", "promises", "calendars", "scoring_models", "ballots", "experiments", "roadmap_editions", "personas", "competitors", "research_notes", "feedback", "customers", "segments", "bookings", "job_roles", "skills", "equipment", "departments")
_SAID = {f"{slug}_comments": lambda a: {"body": "Seen."} for slug in _TALKED_ABOUT} | {
    f"{slug}_attachments": lambda a: {"file": SimpleUploadedFile("plan.txt", b"berth 3")} for slug in _TALKED_ABOUT
}

# a form that would be taken, so that a refusal is one of rights
FORMS: dict[str, Callable[[Area], dict[str, Any]]] = {
    **_SAID,
    "access": lambda a: {"user": a.member.pk, "role": "stakeholder"},
    "people_new": lambda a: {"name": "Noor", "email": "noor@example.org", "role": "member"},
    "people_edit": lambda a: {"name": "Noor", "email": "noor@example.org"},
    "time_off_verdicts": lambda a: {"do": "approve"},
    "person_time_rows": lambda a: {"do": "copy", "week": _day(0)},
    "person_time_steps": lambda a: {"do": "submit", "week": _day(0), "version": 1},
    "timer": lambda a: {"do": "discard"},
    "people_invitations": lambda a: {"email": "noor@example.org", "role": "member"},
    "charters_signatures": lambda a: {"side": "pmo"},
    "plan_conflict_proposals": lambda a: {"way": "0"},
    "plan_draft_verdicts": lambda a: {"do": "accept"},
    "plan_scenarios_create": lambda a: {"name": "What if", "space": a.project.space_id},
    "plan_scenario_changes": lambda a: {"kind": "item", "key": a.other_item.key, "priority": "1"},
    "plan_scenario_decisions": lambda a: {"do": "discard"},
    "equipment_needs_changes": lambda a: {"equipment": a.equipment_need.equipment_id, "amount": "1", "starts_on": "2026-02-02", "ends_on": "2026-02-06"},
    "skill_needs_changes": lambda a: {"skill": a.skill_need.skill_id, "level": "4"},
    "portfolio_plan_acceptances": lambda a: {"plan": a.levelled_plan.pk, "project": a.project.pk},
    "contributions": lambda a: {"kind": "portfolio.project", "id": a.project.pk, "objective": a.objective.pk, "weight": 40},
    "scenarios_adoptions": lambda a: {"reason": "The berth", "others": "keep"},
    "scenarios_capacities": lambda a: {"role": "Developer", "name": "Developer", "days": "20"},
    "scenarios_locks": lambda a: {"to": f"out:{a.proposal.pk}"},
    "scenarios_shares": lambda a: {"bound": "most", "percent": "80", "group": "kind:run"},
    "proposals_moves": lambda a: {"state": "assessed"},
    "portfolio_mix": lambda a: {"kind:run": "60", "kind:grow": "30", "kind:transform": "10"},
    "invoice_runs": lambda a: {"in": a.project.space.key, "from": a.paid_cost_line.month.isoformat(), "to": a.paid_cost_line.month.isoformat(), "currency": "EUR", "cost": a.paid_cost_line.pk},
    "invoice_basis_cancellations": lambda a: {"reason": "Never sent"},
    "costs_paste": lambda a: {"text": "title;month;planned\nFenders;2027-02;12", "do": "take"},
    "budget": lambda a: {"amount": "100", "note": "The board"},
    "budget_transfers": lambda a: {"to": a.second_project.pk, "amount": "50", "note": "Shared gate"},
    "counting": lambda a: {"currency": "EUR", "first_month": "4"},
    "risks_reviews": lambda a: {"next_on": _day(20)},
    "risks_moves": lambda a: {"state": "closed", "reason": "It arrived"},
    "risks_ties": lambda a: {"key": a.other_item.key},
    "risk_suggestion_answers": lambda a: {"origin": "catalogue:key_person"},
    "risk_scale": lambda a: {"probabilities": "10 20 30 40", "days": "1 2 3 4", "money": "1k 2k 3k 4k", "currency": "EUR", "medium_from": "5", "high_from": "10", "silence_critical": "1", "silence_high": "2", "silence_medium": "3", "silence_low": "4", "version": a.risk_scale.version},
    "risk_scale_removals": lambda a: {"version": a.risk_scale.version},
    "risk_reserves": lambda a: {"money": "2k", "days": "3"},
    "meeting_series_new": lambda a: {"home": a.project.space_id, "title": "Steering", "purpose": "Decide", "starts_on": _day(3), "at": "10:00", "minutes": "30", "zone": "Europe/Berlin", "gather_days": "3"},
    "meeting_series_edit": lambda a: {"title": "Steering", "purpose": "Decide", "owner": a.admin.pk, "starts_on": _day(3), "at": "10:00", "minutes": "30", "zone": "Europe/Berlin", "gather_days": "3"},
    "meeting_series_moves": lambda a: {"state": "ended"},
    "meetings_moves": lambda a: {"state": "cancelled", "reason": "Fog"},
    "meetings_reschedulings": lambda a: {"starts_at": f"{_day(9)}T12:00", "minutes": "30"},
    "meetings_answers": lambda a: {"comes": "no"},
    "meetings_points": lambda a: {"title": "Tides", "minutes": "5"},
    "meeting_point_changes": lambda a: {"do": "note", "notes": "Late", "was": ""},
    "pulses_new": lambda a: {"team": a.spare_team.pk, "name": "", "questions": "I can keep up.", "every_weeks": "2", "open_days": "5", "next_on": _day(3)},
    "pulses_edit": lambda a: {"name": "Night", "questions": "I can keep up.", "every_weeks": "2", "open_days": "5", "next_on": _day(3)},
    "pulse_round_answers": lambda a: {"q0": "4"},
    "onboarding_templates_new": lambda a: {"home": a.project.space_id, "name": "Yard", "kind": "joining", "steps-count": "1", "steps-text-0": "Keys", "steps-who-0": "buddy", "steps-after-0": "-1"},
    "onboarding_templates_edit": lambda a: {"name": "Yard", "kind": "joining", "steps-count": "1", "steps-text-0": "Keys", "steps-who-0": "buddy", "steps-after-0": "-1"},
    "onboardings_new": lambda a: {"home": a.space.pk, "template": a.onboarding_template.pk, "person": a.member.pk, "on": _day(3)},
    "onboardings_edit": lambda a: {"buddy": a.admin.pk},
    "onboarding_step_ticks": lambda a: {"done": "1"},
    "thanks_new": lambda a: {"kind": "work.workitem", "id": a.other_item.pk, "receiver": a.member.pk, "words": "For the crane"},
    "stakeholders_notes": lambda a: {"what": "The berth comes in June", "from": "us"},
    "documents_passages": lambda a: {"do": "add", "quote": "on Tuesdays", "body": "Why?"},
    "documents_moves": lambda a: {"to": "up"},
    "documents_restorations": lambda a: {"number": "1"},
    "issues_progress": lambda a: {"note": "A crane is on its way"},
    "issues_moves": lambda a: {"state": "resolved", "resolution": "A new crane"},
    "issues_items": lambda a: {"key": a.other_item.key},
    "decisions_verdicts": lambda a: {"chosen": "Dutch", "why": "It stands sooner"},
    "approval_rules_moves": lambda a: {"to": "up"},
    "delegations_new": lambda a: {"home": a.project.space_id, "delegate": a.delegation.delegate_id, "starts_on": _day(0), "ends_on": _day(3)},
    "decisions_revisits": lambda a: {"note": "Still so", "next_on": _day(40)},
    "change_request_contents": lambda a: {"kind": "drop", "key": a.other_item.key},
    "change_request_words": lambda a: {"title": "Not yet", "reason": "The piles go deeper"},
    "change_request_verdicts": lambda a: {"side": "pmo", "answer": "no", "reason": "Nobody has the time"},
    "change_request_withdrawals": lambda a: {"reason": "No longer needed"},
    "change_request_emergencies": lambda a: {"reason": "The quay is on fire"},
    "methods_takings": lambda a: {"in": a.space.key, "key": "kanban"},
    "method_draft": lambda a: {"phases": "think | Think | concept | 5", "version": a.method_draft.version},
    "method_new_project": lambda a: {"method": a.method.pk, "name": "Quay 9", "home": a.space.pk, "starts_on": _day(3)},
    "project_method_beginnings": lambda a: {"method": a.method.pk, "starts_on": _day(0)},
    "method_use_upgrades": lambda a: {"to": a.method_version.pk},
    "method_use_phases": lambda a: _json(state="concept", version=a.method_use.version),
    "method_part_changes": lambda a: {"do": "leave", "reason": "Small"},
    "gates_edit": lambda a: {"due_on": _day(90), "reason": "Fog"},
    "gates_verdicts": lambda a: {"verdict": "hold", "reason": "No people", "digest": gate_verdicts.content(a.gate)[1]},
    "gates_releases": lambda a: {"amount": "1200", "currency": "EUR"},
    "packs_new": lambda a: {"home": a.space.pk, "text": PACK},
    "packs_edit": lambda a: {"text": PACK.replace("Rights", "All rights").replace("Ports", a.own_pack.name)},
    "pack_use_upgrades": lambda a: {"to": a.pack_version.pk},
    "project_gaps_packs": lambda a: {"pack": "retail"},
    "pack_use_words": lambda a: {"control": "access", "state": "met", "evidence": "Tested"},
    "gate_judgements": lambda a: {"is_met": "no", "evidence": "Too dear"},
    "benefits_measurements": lambda a: {"on": _day(-1), "value": "21000"},
    "benefits_moves": lambda a: {"state": "missed", "reason": "The ships stayed away"},
    "project_reports_course_proposals": lambda a: {"first": _day(0), "kind": "run", "weight": 50},
    "proposals_contributions": lambda a: {"objective": a.objective.pk, "weight": 40},
    "proposals_ties": lambda a: {"other": a.draft.pk, "kind": "excludes"},
    "readiness": lambda a: {"do": "release"},
    "release_checks": lambda a: {"lines": "Support is told"},
    "release_check": lambda a: {"do": "pass"},
    "feature_note": lambda a: _json(note_en="Book many at once"),
    "release_introduction": lambda a: _json(notes_en="Faster"),
    "features_contributions": lambda a: {"objective": a.objective.pk, "weight": 40},
    "key_results_check_ins": lambda a: {"value": "61", "confidence": "on", "on": _day(0)},
    "key_results_scores": lambda a: {"score": "0.7", "learned": "Prices come first"},
    "kpis_measurements": lambda a: {"on": _day(-1), "value": "4.2"},
    "objectives_carry_overs": lambda a: {"starts_on": _day(91), "ends_on": _day(180)},
    "feedback_groups_taken": lambda a: {"entry": [a.feedback.pk, a.other_feedback.pk], "title": "Shorter queues"},
    "portal_settings": lambda a: {"intro": "Say it"},
    "portal_verdicts": lambda a: {"entry": a.waiting_feedback.pk, "do": "show"},
    "portal_shared": lambda a: {"title": "A longer pier"},
    "portal_entry": lambda a: {"email": "ida@example.org"},
    "feedback_links": lambda a: {"feature": a.feature.pk},
    "feedback_merges": lambda a: {"into": a.other_feedback.pk},
    "features_scope": lambda a: {"keys": a.other_item.key},
    "ballot_voters": lambda a: {"do": "link", "name": "Ida"},
    "ballot_shared": lambda a: {f"f-{a.feature.pk}": "3", "version": 0},
    "ballot_decisions": lambda a: {f"place-{a.feature.pk}": 1, f"place-{a.other_feature.pk}": 2, "reason": "Shippers wait"},
    "product_ranking_adoptions": lambda a: {"model": a.scoring_model.pk},
    "features_inputs": lambda a: _json(value=5),
    "promises_revisions": lambda a: {"date": _day(80), "reason": "late"},
    "promises_withdrawals": lambda a: {"reason": "late"},
    "calendars_exceptions": lambda a: {"name": "Outing", "starts_on": _day(3), "ends_on": _day(3)},
    "work_items_bulk": lambda a: {"ids": [a.item.pk], "do": "priority:1"},
    "feeds": lambda a: {"name": "Mine", "query": ""},
    "work_items_day": lambda a: _json(due=_day(9), version=a.item.version),
    "work_items_card": lambda a: _json(state="done~", version=a.item.version),
    "allocation_cells": lambda a: _json(rows=[{"row": 1, "id": a.booking.pk, "version": allocations.state_of([a.booking]), "cells": {_day(-clock.today().weekday()): "10"}}]),
    "work_items_sheet": lambda a: _json(
        space=a.project.space_id, columns=["title"], rows=[{"row": 1, "id": a.item.pk, "version": a.item.version, "cells": {"title": "New"}}]
    ),
    "work_items_views": lambda a: {"name": "Late", "query": "", "audience": "private"},
    "work_item": lambda a: _json(title="New"),
    "work_items_bar": lambda a: _json(name="New", version=a.item.version),
    "work_items_bar_undos": lambda a: _json(run=str(uuid.uuid4())),
    "work_item_editing": lambda a: _json(field="title"),
    "work_item_comments": lambda a: {"body": "Seen."},
    "work_item_attachments": lambda a: {"file": SimpleUploadedFile("plan.txt", b"berth 3")},
    "work_item_links": lambda a: {"other": a.other_item.key, "kind": "relates"},
    "board_settings": lambda a: {"do": "add", "name": "Review"},
    "archiving_settings": lambda a: {"do": "set", "days": "30"},
    "link_kind_settings": lambda a: {"do": "add", "name": "tests", "inverse": "is tested by"},
    "field_settings": lambda a: {"do": "add", "name": "Version", "kind": "text"},
    "workflow_settings": lambda a: {"do": "add_type", "name": "Risk", "level": "2"},
    "work_item_blocks": lambda a: {"do": "end", "block": a.block.pk},
    "item_templates": lambda a: {"name": "Weekly", "title": "Check"},
    "intake_forms": lambda a: {"do": "create", "title": "Ask"},
    "submission_verdicts": lambda a: {"do": "decline", "reason": "No room"},
    "intake_shared": lambda a: {"title": "Crane"},
    "work_item_copies": lambda a: {"title": "Again"},
    "work_item_relocations": lambda a: {"space": a.second_project.space_id},
    "work_item_checklist": lambda a: {"do": "add", "lines": "Call the yard"},
    "checklist_entry": lambda a: _json(text="Call the yard"),
    "move_request_verdicts": lambda a: {"do": "reject", "reason": "No berth"},
    "work_item_archivings": lambda a: {"do": "unarchive"},
    "work_item_shares": lambda a: _json(**{f"share:{a.admin.pk}": "60"}),
    "work_item_time": lambda a: {"do": "log", "time": "1h 30m"},
    "time_entry": lambda a: _json(minutes="45m"),
    "board_card": lambda a: _json(state=a.state.pk, after=None, version=a.item.version),
    "backlog_item": lambda a: _json(section=str(a.sprint.pk), after=None, version=a.item.version),
    "backlog_items": lambda a: {"title": "New", "section": a.sprint.pk},
    "sprint_edit": lambda a: {"name": "Sprint 9", "goal": "Berths", "starts_on": _day(1), "ends_on": _day(9)},
    "sprint_closings": lambda a: {"to": a.sprint.pk},
    "sprint_people": lambda a: {"person": a.member.pk},
    "sprint_retrospective": lambda a: {"do": "open", "format": "four_ls"},
    "sprint_notes": lambda a: {"body": "Berth 3 is free."},
    "plan_item": lambda a: _json(start=29_000_000, finish=29_000_480, version=a.item.version),
    "plan_links": lambda a: _json(**{"from": a.other_item.pk, "to": a.item.pk, "type": "SS"}),
    "plan_rows": lambda a: _json(name="New row"),
    "plan_undos": lambda a: _json(run=str(uuid.uuid4())),
    "plan_baselines": lambda a: {"name": "Second"},
    **{f"webhook_{what}": lambda a: {"name": "Chat", "address": "https://chat.example.org/1", "about": ["comment"]} for what in ("new", "edit")},
    **{f"rule_{what}": lambda a: {"name": "Urgent", "trigger": "created", "do_1": "priority", "priority_1": 1} for what in ("new", "edit")},
    "inlet_new": lambda a: {"name": "Alerts", "kind": "records"},
    "inlet_take": lambda a: {},
    "rule_changes": lambda a: {"do": "off"},
    "webhook_changes": lambda a: {"do": "test"},
    "import_answers": lambda a: {},
    "watches": lambda a: {"do": "watch", "kind": "work.workitem", "id": a.item.pk},
}
