"""Promises with what Tandem knows on the day when they are given. Doors use these, not those of `product`."""

from datetime import date
from typing import Any

from tandem.planning import forecasts
from tandem.product.actions import promises
from tandem.product.models import Feature, Promise, Release


def give(*, actor: Any, subject: Feature | Release, date: date, given_on: date | None = None, **values: Any) -> Promise:
    """As `product`'s, with the items left, the throughput and the P80 of that day as its basis."""
    if not values.get("basis"):
        values["basis"] = forecasts.basis_for(subject, given_on)
    return promises.give(actor=actor, subject=subject, date=date, given_on=given_on, **values)


def revise(*, actor: Any, promise: Promise, version: int | None, date: date, reason: str, **values: Any) -> Promise:
    """The new promise rests on what is known now."""
    if not values.get("basis"):
        values["basis"] = forecasts.basis_for(promise.subject, values.get("given_on"))
    return promises.revise(actor=actor, promise=promise, version=version, date=date, reason=reason, **values)
