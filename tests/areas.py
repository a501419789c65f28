"""Two whole branches of an organisation with one row of every noun: what A's people see, B's do not."""

import uuid
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from tandem.automation.actions import hooks, inlets, rules
from tandem.automation.models import Delivery, Development, Hook, Inlet, Rule, RuleRun
from tandem.collaboration.actions import (
    attachments,
    comments,
    documents,
    feeds,
    passage_comments,
    pulses,
    saved_views,
    stakeholders,
    subscriptions,
    thanks,
    watches,
)
from tandem.collaboration.models import (
    Attachment,
    Comment,
    Document,
    DocumentVersion,
    Feed,
    Job,
    Notification,
    PassageComment,
    Pulse,
    PulseRound,
    SavedView,
    Stakeholder,
    StakeholderNote,
    Subscription,
    Thanks,
    Watch,
)
from tandem.exchange.models import Import
from tandem.governance.actions import (
    approval_rules,
    decisions,
    delegations,
    gate_verdicts,
    gates,
    issues,
    meeting_points,
    meetings,
    method_uses,
    methods,
    onboarding_templates,
    onboardings,
    pack_uses,
    packs,
    risk_settings,
    risk_ties,
)
from tandem.governance.models import (
    ApprovalRule,
    ChangeRequest,
    Decision,
    Delegation,
    Gate,
    GateCriterion,
    GateRelease,
    GateVerdict,
    Issue,
    IssueEscalation,
    IssueItem,
    Meeting,
    MeetingOutcome,
    MeetingPoint,
    MeetingSeries,
    Method,
    MethodPart,
    MethodUse,
    MethodVersion,
    Onboarding,
    OnboardingStep,
    OnboardingTemplate,
    Pack,
    PackUse,
    PackVersion,
    Risk,
    RiskReserve,
    RiskRun,
    RiskScale,
    RiskTie,
    Verdict,
)
from tandem.kit import clock
from tandem.people.actions import spaces, teams, users
from tandem.people.models import Membership, Role, Space, Team, User
from tandem.planning import selection
from tandem.planning.actions import plan_scenarios, scenarios
from tandem.planning.models import (
    Adoption,
    ComputedDates,
    Forecast,
    LevelledDates,
    LevelledPlan,
    PlanChange,
    PlanConflict,
    PlanDraft,
    PlanScenario,
    Run,
    Scenario,
    Solution,
)
from tandem.portfolio.actions import (
    benefit_measurements,
    budgets,
    exchange_rates,
    portfolios,
    programmes,
    proposals,
)
from tandem.portfolio.models import (
    Benefit,
    BenefitMeasurement,
    Budget,
    BudgetEntry,
    CostLine,
    ExchangeRate,
    Portfolio,
    Programme,
    Project,
    ProjectReport,
    Proposal,
    ProposalTie,
)
from tandem.product.actions import (
    ballots,
    customers,
    discovery,
    experiments,
    features,
    feedback_links,
    feedback_merges,
    portals,
    release_checks,
    roadmap_editions,
    roadmaps,
    scores,
    votes,
)
from tandem.product.models import (
    Ballot,
    Competitor,
    Customer,
    Experiment,
    Feature,
    Feedback,
    FeedbackLink,
    Persona,
    Portal,
    PortalComment,
    Product,
    Promise,
    Release,
    ReleaseCheck,
    ResearchNote,
    RoadmapEdition,
    RoadmapShare,
    Scope,
    Score,
    ScoringModel,
    Segment,
)
from tandem.resources.actions import (
    bookings,
    departments,
    employments,
    equipment,
    invoice_bases,
    job_roles,
    person_roles,
    rates,
    skill_needs,
    skills,
    time_off,
    time_sheets,
)
from tandem.resources.models import (
    Booking,
    Department,
    Employment,
    Equipment,
    EquipmentNeed,
    InvoiceBasis,
    JobRole,
    PersonRole,
    PersonSkill,
    Rate,
    Skill,
    SkillNeed,
    TimeOff,
    TimeSheet,
)
from tandem.strategy.actions import charters, check_ins, key_results, measurements, objectives, themes
from tandem.strategy.models import (
    Charter,
    CheckIn,
    Contribution,
    KeyResult,
    Kpi,
    Measurement,
    Objective,
    Theme,
)
from tandem.work.actions import (
    archiving_rules,
    baselines,
    blocks,
    board_layouts,
    calendars,
    checklists,
    columns,
    fields,
    flow_clocks,
    intake,
    item_templates,
    link_kinds,
    recurrences,
    retrospectives,
    sprints,
    states,
    time_entries,
    timers,
    transitions,
    wip_limits,
    work_items,
)
from tandem.work.models import (
    Archiving,
    ArchivingRule,
    Assignment,
    Baseline,
    Block,
    BoardLayout,
    ChecklistEntry,
    Column,
    FieldDefinition,
    FlowClock,
    IntakeForm,
    ItemTemplate,
    Link,
    LinkKind,
    MoveRequest,
    Recurrence,
    Retrospective,
    RetrospectiveNote,
    Sprint,
    State,
    Submission,
    TimeEntry,
    Timer,
    Transition,
    WipLimit,
    WorkingCalendar,
    WorkItem,
    WorkItemType,
)
from tests import make


