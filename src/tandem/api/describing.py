"""The OpenAPI document as people and generators of clients read it: a sentence for each operation, examples, and errors in
the content type in which they come."""

import re
from typing import Any

from tandem.api.examples import EXAMPLES

PROBLEM = "application/problem+json"
_PLAIN = {"GET /": "List {many}", "POST /": "Create {one}", "GET /{id}/": "Show {one}", "PATCH /{id}/": "Change {one}",
          "DELETE /{id}/": "Remove {one}", "GET /{id}/history/": "What happened to {one}"}  # fmt: skip
# what is no plain list, creation or removal: by the operation's id
_SENTENCES = {
    "alignment_read": "Where the work goes against what was intended",
    "project_dependencies_read": "What projects wait for in each other", "portfolios_mix_read": "The mix of investments of a portfolio", "portfolios_tree_read": "What stands below a portfolio",
    "roadmap_shares_create": "Share a roadmap by a link", "roadmap_shares_remove": "Take the link of a roadmap back",
    "charters_create": "Write the first or the next version of a charter", "charters_signatures_create": "Sign a charter for one side",
    "charters_signature_withdrawals_create": "Take the signature of a side back",
    "attachments_create": "Attach a file", "attachments_content_read": "Download an attachment",
    "bookings_fillings_create": "Put a person in the place of a job role, a placeholder or somebody else",
    "time_off_create": "Ask for time off", "time_off_read": "Show a time off", "time_off_verdicts_create": "Approve or decline time off",
    "time_off_withdrawals_create": "Withdraw time off",
    "time_sheets_create": "Open the week of a person", "time_sheets_submissions_create": "Send in a week of time", "time_sheets_withdrawals_create": "Take a week of time back",
    "time_sheets_verdicts_create": "Approve a week of time or send it back", "time_sheets_reopenings_create": "Reopen an approved week of time",
    "timers_create": "Start the timer on a work item", "timers_remove": "Throw the timer away", "timers_stops_create": "Stop the timer: it becomes a time entry",
    "ballots_closings_create": "Close a ballot before its time", "ballots_decisions_create": "Settle a ballot: the order of its features, and why",
    "ballots_outcome_read": "How a ballot stands or ended, computed", "ballots_reopenings_create": "Open a ballot again",
    "ballots_reversals_create": "Take the decision on a ballot back", "ballots_voters_create": "Invite people to a ballot",
    "ballots_votes_create": "Vote, or change one's vote",
    "blocks_create": "Block a work item", "blocks_ends_create": "End a block", "blocks_remove": "Take a block back",
    "blocks_reopenings_create": "Let a block that was ended run on", "calendars_exceptions_create": "Add an exception to a calendar",
    "columns_moves_create": "Put a column at another place", "features_scope_create": "Put a work item into a feature",
    "features_scope_remove": "Take a work item out of a feature", "jobs_cancellations_create": "Ask a job to stop",
    "key_results_check_ins_create": "Check in: how a key result stands on a day", "key_results_scores_create": "Score a key result",
    "key_results_reopenings_create": "Take the score of a key result back", "key_results_standing_read": "How a key result stands, computed",
    "kpis_measurements_create": "Measure a KPI: one value for each day", "objectives_carry_overs_create": "Carry an objective over into another period",
    "links_create": "Link two work items", "notification_rules_change": "Change one's own notification rules",
    "notification_rules_read": "Show one's own notification rules", "notifications_completions_create": "Be done with a notification",
    "notifications_returns_create": "Make a notification unread again", "notifications_snoozes_create": "Put a notification off",
    "objectives_contributions_create": "Say what serves an objective", "promises_create": "Give a promise", "promises_record_read": "How well dates are kept, quarter by quarter",
    "promises_keepings_create": "Say that a promise was kept", "promises_revisions_create": "Revise a promise",
    "proposals_moves_create": "Move a proposal a step through the queue", "proposals_ties_create": "Tie a proposal to another",
    "risks_moves_create": "Close a risk, or open it again", "risks_reviews_create": "Say that a risk was looked at, and when it is again", "risks_ties_create": "Say what a risk touches, or what carries its response out",
    "change_requests_contents_create": "Write down what a change request asks for", "change_requests_revisions_create": "Change what a change request asks for: both sides are asked anew",
    "approval_rules_moves_create": "Move a line of the table of approvals", "delegations_withdrawals_create": "Take a lent voice back",
    "change_requests_submissions_create": "Hand a change request in", "change_requests_verdicts_create": "Say a verdict for one side", "change_requests_withdrawals_create": "Withdraw a change request",
    "change_requests_emergencies_create": "Carry a change out before its approval", "change_requests_computations_create": "Compute what a change does", "change_requests_effect_read": "What a change does",
    "decisions_verdicts_create": "Decide, once", "decisions_replacements_create": "Decide otherwise: a new decision takes its place", "decisions_revisits_create": "Say that a decision was looked at again",
    "issues_moves_create": "Say what became of an issue", "issues_progress_create": "Tell of progress on an issue: its clock begins again", "issues_items_create": "Name a work item that an issue blocks",
    "benefits_moves_create": "Say what became of a benefit", "benefits_measurements_create": "Measure a benefit: one value for each day",
    "portfolios_mixes_create": "Say which mix of investments a portfolio is meant to have",
    "scenarios_locks_create": "Lock a proposal in or out of a scenario", "scenarios_copies_create": "Copy a scenario",
    "scenarios_adoptions_create": "Adopt a scenario: the decision with its reason", "adoptions_reversals_create": "Take the adoption of a scenario back",
    "scenarios_solutions_create": "Have a scenario solved", "scenarios_capacities_read": "What there is for a scenario: days by job role, money",
    "products_rankings_create": "Put features of a product into an order",
    "projects_flow_read": "Flow of a project: times, ages, throughput, forecast",
    "projects_quick_line_create": "Make a work item from one typed line", "projects_quick_line_read": "What a typed line would become",
    "promises_withdrawals_create": "Withdraw a promise", "releases_scope_create": "Put a work item into a release",
    "releases_scope_remove": "Take a work item out of a release", "spaces_members_create": "Give a person a role in a space",
    "spaces_members_remove": "Take a person's role in a space away", "sprints_closings_create": "Close a sprint",
    "sprints_figures_read": "Course, chance and velocity of a sprint", "sprints_items_create": "Put work items into a sprint",
    "sprints_items_remove": "Take a work item out of a sprint", "sprints_people_create": "Say who is in a sprint",
    "sprints_reopenings_create": "Open a closed sprint again", "sprints_starts_create": "Start a sprint",
    "retrospectives_create": "Open the retrospective of a sprint", "retrospectives_showings_create": "Show the notes of a retrospective", "retrospectives_closings_create": "Close a retrospective",
    "retrospectives_notes_list": "Notes of a retrospective", "retrospectives_notes_create": "Write a note", "retrospectives_note_withdrawals_create": "Take an own note back",
    "retrospectives_groups_create": "Put a note to another that says the same", "retrospectives_votes_create": "Vote for a note", "retrospectives_actions_create": "Agree on what is done: a work item",
    "tokens_remove": "Revoke a token", "users_create": "Add a person", "users_disablements_create": "Disable an account",
    "users_me": "Who is asking", "watches_create": "Watch a record", "watches_remove": "Watch a record no longer",
    "projects_followings_create": "Follow the states and types of a space above",
    "projects_leavings_create": "Take an own copy of the states and types that are followed",
    "projects_acceptances_create": "Accept levelled dates of a project: they become the plan in force, and a baseline is taken",
    "portfolio_plan_read": "The plan of the portfolio: projects as planned and as computed, those that slip most first",
    "portfolio_plan_items_read": "Why a work item stands where it stands in the levelled plan: the chain that binds it",
    "portfolio_plan_moves_read": "What moved since an earlier day, and why",
    "spaces_plan_range_read": "When the plan of a project or of what stands above it ends, as a range, and what moves the end",
    "spaces_plan_ranges_create": "Compute the range of a plan anew",
    "portfolio_plan_searches_create": "Look for a better order of all open work",
    "plan_conflicts_ways_create": "Have ways out of a conflict computed", "plan_conflicts_ways_read": "Ways out of a conflict with the effect of each",
    "plan_conflicts_proposals_create": "Propose a way out: a draft for each project whose dates it moves", "plan_drafts_verdicts_create": "Accept or decline a draft of the plan",
    "plan_scenarios_changes_create": "Write a change down in a plan scenario", "plan_scenarios_computations_create": "Compute a plan scenario",
    "plan_scenarios_decisions_create": "Merge a plan scenario into the plan, or discard it", "plan_scenarios_picture_read": "What a plan scenario comes to",
    "archivings_undos_create": "Bring back what a rule archived",
    "projects_move_followings_create": "Follow the allowed moves of a space above", "projects_move_leavings_create": "Take an own copy of the allowed moves",
    "bulk_changes_create": "Change many work items at once", "bulk_changes_undos_create": "Take a bulk change or a bulk move back",
    "bulk_relocations_create": "Move many work items to another project", "timeline_rows_read": "The days that work items span",
    "types_workflows_create": "Say through which states a type passes",
    "work_items_moves_create": "Move a work item to a state and a place", "work_items_restorations_create": "Bring a removed work item back",
}  # fmt: skip
_SINGULAR = {"watches": "watch", "users": "person", "wip-limits": "WIP limit", "kpis": "KPI", "computed-dates": "item's computed dates", "levelled-dates": "item's levelled dates"}


