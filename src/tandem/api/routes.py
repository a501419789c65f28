"""Every route of the API, gathered from the nouns' files."""

import functools
from typing import Any

import orjson
from django.http import HttpRequest
from ninja import NinjaAPI, Router
from ninja.parser import Parser

from tandem.api import problems
from tandem.api.auth import Session, Token
from tandem.api.automation import hooks, inlets, rules
from tandem.api.collaboration import (
    attachments,
    comments,
    documents,
    jobs,
    notifications,
    pulses,
    saved_views,
    stakeholders,
    subscriptions,
    thanks,
    watches,
)
from tandem.api.describing import described
from tandem.api.exchange import imports
from tandem.api.governance import (
    change_requests,
    decisions,
    gates,
    issues,
    meetings,
    methods,
    onboardings,
    packs,
    risks,
)
from tandem.api.people import spaces, tokens, users
from tandem.api.planning import (
    computed_dates,
    forecasts,
    levelled,
    plan_conflicts,
    plan_ranges,
    plan_reasons,
    plan_scenarios,
    portfolio_plan,
    runs,
    scenarios,
)
from tandem.api.portfolio import (
    benefits,
    costs,
    dependencies,
    portfolios,
    programmes,
    project_reports,
    projects,
    proposals,
)
from tandem.api.product import (
    ballots,
    customers,
    discovery,
    experiments,
    features,
    feedback,
    gaps,
    portals,
    products,
    promises,
    release_checks,
    releases,
    roadmap_editions,
    roadmap_shares,
    scoring_models,
)
from tandem.api.resources import bookings, catalogue, fairness, invoice_bases, rates, time_sheets
from tandem.api.resources import equipment as equipment_resources
from tandem.api.resources import people as people_resources
from tandem.api.strategy import alignment, charters, key_results, kpis, objectives, themes
from tandem.api.work import (
    archiving_rules,
    baselines,
    blocks,
    board_layouts,
    bulk,
    calendars,
    checklists,
    columns,
    estimates,
    fields,
    flow,
    flow_clocks,
    intake,
    link_kinds,
    links,
    move_requests,
    quick_lines,
    recurrences,
    retrospectives,
    sprints,
    states,
    time_entries,
    timeline_rows,
    transitions,
    types,
    wip_limits,
    work_items,
)


class _Json(Parser):
    """Strict and bounded: no NaN, no lone surrogate, no endless nesting."""

    def parse_body(self, request: HttpRequest) -> Any:
        if request.body and not (request.content_type or "").endswith("json"):
            raise ValueError("send JSON, with Content-Type: application/json")
        return orjson.loads(request.body or b"{}")