@dataclass
class Area:
    root: Space
    admin: User
    member: User
    space: Space
    membership: Membership
    portfolio: Portfolio
    programme: Programme
    project: Project
    second_project: Project
    bulk_run: uuid.UUID
    project_report: ProjectReport
    product: Product
    charter: Charter
    half_signed_charter: Charter
    theme: Theme
    objective: Objective
    aim: Objective
    key_result: KeyResult
    scored_key_result: KeyResult
    check_in: CheckIn
    kpi: Kpi
    measurement: Measurement
    proposal: Proposal
    draft: Proposal
    scenario: Scenario
    solution: Solution
    adoption: Adoption
    answered_scenario: Scenario
    proposal_tie: ProposalTie
    cost_line: CostLine
    budget: Budget
    budget_entry: BudgetEntry
    exchange_rate: ExchangeRate
    invoice_basis: InvoiceBasis
    paid_cost_line: CostLine
    risk: Risk
    tied_risk: Risk
    risk_tie: RiskTie
    risk_run: RiskRun
    risk_reserve: RiskReserve
    risk_scale: RiskScale
    issue: Issue
    issue_item: IssueItem
    issue_escalation: IssueEscalation
    change_request: ChangeRequest
    written_change: ChangeRequest
    change_verdict: Verdict
    approval_rule: ApprovalRule
    delegation: Delegation
    decision: Decision
    made_decision: Decision
    pack_use: PackUse
    own_pack: Pack
    unused_pack: Pack
    own_pack_use: PackUse
    pack_version: PackVersion
    method: Method
    unused_method: Method
    method_version: MethodVersion
    method_draft: MethodVersion
    method_use: MethodUse
    method_part: MethodPart
    gate: Gate
    gate_criterion: GateCriterion
    gate_release: GateRelease
    waiting_verdict: GateVerdict
    benefit: Benefit
    unmeasured_benefit: Benefit
    benefit_measurement: BenefitMeasurement
    contribution: Contribution
    item: WorkItem
    other_item: WorkItem
    removed_item: WorkItem
    archived_item: WorkItem
    link: Link
    state: State
    type: WorkItemType
    calendar: WorkingCalendar
    sprint: Sprint
    running_sprint: Sprint
    closed_sprint: Sprint
    retrospective: Retrospective
    retro_note: RetrospectiveNote
    baseline: Baseline
    column: Column
    wip_limit: WipLimit
    hook: Hook
    delivery: Delivery
    rule: Rule
    rule_run: RuleRun
    inlet: Inlet
    inlet_secret: str
    development: Development
    field: FieldDefinition
    transition: Transition
    move_request: MoveRequest
    spare_state: State
    spare_type: WorkItemType
    block: Block
    ended_block: Block
    template: ItemTemplate
    used_template: ItemTemplate
    recurrence: Recurrence
    paused_recurrence: Recurrence
    intake_form: IntakeForm
    submission: Submission
    declined_submission: Submission
    entry: ChecklistEntry
    removed_entry: ChecklistEntry
    time_entry: TimeEntry
    removed_time: TimeEntry
    team: Team
    feature: Feature
    other_feature: Feature
    scoring_model: ScoringModel
    unused_scoring_model: ScoringModel
    score: Score
    ballot: Ballot
    experiment: Experiment
    persona: Persona
    competitor: Competitor
    research_note: ResearchNote
    roadmap_edition: RoadmapEdition
    closed_ballot: Ballot
    decided_ballot: Ballot
    ballot_secret: str
    release: Release
    out_release: Release
    release_check: ReleaseCheck
    scope: Scope
    promise: Promise
    segment: Segment
    other_segment: Segment
    customer: Customer
    feedback: Feedback
    other_feedback: Feedback
    merged_feedback: Feedback
    feedback_link: FeedbackLink
    portal: Portal
    portal_comment: PortalComment
    waiting_feedback: Feedback
    public_feedback: Feedback
    meeting_series: MeetingSeries
    meeting: Meeting
    held_meeting: Meeting
    meeting_point: MeetingPoint
    meeting_outcome: MeetingOutcome
    comment: Comment
    stakeholder: Stakeholder
    stakeholder_note: StakeholderNote
    pulse: Pulse
    pulse_round: PulseRound
    spare_team: Team
    thanks: Thanks
    onboarding_template: OnboardingTemplate
    onboarding: Onboarding
    onboarding_step: OnboardingStep
    document: Document
    document_version: DocumentVersion
    passage_comment: PassageComment
    attachment: Attachment
    view: SavedView
    subscription: Subscription
    flow_clock: FlowClock
    board_layout: BoardLayout
    link_kind: LinkKind
    archiving_rule: ArchivingRule
    archiving: Archiving
    job: Job
    watch: Watch
    notification: Notification
    run: Run
    forecast: Forecast
    computed: ComputedDates
    levelled_plan: LevelledPlan
    levelled: LevelledDates
    plan_conflict: PlanConflict
    plan_draft: PlanDraft
    skill_need: SkillNeed
    unused_equipment: Equipment
    equipment_need: EquipmentNeed
    plan_scenario: PlanScenario
    plan_change: PlanChange
    imported: Import
    feed: Feed
    feed_secret: str
    job_role: JobRole
    unused_job_role: JobRole
    skill: Skill
    unused_skill: Skill
    department: Department
    unused_department: Department
    employment: Employment
    person_role: PersonRole
    person_skill: PersonSkill
    rate: Rate
    booking: Booking
    time_off: TimeOff
    time_sheet: TimeSheet
    open_time_sheet: TimeSheet
    approved_time_sheet: TimeSheet
    timer: Timer
    share: RoadmapShare
    share_secret: str


