"""Ballots: opening and closing them, and settling them with a decision that the features take as their ranking."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from tandem.history.record import record
from tandem.kit import clock
from tandem.kit.errors import Refused
from tandem.kit.text import has_controls
from tandem.people import writing
from tandem.people.access import Permission, require
from tandem.product import balloting
from tandem.product.actions import rankings
from tandem.product.models import Ballot, Feature, Product

_DO = Permission.EDIT_PRODUCT
_FIXED = ("method", "budget", "is_secret", "features")


def create(*, actor: Any, product: Product, title: str, closes_at: datetime, features: Sequence[Feature], **values: Any) -> Ballot:
    """On some features of one product, open from now until a moment to come."""
    require(actor, _DO, product.space_id)
    method = values.get("method", Ballot.Method.MONEY)
    _check(product.pk, method, features, closes_at)
    with transaction.atomic():
        row = writing.create(
            Ballot, actor=actor, permission=_DO, verb="ballot.opened", space=product.space, product=product, title=title,
            closes_at=closes_at, created_by=actor, **values,
        )  # fmt: skip
        row.features.set(features)
    return row


def change(*, actor: Any, ballot: Ballot, version: int | None, **values: Any) -> Ballot:
    """What people vote on stays as it is once somebody has voted; the end may still move, while it is open."""
    require(actor, _DO, ballot.space_id)
    if not ballot.is_open:
        raise Refused("ballot_closed")
    features = list(values.pop("features", ballot.features.all()))
    method, closes_at = values.get("method", ballot.method), values.get("closes_at", ballot.closes_at)
    _check(ballot.product_id, method, features, closes_at)
    with transaction.atomic():
        now = Ballot.objects.select_for_update(of=("self",), no_key=True).get(pk=ballot.pk)
        before = set(now.features.values_list("pk", flat=True))
        wanted = {f.pk for f in features}
        fixed = {name: values[name] for name in _FIXED if name in values and values[name] != getattr(now, name)}
        if (fixed or wanted != before) and now.votes.exists():
            raise Refused("ballot_voted")
        ballot = writing.change(ballot, actor=actor, permission=_DO, verb="ballot.changed", version=version, **values)
        if wanted != before:
            ballot.features.set(features)
            record("ballot.changed", ballot, actor=actor, changes={"features": [sorted(before), sorted(wanted)]})
    return ballot


def remove(*, actor: Any, ballot: Ballot, version: int | None = None) -> None:
    """Only one on which nobody has voted: what people said is kept."""
    require(actor, _DO, ballot.space_id)
    with transaction.atomic():
        Ballot.objects.select_for_update(of=("self",)).filter(pk=ballot.pk).first()
        if ballot.votes.exists():
            raise Refused("ballot_voted")
        writing.remove(ballot, actor=actor, permission=_DO, verb="ballot.removed", version=version)


def close(*, actor: Any, ballot: Ballot, version: int | None) -> Ballot:
    """Before its time; nobody votes any more."""
    require(actor, _DO, ballot.space_id)
    if not ballot.is_open:
        raise Refused("ballot_closed")
    return writing.change(ballot, actor=actor, permission=_DO, verb="ballot.closed", version=version, closed_at=clock.now())


def reopen(*, actor: Any, ballot: Ballot, version: int | None) -> Ballot:
    """The closing is taken back, while its time has not run out and nothing is decided."""
    require(actor, _DO, ballot.space_id)
    if ballot.closed_at is None or clock.now() >= ballot.closes_at:
        raise Refused("ballot_over")
    if ballot.is_decided:
        raise Refused("ballot_decided")
    if ballot.is_secret and ballot.votes.exists():
        raise Refused("ballot_secret")
    return writing.change(ballot, actor=actor, permission=_DO, verb="ballot.reopened", version=version, closed_at=None)


def decide(
    *, actor: Any, ballot: Ballot, version: int | None, order: Sequence[int], reason: str, notes: dict[str, str] | None = None
) -> Ballot:
    """The features of the ballot take this order as their ranking. Says why; what was said on single points is kept."""
    require(actor, _DO, ballot.space_id)
    if ballot.is_open:
        raise Refused("ballot_open")
    if ballot.is_decided:
        raise Refused("ballot_decided")
    if not reason.strip():
        raise Refused("reason_missing", field="reason")
    run = uuid.uuid4()
    with transaction.atomic():
        rows = {f.pk: f for f in ballot.features.all()}
        if sorted(order) != sorted(rows):
            raise Refused("ranking_unreadable")
        said = _notes(notes or {}, rows)
        rankings.adopt(actor=actor, product=ballot.product, features=[rows[pk] for pk in order], reason=reason, run=run)
        ballot.write(
            expected=version, decided_order=list(order), reason=reason.strip(), notes=said, decided_by=actor, decided_at=clock.now(), run=run
        )
        record("ballot.decided", ballot, actor=actor, changes={"features": [None, list(order)], "reason": [None, reason.strip()]}, run=run)
    return ballot


def undecide(*, actor: Any, ballot: Ballot, version: int | None = None) -> Ballot:
    """One's own decision is taken back, and the features go back to where they stood. What was said stays written."""
    require(actor, _DO, ballot.space_id)
    if not ballot.is_decided or ballot.run is None:
        raise Refused("ballot_undecided")
    if ballot.decided_by_id != actor.pk:
        raise Refused("ballot_decided_by_other")
    with transaction.atomic():
        if rankings.has_moved(actor=actor, run=ballot.run):
            rankings.undo(actor=actor, run=ballot.run)
        ballot.write(expected=version, decided_order=[], decided_by=None, decided_at=None, run=None)
        record("ballot.undecided", ballot, actor=actor)
    return ballot


def _notes(notes: dict[str, str], rows: dict[int, Feature]) -> dict[str, str]:
    found = {str(key): str(text).strip() for key, text in notes.items() if str(text).strip()}
    if set(found) - {str(pk) for pk in rows} or any(len(text) > 1000 or has_controls(text) for text in found.values()):
        raise Refused("text_too_long", most=1000)
    return found


def _check(product_id: int, method: str, features: Sequence[Feature], closes_at: datetime) -> None:
    if closes_at <= clock.now():
        raise Refused("ballot_in_past", field="closes_at")
    if any(feature.product_id != product_id for feature in features):
        raise Refused("other_product", field="features")
    most = balloting.MOST_IN_PAIRS if method == Ballot.Method.PAIRS else balloting.MOST
    if not balloting.FEWEST <= len({f.pk for f in features}) <= most:
        raise Refused("ballot_size", field="features", least=balloting.FEWEST, most=most)
