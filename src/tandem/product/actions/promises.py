"""Giving, revising, keeping and withdrawing promises. A promise is never overwritten."""

from datetime import date
from typing import Any

from django.db import transaction

from tandem.history.record import record
from tandem.kit import clock
from tandem.kit.errors import Refused
from tandem.people import writing
from tandem.people.access import Permission, require
from tandem.product.actions import feedback_answers
from tandem.product.models import Feature, Promise, Release

_DO = Permission.GIVE_PROMISE


def give(
    *,
    actor: Any,
    subject: Feature | Release,
    to_whom: str,
    date: date,
    given_on: date | None = None,
    confidence: int | None = None,
    what: str = "",
    reason: str = "",
    basis: dict[str, Any] | None = None,
) -> Promise:
    """Tell somebody a date. It lies on or after the day on which it is given."""
    given_on = given_on or clock.today()
    if date < given_on:
        raise Refused("promise_in_the_past", field="date", given_on=given_on)
    if given_on > clock.today():
        raise Refused("given_in_the_future", field="given_on")
    with transaction.atomic():
        row = writing.create(
            Promise,
            actor=actor,
            permission=_DO,
            verb="promise.given",
            space=subject.space,
            to_whom=to_whom,
            date=date,
            given_on=given_on,
            given_by=actor,
            confidence=confidence,
            what=what,
            reason=reason,
            basis=basis or {},
            **{subject._meta.model_name or "": subject},
        )
        if isinstance(subject, Feature):
            feedback_answers.follow_features(actor=actor, features=[subject])
    return row


def revise(
    *, actor: Any, promise: Promise, version: int | None, date: date, reason: str, **values: Any
) -> Promise:
    """A new promise takes the place of the old one, which stays on record. Says why."""
    require(actor, _DO, promise.space_id)
    _refuse_closed(promise)
    if not reason.strip():
        raise Refused("reason_missing", field="reason")
    if (values.get("given_on") or clock.today()) < promise.given_on:
        raise Refused("revised_too_early", field="given_on", given_on=promise.given_on)
    with transaction.atomic():
        new = give(
            actor=actor,
            subject=promise.subject,
            to_whom=promise.to_whom,
            date=date,
            what=promise.what,
            reason=reason,
            **values,
        )
        promise.write(expected=version, replaced_by=new)
        record(
            "promise.revised",
            promise,
            actor=actor,
            changes={"date": [promise.date, date], "reason": [None, reason]},
        )
        if promise.feature is not None:
            feedback_answers.tell_new_date(actor=actor, feature=promise.feature, before=promise.date, after=date)
    return new


def keep(*, actor: Any, promise: Promise, version: int | None, kept_on: date | None = None) -> Promise:
    """What was promised is there, since a day between the one on which it was given and today."""
    require(actor, _DO, promise.space_id)
    _refuse_closed(promise)
    kept_on = kept_on or clock.today()
    if kept_on > clock.today():
        raise Refused("kept_in_the_future", field="kept_on")
    if kept_on < promise.given_on:
        raise Refused("kept_too_early", field="kept_on", given_on=promise.given_on)
    with transaction.atomic():
        promise.write(expected=version, kept_on=kept_on)
        record("promise.kept", promise, actor=actor, changes={"kept_on": [None, promise.kept_on]})
    return promise


def withdraw(*, actor: Any, promise: Promise, version: int | None, reason: str) -> Promise:
    """Take the word back, saying why."""
    require(actor, _DO, promise.space_id)
    _refuse_closed(promise)
    if not reason.strip():
        raise Refused("reason_missing", field="reason")
    if len(reason) > 500:
        raise Refused("out_of_range", field="reason")
    with transaction.atomic():
        before = promise.reason  # why it was given so: the row has room for the last word only
        promise.write(expected=version, withdrawn_on=clock.today(), reason=reason)
        changes = {"withdrawn_on": [None, promise.withdrawn_on], "reason": [before, reason]}
        record("promise.withdrawn", promise, actor=actor, changes=changes)
        if promise.feature is not None:
            feedback_answers.follow_features(actor=actor, features=[promise.feature])
    return promise


def _refuse_closed(promise: Promise) -> None:
    if promise.replaced_by_id or promise.kept_on or promise.withdrawn_on:
        raise Refused("promise_closed")