def build(admin: User, name: str, key: str) -> Area:
    """A portfolio with everything under it; `member` wrote the comment, the view and the job."""
    root = Space.objects.get(parent=None)
    portfolio = portfolios.create(actor=admin, parent=root, name=name, key=key)
    top = portfolio.space
    member = users.add(actor=admin, name=f"Member {name}", email=f"member-{key.lower()}@example.org")
    membership = spaces.grant(actor=admin, space=top, user=member, role=Role.MEMBER)
    member.refresh_from_db()
    found: dict[str, Any] = {
        "root": root,
        "admin": admin,
        "member": member,
        "space": top,
        "membership": membership,
    }
    found |= {
        "portfolio": portfolio,
        "programme": programmes.create(actor=admin, parent=top, name=f"{name} programme"),
    }
    project = make.project(actor=admin, name=f"{name} project", parent=top)
    product = make.product(actor=admin, name=f"{name} product", parent=top)
    second = make.project(actor=admin, name=f"{name} second project", parent=top)
    found |= {"project": project, "second_project": second, "product": product, "bulk_run": _changed_in_bulk(admin, second)}
    found["project_report"] = make.project_report(actor=admin, project=project)
    found |= _work(admin, project) | _costs(admin, project)
    found |= _product(admin, product, found["item"])
    objective = make.objective(actor=admin, space=top)
    contribution = objectives.contribute(
        actor=admin, objective=objective, subject=found["feature"], weight=50
    )
    found |= _proposed(admin, top) | _governed(admin, project, found["item"])
    found |= _asked(admin, found["project"], found["item"])
    found |= _packed(admin, top, project)
    found |= _gated(admin, top, project, make.project(actor=admin, name=f"{name} gated project", parent=top, owner=admin))
    found |= _met(admin, project)
    texts = {"goal": "Book without calling", "scope_in": "The portal", "measures": "Half the calls"}
    charter = charters.draft(actor=admin, space=found["project"].space, **texts)
    half = charters.draft(actor=admin, space=found["second_project"].space, **texts)
    charters.sign(actor=admin, charter=half, version=None, side="pmo")
    found |= {"charter": charter, "half_signed_charter": half}
    found |= {"theme": themes.create(actor=admin, space=top, name="Trust"), "objective": objective, "contribution": contribution} | _strategy(admin, top)
    found |= _among(admin, member, project, found["item"]) | _talk(member, project, found["item"]) | _computed(admin, project, found["item"])
    hook = hooks.create(actor=admin, space=project.space, name="Chat", address="https://chat.example.org/1", about=["work_item"])
    rule = rules.create(actor=admin, space=project.space, name="Seen", trigger="created", steps=[{"do": "priority", "to": 1}])
    inlet, inlet_secret = inlets.create(actor=admin, space=project.space, name="Alerts")
    development = Development.objects.create(
        space=project.space, item=found["item"], kind="branch", url="https://git.example.org/x", title="x", reference="x"
    )
    rule_run = RuleRun.objects.create(space=project.space, rule=rule, item=found["item"], mark="event:0", outcome="done")
    delivery = Delivery.objects.create(space=project.space, hook=hook, mark="event:0", state="failed")
    share, secret = roadmaps.share(actor=admin, space=product.space)
    feed, feed_secret = feeds.create(actor=member, space=top, name="Mine", query="")
    found |= _resources(admin, member, top, project)
    return Area(**found, hook=hook, delivery=delivery, rule=rule, rule_run=rule_run, inlet=inlet, inlet_secret=inlet_secret, development=development, feed=feed, feed_secret=feed_secret, share=share, share_secret=secret)


def _costs(admin: User, project: Project) -> dict[str, Any]:
    entry = budgets.approve(actor=admin, project=project, amount=Decimal("50000"), currency="EUR", note="Steering committee")
    rate = exchange_rates.create(actor=admin, currency="USD", on=clock.today() - timedelta(days=400), rate=Decimal("0.92"))
    line = make.cost_line(actor=admin, project=project)
    paid, billed = (make.cost_line(actor=admin, project=project, title=title, actual=Decimal("12.50")) for title in ("Taxi", "Ferry"))
    day = billed.month
    basis = invoice_bases.make(actor=admin, space=project.space, first_on=day, last_on=day, currency=billed.currency, cost_lines=[billed.pk])
    return {"paid_cost_line": paid, "invoice_basis": basis, "cost_line": line, "budget": Budget.objects.get(pk=entry.budget_id), "budget_entry": entry, "exchange_rate": rate}


def _resources(admin: User, member: User, top: Space, project: Project) -> dict[str, Any]:
    """The first of each is used, so that it stays."""
    architect, spare = (job_roles.create(actor=admin, space=top, name=name) for name in ("Architect", "Diver"))
    law, chess = (skills.create(actor=admin, space=top, name=name) for name in ("Customs law", "Chess"))
    harbour, lab = (departments.create(actor=admin, space=top, name=name) for name in ("Harbour", "Laboratory"))
    day = clock.today() - timedelta(days=400)
    return {
        "job_role": architect, "unused_job_role": spare, "skill": law, "unused_skill": chess, "department": harbour, "unused_department": lab,
        "employment": employments.create(actor=admin, space=top, person=member, starts_on=day, ends_on=day + timedelta(days=100), department=harbour),
        "person_role": person_roles.create(actor=admin, person=member, job_role=architect, starts_on=day, ends_on=day + timedelta(days=100)),
        "person_skill": skills.say(actor=admin, person=member, skill=law, level=3, since=day),
        "booking": bookings.create(
            actor=admin, subject=project, job_role=architect, starts_on=clock.today(), ends_on=clock.today() + timedelta(days=60), percent=Decimal(50)
        ),
        "time_off": time_off.ask(actor=member, person=member, starts_on=clock.today() + timedelta(days=20), ends_on=clock.today() + timedelta(days=24)),
        **_weeks(admin, member), "timer": timers.start(actor=member, item=WorkItem.objects.filter(space=project.space).earliest("pk")),
        "rate": rates.create(actor=admin, space=top, job_role=architect, valid_from=day, cost=Decimal("90.00"), currency="EUR"),
    }


