"""Naming what may happen, answering it, looking at it again, and saying that it happened or will not."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from tandem.governance import assessing
from tandem.governance.models import Issue, Risk
from tandem.history.record import record
from tandem.kit import clock, jobs
from tandem.kit.errors import Refused, Stale
from tandem.people import writing
from tandem.people.access import Permission, require
from tandem.people.models import Space, SpaceKind
from tandem.planning.actions.plan_ranges import RANGE
from tandem.portfolio.actions.benefits import currency_of

_DO = Permission.EDIT_WORK
_S = Risk.State
MOVES: dict[str, tuple[str, ...]] = {_S.OPEN: (_S.CLOSED,), _S.CLOSED: (_S.OPEN,), _S.HAPPENED: ()}
"By hand; that it happened is said with its issue."
COMPUTE = "governance.compute_risks"
_SOON = 20
REVIEW = timedelta(days=30)
"After so long a new risk is looked at again, unless somebody names a day."
_POINTS = {"days": False, "money": True, "residual_days": False, "residual_money": True}
_COUNTED = ("kind", "probability", "days", "money", "residual_probability", "residual_days", "residual_money", "is_responded")


def create(*, actor: Any, space: Space, **values: Any) -> Risk:
    """Anybody who works there may name one. Its creator owns it unless they name another, and sees it again in a month."""
    values.setdefault("owner", actor)
    values.setdefault("currency", currency_of(space))
    values.setdefault("review_on", clock.today() + REVIEW)
    _check(None, values)
    with transaction.atomic():
        row = writing.create(Risk, actor=actor, permission=_DO, verb="risk.created", space=space, **values)
        stale(space.pk)
    return row


def change(*, actor: Any, risk: Risk, version: int | None, **values: Any) -> Risk:
    """While it is open: what happened or was closed stays as it was judged."""
    require(actor, _DO, risk.space_id)
    if not risk.is_open:
        raise Refused("risk_over", state=str(risk.get_state_display()))
    _check(risk, values)
    with transaction.atomic():
        row: Risk = writing.change(risk, actor=actor, permission=_DO, verb="risk.changed", version=version, **values)
        if any(name in values for name in (*_COUNTED, "currency")):
            stale(risk.space_id)
    return row


def remove(*, actor: Any, risk: Risk, version: int | None = None) -> None:
    """Named by mistake. What became an issue stays."""
    require(actor, _DO, risk.space_id)
    with transaction.atomic():
        _lock(risk)
        if Issue.objects.filter(risk=risk).exists():
            raise Refused("risk_has_issue")
        writing.remove(risk, actor=actor, permission=_DO, verb="risk.removed", version=version)
        stale(risk.space_id)


def review(*, actor: Any, risk: Risk, version: int | None, next_on: date, note: str = "") -> Risk:
    """Somebody looked: it stands as it does, and is looked at again on that day."""
    require(actor, _DO, risk.space_id)
    if not risk.is_open:
        raise Refused("risk_over", state=str(risk.get_state_display()))
    if next_on <= clock.today():
        raise Refused("review_past", field="next_on")
    with transaction.atomic():
        before = risk.review_on
        risk.write(expected=version, review_on=next_on)
        text = {"note": [None, note.strip()[:500]]} if note.strip() else {}
        record("risk.reviewed", risk, actor=actor, changes={"review_on": [before, next_on]}, text=text)
    return risk


def move(*, actor: Any, risk: Risk, version: int | None, state: str, reason: str = "") -> Risk:
    """Closed with a reason, or open again. That it happened is said by raising its issue."""
    require(actor, _DO, risk.space_id)
    if state not in MOVES[risk.state]:
        raise Refused("risk_move_unknown", field="state", state=str(risk.get_state_display()))
    reason = reason.strip()[:500]
    if state == _S.CLOSED and not reason:
        raise Refused("risk_reason_missing", field="reason")
    return end(actor=actor, risk=risk, version=version, state=state, reason=reason)


def end(*, actor: Any, risk: Risk, version: int | None, state: str, reason: str) -> Risk:
    """The step itself, also of an issue that says that it happened. What is over is expected to come to nothing more."""
    values = {"state": state, "reason": reason, "ended_on": None if state == _S.OPEN else clock.today()}
    days, money = assessing.standing(risk).expected(risk.sign) if state == _S.OPEN else (0.0, 0.0)
    values |= {"expected_days": _exact(days), "expected_money": _exact(money)}
    if state == _S.OPEN:
        values["review_on"] = clock.today() + REVIEW
    with transaction.atomic():
        now = _lock(risk)
        if version is not None and now is not None and now.version != version:
            raise Stale(now)
        shown = {f: [getattr(risk, f), v] for f, v in values.items() if getattr(risk, f) != v}
        risk.write(expected=version, **values)
        record("risk.moved", risk, actor=actor, changes=shown)
        stale(risk.space_id)
    return risk


def stale(space_id: int) -> None:
    """What the risks of the space and of those above it come to is computed again soon, with the range of its plan: once for many changes."""
    above = {pk: (parent, kind) for pk, parent, kind in Space.objects.values_list("id", "parent_id", "kind")}
    if above[space_id][1] == SpaceKind.PROJECT:
        jobs.enqueue(RANGE, once=f"range:{space_id}", in_seconds=_SOON, space_id=space_id)
    at: int | None = space_id
    while at is not None:
        jobs.enqueue(COMPUTE, once=f"{COMPUTE}:{at}", in_seconds=_SOON, space_id=at)
        at = above[at][0]


def _lock(risk: Risk) -> Risk | None:
    return Risk.objects.select_for_update(of=("self",)).filter(pk=risk.pk).first()


def _check(row: Risk | None, values: dict[str, Any]) -> None:
    """Three points in their order, a response that fits the kind, days in their order; what it is expected to come to is kept."""
    for name, is_money in _POINTS.items():
        if name in values:
            values[name] = assessing.points(values[name], name, is_money=is_money, is_rest=name.startswith("residual"))
    whole = row if row is not None else Risk()

    def one(name: str) -> Any:
        return values[name] if name in values else getattr(whole, name)

    if one("probability") is None or not 1 <= one("probability") <= 99:
        raise Refused("probability_bounds", field="probability")
    if one("response") and one("response") not in Risk.RESPONSES[one("kind")]:
        raise Refused("response_of_another_kind", field="response")
    if one("is_responded") and not one("response"):
        raise Refused("response_missing", field="response")
    if one("near_from") and one("near_until") and one("near_until") < one("near_from"):
        raise Refused("near_order", field="near_until")
    if one("residual_probability") is None and (one("residual_days") or one("residual_money")):
        raise Refused("residual_probability_missing", field="residual_probability")
    if row is None or any(name in values for name in _COUNTED):
        after = Risk(**{name: one(name) for name in _COUNTED})
        days, money = assessing.standing(after).expected(after.sign)
        values["expected_days"], values["expected_money"] = _exact(days), _exact(money)


def _exact(value: float) -> Decimal:
    return Decimal(str(value)).quantize(Decimal("0.01"))
