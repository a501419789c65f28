"""Builders: plain functions that make one row through its action, with keywords to say what matters."""

import itertools
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

from tandem.governance.actions import (
    change_impacts,
    change_requests,
    issues,
    meeting_series,
    method_uses,
    methods,
    risks,
)
from tandem.governance.models import ChangeRequest, Issue, Meeting, MeetingSeries, Method, Risk
from tandem.kit import clock
from tandem.people.actions import spaces, users
from tandem.people.models import Space, User
from tandem.portfolio.actions import benefits, budgets, cost_lines, project_reports, proposals
from tandem.portfolio.models import Benefit, BudgetEntry, CostLine, Project, ProjectReport, Proposal
from tandem.product.actions import ballots, features, products, promises, releases, scoring_models
from tandem.product.actions import feedback as feedback_actions
from tandem.product.models import Ballot, Feature, Feedback, Product, Promise, Release, ScoringModel
from tandem.strategy.actions import key_results, kpis, objectives
from tandem.strategy.models import KeyResult, Kpi, Objective
from tandem.work.actions import links, sprint_scope, sprints, work_items
from tandem.work.actions.projects import open_project
from tandem.work.models import Link, Sprint, State, WorkItem

_numbers = itertools.count(1)
PASSWORD = "correct horse battery"


def user(
    *, actor: User, name: str, role: str | None = None, space: Space | None = None, email: str = ""
) -> User:
    root = Space.objects.get(parent=None)
    made = users.add(
        actor=actor,
        name=name,
        email=email or f"{name.split()[0].lower()}{next(_numbers)}@example.org",
        password=PASSWORD,
    )
    if role:
        spaces.grant(actor=actor, space=space or root, user=made, role=role)
        made.refresh_from_db()
    return made


def project(*, actor: User, name: str = "Portal", parent: Space | None = None, **values: Any) -> Project:
    return open_project(actor=actor, parent=parent or Space.objects.get(parent=None), name=name, **values)


def product(*, actor: User, name: str = "Shipper", parent: Space | None = None, **values: Any) -> Product:
    return products.create(actor=actor, parent=parent or Space.objects.get(parent=None), name=name, **values)


def work_item(
    *, actor: User, project: Project, title: str = "Write the guide", state: str = "", **values: Any
) -> WorkItem:
    if state:
        values["state"] = state_of(project, state)
    return work_items.create(actor=actor, space=project.space, title=title, **values)


def state_of(project: Project, category: str) -> State:
    return State.objects.filter(space=project.space, category=category).in_order().first()


def link(*, actor: User, source: WorkItem, target: WorkItem, kind: str = "FS", **values: Any) -> Link:
    return links.create(actor=actor, source=source, target=target, kind=kind, **values)


def sprint(
    *, actor: User, project: Project, name: str = "Sprint 1", days: int = 14, begins: int = 0, items: Any = (), **values: Any
) -> Sprint:
    """From `begins` days after today, with `items` in it."""
    first = clock.now().replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=begins)
    values = {"starts_at": first, "ends_at": first + timedelta(days=days - 1), **values}
    made = sprints.create(actor=actor, space=project.space, name=name, **values)
    sprint_scope.put(actor=actor, items=[(item, None) for item in items], sprint=made)
    return made


def feature(*, actor: User, product: Product, title: str = "Bulk booking", **values: Any) -> Feature:
    return features.create(actor=actor, product=product, title=title, **values)


def release(*, actor: User, product: Product, name: str = "3.0", **values: Any) -> Release:
    return releases.create(actor=actor, product=product, name=name, **values)


def ballot(*, actor: User, product: Product, features: Any, title: str = "After 3.0", **values: Any) -> Ballot:
    values.setdefault("closes_at", clock.now() + timedelta(days=10))
    return ballots.create(actor=actor, product=product, features=features, title=title, **values)


def scoring_model(*, actor: User, space: Space, name: str = "RICE", **values: Any) -> ScoringModel:
    return scoring_models.create(actor=actor, space=space, name=name, **values)


def promise(
    *,
    actor: User,
    subject: Feature | Release,
    to_whom: str = "the shippers",
    date: date | None = None,
    **values: Any,
) -> Promise:
    return promises.give(
        actor=actor,
        subject=subject,
        to_whom=to_whom,
        date=date or clock.today() + timedelta(days=60),
        **values,
    )


def objective(
    *, actor: User, title: str = "Shippers book without calling us", space: Space | None = None, **values: Any
) -> Objective:
    values.setdefault("starts_on", clock.today())
    values.setdefault("ends_on", clock.today() + timedelta(days=90))
    return objectives.create(
        actor=actor, space=space or Space.objects.get(parent=None), title=title, **values
    )


def key_result(*, actor: User, objective: Objective, title: str = "Self-service bookings", **values: Any) -> KeyResult:
    values = {"start_value": Decimal(58), "target_value": Decimal(70), "unit": "percent", **values}
    return key_results.create(actor=actor, objective=objective, title=title, **values)