def _weeks(admin: User, member: User) -> dict[str, Any]:
    """Three weeks of the member: one open, one sent in, one approved."""
    made = []
    for n in range(3):
        made.append(time_sheets.open_week(actor=member, person=member, week=clock.today() - timedelta(days=7 * n)))
        if n:
            time_sheets.submit(actor=member, time_sheet=made[-1])
    time_sheets.decide(actor=admin, time_sheet=made[2], version=None, is_approved=True)
    return {"open_time_sheet": made[0], "time_sheet": made[1], "approved_time_sheet": made[2]}


def _strategy(admin: User, top: Space) -> dict[str, Any]:
    """Below an objective of their own, so that the other one can be removed."""
    day = clock.today() - timedelta(days=3)
    aim = make.objective(actor=admin, space=top, title="With key results", starts_on=day)
    open_one = make.key_result(actor=admin, objective=aim)
    scored = make.key_result(actor=admin, objective=aim, title="Scored")
    key_results.score(actor=admin, key_result=scored, version=1, score=Decimal("0.7"), learned="Prices come first")
    check_in = check_ins.make(actor=admin, key_result=open_one, value=Decimal(60), confidence="on", on=day)
    kpi = make.kpi(actor=admin, space=top)
    measurement = measurements.take(actor=admin, kpi=kpi, on=day, value=Decimal("4.1"))
    return {
        "aim": aim, "key_result": open_one, "scored_key_result": scored, "check_in": check_in, "kpi": kpi, "measurement": measurement
    }


def _governed(admin: User, project: Project, item: WorkItem) -> dict[str, Any]:
    """A risk with nothing on it, one that touches an item, an issue that blocks one, and what was computed and set."""
    space = project.space
    tied, issue = make.risk(actor=admin, space=space, title="Fog"), make.issue(actor=admin, space=space)
    blocked = issues.block(actor=admin, issue=issue, item=make.work_item(actor=admin, project=project, title="Stands still"))
    issue.refresh_from_db()
    run = RiskRun.objects.create(space=space, kind="exposure", as_of=clock.today(), made_at=clock.now(), inputs_hash="0", seed=1, trials=64, figures=_NO_FIGURES)
    return {
        "risk": make.risk(actor=admin, space=space), "tied_risk": tied, "risk_tie": risk_ties.add(actor=admin, risk=tied, subject=item), "risk_run": run, "issue": issue,
        "issue_item": blocked, "risk_reserve": risk_settings.set_reserve(actor=admin, space=space, money=1000, days=Decimal(2)),
        "risk_scale": risk_settings.set_scale(actor=admin, space=space, high_from=14, medium_from=6),
        "issue_escalation": IssueEscalation.objects.create(space=space, issue=issue, since=issue.progress_at, level=1, told_in=space, told=[admin.pk]),
    }


def _asked(admin: User, project: Project, item: WorkItem) -> dict[str, Any]:
    """A change that waits for both sides with its picture, one that is being written, a verdict, a line of the table of approvals."""
    content = [("item", item.pk, {"priority": 1})]
    waits = make.change_request(actor=admin, space=project.space, changes=content, computed=False)
    written = make.change_request(actor=admin, space=project.space, changes=content, submitted=False, computed=False, title="Not yet")
    # as if it had been computed: the search for a plan would take longer than all else here
    nothing: dict[str, Any] = {"projects": [], "promises": [], "load": [], "tardiness": [0, 0], "refused": [], "plan": None}
    digest = plan_scenarios.digest(list(waits.scenario.changes.order_by("id")))
    PlanScenario.objects.filter(pk=waits.scenario_id).update(outcome=nothing, computed_of=digest, job=None)
    over = make.change_request(actor=admin, space=project.space, changes=content, computed=False, title="Asked before")
    said = Verdict.objects.create(
        space=project.space, request=over, round=1, side="pmo", answer="revise", reason="Later", by=admin, digest=digest, asked_at=clock.now()
    )
    rule = approval_rules.create(actor=admin, space=project.space, days_most=5)
    lent = delegations.create(
        actor=admin, space=project.space, delegate=make.user(actor=admin, name="Stands in", role=Role.PMO_LEAD), starts_on=clock.today(), ends_on=clock.today()
    )
    return {"change_request": ChangeRequest.objects.get(pk=waits.pk), "written_change": written, "change_verdict": said, "approval_rule": rule, "delegation": lent, **_asked_and_made(admin, project)}


def _asked_and_made(admin: User, project: Project) -> dict[str, Any]:
    asked = decisions.create(actor=admin, space=project.space, question="Which crane?", options=["Dutch", "German"])
    made = decisions.create(actor=admin, space=project.space, question="Which quay?")
    return {"decision": asked, "made_decision": decisions.decide(actor=admin, decision=made, version=None, chosen="Quay 3", why="It is free")}


