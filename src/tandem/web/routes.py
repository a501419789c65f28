"""Every page's address."""

from django.urls import URLPattern

from tandem.web import feedback_letters, home, palette, scopes, styleguide
from tandem.web.automation import hooks, inlets, overview, rules
from tandem.web.collaboration import attachments, inbox, jobs, watches
from tandem.web.exchange import imports
from tandem.web.governance import exposure, issues, risk_matrix, risk_suggestions, risks
from tandem.web.people import access, account, hearing, people, teams
from tandem.web.planning import (
    plan_conflicts,
    plan_scenarios,
    plan_why,
    portfolio_plan,
    scenarios,
)
from tandem.web.portfolio import (
    benefits,
    budgets,
    costs,
    dependencies,
    earned_value,
    exchange_rates,
    health,
    labour,
    mix,
    outcomes,
    portfolio_tree,
    portfolios,
    programmes,
    project_reports,
    projects,
    proposals,
    report_course,
    spending,
)
from tandem.web.product import (
    ballots,
    customers,
    discovery,
    experiments,
    features,
    feedback,
    feedback_alike,
    gaps,
    portal_shared,
    portals,
    priorities,
    products,
    promises,
    readiness,
    release_notes,
    releases,
    roadmap,
    roadmap_editions,
    scores,
    scoring_models,
    trace,
    voting,
)
from tandem.web.resources import (
    allocation,
    bookings,
    departments,
    employments,
    fairness,
    invoicing,
    job_roles,
    load,
    people_import,
    person_roles,
    person_skills,
    rates,
    skill_needs,
    skills,
    time_off,
    time_sheets,
)
from tandem.web.strategy import (
    alignment,
    charters,
    contributing,
    key_results,
    kpis,
    objectives,
    strategy_map,
    themes,
)
from tandem.web.work import (
    approvals,
    archiving_settings,
    backlogs,
    blocks,
    board_settings,
    boards,
    calendars,
    checklists,
    editing,
    estimate_hints,
    estimates,
    field_settings,
    flow,
    intake,
    link_kind_settings,
    plans,
    quick,
    recurrences,
    relocations,
    retrospectives,
    shares,
    sprints,
    time_entries,
    work_item,
    work_items,
    workflow_settings,
)

urlpatterns: list[URLPattern] = [
    *home.urls, *palette.urls, *scopes.urls, *styleguide.urls, *account.urls, *people.urls, *access.urls, *teams.urls, *objectives.urls, *key_results.urls, *kpis.urls, *themes.urls, *alignment.urls, *charters.urls, *strategy_map.urls, *contributing.urls, *portfolios.urls, *programmes.urls,
    *projects.urls, *proposals.urls, *benefits.urls, *spending.urls, *costs.urls, *labour.urls, *budgets.urls, *exchange_rates.urls, *earned_value.urls, *mix.urls, *outcomes.urls, *dependencies.urls, *scenarios.urls, *portfolio_plan.urls, *plan_why.urls, *plan_conflicts.urls, *plan_scenarios.urls, *report_course.urls, *health.urls, *portfolio_tree.urls, *project_reports.urls, *products.urls, *gaps.urls, *features.urls, *releases.urls, *readiness.urls, *release_notes.urls, *trace.urls, *promises.urls, *scoring_models.urls, *priorities.urls, *scores.urls, *ballots.urls, *voting.urls, *experiments.urls, *discovery.urls, *feedback_alike.urls, *portals.urls, *portal_shared.urls, *feedback.urls, *feedback_letters.urls, *customers.urls, *work_items.urls, *quick.urls, *estimates.urls, *estimate_hints.urls, *work_item.urls, *boards.urls, *board_settings.urls, *field_settings.urls, *link_kind_settings.urls, *archiving_settings.urls, *workflow_settings.urls,
    *blocks.urls, *checklists.urls, *editing.urls, *time_entries.urls, *approvals.urls, *shares.urls, *relocations.urls, *intake.urls, *recurrences.urls,
    *backlogs.urls, *sprints.urls, *retrospectives.urls, *plans.urls, *flow.urls,
    *calendars.urls, *jobs.urls, *attachments.urls, *inbox.urls, *watches.urls, *hearing.urls, *roadmap.urls, *roadmap_editions.urls, *imports.urls,
    *job_roles.urls, *skills.urls, *departments.urls, *employments.urls, *person_roles.urls, *person_skills.urls, *skill_needs.urls, *rates.urls, *time_off.urls, *bookings.urls, *load.urls, *fairness.urls, *allocation.urls, *people_import.urls, *time_sheets.urls, *invoicing.urls,
    *risk_matrix.urls, *exposure.urls, *risk_suggestions.urls, *risks.urls, *issues.urls,
    *overview.urls, *hooks.urls, *rules.urls, *inlets.urls,
]  # fmt: skip
