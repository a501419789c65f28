"""The mix of investments of a portfolio, as it is and as it is meant to be."""

from decimal import Decimal
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router
from pydantic import BaseModel, Field

from tandem.api import generic
from tandem.api.generic import NO, Noun
from tandem.api.shapes import Body
from tandem.kit.types import Id
from tandem.reports.queries import mix as reads

MOST = 1000


class MixAsked(Body):
    of: Literal["", "project", "proposal"] = Field("", description="Projects or proposals alone.")
    by: Literal["money", "count"] = "money"


class MixClass(BaseModel):
    """`value` is empty for what nobody classified. `apart`: points of a hundred above what is intended."""

    group: Literal["kind", "horizon"]
    value: str
    count: int
    money: Decimal
    share: float | None
    intended: int | None
    apart: float | None


class MixRecord(BaseModel):
    """`money` rests on the newest report or on the business case; null where nobody said it, or in another currency."""

    kind: Literal["project", "proposal"]
    id: int
    title: str
    investment: str
    horizon: str
    money: Decimal | None
    basis: Literal["", "report", "case"]
    other_currency: str


class InvestmentMix(BaseModel):
    """Money in the portfolio's currency. Of the records at most the first 1,000, the largest first."""

    portfolio_id: int
    currency: str
    by: Literal["money", "count"]
    money: Decimal
    classes: list[MixClass]
    records_count: int
    records: list[MixRecord]
    without_money: int
    in_other_currency: int
    in_unknown_currency: int


def add_routes(router: Router, noun: Noun) -> None:
    @router.get("/{id}/mix/", response={200: InvestmentMix, **NO}, operation_id="portfolios_mix_read", summary="portfolios: mix")
    def mix(request: HttpRequest, id: Path[Id], asked: Query[MixAsked]) -> HttpResponse:
        """Money and count of the open projects and of the queue by kind of investment and by horizon."""
        generic.refuse_unknown(request, asked)
        user: Any = request.auth  # type: ignore[attr-defined]
        row = noun.row(user, id)
        found = reads.read(user, row, of=asked.of, is_by_count=asked.by == "count")
        return generic.send(InvestmentMix(
            portfolio_id=id, currency=row.currency, by=asked.by, money=found.money,
            classes=[_class(one) for group in found.classes.values() for one in group], records_count=len(found.pieces),
            records=[_record(one) for one in reads.largest_first(found.pieces)[:MOST]],
            without_money=found.without_money, in_other_currency=found.in_other_currency, in_unknown_currency=found.in_unknown_currency,
        ).model_dump())  # fmt: skip


def _class(one: reads.Class) -> MixClass:
    return MixClass(
        group=one.group, value=one.value, count=len(one.pieces), money=one.money, share=one.share, intended=one.intended, apart=one.apart,  # type: ignore[arg-type]
    )  # fmt: skip


def _record(one: reads.Piece) -> MixRecord:
    return MixRecord(
        kind=one.of, id=one.id, title=one.title, investment=one.kind, horizon=one.horizon, money=one.money, basis=one.basis,  # type: ignore[arg-type]
        other_currency=one.other_currency,
    )  # fmt: skip