_WAY = {
    "phases": [{"key": "think", "name": "Think", "stage": "concept", "days": 5}, {"key": "do", "name": "Do", "stage": "build", "days": 10}],
    "roles": [{"key": "sponsor", "name": "Sponsor", "duty": ""}, {"key": "scribe", "name": "Scribe", "duty": ""}],
    "deliverables": [{"key": "note", "name": "Note", "phase": "think", "checklist": ["Read"]}],
    "gates": [
        {"key": "go", "name": "Go on", "phase": "think", "money": 40, "reviewers": ["sponsor"], "criteria": [{"key": "worth", "kind": "judged", "text": "Worth it", "limit": 0}]},
        {"key": "end", "name": "End", "phase": "do", "money": 60, "reviewers": ["sponsor"], "criteria": []},
    ],
}  # fmt: skip


PACK = "name: Ports\ncontrols:\n- {key: access, name: Rights, evidence: judged, standards: [ISO 27001 A.5.18]}\n"


def _packed(admin: User, top: Space, project: Project) -> dict[str, Any]:
    """A pack with two versions that holds in its first, and one that holds nowhere."""
    pack = packs.create(actor=admin, space=top, text=PACK.replace("Ports", f"Ports {top.key}"))
    use = pack_uses.take(actor=admin, project=project, pack=pack.key)
    second = packs.write(actor=admin, pack=pack, text=PACK.replace("Ports", f"Ports {top.key}").replace("Rights", "Roles"))
    unused = packs.create(actor=admin, space=top, text=PACK.replace("Ports", f"Nobody's {top.key}"))
    return {"own_pack": pack, "own_pack_use": use, "pack_version": second, "unused_pack": unused}


def _gated(admin: User, top: Space, project: Project, managed: Project) -> dict[str, Any]:
    """A method with two versions and a draft, followed in its first; a verdict of who manages a project, which waits for another's."""
    method = methods.create(actor=admin, space=top, name="Quay way", content=_WAY)
    first = methods.publish(actor=admin, method_version=method.versions.get(), version=None)
    use = method_uses.take_up(actor=admin, project=project, method_version=first, starts_on=clock.today())
    method_uses.take_up(actor=admin, project=managed, method_version=first, starts_on=clock.today())
    second = _changed_version(admin, method, 12)
    methods.publish(actor=admin, method_version=second, version=None)
    gate, theirs = (one.gates.select_related("project", "space").get(key="go") for one in (project, managed))
    criterion = gate.criteria.get()
    gates.judge(actor=admin, gate_criterion=criterion, version=None, is_met=True, evidence="The board")
    waiting = gate_verdicts.give(actor=admin, gate=theirs, version=None, verdict="go", reason="Worth it", digest=gate_verdicts.content(theirs)[1])
    return {
        "pack_use": pack_uses.take(actor=admin, project=project, pack="software"), "method": method, "unused_method": methods.create(actor=admin, space=top, name="Nobody's way"), "method_version": second, "method_draft": _changed_version(admin, method, 14),
        "method_use": use, "method_part": MethodPart.objects.get(project=project, kind="role", key="scribe"), "gate": gate, "gate_criterion": criterion, "waiting_verdict": waiting,
        "gate_release": gates.set_release(actor=admin, gate=project.gates.get(key="end"), amount=Decimal("900"), currency="EUR"),
    }  # fmt: skip


def _changed_version(admin: User, method: Method, days: int) -> MethodVersion:
    made = methods.draft(actor=admin, method=method)
    phases = [{**row, "days": days} for row in made.content["phases"]]
    return methods.change_draft(actor=admin, method_version=made, version=None, content={**made.content, "phases": phases})


def _met(admin: User, project: Project) -> dict[str, Any]:
    """A series on which nothing is written, a meeting ahead with a point, one that was held and decided something."""
    ahead, held = make.meeting(actor=admin, space=project.space, title="Berths"), make.meeting(actor=admin, space=project.space, title="Cranes", ago=timedelta(days=1))
    point = meeting_points.add(actor=admin, meeting=ahead, title="Berth 3")
    outcome = meeting_points.decide(actor=admin, meeting_point=meeting_points.add(actor=admin, meeting=held, title="Crane"), question="Which?", chosen="The old one", why="It is here")
    held = meetings.move(actor=admin, meeting=held, version=None, state="held")
    return {"meeting_series": make.series(actor=admin, space=project.space, title="Tides"), "meeting": ahead, "held_meeting": held, "meeting_point": point, "meeting_outcome": outcome}


_NO_SPAN = {"mean": 0, "p50": 0, "p80": 0, "p80_between": [0, 0]}
_NO_FIGURES = {"currency": "EUR", "days": _NO_SPAN, "money": _NO_SPAN, "together": 1, "threats": 1, "chances": 0}


def _changed_in_bulk(admin: User, project: Project) -> uuid.UUID:
    run = uuid.uuid4()
    work_items.change(actor=admin, item=make.work_item(actor=admin, project=project, title="Changed"), version=None, run=run, priority=3)
    return run


