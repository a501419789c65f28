"""Examples of the main nouns, as the OpenAPI document shows them. A test sends each to the API."""

from typing import Any

_ITEM = {
    "title": "Show the price before the booking",
    "description": "Shippers ask for it in **every** call.",
    "priority": 2,
    "service_class": "standard",
    "labels": ["booking"],
    "due_on": "2027-02-12",
    "estimate_points": 3,
}
_SPRINT = {
    "name": "Sprint 12",
    "goal": "Shippers book without calling us",
    "starts_at": "2027-02-01T00:00:00Z",
    "ends_at": "2027-02-14T00:00:00Z",
}

EXAMPLES: dict[str, dict[str, Any]] = {
    "WorkItemCreate": {"space_id": 7, **_ITEM, "assignee_ids": [4]},
    "WorkItemChange": {"due_on": "2027-02-19", "labels": ["booking", "price"]},
    "WorkItemMove": {"state_id": 23, "to_top": True},
    "WorkItem": {
        "id": 4711, "space_id": 7, "key": "POR-12", "number": 12, **_ITEM, "estimate_points": 3.0, "description_format": "markdown",
        "type_id": 31, "state_id": 22, "state_name": "In progress", "state_category": "in_progress", "parent_id": None, "reporter_id": 3, "assignee_ids": [4], "assignee_shares": [100], "awaiting_state_id": None,
        "fields": {}, "derived": {}, "rank": 12288.0, "estimate_minutes": None, "spent_minutes": None, "expected_minutes": None, "logged_minutes": 0, "remaining_minutes": None, "planned_start": None,
        "planned_finish": None, "actual_start": "2027-02-02T08:10:00Z", "actual_finish": None, "duration_minutes": None,
        "percent_complete": 0, "is_given_up": False, "is_milestone": False, "is_summary": False, "is_manual": False, "constraint": "ASAP",
        "constraint_at": None, "deadline_at": None, "calendar_id": None, "removed_at": None, "archived_at": None,
        "updated_at": "2027-02-02T08:10:00Z", "created_at": "2027-01-28T14:02:00Z", "version": 3,
    },
    "QuickLineCreate": {"text": "Login fails on Safari !high @boris ^next #auth 3d"},
    "QuickLineMade": {
        "id": 4713, "key": "POR-14", "version": 2, "title": "Login fails on Safari", "pieces": [
            {"kind": "priority", "start": 22, "end": 27, "said": "High", "is_problem": False},
            {"kind": "person", "start": 28, "end": 34, "said": "Boris Orlov", "is_problem": False},
            {"kind": "when", "start": 35, "end": 40, "said": "Sprint 13", "is_problem": False},
            {"kind": "label", "start": 41, "end": 46, "said": "auth", "is_problem": False},
            {"kind": "estimate", "start": 47, "end": 49, "said": "estimate 3d", "is_problem": False},
        ],
    },
    "FlowFigures": {
        "project_id": 3, "space_id": 7, "now": "2027-02-02T08:10:00Z", "since": "2026-08-04", "until": "2027-02-02", "items": 61,
        "undated": 0, "clock": {"start_state_id": None, "stop_state_id": None, "days": "clock"}, "is_cut": False, "times": None, "weeks": [{"monday": "2027-01-25", "finished": 3, "is_whole": True}],
        "expectation": {"share": 0.85, "days": 12.5, "low": 9.0, "high": 19.0, "items": 44},
        "ages": [{"item_id": 4711, "key": "POR-12", "state_id": 22, "age": 4.5, "is_held": False, "chance": 0.78}],
        "finished": [{"item_id": 4700, "key": "POR-3", "on": "2027-01-28", "days": 6.25, "lead": 15.0}],
        "diagram": {"first": "2027-02-01", "state_ids": [21, 22, 23], "cumulative": [[61, 47, 44], [61, 48, 44]]},
        "bottleneck": None, "clusters": [{"cause": "Supplier", "key": "", "items": 2, "still": 1, "days": 5.5}],
        "forecast": {"as_of": "2027-02-01", "remaining": 17, "p50": "2027-03-12", "p80": "2027-03-26", "p95": "2027-04-09", "refusal": {}},
        "amount": {"by": "2027-03-31", "left": 17, "p50": 17, "p80": 17, "p95": 15},
        "too_little": {"bottleneck": {"found": 5, "needed": 8}},
    },
    "BookingCreate": {
        "subject_kind": "portfolio.project", "subject_id": 3, "person_id": 4, "starts_on": "2027-02-01", "ends_on": "2027-03-26", "percent": "60", "is_hard": True,
    },
    "PlanScenarioCreate": {"space_id": 7, "name": "What if the crane waits"},
    "PlanChangeCreate": {"kind": "item", "subject": 4711, "values": {"starts_on": "2027-03-01", "expected_minutes": 2400}},
    "PlanScenarioDecision": {"do": "merge", "reason": "The crane comes in March"},
    "SkillNeedCreate": {"item_id": 4711, "skill_id": 6, "level": 3},
    "PlanConflict": {
        "id": 31, "space_id": 7, "kind": "promise", "subject_kind": "product.promise", "subject_id": 12, "days": 9, "wanted_on": "2027-03-12",
        "computed_on": "2027-03-21", "detail": {"spaces": [7]}, "ways_of_id": 204, "ways_job_id": 88, "found_at": "2027-02-01T04:20:00Z",
        "gone_at": None, "title": "Bulk booking", "unseen": 0, "version": 2,
    },
    "PlanWays": {
        "conflict_id": 31, "version": 2, "plan_id": 204, "job_id": 88, "is_computing": False, "ways": [{
            "number": 0, "code": "swap", "sentence": "Do it before Berth plan", "item_id": None, "until": None, "person_days": 0.0, "moves": 3,
            "later": [{"what": "Berth plan", "days": 4.0, "days_late": 1.5}], "unseen": 0,
            "objectives": [{"objective_id": 2, "title": "Ports without paper", "days": 6, "moved": 1, "loses": 0}], "unseen_objectives": 0,
        }],
    },
    "PlanConflictProposal": {"way": 0},
    "PlanDraftVerdict": {"is_accepted": True, "name": "Way out of 2027-02-01"},
    "PortfolioPlan": {
        "plan_id": 204, "made_at": "2027-02-01T04:20:00Z", "projects": 1, "late": 1, "next": "", "rows": [{
            "project_id": 3, "space_id": 7, "key": "POR", "name": "Booking portal", "version": 4, "planned_start": "2027-01-04", "planned_finish": "2027-03-12",
            "computed_start": "2027-01-04", "computed_finish": "2027-03-21", "slip": 9, "p50": "2027-03-18", "p80": "2027-04-01", "promised_on": "2027-03-12",
            "status": "off", "items": 42,
        }],
    },
    "RateCreate": {"space_id": 1, "job_role_id": 2, "valid_from": "2027-01-01", "cost": "92.00", "bill": "150.00", "currency": "EUR"},
    "InvoiceBasisCreate": {"space_id": 7, "first_on": "2027-01-01", "last_on": "2027-01-31", "currency": "EUR", "cost_line_ids": []},
    "TimeEntryCreate": {"item_id": 4711, "minutes": 90, "day": "2027-02-02", "note": "Berth plan", "remaining_minutes": 240},
    "EstimateTaken": {"is_p80": False},
    "TimeSheetOpen": {"week": "2027-02-01"},
    "TimerStart": {"item_id": 4711, "note": "Berth plan"},
    "TimeOffCreate": {"person_id": 4, "kind": "holiday", "starts_on": "2027-02-08", "ends_on": "2027-02-12", "ends_half": True},
    "EmploymentCreate": {"space_id": 1, "person_id": 4, "starts_on": "2027-01-01", "percent": 60, "department_id": 5, "manager_id": 3},
    "SprintCreate": {"space_id": 7, **_SPRINT},
    "SprintItems": {"work_item_ids": [4711, 4712]},
    "SprintClosing": {
        "is_goal_met": True, "review": "We showed it to three shippers.", "to_id": 13,
        "elsewhere": [{"work_item_id": 4712, "sprint_id": None}],
    },
    "SprintPeople": {"people": [{"user_id": 4, "share": 60, "days_off": 1.5}]},
    "Sprint": {
        "id": 12, "space_id": 7, **_SPRINT, "state": "active", "started_at": "2027-02-01T08:00:00Z", "closed_at": None,
        "is_goal_met": None, "review": "", "version": 2, "created_at": "2027-01-29T09:30:00Z",
    },
    "BlockCreate": {"item_id": 4711, "kind": "supplier", "reason": "The crane comes on Thursday"},
    "CommentCreate": {"subject_kind": "work.workitem", "subject_id": 4711, "body": "Shown to two shippers: they want the range."},
    "LinkCreate": {"source_id": 4711, "target_id": 4712, "kind": "FS", "lag_minutes": 480},
    "ProjectCreate": {"name": "Booking portal", "key": "POR", "parent_space_id": 1, "starts_on": "2027-01-04"},
    "ProposalCreate": {
        "space_id": 1, "title": "Shore power", "costs": [120000, 40000], "benefits": [0, 90000, 90000], "effort": {"Developer": [60, 30]},
    },
    "BenefitCreate": {
        "space_id": 9, "title": "Fewer calls at the desk", "kind": "measure", "unit_name": "calls a week", "direction": "down", "baseline": 400,
        "target": 250, "target_on": "2027-12-31",
    },
    "RiskCreate": {
        "space_id": 7, "title": "The crane comes late", "kind": "threat", "area": "supplier", "cause": "One supplier, whose plan we do not see.", "event": "It is delivered weeks late.",
        "effect": "Berth 3 waits.", "probability": 40, "days": [5, 10, 20], "money": [10000, 20000, 60000], "currency": "EUR", "near_until": "2027-03-31",
    },
    "RiskTieCreate": {"kind": "touches", "item_id": 4711},
    "RiskReserveCreate": {"space_id": 7, "money": 80000, "days": "12.0", "note": "Steering committee, 12 January"},
    "IssueCreate": {"space_id": 7, "risk_id": 31, "title": "The crane came three weeks late", "severity": "high", "due_on": "2027-03-12", "delay_days": 15},
    "IssueItemCreate": {"item_id": 4711},
    "ChangeRequestCreate": {
        "space_id": 7, "title": "Berth 3 four weeks later", "reason": "The soil report asks for deeper piles; without them the quay does not carry the crane.", "source": "team",
    },
    "ChangeContentCreate": {"kind": "item", "subject": 4711, "values": {"expected_minutes": 9600}},
    "ChangeContentRevision": {"change_id": 52, "values": {"expected_minutes": 7200}},
    "ChangeVerdictCreate": {"side": "product", "answer": "yes", "reason": "The shippers know and agree."},
    "DecisionCreate": {
        "space_id": 7, "question": "Which crane do we buy?", "options": ["The Dutch one", "The German one"], "criteria": "Weeks until delivery, then price", "due_on": "2027-02-12",
    },
    "DecisionVerdict": {"chosen": "The Dutch one", "why": "It stands three weeks earlier.", "revisit_on": "2027-06-01"},
    "ApprovalRuleCreate": {"space_id": 1, "kinds": ["dates", "people"], "days_most": 5, "money_most": 10000, "currency": "EUR", "product_voices": 0, "pmo_voices": 1},
    "ApprovalRuleMove": {"is_up": True},
    "DelegationCreate": {"space_id": 1, "delegate_id": 2, "starts_on": "2027-02-01", "ends_on": "2027-02-12", "kinds": ["dates"], "is_away_only": False},
    "MethodCreate": {"space_id": 1, "ours": "hybrid"},
    "ProjectFromMethod": {"name": "Quay 4", "parent_space_id": 1, "starts_on": "2027-02-01"},
    "MethodUseCreate": {"project_id": 9, "method_version_id": 2, "starts_on": "2027-02-01"},
    "MethodUsePhase": {"phase": "plan"},
    "PackCreate": {"space_id": 1, "text": "name: Ports\ncontrols:\n- key: access\n  name: Rights are looked through\n  evidence: judged\n  standards: [ISO 27001 A.5.18]\n"},
    "PackVersionCreate": {
        "text": "name: Ports\ncontrols:\n- key: access\n  name: Rights are looked through twice a year\n  evidence: judged\n", "note": "Twice a year",
    },
    "PackUseCreate": {"project_id": 9, "pack": "healthcare"},
    "ControlSaid": {"control": "records", "state": "met", "evidence": "Tested with six roles, report of 3 March", "link": "/work-items/POR-12/"},
    "MethodTailoring": {"reason": "The charter says it already", "is_left_out": True},
    "GateJudgement": {"is_met": True, "evidence": "Three shippers said so", "link": "/feedback/12/"},
    "GateVerdictCreate": {
        "verdict": "recycle", "reason": "The benefit is not proven", "digest": "0" * 64, "conditions": [{"title": "Ask three shippers", "owner_id": 4, "due_on": "2027-03-05"}],
    },
    "CostLineCreate": {
        "space_id": 7, "title": "Berth crane, second instalment", "kind": "purchase", "treatment": "capex", "month": "2027-02-01", "currency": "EUR",
        "planned": "120000.00", "committed": "118500.00", "supplier": "Kran AG", "reference": "PO-2214",
    },
    "BudgetCreate": {"project_id": 9, "amount": "850000.00", "currency": "EUR", "note": "Steering committee, 12 January"},
    "BudgetStep": {"amount": "-40000.00", "note": "The second berth is not built"},
    "BudgetTransfer": {"to_id": 11, "amount": "25000.00", "note": "The depot pays for the shared gate"},
    "ExchangeRateCreate": {"currency": "CNY", "on": "2027-02-01", "rate": "0.1284", "source_name": "ECB"},
    "ScenarioCreate": {
        "space_id": 1, "name": "15 % less", "starts_on": "2027-01-01", "budget": [300000], "capacity": {"Developer": [180]},
        "shares": [{"group": "kind:transform", "bound": "least", "percent": 20}],
    },
    "FeatureCreate": {"product_id": 2, "title": "Bulk booking"},
    "ReleaseCreate": {"product_id": 2, "name": "3.0", "planned_on": "2027-03-31"},
    "RoadmapEditionCreate": {
        "space_id": 1, "name": "For the steering board", "query": "-state:idea", "precision": "month", "shows_forecast": True, "shows_slip": True,
    },
    "PortalOpening": {"product_id": 2, "intro": "What would help you most?", "is_embeddable": True},
    "FeedbackGroupIdea": {"title": "Night prices", "feedback_ids": [31, 47, 52]},
    "ScoringModelCreate": {
        "space_id": 1, "name": "Worth for the money", "method": "own", "formula": "(value + 2 * risk) / effort",
        "inputs": [{"name": "value", "least": 1, "most": 10}, {"name": "risk", "least": 0, "most": 10}, {"name": "effort", "unit": "person-day"}],
    },
    "ScoreCreate": {
        "feature_id": 5, "model_id": 2, "inputs": {"value": 7, "risk": 3, "effort": {"value": 12, "evidence": "Boris estimated it with the team"}},
    },
    "BallotCreate": {
        "product_id": 2, "title": "What comes after 3.0?", "method": "money", "budget": 100, "closes_at": "2027-02-12T17:00:00Z", "feature_ids": [5, 6, 9],
    },
    "BallotVote": {"answer": {"gifts": {"5": 60, "9": 40}}, "vote_version": 0},
    "BallotDecision": {"order": [5, 9, 6], "reason": "Shippers wait for bulk booking", "notes": {"9": "Legal needs it by April"}},
    "PromiseCreate": {"feature_id": 5, "to_whom": "the shippers", "date": "2027-02-12", "reason": "Asked for in the October round"},
    "ObjectiveCreate": {
        "space_id": 1, "title": "Shippers book without calling us", "starts_on": "2027-01-01", "ends_on": "2027-03-31",
    },
    "KeyResultCreate": {"objective_id": 3, "title": "Self-service bookings", "unit": "percent", "start_value": 58, "target_value": 70},
    "CheckInCreate": {"on": "2027-02-12", "value": 64, "confidence": "risk", "comment": "Two shippers wait for the price list"},
    "ProjectReportCreate": {
        "project_id": 9, "on": "2026-09-30", "source_name": "GMPP", "phase": "Construction", "planned_finish": "2028-03-31",
        "budget": "421000000", "currency": "GBP", "rating": 3, "said": "on", "commentary": "The first station opens in June.",
    },
    "KpiCreate": {
        "space_id": 1, "name": "Cost per shipment", "unit": "money", "unit_name": "EUR", "direction": "down", "cadence_days": 31,
        "target": "3.61", "risk_beyond": "3.90", "off_beyond": "4.20",
    },
    "MeasurementCreate": {"on": "2027-02-01", "value": "3.85"},
    "DocumentCreate": {"space_id": 7, "title": "How we release", "body": "We ship on Tuesdays, when #POR-12 is done.", "note": "First draft"},
    "SavedViewCreate": {"space_id": 7, "name": "Late and mine", "page": "work_items", "query": "q=assignee:me+due:overdue"},
    "Problem": {
        "type": "urn:tandem:problem:title_empty", "title": "A title is needed.", "status": 422, "code": "title_empty",
        "errors": [{"field": "title", "message": "A title is needed."}],
    },
    "Conflict": {
        "type": "urn:tandem:problem:stale", "status": 412, "code": "stale",
        "title": "Somebody changed this in the meantime. Look at both versions and save again.",
        "current": {"id": 4711, "due_on": "2027-02-26", "version": 4}, "sent": {"due_on": "2027-02-19"},
    },
}  # fmt: skip
