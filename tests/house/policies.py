"""Who may do what through which door: one row for each route. A route that is not here fails the build.

The sets of roles are written out once more, on purpose: they must not follow a slip in `people/access.py`."""

from dataclasses import dataclass

A, L, F, J, R = "administrator", "pmo_lead", "portfolio_manager", "project_manager", "product_manager"
M, E, S, U = "member", "executive", "stakeholder", "auditor"

SEE = frozenset({A, L, F, J, R, M, E, S, U})
COMMENT = SEE - {U}
WORK = frozenset({A, L, F, J, R, M})
PLAN = frozenset({A, L, F, J})
PRODUCT = frozenset({A, L, R})
STRATEGY = frozenset({A, L, F, R, E})
CHARTER = frozenset({A, L, F, J, R})
PMO_SIDE = frozenset({A, L, F, J})
PRODUCT_SIDE = frozenset({A, L, R})
PORTFOLIO = frozenset({A, L, F})
ACCESS = frozenset({A, L, F, J, R})
SHARE = frozenset({A, L, F, J, R})
AUTOMATE = frozenset({A, L, F, J, R})
IMPORT = frozenset({A, L, F, J, R})
COSTS = frozenset({A, L, F, J, E, U})
PEOPLE = frozenset({A})
RESOURCES = frozenset({A, L, F})
RATES = frozenset({A, L, F})
NOBODY: frozenset[str] = frozenset()

GRANTS = {
    "view": SEE, "comment": COMMENT, "edit_work": WORK, "edit_plan": PLAN, "edit_product": PRODUCT,
    "give_promise": PRODUCT, "edit_strategy": STRATEGY, "edit_charter": CHARTER, "sign_for_pmo": PMO_SIDE, "sign_for_product": PRODUCT_SIDE, "edit_portfolio": PORTFOLIO, "import": IMPORT, "share": SHARE, "automate": AUTOMATE,
    "see_costs": COSTS, "manage_access": ACCESS, "manage_people": PEOPLE, "manage_resources": RESOURCES, "see_rates": RATES, "read_audit": frozenset({A, L, U}),
}  # fmt: skip


@dataclass(frozen=True)
class Policy:
    """`roles` get `yes`; who sees the thing without the right gets 403; who does not see it gets `unseen`.

    `owners` are the roles for which it is enough that they wrote the thing. At `root` the role counts at the top of
    the organisation only. `everybody` needs no role, `by_session` refuses tokens. For the `hidden` roles the thing does not exist.
    `all_members`: whoever holds any role anywhere.
    """

    roles: frozenset[str] = NOBODY
    yes: int = 200
    unseen: int = 404
    owners: frozenset[str] = NOBODY
    at_root: bool = False
    everybody: bool = False
    by_session: bool = False
    private: bool = False
    denied: int = 403
    hidden: frozenset[str] = NOBODY
    all_members: bool = False

    def expects(self, role: str, relation: str, credential: str, is_write: bool) -> int:
        if relation == "anonymous":
            return 401
        if (is_write and credential == "reader") or (self.by_session and credential != "session"):
            return 403
        if self.everybody or (self.all_members and role in SEE):
            return self.yes
        if relation == "owner" and role in self.owners:
            return self.yes
        if self.private:
            return self.unseen
        sees = relation == "head" if self.at_root else relation in ("teammate", "owner", "head")
        if not sees:
            return self.unseen
        if role in self.hidden:
            return 404
        return self.yes if role in self.roles else self.denied


LIST = Policy(everybody=True)
READ = Policy(SEE)


def change(roles: frozenset[str], yes: int = 200) -> Policy:
    return Policy(roles, yes)


def create(roles: frozenset[str]) -> Policy:
    """In a body, what one cannot see is an unknown number: 422."""
    return Policy(roles, 201, unseen=422)


def remove(roles: frozenset[str]) -> Policy:
    return Policy(roles, 204)


_READ_ONLY = [
    "document_versions",
    "themes", "charters", "key_results", "check_ins", "kpis", "measurements", "forecasts", "computed_dates", "levelled_dates", "runs", "imports", "spaces", "contributions", "jobs",
    "proposals", "proposal_ties", "benefits", "benefit_measurements", "scenarios", "solutions", "experiments", "personas", "competitors", "research_notes",
    "ballots", "scoring_models", "scores", "roadmap_editions", "roadmap_shares", "portals", "adoptions",
    "job_roles", "skills", "departments", "employments", "person_roles", "person_skills", "equipment",
    "risks", "risk_ties", "risk_runs", "risk_reserves", "issues", "issue_items", "issue_escalations",
]  # fmt: skip
_NOUNS = [
    "objectives", "portfolios", "programmes", "projects", "project_reports", "work_items", "links", "states", "types", "calendars", "baselines", "sprints", "retrospectives",
    "columns", "wip_limits", "blocks", "products", "features", "releases", "release_checks", "promises", "comments", "attachments", "saved_views", "webhooks",
    "deliveries", "rules", "rule_runs", "inlets", "developments", "fields", "transitions", "checklist_entries", "time_entries", "intake_forms", "submissions",
    "item_templates", "recurrences", "flow_clocks", "board_layouts", "link_kinds", "archiving_rules", "archivings", "subscriptions", "feedback", "feedback_quotes", "customers",
    "segments",
    "documents", "passage_comments",
    *_READ_ONLY,
]  # fmt: skip

_RESOURCES = ("job_roles", "skills", "departments", "employments", "person_roles", "person_skills", "equipment")