def _proposed(admin: User, top: Space) -> dict[str, Any]:
    """In a portfolio's space as in the organisation's: one that was sent in, a draft, and another that one requires."""
    row = make.proposal(actor=admin, space=top)
    other = make.proposal(actor=admin, space=top, title="Berth sensors")
    tie = proposals.tie(actor=admin, proposal=row, other=other, kind="requires")
    draft = make.proposal(actor=admin, space=top, title="Drone surveys", state="draft")
    gained = make.benefit(actor=admin, space=top)
    taken = benefit_measurements.take(actor=admin, benefit=gained, on=clock.today() - timedelta(days=4), value=Decimal(20_000))
    gained.refresh_from_db()
    gains = {"benefit": gained, "benefit_measurement": taken, "unmeasured_benefit": make.benefit(actor=admin, space=top, title="Fewer calls")}
    asked = scenarios.create(actor=admin, space=top, name="Less money", starts_on=clock.today(), budget=[100_000])
    solution = Solution.objects.create(space=top, scenario=asked, inputs_hash="0", state="done", value=1, starts={str(row.pk): 0})
    return {"proposal": row, "draft": draft, "proposal_tie": tie, "scenario": asked, "solution": solution, **gains} | _decided(admin, top, row)


def _decided(admin: User, top: Space, row: Proposal) -> dict[str, Any]:
    """One scenario that can be adopted, and one that is, with nothing built on it."""
    ready, adopted = (scenarios.create(actor=admin, space=top, name=name, starts_on=clock.today()) for name in ("Ready", "Adopted"))
    values = {"space": top, "state": "done", "value": 1, "starts": {str(row.pk): 0}}
    Solution.objects.create(scenario=ready, inputs_hash=selection.read(ready).hash, **values)
    solution = Solution.objects.create(scenario=adopted, inputs_hash="0", **values)
    Scenario.objects.filter(pk=adopted.pk).update(state="adopted")
    adoption = Adoption.objects.create(space=top, scenario=adopted, solution=solution, decided_by=admin, reason="The berth", inputs_hash="0")
    return {"adoption": adoption, "answered_scenario": ready}


def _work(admin: User, project: Project) -> dict[str, Any]:
    space = project.space
    item, other, removed = (make.work_item(actor=admin, project=project, title=f"Item {n}") for n in range(3))
    WorkItem.objects.filter(pk=removed.pk).update(removed_at=clock.now())
    Assignment.objects.create(item=item, user=admin)
    archived = make.work_item(actor=admin, project=project, title="Item 5", state="done")
    WorkItem.objects.filter(pk=archived.pk).update(archived_at=clock.now())
    column = columns.create(actor=admin, space=space, name="Build")
    # rules of a type that no item has: the moves of the others stay free
    audit = states.add_type(actor=admin, space=space, name="Audit")
    third = make.work_item(actor=admin, project=project, title="Item 3")
    ended = blocks.start(actor=admin, item=third, reason="No berth")
    entry, removed_entry = checklists.add(actor=admin, item=item, text="Measure\nOrder")
    checklists.remove(actor=admin, entry=removed_entry)
    time_entry, removed_time = (time_entries.log(actor=admin, item=item, minutes=30) for _ in range(2))
    time_entries.remove(actor=admin, entry=removed_time)
    form = intake.create_form(actor=admin, space=space, title="Ask the yard")
    declined = intake.submit(actor=None, form=form, title="A bridge")
    declined = intake.decline(actor=admin, submission=declined, version=None, reason="No room")
    return {
        **_recurring(admin, space), "intake_form": form, "submission": intake.submit(actor=None, form=form, title="A crane", email="ida@example.org"), "declined_submission": declined,
        "entry": entry, "removed_entry": removed_entry, "time_entry": time_entry, "removed_time": removed_time, "column": column, "wip_limit": wip_limits.create(actor=admin, space=space, most=40, column=column, stops=True),
        "block": blocks.start(actor=admin, item=item, reason="No crane", kind="supplier"),
        "ended_block": blocks.end(actor=admin, block=ended, version=None),
        "archiving_rule": archiving_rules.create(actor=admin, space=space, days=90),
        "archiving": Archiving.objects.create(space=space, run=uuid.uuid4(), at=clock.now(), count=0),
        "link_kind": link_kinds.create(actor=admin, space=space, name="causes", inverse="is caused by"), "flow_clock": flow_clocks.create(actor=admin, space=space), "board_layout": board_layouts.create(actor=admin, space=space), "field": fields.create(actor=admin, space=space, name="Customer", kind="text"), "spare_type": audit,
        "spare_state": states.add(actor=admin, space=space, name="Waiting", category="in_progress"),
        **_approving(admin, project, audit),
        "item": item, "other_item": other, "removed_item": removed, "archived_item": archived,
        "link": make.link(actor=admin, source=item, target=other),
        "state": make.state_of(project, "in_progress"),
        "type": WorkItemType.objects.filter(space=space, level=2).first(),
        "calendar": calendars.create(actor=admin, space=space, name="Standard", country="CN"),
        **_sprints(admin, project, item, other),
        "baseline": baselines.take(actor=admin, space=space, name="Kick-off"),
        "team": Team.objects.create(space=space, name="Web"),
    }  # fmt: skip


def _approving(admin: User, project: Project, audit: WorkItemType) -> dict[str, Any]:
    """A move of the type that only one item has waits for whoever leads."""
    leads = ["administrator", "pmo_lead", "portfolio_manager", "project_manager"]
    done = make.state_of(project, "done")
    rule = transitions.create(actor=admin, space=project.space, to_state=done, type=audit, approvals=1, approver_roles=leads)
    waiting = make.work_item(actor=admin, project=project, title="Item 4", type=audit)
    member = users.add(actor=admin, name="Rita Remote", email=f"rita-{project.space.key.lower()}@example.org")
    spaces.grant(actor=admin, space=project.space, user=member, role=Role.PROJECT_MANAGER)
    request = work_items.change(actor=member, item=waiting, version=None, state=done).awaiting
    return {"transition": rule, "move_request": request}