def project_report(*, actor: User, project: Project, on: date | None = None, **values: Any) -> ProjectReport:
    plain = {"planned_finish": date(2028, 3, 31), "budget": Decimal(421_000_000), "currency": "GBP"}
    return project_reports.create(
        actor=actor, project=project, on=on or clock.today() - timedelta(days=3), **{**plain, **values}
    )


def cost_line(*, actor: User, project: Project, title: str = "Berth crane", month: date | None = None, **values: Any) -> CostLine:
    values.setdefault("planned", Decimal("1000.00"))
    return cost_lines.create(actor=actor, space=project.space, title=title, month=month or clock.today(), **values)


def budget(*, actor: User, project: Project, amount: Any = "10000", currency: str = "EUR", note: str = "The board", **values: Any) -> BudgetEntry:
    return budgets.approve(actor=actor, project=project, amount=Decimal(amount), currency=currency, note=note, **values)


def feedback(
    *, actor: User, product: Product, title: str = "The queue is too long", text: str = "We wait an hour. Each day.", **values: Any
) -> Feedback:
    return feedback_actions.create(actor=actor, product=product, title=title, text=text, **values)


def kpi(*, actor: User, name: str = "Cost per shipment", space: Space | None = None, **values: Any) -> Kpi:
    return kpis.create(actor=actor, space=space or Space.objects.get(parent=None), name=name, **values)


def benefit(*, actor: User, space: Space | None = None, title: str = "Less diesel in the harbour", **values: Any) -> Benefit:
    """Money over four quarters that began a year ago."""
    plain = {"profile": [0, 30_000, 60_000, 60_000], "starts_on": clock.today() - timedelta(days=370)} if values.get("kind") != "measure" else {}
    return benefits.create(actor=actor, space=space or Space.objects.get(parent=None), title=title, **{**plain, **values})


def proposal(
    *, actor: User, title: str = "Shore power", space: Space | None = None, state: str = "submitted", **values: Any
) -> Proposal:
    """With a small business case, sent in."""
    values = {"costs": [100_000, 50_000], "benefits": [0, 0, 60_000, 60_000, 60_000], "effort": {"Developer": [40, 20]}} | values
    row = proposals.create(actor=actor, space=space or Space.objects.get(parent=None), title=title, **values)
    for step in {"draft": (), "submitted": ("submitted",), "assessed": ("submitted", "assessed")}[state]:
        row = proposals.move(actor=actor, proposal=row, version=None, state=step)
    return row


def risk(*, actor: User, space: Space | None = None, title: str = "The crane comes late", **values: Any) -> Risk:
    plain = {"probability": 40, "days": [5, 10, 20], "money": [10_000, 20_000, 60_000]}
    return risks.create(actor=actor, space=space or Space.objects.get(parent=None), title=title, **{**plain, **values})


def issue(*, actor: User, space: Space | None = None, title: str = "The crane is broken", **values: Any) -> Issue:
    return issues.create(actor=actor, space=space or Space.objects.get(parent=None), title=title, **values)


def change_request(
    *, actor: User, space: Space | None = None, changes: Any = (), submitted: bool = True, computed: bool = True, title: str = "The crane waits", **values: Any
) -> ChangeRequest:
    """`changes`: (kind, subject, values) each; handed in, with its picture."""
    values.setdefault("reason", "The berth is not ready")
    row = change_requests.create(actor=actor, space=space or Space.objects.get(parent=None), title=title, **values)
    for kind, subject, given in changes:
        change_requests.add(actor=actor, change_request=row, kind=kind, subject=subject, **given)
    if submitted:
        row = change_requests.submit(actor=actor, change_request=row, version=None)
    if computed and changes:
        change_impacts.compute(row)
    return ChangeRequest.objects.get(pk=row.pk)


def method(*, actor: User, key: str = "predictive", space: Space | None = None) -> Method:
    """One of ours, taken into the organisation."""
    return methods.take(actor=actor, space=space or Space.objects.get(parent=None), key=key)


def project_of(*, actor: User, method: Method, name: str = "Quay", parent: Space | None = None, starts_on: date | None = None, **values: Any) -> Project:
    """A project begun from the newest version of a method."""
    return method_uses.start_project(
        actor=actor, parent=parent or Space.objects.get(parent=None), method_version=methods.newest(method), name=name, starts_on=starts_on or clock.today(), **values
    )


def series(*, actor: User, space: Space | None = None, title: str = "Steering", **values: Any) -> MeetingSeries:
    plain: dict[str, Any] = {"purpose": "Decide what waits", "starts_on": clock.today() + timedelta(days=2), "at": time(10), "zone": "Europe/Berlin", "minutes": 60}
    return meeting_series.create(actor=actor, space=space or Space.objects.get(parent=None), title=title, **{**plain, **values})


def meeting(*, actor: User, space: Space | None = None, ago: timedelta | None = None, **values: Any) -> Meeting:
    """The first one of a new series; with `ago` one that began so long ago."""
    row = series(actor=actor, space=space, **values).meetings.earliest("starts_at")
    if ago is not None:
        Meeting.objects.filter(pk=row.pk).update(starts_at=clock.now() - ago, ends_at=clock.now() - ago + timedelta(minutes=row.minutes))
        row.refresh_from_db()
    return row