API: dict[str, Policy] = {
    **{f"{noun}_list": LIST for noun in [*_NOUNS, "users", "tokens"]},
    **{f"{noun}_{what}": READ for noun in _NOUNS for what in ("read", "history")},
    "users_read": LIST,
    **{f"{noun}_create": create(RESOURCES) for noun in _RESOURCES},
    **{f"{noun}_change": change(RESOURCES) for noun in _RESOURCES},
    **{f"{noun}_remove": remove(RESOURCES) for noun in _RESOURCES},
    **{f"bookings_{what}": READ for what in ("read", "history")},
    **{f"skill_needs_{what}": READ for what in ("read", "history")},
    **{f"equipment_needs_{what}": READ for what in ("read", "history")},
    "equipment_needs_list": LIST,
    "equipment_needs_create": create(WORK),
    "equipment_needs_change": change(WORK),
    "equipment_needs_remove": remove(WORK),
    "skill_needs_list": LIST,
    "skill_needs_create": create(WORK),
    "skill_needs_change": change(WORK),
    "skill_needs_remove": remove(WORK),
    "bookings_list": LIST,
    "bookings_create": create(PLAN),
    "bookings_change": change(PLAN),
    "bookings_remove": remove(PLAN),
    "bookings_fillings_create": change(PLAN, 201),
    "time_off_list": LIST,
    **{f"time_off_{what}": Policy(RESOURCES, denied=404) for what in ("read", "history")},
    "time_off_create": change(RESOURCES, 201),
    **{f"time_off_{what}_create": Policy(RESOURCES, 201, denied=404) for what in ("verdicts", "withdrawals")},
    "time_sheets_list": LIST,
    **{f"time_sheets_{what}": Policy(RESOURCES, denied=404) for what in ("read", "history")},
    "time_sheets_create": Policy(RESOURCES, 201, denied=404),
    **{f"time_sheets_{what}_create": Policy(RESOURCES, 201, denied=404) for what in ("submissions", "withdrawals", "verdicts", "reopenings")},
    "timers_list": LIST,
    "timers_read": Policy(owners=WORK, private=True),
    "timers_create": create(WORK),
    "timers_remove": Policy(owners=WORK, private=True, yes=204),
    "timers_stops_create": Policy(owners=WORK, private=True, yes=201),
    "rates_list": LIST,
    "invoice_bases_list": LIST,
    **{f"invoice_bases_{what}": Policy(RATES, denied=404) for what in ("read", "history", "rows_list")},
    "invoice_bases_create": create(RATES),
    "invoice_bases_cancellations_create": Policy(RATES, 201, denied=404),
    **{f"rates_{what}": Policy(RATES, denied=404) for what in ("read", "history")},
    "rates_create": create(RATES),
    "rates_remove": Policy(RATES, 204, denied=404),
    "users_me": LIST,
    "levelled_plans_list": LIST,
    "portfolio_plan_read": LIST,
    "portfolio_plan_items_read": READ,
    "portfolio_plan_moves_read": LIST,
    "portfolio_plan_searches_create": Policy(PORTFOLIO, 201, at_root=True),
    "plan_conflicts_list": LIST,
    **{f"plan_conflicts_{what}": READ for what in ("read", "ways_read")},
    "plan_conflicts_ways_create": change(WORK, 201),
    "plan_conflicts_proposals_create": change(WORK, 201),
    "spaces_plan_range_read": READ,
    "spaces_plan_ranges_create": change(WORK, 201),
    "plan_scenarios_list": LIST,
    **{f"plan_scenarios_{what}": READ for what in ("read", "history", "picture_read")},
    "plan_scenarios_create": create(PLAN),
    **{f"plan_scenarios_{part}_create": change(PLAN, 201) for part in ("changes", "computations", "decisions")},
    "plan_changes_list": LIST,
    "plan_changes_read": READ,
    "plan_changes_change": change(PLAN),
    "plan_changes_remove": remove(PLAN),
    "plan_drafts_list": LIST,
    **{f"plan_drafts_{what}": READ for what in ("read", "history")},
    "plan_drafts_verdicts_create": change(PLAN, 201),
    "levelled_plans_read": Policy(SEE, at_root=True),
    "projects_acceptances_create": change(PLAN, 201),
    "users_create": Policy(PEOPLE, 201, at_root=True),
    "users_disablements_create": Policy(PEOPLE, 201, at_root=True),
    "tokens_read": Policy(owners=SEE, private=True),
    "tokens_create": Policy(everybody=True, yes=201, by_session=True),
    "tokens_remove": Policy(owners=SEE, private=True, yes=204, by_session=True),
    "spaces_members_list": READ,
    "spaces_members_create": change(ACCESS, 201),
    "spaces_members_remove": remove(ACCESS),
    "charters_create": create(CHARTER),
    "charters_change": change(CHARTER),
    "charters_remove": remove(CHARTER),
    "charters_signatures_create": change(PMO_SIDE, 201),
    "charters_signature_withdrawals_create": change(PMO_SIDE, 201),
    "alignment_read": LIST,
    "project_dependencies_read": LIST,
    "themes_create": create(STRATEGY),
    "themes_change": change(STRATEGY),
    "themes_remove": remove(STRATEGY),
    "objectives_create": create(STRATEGY),
    "objectives_change": change(STRATEGY),
    "objectives_remove": remove(STRATEGY),
    "objectives_contributions_list": READ,
    "objectives_contributions_create": change(WORK, 201),
    "contributions_remove": remove(WORK),
    "objectives_carry_overs_create": change(STRATEGY, 201),
    "key_results_create": create(STRATEGY),
    "key_results_change": change(STRATEGY),
    "key_results_remove": remove(STRATEGY),
    "key_results_check_ins_list": READ,
    "key_results_standing_read": READ,
    **{f"key_results_{part}_create": change(STRATEGY, 201) for part in ("check_ins", "scores", "reopenings")},
    "promises_record_read": LIST,
    "kpis_create": create(STRATEGY),
    "kpis_change": change(STRATEGY),
    "kpis_remove": remove(STRATEGY),
    "kpis_measurements_list": READ,
    "kpis_measurements_create": change(STRATEGY, 201),
    "measurements_remove": remove(STRATEGY),
    "proposals_create": create(WORK),
    "proposals_change": change(WORK),
    "proposals_remove": remove(WORK),
    "proposals_moves_create": change(PORTFOLIO, 201),
    "proposals_ties_create": change(WORK, 201),
    "proposal_ties_remove": remove(WORK),
    **{f"{noun}_list": LIST for noun in ("cost_lines", "budgets", "budget_entries", "exchange_rates")},
    **{f"cost_lines_{what}": Policy(COSTS, denied=404) for what in ("read", "history")},
    "cost_lines_create": create(PLAN),
    "cost_lines_change": Policy(PLAN, unseen=404, hidden=SEE - COSTS),
    "cost_lines_remove": Policy(PLAN, 204, hidden=SEE - COSTS),
    "cost_lines_restorations_create": Policy(PLAN, 201, hidden=SEE - COSTS),
    **{f"{noun}_read": Policy(COSTS, denied=404) for noun in ("budgets", "budget_entries")},
    "budgets_entries_list": Policy(COSTS, denied=404),
    "budgets_create": create(PORTFOLIO),
    **{f"budgets_{what}_create": Policy(PORTFOLIO, 201, hidden=SEE - COSTS) for what in ("entries", "transfers")},
    **{f"exchange_rates_{what}": Policy(all_members=True) for what in ("read", "history")},
    "exchange_rates_create": Policy(PORTFOLIO, 201, at_root=True),
    "exchange_rates_change": Policy(PORTFOLIO, at_root=True),
    "exchange_rates_remove": Policy(PORTFOLIO, 204, at_root=True),
    "benefits_create": create(WORK),
    "benefits_change": change(WORK),
    "benefits_remove": remove(WORK),
    "benefits_moves_create": change(WORK, 201),
    "benefits_measurements_list": READ,
    "benefits_measurements_create": change(WORK, 201),
    "benefit_measurements_remove": remove(WORK),
    **{f"{noun}_create": create(WORK) for noun in ("risks", "issues")},
    **{f"{noun}_change": change(WORK) for noun in ("risks", "issues")},
    **{f"{noun}_remove": remove(WORK) for noun in ("risks", "risk_ties", "issues", "issue_items")},
    **{f"{name}_create": change(WORK, 201) for name in ("risks_moves", "risks_reviews", "risks_ties", "issues_moves", "issues_progress", "issues_items")},
    "risks_ties_list": READ,
    "documents_create": create(WORK),
    "documents_change": change(WORK),
    "documents_remove": remove(WORK),
    **{f"documents_{what}_create": change(WORK, 201) for what in ("moves", "restorations")},
    **{f"documents_{what}_list": READ for what in ("versions", "passages")},
    "documents_passages_create": change(COMMENT, 201),
    "passage_comments_answers_create": change(COMMENT, 201),
    "passage_comments_settlements_create": Policy(WORK, 201, owners=COMMENT),
    "passage_comments_remove": Policy(ACCESS, 204, owners=COMMENT),
    "issues_items_list": READ,
    "risk_reserves_create": create(PLAN),
    "scenarios_create": create(PORTFOLIO),
    "scenarios_change": change(PORTFOLIO),
    "scenarios_remove": remove(PORTFOLIO),
    **{f"scenarios_{part}_create": change(PORTFOLIO, 201) for part in ("copies", "locks", "solutions", "adoptions")},
    "scenarios_capacities_read": Policy(PORTFOLIO),
    "adoptions_reversals_create": change(PORTFOLIO, 201),
    "portfolios_create": create(PORTFOLIO),
    "portfolios_change": change(PORTFOLIO),
    "portfolios_mix_read": READ,
    "portfolios_tree_read": READ,
    "portfolios_mixes_create": change(PORTFOLIO, 201),
    "programmes_create": create(PORTFOLIO),
    "programmes_change": change(PORTFOLIO),
    "projects_create": create(PORTFOLIO & PLAN),
    "projects_change": change(PLAN),
    "project_reports_create": create(PLAN),
    "project_reports_change": change(PLAN),
    "project_reports_remove": remove(PLAN),
    "projects_flow_read": READ,
    "estimates_read": LIST,
    "fairness_read": LIST,
    "work_items_estimates_read": READ,
    "work_items_estimates_create": change(WORK, 422),
    "projects_quick_line_read": Policy(WORK),
    "projects_quick_line_create": change(WORK, 201),
    "products_create": create(PRODUCT),
    "products_change": change(PRODUCT),
    "work_items_create": create(WORK),
    "work_items_change": change(WORK),
    "work_items_remove": remove(WORK),
    "work_items_moves_create": change(WORK, 201),
    "work_items_restorations_create": change(WORK, 201),
    "work_items_copies_create": change(WORK, 201),
    "work_items_relocations_create": change(WORK, 201),
    "links_create": create(WORK),
    "links_change": change(WORK),
    "links_remove": remove(WORK),
    "states_create": create(PLAN),
    "states_change": change(PLAN),
    "types_create": create(PLAN),
    "types_change": change(PLAN),
    **{f"{noun}_{act}_create": change(PLAN, 201) for noun in ("states", "types", "fields") for act in ("retirements", "restorations")},
    **{f"{noun}_moves_create": change(PLAN, 201) for noun in ("states", "fields")},
    "fields_create": create(PLAN),
    "fields_change": change(PLAN),
    "transitions_create": create(PLAN),
    "transitions_change": change(PLAN),
    "transitions_remove": remove(PLAN),
    "columns_create": create(PLAN),
    "columns_change": change(PLAN),
    "columns_remove": remove(PLAN),
    "columns_moves_create": change(PLAN, 201),
    "wip_limits_create": create(PLAN),
    "wip_limits_change": change(PLAN),
    "wip_limits_remove": remove(PLAN),
    "blocks_create": create(WORK),
    "blocks_change": change(WORK),
    "blocks_remove": remove(WORK),
    "blocks_ends_create": change(WORK, 201),
    "blocks_reopenings_create": change(WORK, 201),
    # theirs: an own entry is changed by whoever works here, which the tests of time entries ask
    "move_requests_list": LIST,
    "move_requests_read": READ,
    "move_requests_verdicts_create": change(PLAN, 201),
    "move_requests_withdrawals_create": change(PLAN, 201),
    **{f"work_items_{part}_create": change(WORK, 201) for part in ("archivings", "unarchivings", "shares")},
    "time_entries_create": create(WORK),
    "time_entries_change": change(PLAN),
    "time_entries_remove": remove(PLAN),
    "time_entries_restorations_create": change(PLAN, 201),
    "checklist_entries_create": create(WORK),
    "checklist_entries_change": change(WORK),
    "checklist_entries_remove": remove(WORK),
    **{f"checklist_entries_{part}_create": change(WORK, 201) for part in ("moves", "restorations", "parts")},
    "intake_forms_create": create(SHARE),
    "intake_forms_change": change(SHARE),
    "intake_forms_revocations_create": change(SHARE, 201),
    **{f"submissions_{part}_create": change(WORK, 201) for part in ("acceptances", "refusals", "reopenings")},
    "item_templates_create": create(WORK),
    "item_templates_change": change(WORK),
    "item_templates_remove": remove(WORK),
    "recurrences_create": create(WORK),
    **{f"recurrences_{part}_create": change(WORK, 201) for part in ("pauses", "resumptions", "endings")},
    "calendars_create": create(PLAN),
    "calendars_change": change(PLAN),
    "calendars_remove": remove(PLAN),
    "calendars_exceptions_create": change(PLAN, 201),
    "sprints_create": create(WORK),
    "sprints_change": change(WORK),
    "sprints_remove": remove(WORK),
    **{f"sprints_{part}_create": change(WORK, 201) for part in ("starts", "closings", "reopenings", "items", "people")},
    "sprints_items_remove": remove(WORK),
    **{f"sprints_{part}_list": READ for part in ("items", "people", "scope_changes")},
    "sprints_figures_read": READ,
    "retrospectives_create": create(WORK),
    "retrospectives_notes_list": Policy(WORK),
    "retrospectives_actions_list": READ,
    **{f"retrospectives_{part}_create": change(WORK, 201) for part in ("showings", "closings", "notes", "groups", "votes", "actions")},
    "retrospectives_note_withdrawals_create": change(WORK, 422),
    "baselines_create": create(PLAN),
    "baselines_dates_list": READ,
    "feedback_create": create(COMMENT),
    **{f"{noun}_change": change(PRODUCT) for noun in ("feedback", "customers", "segments")},
    **{f"{noun}_remove": remove(PRODUCT) for noun in ("feedback", "customers", "segments", "feedback_quotes")},
    **{f"{noun}_create": create(PRODUCT) for noun in ("customers", "segments")},
    "feedback_links_list": READ,
    **{f"feedback_{what}_create": change(PRODUCT, 201) for what in ("links", "merges", "separations")},
    **{f"feedback_{what}_create": change(COMMENT, 201) for what in ("votes", "withdrawals")},
    "features_create": create(PRODUCT),
    "features_change": change(PRODUCT),
    "features_remove": remove(PRODUCT),
    "releases_create": create(PRODUCT),
    "releases_change": change(PRODUCT),
    "releases_remove": remove(PRODUCT),
    **{f"{noun}_scope_list": READ for noun in ("features", "releases")},
    **{f"{noun}_scope_create": change(PRODUCT, 201) for noun in ("features", "releases")},
    **{f"{noun}_scope_remove": remove(PRODUCT) for noun in ("features", "releases")},
    "releases_readiness_read": READ,
    "products_gaps_read": READ,
    "releases_notes_read": READ,
    **{f"releases_{what}_create": change(PRODUCT, 201) for what in ("publications", "withdrawals")},
    "release_checks_create": create(PRODUCT),
    "release_checks_change": change(PRODUCT),
    "release_checks_remove": remove(PRODUCT),
    "release_checks_verdicts_create": change(WORK, 201),
    **{f"{noun}_trace_read": READ for noun in ("features", "releases", "feedback", "objectives", "work_items")},
    "products_rankings_create": change(PRODUCT, 201),
    "scoring_models_create": create(PRODUCT),
    "scoring_models_change": change(PRODUCT),
    "scoring_models_remove": remove(PRODUCT),
    "scores_create": create(PRODUCT),
    "scores_change": change(PRODUCT),
    "portals_create": create(SHARE),
    "portals_change": change(SHARE),
    "portals_closings_create": change(SHARE, 201),
    "portal_comments_list": LIST,
    "portal_comments_read": READ,
    "portal_comments_verdicts_create": change(PRODUCT, 201),
    "feedback_portal_verdicts_create": change(PRODUCT, 201),
    "products_feedback_groups_list": READ,
    "products_group_ideas_create": change(PRODUCT, 201),
    "products_group_unions_create": change(PRODUCT, 201),
    "roadmap_editions_create": create(SHARE),
    "roadmap_editions_change": change(SHARE),
    "roadmap_editions_remove": remove(SHARE),
    "roadmap_editions_rows_list": READ,
    "roadmap_shares_create": create(SHARE),
    "roadmap_shares_remove": remove(SHARE),
    "experiments_create": create(PRODUCT),
    "experiments_change": change(PRODUCT),
    "experiments_remove": remove(PRODUCT),
    "personas_create": create(PRODUCT),
    "personas_change": change(PRODUCT),
    "personas_remove": remove(PRODUCT),
    "competitors_create": create(PRODUCT),
    "competitors_change": change(PRODUCT),
    "competitors_remove": remove(PRODUCT),
    "research_notes_create": create(PRODUCT),
    "research_notes_change": change(PRODUCT),
    "research_notes_remove": remove(PRODUCT),
    "ballots_create": create(PRODUCT),
    "ballots_change": change(PRODUCT),
    "ballots_remove": remove(PRODUCT),
    "ballots_voters_list": READ,
    "ballots_outcome_read": READ,
    "ballots_votes_create": change(NOBODY, 201),  # whoever is invited, which tests/product/test_ballots.py asks
    **{f"ballots_{part}_create": change(PRODUCT, 201) for part in ("voters", "closings", "reopenings", "decisions")},
    "ballots_reversals_create": Policy(PRODUCT, 422),  # only who decided takes it back: tests/product/test_ballots.py
    "promises_create": create(PRODUCT),
    "promises_revisions_create": change(PRODUCT, 201),
    "promises_keepings_create": change(PRODUCT, 201),
    "promises_withdrawals_create": change(PRODUCT, 201),
    "comments_create": create(COMMENT),
    "comments_change": Policy(NOBODY, 200, owners=COMMENT),
    "comments_remove": Policy(ACCESS, 204, owners=COMMENT),
    "attachments_create": create(COMMENT),
    "attachments_content_read": READ,
    "attachments_remove": Policy(ACCESS, 204, owners=COMMENT),
    "bulk_changes_create": create(WORK),
    "bulk_relocations_create": create(WORK),
    "bulk_changes_undos_create": Policy(NOBODY, 201, owners=WORK, private=True),
    "timeline_rows_read": LIST,
    "archiving_rules_create": create(PLAN),
    "archiving_rules_change": change(PLAN),
    "archiving_rules_remove": remove(PLAN),
    "archivings_undos_create": change(PLAN, 201),
    "link_kinds_create": create(PLAN),
    "link_kinds_change": change(PLAN),
    "link_kinds_retirements_create": change(PLAN, 201),
    "link_kinds_restorations_create": change(PLAN, 201),
    "board_layouts_create": create(PLAN),
    "board_layouts_change": change(PLAN),
    "board_layouts_remove": remove(PLAN),
    "flow_clocks_create": create(PLAN),
    "flow_clocks_change": change(PLAN),
    "flow_clocks_remove": remove(PLAN),
    "types_workflows_create": change(PLAN, 201),
    "projects_followings_create": change(PLAN, 201),
    "projects_leavings_create": change(PLAN, 201),
    "projects_move_followings_create": change(PLAN, 201),
    "projects_move_leavings_create": change(PLAN, 201),
    "subscriptions_read": Policy(owners=SEE, private=True),
    "subscriptions_history": Policy(owners=SEE, private=True),
    "subscriptions_create": create(SEE),
    "subscriptions_change": Policy(NOBODY, 200, owners=SEE, private=True),
    "subscriptions_remove": Policy(NOBODY, 204, owners=SEE, private=True),
    "saved_views_create": create(SEE),
    "saved_views_change": Policy(NOBODY, 200, owners=COMMENT),
    "saved_views_remove": Policy(NOBODY, 204, owners=COMMENT),
    "jobs_cancellations_create": Policy(ACCESS, 201, owners=SEE),
    "watches_list": LIST,
    "watches_read": READ,
    "watches_create": create(SEE),
    "watches_remove": Policy(NOBODY, 204, owners=SEE),
    "notifications_list": LIST,
    "notifications_read": Policy(owners=SEE, private=True),
    **{f"notifications_{what}_create": Policy(owners=SEE, private=True, yes=201) for what in ("completions", "snoozes", "returns")},
    "inlets_create": create(AUTOMATE),
    "inlets_remove": remove(AUTOMATE),
    "rules_create": create(AUTOMATE),
    "rules_change": change(AUTOMATE),
    "rules_remove": remove(AUTOMATE),
    "rules_trial_read": READ,
    "webhooks_create": create(AUTOMATE),
    "webhooks_change": change(AUTOMATE),
    "webhooks_remove": remove(AUTOMATE),
    "webhooks_trials_create": change(AUTOMATE, 201),
    "webhooks_secrets_create": change(AUTOMATE, 201),
    "deliveries_replays_create": change(AUTOMATE, 201),
    "notification_rules_read": LIST,
    "notification_rules_change": Policy(everybody=True),
}  # fmt: skip
for _noun in (
    "states", "types", "submissions", "deliveries", "rule_runs", "developments", "forecasts", "computed_dates", "levelled_dates", "contributions", "check_ins", "measurements",
    "proposal_ties", "benefit_measurements", "solutions", "scores", "adoptions", "feedback_quotes", "risk_ties", "risk_runs", "risk_reserves", "issue_items", "issue_escalations",
    "document_versions",
):
    del API[f"{_noun}_history"]