def _recurring(admin: User, space: Space) -> dict[str, Any]:
    used = item_templates.create(actor=admin, space=space, name="Weekly", title="Check")
    paused = recurrences.create(actor=admin, template=used, rule="FREQ=DAILY")
    return {
        "template": item_templates.create(actor=admin, space=space, name="Once", title="Check"), "used_template": used,
        "recurrence": recurrences.create(actor=admin, template=used, rule="FREQ=WEEKLY"),
        "paused_recurrence": recurrences.pause(actor=admin, recurrence=paused, version=None),
    }  # fmt: skip


def _sprints(admin: User, project: Project, item: WorkItem, other: WorkItem) -> dict[str, Any]:
    """One that is over, one that runs, one to start."""
    closed = make.sprint(actor=admin, project=project, name="Sprint 0", items=[other])
    sprints.start(actor=admin, sprint=closed, version=None)
    sprints.close(actor=admin, sprint=closed, version=None)
    other.refresh_from_db()
    running = make.sprint(actor=admin, project=project, name="Sprint 1", items=[other])
    sprints.start(actor=admin, sprint=running, version=None)
    planned = make.sprint(actor=admin, project=project, name="Sprint 2", items=[item])
    for row in (item, other):
        row.refresh_from_db()
    retrospective = retrospectives.open_one(actor=admin, sprint=closed, format="start_stop")
    note = retrospectives.write(actor=admin, retrospective=retrospective, column="start", text="Load at night")
    return {"sprint": planned, "running_sprint": running, "closed_sprint": closed, "retrospective": retrospective, "retro_note": note}


def _product(admin: User, product: Product, item: WorkItem) -> dict[str, Any]:
    feature = make.feature(actor=admin, product=product)
    release = make.release(actor=admin, product=product)
    (scope,) = features.add_scope(actor=admin, subject=feature, items=[item])
    features.add_scope(actor=admin, subject=release, items=[item])
    model = make.scoring_model(actor=admin, space=product.space, method="value-effort")
    other = make.feature(actor=admin, product=product, title="Night rates")
    ballot, closed, decided = (make.ballot(actor=admin, product=product, features=[feature, other], title=f"Ballot {n}") for n in range(3))
    votes.invite(actor=admin, ballot=ballot, users=[admin])
    for one in (closed, decided):
        ballots.close(actor=admin, ballot=one, version=None)
    ballots.decide(actor=admin, ballot=decided, version=None, order=[other.pk, feature.pk], reason="Shippers wait")
    for row in (feature, other):
        row.refresh_from_db()
    return {
        "experiment": experiments.create(actor=admin, product=product, title="Night prices", hypothesis="Shippers book at night"),
        "persona": discovery.create_persona(actor=admin, product=product, name="Ida"),
        "competitor": discovery.create_competitor(actor=admin, product=product, name="Other line"),
        "research_note": discovery.create_note(actor=admin, product=product, title="October round"),
        "roadmap_edition": roadmap_editions.create(actor=admin, space=product.space, name="For customers"),
        "ballot": ballot, "closed_ballot": closed, "decided_ballot": decided,
        "ballot_secret": votes.invite_by_link(actor=admin, ballot=ballot, name="Ida")[1],
        "other_feature": other,
        "scoring_model": model,
        "unused_scoring_model": make.scoring_model(actor=admin, space=product.space, name="Unused"),
        "score": scores.create(actor=admin, feature=feature, model=model, inputs={"value": 8, "effort": 2}),
        "feature": feature,
        "release": release, **_going_out(admin, product, release),
        "scope": scope,
        "promise": make.promise(actor=admin, subject=feature),
        **_feedback(admin, product, feature),
    }


def _going_out(admin: User, product: Product, release: Release) -> dict[str, Any]:
    out = make.release(actor=admin, product=product, name="2.0", state="released", notes_en="Faster")
    return {"out_release": out, "release_check": release_checks.create(actor=admin, release=release, name="The help is written")}


def _feedback(admin: User, product: Product, feature: Feature) -> dict[str, Any]:
    space = product.space
    segment, other = (customers.create_segment(actor=admin, space=space, name=name) for name in ("Ports", "Yards"))
    customer = customers.create(actor=admin, space=space, name="Harbour North", segment=segment)
    said = make.feedback(actor=admin, product=product, customer=customer, giver_email="ida@example.org")
    into, merged = (make.feedback(actor=admin, product=product, title=title) for title in ("One queue", "Only one queue"))
    feedback_merges.merge(actor=admin, feedback=merged, version=None, into=into)
    link = feedback_links.link(actor=admin, feedback=said, feature=feature, quote="We wait an hour.")
    said.refresh_from_db()
    portal = portals.open_portal(actor=admin, product=product)
    waiting, public = (portals.give(actor=None, portal=portal, title=title) for title in ("A crane", "A bridge"))
    public = portals.decide(actor=admin, feedback=public, is_shown=True)
    return {
        "portal_comment": portals.comment(actor=None, portal=portal, feedback=public, body="Soon, I hope"),
        "portal": portal, "waiting_feedback": waiting, "public_feedback": public,
        "segment": segment, "other_segment": other, "customer": customer, "feedback": said, "merged_feedback": merged,
        "feedback_link": link, "other_feedback": make.feedback(actor=admin, product=product, title="Rates at night"),
    }


