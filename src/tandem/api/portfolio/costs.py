"""Costs, budgets and exchange rates. Who may not see costs finds none; amounts are text with two decimals."""

from decimal import Decimal
from typing import Annotated, Any

from django.db.models import DecimalField
from django.db.models.functions import Coalesce, Greatest
from ninja import Router
from pydantic import BeforeValidator, Field

from tandem.api import generic
from tandem.api.generic import Noun
from tandem.api.shapes import OPTIONAL, Body, Day, Reference, body, words
from tandem.portfolio.actions import budgets, cost_lines, exchange_rates
from tandem.portfolio.models import Budget, BudgetEntry, CostLine, ExchangeRate, Project


def _number(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError('write an amount, such as "1250.00"')
    return value


Amount = Annotated[Decimal, BeforeValidator(_number), Field(max_digits=14, decimal_places=2, allow_inf_nan=False)]
Rate = Annotated[Decimal, BeforeValidator(_number), Field(gt=0, max_digits=18, decimal_places=8, allow_inf_nan=False)]
_TEXTS = "title kind treatment cost_centre supplier reference currency"
_AMOUNTS: dict[str, Any] = {
    "planned": (Amount, OPTIONAL), "committed": (Amount, OPTIONAL), "actual": (Amount | None, OPTIONAL), "forecast": (Amount | None, OPTIONAL),
}  # fmt: skip

NOUN = Noun(
    path="cost-lines",
    model=CostLine,
    word="cost_line",
    shows=(
        "id space_id title kind treatment cost_centre supplier reference month currency planned committed actual forecast removed_at version created_at"
    ),
    computes={
        "expected": (str, lambda user: Coalesce("forecast", "actual", Greatest("planned", "committed"), output_field=DecimalField(max_digits=14, decimal_places=2))),
    },
    filters="space_id kind treatment month currency cost_centre reference",
    narrows={"since": (Day, lambda rows, day: rows.filter(month__gte=day)), "until": (Day, lambda rows, day: rows.filter(month__lte=day))},
    listed=lambda rows: rows.present(),
)
BUDGETS = Noun(path="budgets", model=Budget, word="budget", shows="id space_id project_id currency amount warned version created_at", filters="space_id project_id")
ENTRIES = Noun(
    path="budget-entries",
    model=BudgetEntry,
    word="budget_entry",
    shows="id space_id budget_id number kind amount after note override other_id rate written_by_id created_at",
    filters="budget_id space_id",
)
RATES = Noun(
    path="exchange-rates", model=ExchangeRate, word="exchange_rate", shows="id space_id currency on rate source_name version created_at", filters="currency on"
)


def _approve(*, actor: Any, project: Project, **values: Any) -> Budget:
    """The first step of a budget, or one more."""
    return budgets.approve(actor=actor, project=project, **values).budget


def _enter(*, actor: Any, budget: Budget, version: int, **values: Any) -> Budget:
    return budgets.approve(actor=actor, project=budget.project, version=version, **values).budget


def _transfer(*, actor: Any, budget: Budget, version: int, **values: Any) -> Budget:
    return budgets.transfer(actor=actor, budget=budget, version=version, **values).budget


_STEP: dict[str, Any] = {"amount": Amount, "note": words(500, 1), "override": (words(500), "")}

router = Router(tags=["portfolio"])
generic.reads(router, NOUN)
generic.creates(router, NOUN, body("CostLineCreate", CostLine, f"space {_TEXTS}", month=Day, **_AMOUNTS), cost_lines.create)
generic.changes(router, NOUN, body("CostLineChange", CostLine, _TEXTS, partial=True, month=(Day, OPTIONAL), **_AMOUNTS), cost_lines.change)
generic.removes(router, NOUN, cost_lines.remove)
generic.acts(router, NOUN, "restorations", Body, cost_lines.restore)

budget_router = Router(tags=["portfolio"])
generic.reads(budget_router, BUDGETS, history=False)
generic.creates(budget_router, BUDGETS, body("BudgetCreate", Budget, "project currency", **_STEP), _approve)
generic.acts(budget_router, BUDGETS, "entries", body("BudgetStep", Budget, "", **_STEP), _enter)
generic.acts(budget_router, BUDGETS, "transfers", body("BudgetTransfer", Budget, "", to_id=Reference(Project, "to"), **_STEP), _transfer)
generic.parts(budget_router, BUDGETS, "entries", ENTRIES, lambda user, row: ENTRIES.of(user).filter(budget=row))

entries = Router(tags=["portfolio"])
generic.reads(entries, ENTRIES, history=False)

rates = Router(tags=["portfolio"])
generic.reads(rates, RATES)
generic.creates(rates, RATES, body("ExchangeRateCreate", ExchangeRate, "currency on source_name", rate=Rate), exchange_rates.create)
generic.changes(rates, RATES, body("ExchangeRateChange", ExchangeRate, "source_name", partial=True, rate=(Rate, OPTIONAL)), exchange_rates.change)
generic.removes(rates, RATES, exchange_rates.remove)
