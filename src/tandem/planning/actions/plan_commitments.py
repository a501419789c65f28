"""Changes beyond work and people: promised days, days on the roadmap, and money. They are asked for in change requests only."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from tandem.kit.errors import Refused
from tandem.people.access import Permission
from tandem.planning.actions import promises
from tandem.planning.models import PlanChange
from tandem.portfolio.actions import budgets, cost_lines
from tandem.portfolio.models import Budget, Portfolio, Project
from tandem.product.actions import features, releases
from tandem.product.models import Feature, Promise, Release

Kind = PlanChange.Kind
ALLOWED: dict[str, tuple[str, ...]] = {
    Kind.PROMISE: ("date",), Kind.FEATURE: ("planned_from", "planned_to"), Kind.RELEASE: ("planned_from", "planned_on"),
    Kind.COST: ("title", "month", "planned", "currency"), Kind.BUDGET: ("amount", "currency"), Kind.TRANSFER: ("amount", "to"),
}  # fmt: skip
NEEDED: dict[str, set[str]] = {Kind.PROMISE: {"date"}, Kind.COST: {"title", "month", "planned"}, Kind.BUDGET: {"amount"}, Kind.TRANSFER: {"amount", "to"}}
DAYS = ("date", "planned_from", "planned_to", "planned_on", "month")
P = Permission
RIGHTS: dict[str, tuple[Permission, ...]] = {
    Kind.ITEM: (P.EDIT_WORK,), Kind.ADD: (P.EDIT_WORK,), Kind.DROP: (P.EDIT_WORK,), Kind.PROJECT: (P.EDIT_PLAN,), Kind.AWAY: (P.MANAGE_RESOURCES,),
    Kind.BOOK: (P.EDIT_PLAN, P.MANAGE_RESOURCES), Kind.BOOKING: (P.EDIT_PLAN, P.MANAGE_RESOURCES), Kind.UNBOOK: (P.EDIT_PLAN, P.MANAGE_RESOURCES),
    Kind.PROMISE: (P.GIVE_PROMISE,), Kind.FEATURE: (P.EDIT_PRODUCT,), Kind.RELEASE: (P.EDIT_PRODUCT,), Kind.COST: (P.EDIT_PLAN, P.SEE_COSTS),
    Kind.BUDGET: (P.EDIT_PORTFOLIO, P.SEE_COSTS), Kind.TRANSFER: (P.EDIT_PORTFOLIO, P.SEE_COSTS),
}  # fmt: skip
"What who carries such a change out by hand holds in its space."


def carry_out(*, actor: Any, change: PlanChange, reason: str) -> None:
    """As the person, with all the rules that hold for them."""
    _DO[change.kind](actor, change, reason)


def _promise(actor: Any, change: PlanChange, reason: str) -> None:
    row = Promise.objects.open().filter(pk=change.subject).select_related("feature", "release").first()
    if row is None:
        raise Refused("plan_subject_gone")
    promises.revise(actor=actor, promise=row, version=None, date=date.fromisoformat(change.values["date"]), reason=reason[:500])


def _feature(actor: Any, change: PlanChange, reason: str) -> None:
    row = _found(Feature.objects.on_roadmap(), change.subject)
    features.change(actor=actor, feature=row, version=None, **_days(change.values))


def _release(actor: Any, change: PlanChange, reason: str) -> None:
    row = _found(Release.objects.filter(state=Release.State.PLANNED), change.subject)
    releases.change(actor=actor, release=row, version=None, **_days(change.values))


def _cost(actor: Any, change: PlanChange, reason: str) -> None:
    project, values = _project(change.subject), change.values
    given: dict[str, Any] = {"currency": values["currency"]} if values.get("currency") else {}
    month = date.fromisoformat(values["month"])
    cost_lines.create(actor=actor, space=project.space, title=values["title"], month=month, planned=Decimal(values["planned"]), **given)


def _budget(actor: Any, change: PlanChange, reason: str) -> None:
    values = change.values
    budgets.approve(actor=actor, project=_project(change.subject), amount=Decimal(values["amount"]), currency=values.get("currency", ""), note=reason)


def _transfer(actor: Any, change: PlanChange, reason: str) -> None:
    budget = Budget.objects.select_related("project__space", "space").filter(project=change.subject).first()
    if budget is None:
        raise Refused("plan_subject_gone")
    budgets.transfer(actor=actor, budget=budget, to=_project(change.values["to"]), amount=Decimal(change.values["amount"]), note=reason)


_DO: dict[str, Callable[[Any, PlanChange, str], None]] = {
    Kind.PROMISE: _promise, Kind.FEATURE: _feature, Kind.RELEASE: _release, Kind.COST: _cost, Kind.BUDGET: _budget, Kind.TRANSFER: _transfer,
}  # fmt: skip


def checked(values: dict[str, Any]) -> dict[str, Any]:
    """Amounts as text with two decimals, so that a digest of them is the same wherever they came from."""
    for name in ("planned", "amount"):
        if name in values:
            values[name] = _amount(values[name], name)
    if values.get("currency") and values["currency"] not in {code for code, _name in Portfolio.CURRENCIES}:
        raise Refused("currency_malformed", field="currency", currency=str(values["currency"])[:10])
    return values


def _amount(value: Any, field: str) -> str:
    try:
        exact = Decimal(str(value))
        fits = exact.is_finite() and abs(exact) < Decimal(10) ** 12 and exact == exact.quantize(Decimal("0.01"))
    except InvalidOperation:
        fits = False
    if not fits or not exact or (exact < 0 and field == "planned"):
        raise Refused("money_unreadable", field=field, text=str(value)[:40])
    return f"{exact:.2f}"


def standing(wanted: list[tuple[str, int]]) -> dict[tuple[str, int], dict[str, Any]]:
    """What stands there now of promises, features and releases; of money nothing that a change would overwrite."""
    found: dict[tuple[str, int], dict[str, Any]] = {}
    for pk, on in Promise.objects.open().filter(pk__in=_of(wanted, Kind.PROMISE)).values_list("id", "date"):
        found[Kind.PROMISE, pk] = {"date": _told(on)}
    for pk, first, last in Feature.objects.on_roadmap().filter(pk__in=_of(wanted, Kind.FEATURE)).values_list("id", "planned_from", "planned_to"):
        found[Kind.FEATURE, pk] = {"planned_from": _told(first), "planned_to": _told(last)}
    rows = Release.objects.filter(pk__in=_of(wanted, Kind.RELEASE), state=Release.State.PLANNED)
    for pk, first, last in rows.values_list("id", "planned_from", "planned_on"):
        found[Kind.RELEASE, pk] = {"planned_from": _told(first), "planned_on": _told(last)}
    return found


def space_of(kind: str, subject: int) -> int | None:
    model: Any = {Kind.PROMISE: Promise, Kind.FEATURE: Feature, Kind.RELEASE: Release}.get(Kind(kind), Project)
    return model.objects.filter(pk=subject).values_list("space_id", flat=True).first()


def lock(changes: list[PlanChange]) -> None:
    """What is changed stays as it was looked at until the decision is carried out."""
    for model, kind in ((Promise, Kind.PROMISE), (Feature, Kind.FEATURE), (Release, Kind.RELEASE)):
        wanted = [change.subject for change in changes if change.kind == kind]
        if wanted:
            list(model.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=wanted).order_by("pk").values_list("pk"))


def _of(wanted: list[tuple[str, int]], kind: str) -> list[int]:
    return [pk for one, pk in wanted if one == kind]


def _found(rows: Any, pk: int) -> Any:
    row = rows.filter(pk=pk).select_related("space", "product").first()
    if row is None:
        raise Refused("plan_subject_gone")
    return row


def _project(pk: int) -> Project:
    row = Project.objects.filter(pk=pk).select_related("space").first()
    if row is None:
        raise Refused("plan_subject_gone")
    return row


def _days(values: dict[str, Any]) -> dict[str, Any]:
    return {name: date.fromisoformat(value) if value else None for name, value in values.items()}


def _told(day: date | None) -> str | None:
    return day.isoformat() if day else None