def _among(admin: User, member: User, project: Project, item: WorkItem) -> dict[str, Any]:
    """A pulse whose last round is over for long, and thanks."""
    team, spare = (teams.create(actor=admin, space=project.space, name=name) for name in ("Night shift", "Day shift"))
    row = pulses.create(actor=admin, team=team, name="", questions=["I can keep up."], next_on=clock.today() + timedelta(days=7))
    then = clock.today() - timedelta(days=60)
    held = PulseRound.objects.create(space=project.space, pulse=row, number=1, questions=row.questions, opened_on=then, closes_on=then, is_closed=True, asked_count=6, answered_count=5, results=[3.5], words=["Fine"])
    steps = [{"text": "Show the quay", "who": "buddy", "after": 1}, {"text": "First talk", "who": "manager", "after": 0}]
    template = onboarding_templates.create(actor=admin, space=project.space, name="Desk", kind="joining", steps=steps)
    begun = onboardings.start(actor=admin, space=project.space, template=template, person=member, on=clock.today())
    return {
        "onboarding_template": template, "onboarding": begun, "onboarding_step": begun.steps.first(), "pulse": row, "pulse_round": held, "spare_team": spare, "thanks": thanks.give(actor=admin, subject=item, receiver=member, words="For the night"),
    }  # fmt: skip


def _talk(member: User, project: Project, item: WorkItem) -> dict[str, Any]:
    view = saved_views.create(actor=member, space=project.space, name="Mine", page="work-items", query="", audience="team")
    page = documents.create(actor=member, space=project.space, title="How we work", body="We ship on Tuesdays.")
    page = documents.change(actor=member, document=page, version=None, body="We ship on Tuesdays, after noon.")
    port = stakeholders.create(actor=member, space=project.space, name="Port authority", every_days=14)
    said = stakeholders.tell(actor=member, stakeholder=port, what="The berth comes in May")
    port.refresh_from_db()
    return {
        "stakeholder": port, "stakeholder_note": said,
        "document": page, "document_version": DocumentVersion.objects.get(document=page, number=1),
        "passage_comment": passage_comments.add(actor=member, document=page, quote="on Tuesdays", body="Which ones?"),
        "comment": comments.add(actor=member, subject=item, body="Ready when the harbour is."),
        "attachment": attachments.add(
            actor=member, subject=item, name="berths.csv", chunks=[b"berth;metres"]
        ),
        "view": view, "subscription": subscriptions.create(actor=member, view=view, weekdays=[0], hour=8),
        "job": Job.objects.create(space=project.space, owner=member, kind="nothing", title="A long job"),
        "watch": watches.watch(actor=member, subject=item),
        "notification": Notification.objects.create(
            space=project.space,
            user=member,
            kind="comment",
            mark="a comment",
            subject_kind="work.workitem",
            subject_id=item.pk,
        ),
    }


def _computed(admin: User, project: Project, item: WorkItem) -> dict[str, Any]:
    today = clock.today()
    space = project.space
    run = Run.objects.create(
        space=space, kind="schedule", state="done", as_of=today, inputs_hash="0", seed=1, program="0"
    )
    plan = LevelledPlan.objects.create(space=Space.objects.get(parent=None), run=run, as_of=today, inputs_hash="0", items=1)
    conflict = PlanConflict.objects.create(space=space, kind="project", subject_kind="portfolio.project", subject_id=project.pk, days=3, wanted_on=today, computed_on=today)
    first = clock.now().isoformat()
    way = {"code": "replan", "item": None, "other": None, "other_space": None, "user": None, "slots": 0, "units": 0, "extra": [], "until": None, "capacity": 0, "later": []}
    conflict.write(expected=None, ways=[way | {"dates": {str(item.pk): [first, first]}}], ways_of=plan)
    draft = PlanDraft.objects.create(space=space, conflict=conflict, way={"code": "replan"}, dates={str(item.pk): [first, first, item.version]}, proposed_by=admin)
    branch = PlanScenario.objects.create(space=space, name="Without the crane", opened_by=admin)
    levelled = {"space": space, "plan": plan, "start": clock.now(), "finish": clock.now()}
    return {
        "run": run,
        "levelled_plan": plan,
        "plan_conflict": conflict,
        "plan_draft": draft,
        "plan_scenario": branch,
        "plan_change": PlanChange.objects.create(space=space, scenario=branch, kind="item", subject=item.pk, values={"priority": 1}, seen={"priority": item.priority}, by=admin),
        "unused_equipment": equipment.create(actor=admin, space=space, name="Drone"),
        "equipment_need": equipment.need(actor=admin, item=item, equipment=equipment.create(actor=admin, space=space, name="Digger"), amount=Decimal(1), starts_on=clock.today(), ends_on=clock.today()),
        "skill_need": skill_needs.say(actor=admin, item=item, skill=skills.create(actor=admin, space=space, name="Welding"), level=2),
        "levelled": LevelledDates.objects.update_or_create(item=item, defaults=levelled)[0],
        "forecast": Forecast.objects.create(
            space=space, run=run, subject_kind="portfolio.project", subject_id=project.pk, as_of=today
        ),
        "computed": ComputedDates.objects.update_or_create(
            item=item, defaults={"space": space, "run": run, "start": clock.now(), "finish": clock.now()}
        )[0],
        "imported": Import.objects.create(space=space, file_name="board.json", owner=admin),
    }
