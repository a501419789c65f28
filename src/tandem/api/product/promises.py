"""Promises: given, revised, kept, withdrawn; never overwritten."""

from datetime import date
from typing import Any, Literal

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import BaseModel

from tandem.api import generic
from tandem.api.generic import Noun
from tandem.api.shapes import OPTIONAL, Body, Day, Problem, Reference, body, words
from tandem.kit.errors import Refused
from tandem.kit.types import Id
from tandem.planning.actions import promises as informed
from tandem.product.actions import promises
from tandem.product.models import Feature, Promise, Release
from tandem.reports.queries import promises as reads

router = Router(tags=["product"])

NOUN = Noun(
    path="promises",
    model=Promise,
    word="promise",
    shows=(
        "id space_id feature_id release_id what to_whom date given_on given_by_id confidence basis reason "
        "replaced_by_id kept_on withdrawn_on version created_at"
    ),
    filters="space_id feature_id release_id given_by_id",
    narrows={
        "is_open": (
            bool,
            lambda rows, yes: rows.open() if yes else rows.exclude(pk__in=rows.open().values("pk")),
        ),
        "product_id": (Id, lambda rows, pk: reads.of_product(rows, pk)),
        "to_whom": (words(200, 1), lambda rows, name: rows.filter(to_whom=name)),
    },
    asks={
        "standing": (Literal[tuple(reads.STANDINGS)], lambda rows, value, user: reads.standing(user, rows, value)),
        "objective_id": (Id, lambda rows, pk, user: reads.of_objective(user, rows, pk)),
    },
)


class RecordAsked(Body):
    product_id: Id | None = OPTIONAL
    to_whom: words(200, 1) = OPTIONAL  # type: ignore[valid-type]


class RecordQuarter(BaseModel):
    """Of the dates of the quarter that have come: `share` of `kept`, null where they are fewer than five."""

    key: str
    starts_on: date
    ends_on: date
    kept: int
    missed: int
    revised: int
    share: float | None


class PromiseRecord(BaseModel):
    """`low` and `high`: where the true share lies, with 95 % confidence. `p80_held` of `p80_cases`: the forecasts that stood beside
    the promises when they were given."""

    kept: int
    missed: int
    revised: int
    share: float | None
    low: float | None
    high: float | None
    share_as_last_told: float | None
    open: int
    at_risk: int
    p80_held: int
    p80_cases: int
    quarters: list[RecordQuarter]


@router.get("/record/", response={200: PromiseRecord, 401: Problem, 422: Problem}, operation_id="promises_record_read")
def record(request: HttpRequest, asked: Query[RecordAsked]) -> HttpResponse:
    """How well dates are kept, over the quarters: what the page of promises shows."""
    generic.refuse_unknown(request, asked)
    rows = NOUN.of(request.auth)  # type: ignore[attr-defined]
    given = asked.model_dump(exclude_unset=True)
    if given.get("product_id") is not None:
        rows = reads.of_product(rows, given["product_id"])
    if given.get("to_whom"):
        rows = rows.filter(to_whom=given["to_whom"])
    found = reads.entries(request.auth, rows)  # type: ignore[attr-defined]
    whole, past = reads.tally(found), reads.calibration(found)
    low, high = whole.interval or (None, None)
    return generic.send(PromiseRecord(
        kept=whole.kept, missed=whole.broken, revised=whole.revised, share=whole.share, low=low, high=high,
        share_as_last_told=whole.share_as_last_told, open=whole.of(reads.OPEN), at_risk=whole.of(reads.AT_RISK),
        p80_held=past.held, p80_cases=past.cases, quarters=_quarters(found),
    ).model_dump())  # fmt: skip


def _quarters(found: list[reads.Entry]) -> list[RecordQuarter]:
    made = []
    for one, rows in reads.by_quarter(found, settings.FISCAL_YEAR_STARTS):
        t = reads.tally(rows)
        if t.due:
            made.append(RecordQuarter(
                key=one.key, starts_on=one.starts_on, ends_on=one.ends_on, kept=t.kept, missed=t.broken, revised=t.revised, share=t.share
            ))  # fmt: skip
    return made


def _give(
    *, actor: Any, feature: Feature | None = None, release: Release | None = None, **values: Any
) -> Promise:
    if (feature is None) == (release is None):
        raise Refused("one_subject", field="feature_id")
    return informed.give(actor=actor, subject=feature or release, **values)  # type: ignore[arg-type]


generic.reads(router, NOUN)
generic.creates(
    router,
    NOUN,
    body(
        "PromiseCreate",
        Promise,
        "to_whom date given_on confidence what reason",
        feature_id=Reference(Feature, "feature", is_needed=False),
        release_id=Reference(Release, "release", is_needed=False),
    ),
    _give,
)
generic.acts(
    router,
    NOUN,
    "revisions",
    body("PromiseRevision", Promise, "date given_on confidence", reason=words(500, 1)),
    informed.revise,
)
generic.acts(
    router,
    NOUN,
    "keepings",
    body("PromiseKeeping", Promise, "", kept_on=(Day, generic.OPTIONAL)),
    promises.keep,
)
generic.acts(
    router,
    NOUN,
    "withdrawals",
    body("PromiseWithdrawal", Promise, "", reason=words(500, 1)),
    promises.withdraw,
)
