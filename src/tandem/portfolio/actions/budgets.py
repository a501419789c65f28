"""Budgets of projects: approved, reduced, moved from one to another, each step on record and with a reason."""

from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.db.models.functions import Coalesce, Greatest

from tandem.history.record import record
from tandem.kit import clock
from tandem.kit.dates import unit_end
from tandem.kit.errors import Refused
from tandem.people.access import Permission, require
from tandem.people.models import Space
from tandem.portfolio import currencies
from tandem.portfolio.currencies import Rates
from tandem.portfolio.models import Budget, BudgetEntry, CostLine, Portfolio, Project

_SEE, _DO = Permission.SEE_COSTS, Permission.EDIT_PORTFOLIO
_K = BudgetEntry.Kind


def approve(
    *, actor: Any, project: Project, amount: Decimal, note: str, currency: str = "", override: str = "", version: int | None = None
) -> BudgetEntry:  # fmt: skip
    """So much more may be spent, or less where the amount lies below zero: never less than is committed unless somebody says why.

    The first one says the currency of the budget."""
    _require(actor, project)
    exact = _amount(amount, is_signed=True)
    with transaction.atomic():
        hold(project.space)
        budget = Budget.objects.filter(project=project).first()
        if version is not None and budget is not None and budget.version != version:
            budget.write(expected=version)
        if budget is None:
            budget = _opened(project, currency)
        elif currency and currency != budget.currency:
            raise Refused("budget_currency", field="currency", currency=budget.currency)
        rates = currencies.rates()
        _check_floor(budget, exact, override, rates)
        entry = _entered(actor, budget, _K.APPROVED if exact > 0 else _K.REDUCED, exact, note, override)
        warn(actor=actor, space=project.space, rates=rates)
    return entry


def transfer(
    *, actor: Any, budget: Budget, to: Project, amount: Decimal, note: str, override: str = "", version: int | None = None
) -> BudgetEntry:  # fmt: skip
    """From one project to another in one step, which both see; `amount` in the currency of the giver, at the rate of today."""
    _require(actor, budget.project)
    _require(actor, to)
    exact = _amount(amount)
    if to.pk == budget.project_id:
        raise Refused("transfer_to_itself", field="to")
    with transaction.atomic():
        for space in Space.objects.select_for_update(no_key=True).filter(pk__in=[budget.space_id, to.space_id]).order_by("pk"):
            hold(space)
        giver = Budget.objects.get(pk=budget.pk)
        if version is not None and giver.version != version:
            giver.write(expected=version)
        taker = Budget.objects.filter(project=to).first() or _opened(to, giver.currency)
        rates = currencies.rates()
        rate = rates.between(giver.currency, taker.currency, clock.today())
        if rate is None:
            raise Refused("exchange_rate_missing", currencies=", ".join(sorted(rates.unknown)))
        _check_floor(giver, -exact, override, rates)
        given = _entered(actor, giver, _K.GIVEN, -exact, note, override)
        came = _entered(actor, taker, _K.RECEIVED, currencies.to_the_cent(exact * rate), note, "", other=given, rate=rate)
        given.write(expected=None, other=came, rate=rate)
        for project in (giver.project, to):
            warn(actor=actor, space=project.space, rates=rates)
    return given


def hold(space: Space) -> None:
    """Whoever changes lines or the budget of a project comes one after the other, so that no two together go below what is committed."""
    Space.objects.select_for_update(no_key=True).only("pk").get(pk=space.pk)


def bound(space_id: int, currency: str, rates: Rates) -> Decimal | None:
    """What is committed or spent of a project's lines, whichever is more of each, in this currency; None where a rate is missing."""
    larger = Greatest("committed", Coalesce("actual", Decimal(0)))
    rows = CostLine.objects.present().filter(space=space_id).order_by().values_list("currency", "month").annotate(bound=Sum(larger, default=Decimal(0)))
    total = Decimal(0)
    for theirs, month, value in rows:
        found = rates.convert(value, theirs, currency, min(unit_end(month, "month"), clock.today()))
        if found is None:
            return None
        total += found
    return total


def warn(*, actor: Any, space: Space, rates: Rates | None = None) -> None:
    """Says once when what is committed or spent passes a share of the budget, and is silent until it has fallen below it again."""
    budget = Budget.objects.select_related("project").filter(space=space).first()
    if budget is None:
        return
    used = bound(space.pk, budget.currency, rates or currencies.rates())
    if used is None:
        return
    reached = max((limit for limit in Budget.WARNINGS if used and used * 100 >= budget.amount * limit), default=0)
    if reached == budget.warned:
        return
    Budget.objects.filter(pk=budget.pk).update(warned=reached)
    if reached > budget.warned:
        record("budget.warned", budget.project, actor=actor, changes={"budget_used": [None, reached]})


def _opened(project: Project, currency: str) -> Budget:
    code = currency or _currency_of(project.space)
    if code not in {one for one, _name in Portfolio.CURRENCIES}:
        raise Refused("currency_malformed", field="currency", currency=code[:10])
    return Budget.objects.create(space=project.space, project=project, currency=code)


def _currency_of(space: Space) -> str:
    at: Space | None = space
    while at is not None:
        if found := Portfolio.objects.filter(space=at).values_list("currency", flat=True).first():
            return found
        at = at.parent
    return currencies.counting().currency


def _entered(
    actor: Any, budget: Budget, kind: str, amount: Decimal, note: str, override: str, other: BudgetEntry | None = None, rate: Decimal | None = None
) -> BudgetEntry:  # fmt: skip
    note = " ".join(note.split())[:500]
    if not note:
        raise Refused("budget_reason_missing", field="note")
    after = budget.amount + amount
    if abs(after) >= Decimal(10) ** 12:
        raise Refused("money_unreadable", field="amount", text=str(after))
    budget.write(expected=None, amount=after)
    entry = BudgetEntry.objects.create(
        space_id=budget.space_id, budget=budget, number=budget.entries.count() + 1, kind=kind, amount=amount, after=after, note=note,
        override=" ".join(override.split())[:500], other=other, rate=rate, written_by=actor,
    )  # fmt: skip
    shown: dict[str, Any] = {"budget_step": [None, kind], "number": [None, entry.number]}
    if entry.override:
        shown["override_reason"] = [None, entry.override]
    record("budget.entered", budget.project, actor=actor, changes=shown)
    return entry


def _check_floor(budget: Budget, amount: Decimal, override: str, rates: Rates) -> None:
    after = budget.amount + amount
    if after < 0:
        raise Refused("budget_below_nothing", field="amount")
    if amount > 0 or override.strip():
        return
    used = bound(budget.space_id, budget.currency, rates)
    if used is None:
        raise Refused("exchange_rate_missing", currencies=", ".join(sorted(rates.unknown)))
    if after < used:
        raise Refused("budget_below_committed", field="amount", committed=f"{used:,.2f}", currency=budget.currency)


def _require(actor: Any, project: Project) -> None:
    require(actor, _DO, project.space_id)
    require(actor, _SEE, project.space_id)


def _amount(value: Decimal, *, is_signed: bool = False) -> Decimal:
    exact = Decimal(value)
    fits = exact.is_finite() and abs(exact) < Decimal(10) ** 12 and exact == exact.quantize(Decimal("0.01"))
    if not fits or not exact or (exact < 0 and not is_signed):
        raise Refused("money_unreadable", field="amount", text=str(value)[:40])
    return exact.quantize(Decimal("0.01"))