NOUNS: dict[str, Router] = {
    "themes": themes.router,
    "charters": charters.router,
    "alignment": alignment.router,
    "objectives": objectives.router,
    "contributions": objectives.contributions,
    "key-results": key_results.router,
    "check-ins": key_results.said,
    "kpis": kpis.router,
    "measurements": kpis.measured,
    "spaces": spaces.router,
    "users": users.router,
    "tokens": tokens.router,
    "portfolios": portfolios.router,
    "programmes": programmes.router,
    "projects": projects.router,
    "project-reports": project_reports.router,
    "project-dependencies": dependencies.router,
    "proposals": proposals.router,
    "proposal-ties": proposals.ties,
    "benefits": benefits.router,
    "benefit-measurements": benefits.measured,
    "risks": risks.router,
    "risk-ties": risks.ties,
    "risk-runs": risks.runs,
    "risk-reserves": risks.reserves,
    "issues": issues.router,
    "issue-items": issues.items,
    "issue-escalations": issues.escalations,
    "change-requests": change_requests.router,
    "change-verdicts": change_requests.verdicts,
    "approval-rules": change_requests.rules,
    "delegations": change_requests.lent,
    "decisions": decisions.router,
    "methods": methods.router,
    "shipped-methods": methods.shipped,
    "method-versions": methods.versions,
    "method-uses": methods.uses,
    "method-parts": methods.parts,
    "gates": gates.router,
    "gate-criteria": gates.criteria,
    "gate-verdicts": gates.verdicts,
    "gate-releases": gates.releases,
    "packs": packs.own,
    "pack-versions": packs.versions,
    "pack-uses": packs.router,
    "shipped-packs": packs.shipped,
    "cost-lines": costs.router,
    "budgets": costs.budget_router,
    "budget-entries": costs.entries,
    "exchange-rates": costs.rates,
    "scenarios": scenarios.router,
    "solutions": scenarios.solutions,
    "adoptions": scenarios.decided,
    "work-items": work_items.router,
    "bulk-changes": bulk.changes,
    "bulk-relocations": bulk.moves,
    "timeline-rows": timeline_rows.router,
    "links": links.router,
    "link-kinds": link_kinds.router,
    "archiving-rules": archiving_rules.router,
    "archivings": archiving_rules.done,
    "states": states.router,
    "columns": columns.router,
    "wip-limits": wip_limits.router,
    "blocks": blocks.router,
    "checklist-entries": checklists.router,
    "time-entries": time_entries.router,
    "move-requests": move_requests.router,
    "intake-forms": intake.router,
    "submissions": intake.submissions,
    "item-templates": recurrences.router,
    "recurrences": recurrences.recurring,
    "types": types.router,
    "fields": fields.router,
    "estimates": estimates.router, "flow-clocks": flow_clocks.router, "board-layouts": board_layouts.router,
    "transitions": transitions.router,
    "calendars": calendars.router,
    "sprints": sprints.router, "retrospectives": retrospectives.router,
    "baselines": baselines.router,
    "products": products.router,
    "features": features.router,
    "releases": releases.router,
    "release-checks": release_checks.router,
    "promises": promises.router,
    "feedback": feedback.router,
    "feedback-quotes": feedback.links,
    "customers": customers.router,
    "segments": customers.segments,
    "scoring-models": scoring_models.router,
    "scores": scoring_models.scored,
    "roadmap-editions": roadmap_editions.router,
    "roadmap-shares": roadmap_shares.router,
    "portals": portals.router,
    "portal-comments": portals.comments,
    "ballots": ballots.router,
    "experiments": experiments.router,
    "personas": discovery.personas,
    "competitors": discovery.competitors,
    "research-notes": discovery.research_notes,
    "job-roles": catalogue.job_roles,
    "skills": catalogue.skills,
    "departments": catalogue.departments,
    "employments": people_resources.employments,
    "person-roles": people_resources.person_roles,
    "person-skills": people_resources.person_skills,
    "skill-needs": people_resources.skill_needs,
    "equipment": equipment_resources.equipment,
    "equipment-needs": equipment_resources.equipment_needs,
    "invoice-bases": invoice_bases.router,
    "rates": rates.router,
    "time-off": bookings.time_off,
    "time-sheets": time_sheets.router,
    "timers": time_sheets.timers,
    "bookings": bookings.router,
    "fairness": fairness.router,
    "comments": comments.router,
    "attachments": attachments.router,
    "meeting-series": meetings.series,
    "meetings": meetings.router,
    "meeting-points": meetings.points,
    "meeting-outcomes": meetings.outcomes,
    "stakeholders": stakeholders.router,
    "stakeholder-notes": stakeholders.notes,
    "onboarding-templates": onboardings.templates,
    "onboardings": onboardings.router,
    "onboarding-steps": onboardings.steps,
    "pulses": pulses.router,
    "pulse-rounds": pulses.rounds,
    "thanks": thanks.router,
    "documents": documents.router,
    "document-versions": documents.versions,
    "passage-comments": documents.remarks,
    "saved-views": saved_views.router,
    "subscriptions": subscriptions.router,
    "watches": watches.router,
    "notifications": notifications.router,
    "notification-rules": notifications.rules,
    "jobs": jobs.router,
    "forecasts": forecasts.router,
    "runs": runs.router,
    "computed-dates": computed_dates.router,
    "levelled-plans": levelled.plans,
    "levelled-dates": levelled.dates,
    "portfolio-plan": portfolio_plan.router,
    "plan-conflicts": plan_conflicts.router,
    "plan-drafts": plan_conflicts.drafts,
    "plan-scenarios": plan_scenarios.router,
    "plan-changes": plan_scenarios.changed,
    "imports": imports.router,
    "webhooks": hooks.router,
    "deliveries": hooks.deliveries,
    "rules": rules.router,
    "inlets": inlets.router,
    "developments": inlets.developments,
    "rule-runs": rules.runs,
}

class _Described(NinjaAPI):
    """Its document takes seconds to put together, is the same for everybody, and is asked for without signing in: it is made once."""

    def get_openapi_schema(self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None) -> Any:
        return self._document(path_prefix or self.get_root_path(path_params or {}))

    @functools.cache  # noqa: B019  there is one API, and it lives as long as its process
    def _document(self, path_prefix: str) -> Any:
        return described(super().get_openapi_schema(path_prefix=path_prefix))


api = _Described(
    title="Tandem",
    version="1",
    description=(
        "Most of what the pages can do. Writes ask for the version that you know (If-Match); "
        "what you may not see is 404, what you may not do is 403."
    ),
    auth=[Token(), Session()],
    parser=_Json(),
    docs_url=None,
    urls_namespace="api",
)
problems.register(api)
for path, router in NOUNS.items():
    api.add_router(f"/{path}", router)
# what work adds to the routes of a project
for router in (flow.router, quick_lines.router):
    api.add_router("/projects", router)
api.add_router("/products", gaps.router)
api.add_router("/spaces", plan_ranges.router)
api.add_router("/portfolio-plan", plan_reasons.router)