@dataclass(frozen=True)
class Page:
    """A page's policy. `get` and `post` name the roles that are let in; None: the method is not offered.

    `everybody`: whoever is signed in. `anywhere`: it is enough to hold the role in some space. `owners` as above.
    `open_to_all`: without signing in. `all_read`: whoever holds any role anywhere may GET. `hidden` as above. `unseen`: what
    others get instead of 404, with `hides_none` also who holds no role at all. `blind`: rows that the asker cannot see are passed over, not named. Codes of those let in may differ (a form comes back with 422), refusals not.
    """

    get: frozenset[str] | None = None
    post: frozenset[str] | None = None
    patch: frozenset[str] | None = None
    everybody: bool = False
    anywhere: bool = False
    owners: frozenset[str] = NOBODY
    open_to_all: bool = False
    at_root: bool = False
    denied: int = 403
    blind: bool = False
    unseen: int = 404
    hidden: frozenset[str] = NOBODY
    all_read: bool = False
    hides_none: bool = False

    def expects(self, method: str, role: str, relation: str) -> int:
        """200 stands for: let in."""
        allowed = {"GET": self.get, "POST": self.post, "PATCH": self.patch}[method]
        if self.open_to_all:
            return 200
        if relation == "anonymous":
            return 302
        if self.everybody or (self.all_read and method == "GET" and role in SEE):
            return 200
        if self.anywhere:
            return 200 if role in (allowed or NOBODY) else self.denied
        if relation == "owner" and role in self.owners:
            return 200
        sees = relation == "head" if self.at_root else relation in ("teammate", "owner", "head")
        if self.blind and not sees:
            return 200
        if not sees or role in self.hidden:
            return 404 if sees or (role not in SEE and not self.hides_none) else self.unseen
        return 200 if role in (allowed or NOBODY) else self.denied


