"""What the fields of the nouns are called in a sentence (“changed the due date from … to …”)."""

from django.utils.translation import gettext_lazy as _

FIELDS = {
    "actual_finish": _("actual finish"), "actual_start": _("actual start"), "assignees": _("assignees"), "audience": _("audience"),
    "base": _("based on"), "basis": _("forecast at that time"), "body": _("comment"), "calendar": _("calendar"), "confidence": _("confidence said"),
    "constraint": _("constraint"), "constraint_at": _("constraint date"), "country": _("holidays of"), "date": _("promised date"),
    "deadline_at": _("deadline"), "description": _("description"), "due_on": _("due"), "duration_minutes": _("duration"),
    "email": _("e-mail"), "ends_at": _("end"), "ends_on": _("end"), "format": _("format"), "is_goal_met": _("goal met"), "review": _("review"), "starts_at": _("start"), "estimate_minutes": _("estimate"), "estimate_points": _("points"),
    "exception": _("exception"), "exceptions": _("exceptions"), "feature": _("feature"), "file_name": _("file"), "given_by": _("given by"),
    "given_on": _("given on"), "goal": _("goal"), "horizon": _("horizon"), "is_confidential": _("confidential"), "is_default": _("default"),
    "is_manual": _("dates by hand"), "is_milestone": _("milestone"), "items": _("work items"), "kept_on": _("kept on"), "key": _("key"),
    "kind": _("kind"), "labels": _("labels"), "lag_minutes": _("lag"), "measure": _("measured by"), "members": _("members"), "name": _("name"),
    "objective": _("objective"), "owner": _("owner"), "parent": _("parent"), "password": _("password"), "percent_complete": _("complete"),
    "planned_finish": _("planned finish"), "planned_on": _("planned for"), "planned_start": _("planned start"), "priority": _("priority"),
    "problem": _("problem"), "product": _("product"), "query": _("filter"), "reason": _("reason"), "release": _("release"),
    "released_on": _("released on"), "replaced_by": _("replaced by"), "reporter": _("reporter"), "role": _("role"), "row": _("entry"),
    "scope": _("scope"), "shipped_on": _("shipped on"), "source": _("predecessor"), "spent_minutes": _("time spent"), "sprint": _("sprint"),
    "sprints": _("sprints"), "starts_on": _("start"), "state": _("state"), "target": _("successor"), "team": _("team"), "title": _("title"),
    "to_whom": _("to whom"), "type": _("type"), "user": _("person"), "week": _("working week"), "weight": _("weight"),
    "column": _("column"), "ended_at": _("ended"), "is_split": _("split"), "is_waiting": _("waits to be pulled on"), "item": _("work item"),
    "lane": _("lane"), "most": _("at most"), "over_limit": _("over the limit"), "override_reason": _("let in because"), "person": _("person"),
    "policy": _("policy"), "rank": _("place"), "service_class": _("class of service"), "stops": _("stops the move"),
    "about": _("tells of"), "address": _("address"), "delivery": _("message"), "host": _("host"), "is_on": _("on"), "reference": _("reference"), "development": _("branch, commit or merge request"), "development_state": _("state of the merge request"), "trigger": _("set off by"), "condition": _("filter"), "steps": _("steps"),
    "category": _("category"), "choices": _("choices"), "currency": _("currency"), "from_state": _("from state"), "is_guarded": _("waits for predecessors"),
    "is_on_cards": _("on the cards of the board"), "is_required": _("needed before work begins"), "level": _("level"), "required": _("required fields"),
    "retired_at": _("retired"), "roles": _("roles"), "to_state": _("to state"), "types": _("types"),
    "day": _("day"), "minutes": _("time spent"), "note": _("note"), "entered_minutes": _("logged in all"), "expected_minutes": _("expected in all"),
    "approvals": _("approvals"), "approver_roles": _("roles that approve"), "approvers": _("who may approve"), "asker": _("asked by"),
    "archived_at": _("archived"), "is_archived": _("archived"),
    "share": _("share"), "state_ids": _("states it passes through"), "start": _("begins in"), "follows": _("follows"), "stop": _("stops in"), "counts_working_days": _("counts working days"), "weekdays": _("days"), "hour": _("hour"), "view": _("view"),
    "cadence_days": _("cadence"), "carried_from": _("carried over from"), "contributions": _("contributions"), "definition": _("definition"),
    "direction": _("direction"), "formula": _("formula"), "kpi": _("KPI"), "learned": _("what was learned"), "off_beyond": _("off track beyond"),
    "created_by": _("created by"), "on": _("day"), "risk_beyond": _("at risk beyond"), "score": _("score"), "scored_on": _("scored on"), "start_value": _("from value"),
    "target_value": _("to value"), "unit": _("unit"), "unit_name": _("name of the unit"), "value": _("value"),
    "commentary": _("commentary"), "spent": _("spent"), "original_budget": _("original cost"), "original_finish": _("original finish"),
    "phase": _("phase"), "department": _("department"), "rating": _("rating of the source"), "said": _("owner's word"), "project": _("project"),
    "source_name": _("source"), "stated_growth": _("cost growth as stated"), "stated_growth_step": _("latest cost growth as stated"),
    "stated_slip_days": _("slip as stated"), "stated_slip_step": _("latest slip as stated"), "way": _("how it came"), "withheld": _("withheld"),
    "costs": _("costs"), "benefits": _("benefits"), "effort": _("effort"), "risks": _("risks"), "side": _("side"),
    "others": _("the proposals that are out"), "aim": _("what counts"), "budget": _("budget"), "capacity": _("capacity"), "shares": _("shares"), "locks": _("locks"), "quarters": _("quarters"), "is_carried_over": _("what is left may be spent later"), "may_hold": _("running projects may be put on hold"),
    "is_mandatory": _("mandatory"), "not_before": _("not before"), "discount_rate": _("discount rate"), "proposal": _("proposal"),
    "closed_at": _("closed"), "closes_at": _("open until"), "features": _("features"), "intro": _("what it is about"), "is_secret": _("secret until it closes"), "voters": _("voters"),
    "decision": _("decision"), "goals": _("goals"), "hypothesis": _("hypothesis"), "looked_on": _("looked at on"), "outcome": _("outcome"), "pains": _("pains"), "positioning": _("positioning"), "result": _("result"),
    "stage": _("stage"), "strengths": _("strengths"), "threshold": _("holds from"), "vision": _("vision"), "weaknesses": _("weaknesses"), "website": _("website"),
    "evidence": _("evidence"), "inputs": _("inputs"), "is_retired": _("no longer used"), "link": _("link"), "method": _("method"), "scoring_model": _("scoring model"),
    "text": _("in their words"), "answer": _("answer to the givers"), "customer": _("customer"), "giver": _("giver with an account"),
    "giver_name": _("giver"), "is_public": _("public"), "outside_votes": _("votes at the source"), "outside_comments": _("comments at the source"),
    "quote": _("sentence that proves it"), "vote": _("vote"), "segment": _("segment"), "merged_into": _("merged into"), "origin": _("source"),
    "is_indexed": _("search engines may list it"), "is_embeddable": _("other sites may show it in a frame"),
    "scope_in": _("in scope"), "scope_out": _("out of scope"), "measures": _("success measures"), "key_result_ids": _("key results"),
    "kpi_ids": _("KPIs"), "assumptions": _("assumptions"), "number": _("number"), "written_by": _("written by"),
    "pmo_signed_by": _("signed for the PMO side by"), "pmo_signed_at": _("signed for the PMO side"), "theme": _("theme"),
    "product_signed_by": _("signed for the product side by"), "product_signed_at": _("signed for the product side"),
    "intended_share": _("intended share"), "computed_from": _("measured by Tandem"), "measured_as": _("measured with the eyes of"),
    "what": _("what was promised"), "withdrawn_on": _("withdrawn on"), "workitem": _("work items"), "points": _("points"),
}  # fmt: skip


def field_name(name: str) -> str:
    """`objective:12` names one row of a kind; what nobody named shows itself."""
    known = FIELDS.get(name.partition(":")[0])
    return str(known) if known else name.replace("_", " ")
