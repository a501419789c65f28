"""Promises: given, revised, kept, withdrawn; never overwritten."""

from typing import Any

from ninja import Router

from tandem.api import generic
from tandem.api.generic import Noun
from tandem.api.shapes import Day, Reference, body, words
from tandem.kit.errors import Refused
from tandem.planning.actions import promises as informed
from tandem.product.actions import promises
from tandem.product.models import Feature, Promise, Release

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
        )
    },
)


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