# pages of a library that has its own tests; ours are the ones below
OUTSIDE = ("accounts/",)

_LISTING = Page(get=SEE, everybody=True)


def _noun(slug: str, roles: frozenset[str], *, change: bool = True, remove: bool = False) -> dict[str, Page]:
    """The pages of a plain noun: list, export, detail, comments, and forms for those who may."""
    pages = {
        slug: _LISTING,
        f"{slug}_export": _LISTING,
        f"{slug}_export_xlsx": _LISTING,
        f"{slug}_detail": Page(get=SEE),
        f"{slug}_comments": Page(get=SEE, post=COMMENT),
        f"{slug}_attachments": Page(post=COMMENT),
        f"{slug}_new": Page(get=roles, post=roles, anywhere=True),
    }
    if change:
        pages[f"{slug}_edit"] = Page(get=roles, post=roles)
    if remove:
        pages[f"{slug}_removals"] = Page(post=roles)
    return pages


def _part(slug: str, roles: frozenset[str], *, change: bool = True) -> dict[str, Page]:
    """A noun that is shown on another one's page."""
    left_out = {f"{slug}_{what}" for what in ("detail", "comments", "attachments")}
    return {name: page for name, page in _noun(slug, roles, change=change, remove=True).items() if name not in left_out}


WEB: dict[str, Page] = {
    "healthz": Page(get=SEE, open_to_all=True),
    "readyz": Page(get=SEE, open_to_all=True),
    "home": _LISTING,
    "palette": _LISTING,
    "people_choices": _LISTING,
    "scopes": _LISTING,
    "styleguide": Page(get=SEE, open_to_all=True),
    "welcome": Page(),
    "set_password": Page(),
    "account": _LISTING,
    "hearing": Page(get=SEE, post=SEE, everybody=True),
    "letters": Page(get=SEE, post=SEE, open_to_all=True),
    "inbox": _LISTING,
    "inbox_count": _LISTING,
    "inbox_changes": Page(post=SEE, everybody=True),
    "watches": Page(post=SEE),
    "tokens": Page(post=SEE, everybody=True),
    "token_revocations": Page(post=NOBODY, denied=404),
    "session_ends": Page(post=SEE, everybody=True),
    "preferences": Page(post=SEE, open_to_all=True),
    "people": _LISTING,
    "people_new": Page(get=PEOPLE, post=PEOPLE, at_root=True),
    "people_detail": _LISTING,
    **{f"people_{what}": Page(get=PEOPLE, post=PEOPLE, at_root=True) for what in ("edit", "invitations")},
    **{f"people_{what}": Page(post=PEOPLE, at_root=True) for what in ("password_links", "disablings", "enablings")},
    "access": Page(get=SEE, post=ACCESS),
    **_noun("teams", PORTFOLIO, remove=True),
    **{name: page for noun in ("job_roles", "skills", "departments", "equipment") for name, page in _noun(noun, RESOURCES, remove=True).items()},
    **{name: page for noun in ("employments", "person_roles", "person_skills") for name, page in _part(noun, RESOURCES).items()},
    **_noun("bookings", PLAN, remove=True),
    **{name: page for name, page in _part("time_off", SEE, change=False).items() if name != "time_off_removals"},
    "time_off_detail": Page(get=RESOURCES, denied=404),
    "time_off_verdicts": Page(post=RESOURCES, denied=404),
    "time": _LISTING,
    "time_waiting": _LISTING,
    "timer": Page(post=SEE, everybody=True),
    "time_sheet": Page(get=RESOURCES, denied=404),
    "person_time": Page(get=PLAN, anywhere=True, denied=404),
    "person_time_cells": Page(post=PLAN, anywhere=True, denied=404),
    **{f"person_time_{what}": Page(post=RESOURCES, denied=404) for what in ("rows", "steps")},
    "load": _LISTING,
    "fairness": _LISTING,
    "allocation": _LISTING,
    "people_import": _LISTING,
    "allocation_cells": Page(post=PLAN, denied=422, unseen=422, hides_none=True),
    "allocation_undo": Page(post=NOBODY, denied=404),
    "person_load": Page(get=WORK | {E}, anywhere=True, denied=404),
    **_part("rates", RATES, change=False),
    "rates_removals": Page(post=RATES, denied=404),
    **_noun("objectives", STRATEGY, remove=True),
    **_noun("themes", STRATEGY, remove=True),
    **_noun("charters", CHARTER, remove=True),
    "charters_signatures": Page(post=PMO_SIDE),
    "charters_of": Page(get=SEE),
    "alignment": _LISTING,
    "alignment_records": _LISTING,
    "strategy_map_records": _LISTING,
    "strategy_map": _LISTING,
    "contributions": Page(post=WORK),
    "objectives_carry_overs": Page(get=STRATEGY, post=STRATEGY),
    **_noun("key_results", STRATEGY, remove=True),
    **{f"key_results_{what}": Page(get=STRATEGY, post=STRATEGY) for what in ("check_ins", "scores")},
    "key_results_reopenings": Page(post=STRATEGY),
    **_noun("kpis", STRATEGY, remove=True),
    "kpis_measurements": Page(get=STRATEGY, post=STRATEGY),
    "measurement_removals": Page(post=STRATEGY),
    **_noun("proposals", WORK, remove=True),
    **_noun("benefits", WORK, remove=True),
    "benefits_measurements": Page(get=WORK, post=WORK),
    "benefits_moves": Page(post=WORK),
    "benefits_outcomes": _LISTING,
    **_noun("risks", WORK, remove=True),
    **_noun("documents", WORK, remove=True),
    **{name: Page(get=SEE) for name in ("documents_of", "documents_files", "documents_versions", "documents_markdown")},
    **{name: Page(post=WORK) for name in ("documents_moves", "documents_restorations")},
    "documents_passages": Page(post=COMMENT),
    **_noun("issues", WORK, remove=True),
    **{name: Page(post=WORK) for name in ("risks_reviews", "risks_moves", "risks_ties", "risk_tie_removals", "issues_moves", "issues_progress", "issues_items", "issue_item_removals", "risk_suggestion_answers")},
    **dict.fromkeys(("risk_matrix", "risk_exposure", "risk_suggestions"), Page(get=SEE, anywhere=True, denied=404)),
    "risk_scale": Page(get=PLAN, post=PLAN),
    "risk_scale_removals": Page(post=PLAN),
    "risk_computations": Page(post=COMMENT),
    "risk_reserves": Page(post=PLAN),
    "benefit_measurement_removals": Page(post=WORK),
    "money": _LISTING,
    "labour": _LISTING,
    "invoicing": _LISTING,
    "invoice_runs": Page(post=RATES),
    **{name: Page(get=RATES, denied=404) for name in ("invoice_basis", "invoice_basis_csv", "invoice_basis_xlsx")},
    "invoice_basis_cancellations": Page(post=RATES, denied=404),
    "earned_values": _LISTING,
    "earned_value": Page(get=SEE),
    **_noun("cost_lines", PLAN),
    "cost_lines_detail": Page(get=SEE, hidden=SEE - COSTS),
    "cost_lines_comments": Page(get=SEE, post=COMMENT, hidden=SEE - COSTS),
    "cost_lines_attachments": Page(post=COMMENT, hidden=SEE - COSTS),
    "cost_lines_edit": Page(get=PLAN, post=PLAN, hidden=SEE - COSTS),
    **{name: Page(post=PLAN, hidden=SEE - COSTS) for name in ("cost_lines_removals", "cost_line_restorations")},
    "costs_paste": Page(get=PLAN, post=PLAN),
    **{name: Page(get=PORTFOLIO, post=PORTFOLIO) for name in ("budget", "budget_transfers")},
    **_noun("exchange_rates", PORTFOLIO),
    "exchange_rates_detail": Page(get=SEE, all_read=True),
    "exchange_rates_comments": Page(post=COMMENT, at_root=True, all_read=True),
    "exchange_rates_attachments": Page(post=COMMENT, at_root=True),
    "exchange_rates_edit": Page(get=PORTFOLIO, post=PORTFOLIO, at_root=True, unseen=403),
    "exchange_rates_removals": Page(post=PORTFOLIO, at_root=True),
    "counting": Page(get=PORTFOLIO, post=PORTFOLIO, at_root=True, unseen=403, hides_none=True),
    "proposals_moves": Page(get=SEE, post=PORTFOLIO),
    "proposals_contributions": Page(get=SEE, post=WORK),
    "proposals_ties": Page(post=WORK),
    **_noun("scenarios", PORTFOLIO, remove=True),
    "scenarios_compared": _LISTING,
    **{f"scenarios_{what}": Page(get=SEE, post=PORTFOLIO) for what in ("solves", "locks", "shares", "copies", "adoptions")},
    "scenarios_capacities": Page(get=PORTFOLIO, post=PORTFOLIO),
    "adoption_reversals": Page(post=PORTFOLIO),
    "portfolio_plan": _LISTING,
    "portfolio_plan_searches": Page(post=PORTFOLIO, at_root=True),
    "portfolio_plan_acceptances": Page(post=PLAN),
    "plan_why": Page(get=SEE),
    "plan_baselines_compared": _LISTING,
    "equipment_needs": Page(get=SEE),
    "equipment_needs_changes": Page(post=WORK),
    "skill_needs": Page(get=SEE),
    "skill_needs_changes": Page(post=WORK),
    "plan_range": Page(get=SEE),
    "plan_range_computations": Page(post=WORK),
    "plan_scenarios": _LISTING,
    "plan_scenarios_create": Page(post=PLAN),
    "plan_scenario": Page(get=SEE),
    **{f"plan_scenario_{what}": Page(post=PLAN) for what in ("changes", "computations", "decisions")},
    "plan_conflicts": _LISTING,
    "plan_conflict": Page(get=SEE),
    "plan_conflict_ways": Page(post=WORK),
    "plan_conflict_proposals": Page(post=WORK),
    "plan_draft_verdicts": Page(post=PLAN),
    **_noun("portfolios", PORTFOLIO),
    "portfolio_mix": Page(get=SEE, post=PORTFOLIO),
    **{f"portfolio_mix_{what}": Page(get=SEE) for what in ("csv", "xlsx")},
    **_noun("programmes", PORTFOLIO),
    **_noun("projects", PLAN),
    "projects_new": Page(get=PORTFOLIO & PLAN, post=PORTFOLIO & PLAN, anywhere=True),
    **_noun("project_reports", PLAN, remove=True),
    "projects_health": _LISTING,
    "portfolio_tree": _LISTING,
    **{f"project_dependencies{what}": _LISTING for what in ("", "_csv", "_xlsx")},
    **{f"project_reports_course{what}": _LISTING for what in ("", "_csv", "_xlsx")},
    "project_reports_course_proposals": Page(post=PORTFOLIO),
    **_noun("products", PRODUCT),
    **_noun("features", PRODUCT, remove=True),
    **_noun("feedback", PRODUCT, remove=True),
    "feedback_new": Page(get=COMMENT, post=COMMENT, anywhere=True),
    **{f"feedback_{what}": Page(post=PRODUCT) for what in ("links", "merges", "separations")},
    "feedback_votes": Page(post=COMMENT),
    "feedback_alike": _LISTING,
    "feedback_groups": _LISTING,
    "portal": Page(get=SEE),
    "portal_settings": Page(post=SHARE),
    "portal_verdicts": Page(post=PRODUCT),
    **{name: Page(get=SEE, post=SEE, open_to_all=True) for name in ("portal_shared", "portal_entry", "portal_votes", "portal_releases")},
    "feedback_groups_taken": Page(post=PRODUCT),
    "feedback_letters": Page(get=SEE, post=SEE, open_to_all=True),
    **_noun("customers", PRODUCT, remove=True),
    **_noun("segments", PRODUCT, remove=True),
    **_noun("releases", PRODUCT, remove=True),
    **_noun("promises", PRODUCT, change=False),
    **_noun("scoring_models", PRODUCT, remove=True),
    **_noun("roadmap_editions", SHARE, remove=True),
    **{name: page for noun in ("ballots", "experiments", "personas", "competitors", "research_notes") for name, page in _noun(noun, PRODUCT, remove=True).items()},
    "ballot_votes": Page(get=NOBODY, post=NOBODY),
    "ballot_voters": Page(get=PRODUCT, post=PRODUCT),
    "ballot_closings": Page(post=PRODUCT),
    "ballot_decisions": Page(get=PRODUCT, post=PRODUCT),
    "ballot_decision_undos": Page(post=PRODUCT),
    "ballot_shared": Page(get=SEE, post=SEE, open_to_all=True),
    "product_priorities": Page(get=SEE),
    "product_ranking_adoptions": Page(post=PRODUCT),
    "ranking_undos": Page(post=NOBODY, denied=404),
    "features_inputs": Page(post=PRODUCT, patch=PRODUCT),
    "features_input_undos": Page(post=PRODUCT),
    **_noun("calendars", PLAN, remove=True),
    "trace": Page(get=SEE),
    "product_gaps": Page(get=SEE),
    "readiness": Page(get=SEE, post=PRODUCT),
    "release_checks": Page(post=PRODUCT),
    **{name: Page(post=WORK) for name in ("release_check", "release_check_reopenings")},
    **{name: Page(patch=PRODUCT) for name in ("feature_note", "release_introduction")},
    "release_publications": Page(post=PRODUCT),
    "release_notes_file": Page(get=SEE),
    "features_contributions": Page(get=SEE, post=WORK),
    "features_scope": Page(get=SEE, post=PRODUCT),
    "promises_revisions": Page(get=SEE, post=PRODUCT),
    "promises_keepings": Page(get=SEE, post=PRODUCT),
    "promises_withdrawals": Page(get=SEE, post=PRODUCT),
    "calendars_exceptions": Page(get=SEE, post=PLAN),
    "work_items": _LISTING,
    "work_items_new": _LISTING,
    "work_items_quick": Page(get=WORK, post=WORK),
    "work_items_suggestions": _LISTING,
    "work_items_filter": _LISTING,
    **{f"work_items_export{kind}": _LISTING for kind in ("", "_ics")},
    "work_items_export_xlsx": Page(get=SEE, post=SEE, everybody=True),
    "automation": _LISTING,
    "automation_space": Page(get=SEE),
    "inlet_new": Page(get=AUTOMATE, post=AUTOMATE),
    "inlet_removals": Page(post=AUTOMATE),
    "inlet_take": Page(post=SEE, open_to_all=True),
    "rule": Page(get=SEE),
    **{f"rule_{what}": Page(get=AUTOMATE, post=AUTOMATE) for what in ("new", "edit")},
    "rule_changes": Page(post=AUTOMATE),
    "webhook": Page(get=SEE),
    **{f"webhook_{what}": Page(get=AUTOMATE, post=AUTOMATE) for what in ("new", "edit")},
    "webhook_changes": Page(post=AUTOMATE),
    "export": Page(get=NOBODY, denied=404),
    "feeds": Page(get=SEE, post=SEE, everybody=True),
    "feed_removals": Page(post=NOBODY, owners=SEE, denied=404),
    "feed_shared": Page(get=SEE, open_to_all=True),
    "work_items_bulk": Page(post=WORK, blind=True),
    "work_items_day": Page(patch=WORK),
    "work_items_card": Page(patch=WORK),
    "work_items_sheet": Page(post=WORK, denied=422),
    "work_items_undo": Page(post=SEE, everybody=True),
    "work_items_views": Page(post=SEE, anywhere=True, denied=422),
    "work_items_view_removals": Page(post=NOBODY, owners=COMMENT),
    "work_item_by_id": Page(get=SEE),
    "work_item": Page(get=SEE, patch=WORK),
    "work_items_bar": Page(patch=WORK),
    "work_items_bar_undos": Page(post=SEE, everybody=True),
    "work_item_editing": Page(get=SEE, post=WORK),
    "work_item_comments": Page(post=COMMENT),
    "work_item_attachments": Page(post=COMMENT),
    "attachment": Page(get=SEE),
    "attachment_removals": Page(post=ACCESS, owners=COMMENT),
    "work_item_links": Page(post=WORK),
    "work_item_removals": Page(post=WORK),
    "work_item_restorations": Page(post=WORK),
    "boards": _LISTING,
    "board": Page(get=SEE),
    "board_card": Page(patch=WORK),
    "backlogs": _LISTING,
    "backlog": Page(get=SEE),
    "backlog_items": Page(post=WORK),
    "backlog_item": Page(patch=WORK),
    "backlog_sprints": Page(post=WORK),
    "backlog_undos": Page(post=SEE),
    "sprint": Page(get=SEE),
    **{f"sprint_{what}": Page(get=WORK, post=WORK) for what in ("edit", "closings")},
    **{f"sprint_{what}": Page(post=WORK) for what in ("starts", "reopenings", "removals", "people")},
    "sprint_retrospective": Page(get=WORK, post=WORK),
    "sprint_notes": Page(post=COMMENT),
    **{f"{what}_settings": Page(get=SEE, post=PLAN) for what in ("board", "field", "workflow", "link_kind", "archiving")},
    "work_item_blocks": Page(post=WORK),
    "item_templates": Page(get=SEE, post=WORK),
    "intake": Page(get=WORK),
    "proposal_intake": Page(get=WORK),
    "intake_forms": Page(post=SHARE),
    "submission_verdicts": Page(post=WORK),
    "submission_reopenings": Page(post=WORK),
    "intake_shared": Page(get=SEE, post=SEE, open_to_all=True),
    "work_item_copies": Page(get=WORK, post=WORK),
    "work_item_relocations": Page(get=WORK, post=WORK),
    **{f"work_item_{what}_undos": Page(post=WORK) for what in ("copy", "relocation")},
    "work_item_checklist": Page(post=WORK),
    "checklist_entry": Page(patch=WORK),
    "checklist_restorations": Page(post=WORK),
    **{f"move_request_{what}": Page(post=PLAN) for what in ("verdicts", "withdrawals")},
    "work_item_shares": Page(patch=WORK),
    "work_item_archivings": Page(post=WORK),
    "work_item_time": Page(post=WORK),
    "time_entry": Page(patch=PLAN),
    **{f"time_entry_{what}": Page(post=PLAN) for what in ("removals", "restorations")},
    "block_removals": Page(post=WORK),
    "block_reopenings": Page(post=WORK),
    "plans": _LISTING,
    "plan": Page(get=SEE),
    "plan_data": Page(get=SEE),
    "plan_item": Page(get=SEE, patch=WORK),
    "plan_csv": Page(get=SEE),
    "plan_ms_project": Page(get=SEE),
    "plan_rows": Page(post=WORK),
    "plan_undos": Page(post=WORK),
    "plan_links": Page(post=WORK),
    "plan_baselines": Page(post=PLAN),
    "flows": _LISTING,
    "estimates": _LISTING,
    "estimate_hint_new": _LISTING,
    "work_item_estimate_hint": Page(get=SEE, post=WORK),
    "flow": Page(get=SEE),
    "flow_export": Page(get=SEE),
    "jobs": _LISTING,
    "job": Page(get=SEE),
    "job_cancellations": Page(post=ACCESS, owners=SEE),
    "roadmap": _LISTING,
    "roadmap_row": Page(get=SEE),
    "roadmap_shares": Page(get=SEE, everybody=True),
    "roadmap_share_removals": Page(get=SEE, post=SHARE),
    "roadmap_shared": Page(get=SEE, open_to_all=True),
    "imports": _LISTING,
    "imports_new": Page(get=IMPORT, post=IMPORT, anywhere=True),
    "import": Page(get=SEE),
    "import_answers": Page(post=NOBODY, owners=IMPORT),
    "import_previews": Page(post=NOBODY, owners=IMPORT),
    "import_starts": Page(post=NOBODY, owners=IMPORT),
    "import_removals": Page(post=NOBODY, owners=IMPORT),
    "import_report": Page(get=SEE),
}