def described(document: dict[str, Any]) -> dict[str, Any]:
    schemas = document["components"]["schemas"]
    for name, example in EXAMPLES.items():
        if name in schemas:
            schemas[name]["examples"] = [example]
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            operation["summary"] = _sentence(operation["operationId"], method.upper(), path)
            for status, response in operation["responses"].items():
                if int(status) >= 400 and "application/json" in response.get("content", {}):
                    response["content"] = {PROBLEM: response["content"]["application/json"]}
    return document


def _sentence(operation: str, method: str, path: str) -> str:
    noun, rest = re.fullmatch(r"/api/v1/([^/]+)(/.*)", path).groups()  # type: ignore[union-attr]
    many = noun.replace("-", " ")
    one = _SINGULAR.get(noun, many.removesuffix("s"))
    one = f"{'an' if one[0] in 'aeio' else 'a'} {one}"
    part = re.fullmatch(r"/\{id\}/([^/]+)/(\{\w+\}/)?", rest)
    sentence = _SENTENCES.get(operation) or _PLAIN.get(f"{method} {rest}")
    if sentence is None and part:
        sentence = {"GET": "List the {part} of {one}", "DELETE": "Take one of the {part} from {one}"}.get(
            method, "Add to the {part} of {one}"
        )
    return (sentence or operation).format(one=one, many=many, part=part[1].replace("-", " ") if part else "")
