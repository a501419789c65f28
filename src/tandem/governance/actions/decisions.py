"""Asking what is to be decided, deciding it once, looking at it again, and deciding otherwise in its place."""

from datetime import date
from typing import Any

from django.db import transaction

from tandem.governance.models import ChangeRequest, Decision, Verdict
from tandem.history.record import record
from tandem.kit import clock
from tandem.kit.errors import Denied, Hidden, Refused
from tandem.people import writing
from tandem.people.access import Permission, may, require
from tandem.people.models import Space

_DO = Permission.EDIT_WORK
_S = Decision.State
MOST_OPTIONS, LONGEST = 8, 300


def create(*, actor: Any, space: Space, **values: Any) -> Decision:
    """Anybody who works there may ask. Who asks decides, unless they name another."""
    values.setdefault("owner", actor)
    _check(values)
    return writing.create(Decision, actor=actor, permission=_DO, verb="decision.asked", space=space, **values)


def change(*, actor: Any, decision: Decision, version: int | None, **values: Any) -> Decision:
    """While it is open: what was decided stays as it was said."""
    require(actor, _DO, decision.space_id)
    if not decision.is_open:
        raise Refused("decision_made")
    _check(values)
    return writing.change(decision, actor=actor, permission=_DO, verb="decision.changed", version=version, **values)


def remove(*, actor: Any, decision: Decision, version: int | None = None) -> None:
    """A question that was none. What was decided stays."""
    require(actor, _DO, decision.space_id)
    if not decision.is_open:
        raise Refused("decision_made")
    writing.remove(decision, actor=actor, permission=_DO, verb="decision.removed", version=version)


def decide(*, actor: Any, decision: Decision, version: int | None, chosen: str, why: str, effect: str = "", revisit_on: date | None = None) -> Decision:
    """By who was asked to, or who plans the work or the product there. One of the options where there are any; always with why."""
    _require_decider(actor, decision)
    with transaction.atomic():
        held = _hold(decision)
        if not held.is_open:
            raise Refused("decision_made")
        values = _said(held, chosen, why, effect, revisit_on)
        held.write(expected=version, state=_S.DECIDED, decided_on=clock.today(), decided_by=actor, **values)
        record("decision.made", held, actor=actor, changes={"state": [_S.OPEN.value, _S.DECIDED.value]} | _dates(values), text=_words(values))
    return held


def revisit(*, actor: Any, decision: Decision, version: int | None, next_on: date | None, note: str) -> Decision:
    """Somebody looked: it stands, and is looked at again on that day or no more."""
    _require_decider(actor, decision)
    note = note.strip()[:500]
    if not note:
        raise Refused("progress_empty", field="note")
    if next_on is not None and next_on <= clock.today():
        raise Refused("review_past", field="next_on")
    with transaction.atomic():
        held = _hold(decision)
        if held.state != _S.DECIDED:
            raise Refused("decision_open" if held.is_open else "decision_replaced")
        before = held.revisit_on
        held.write(expected=version, revisit_on=next_on)
        record("decision.revisited", held, actor=actor, changes={"revisit_on": [before, next_on]}, text={"note": [None, note]})
    return held


def replace(*, actor: Any, decision: Decision, version: int | None, chosen: str, why: str, effect: str = "", revisit_on: date | None = None) -> Decision:
    """Decided otherwise: a new one takes its place, the old one stays on record. What decided a change stands; a change of its own turns it back."""
    _require_decider(actor, decision)
    with transaction.atomic():
        held = _hold(decision)
        if held.state != _S.DECIDED:
            raise Refused("decision_open" if held.is_open else "decision_replaced")
        if held.change_request_id is not None:
            raise Refused("decision_of_change")
        values = _said(held, chosen, why, effect, revisit_on)
        made = Decision.objects.create(
            space_id=held.space_id, question=held.question, context=held.context, options=held.options, criteria=held.criteria, evidence=held.evidence, owner=held.owner,
            state=_S.DECIDED, decided_on=clock.today(), decided_by=actor, **values,
        )  # fmt: skip
        record("decision.made", made, actor=actor, changes=_dates(values), text=_words(values))
        held.write(expected=version, state=_S.REPLACED, replaced_by=made)
        record("decision.replaced", held, actor=actor, changes={"state": [_S.DECIDED.value, _S.REPLACED.value], "replaced_by": [None, made]})
    return made


def of_change(*, actor: Any, request: ChangeRequest, is_accepted: bool) -> Decision:
    """What both sides said to a change, in the transaction of the last word. Whoever was let give that word has decided."""
    said = Verdict.objects.not_taken_back().filter(request=request, round=request.round).exclude(reason="").select_related("by", "for_whom").order_by("id")
    reasons = "\n".join(f"{_speaker(one)}: {one.reason}" for one in said)
    # nothing that is said afterwards leaves it as planned
    otherwise = Decision.NOT_AFTERWARDS if request.was_first else Decision.AS_PLANNED
    values = {
        "question": request.title, "context": request.reason, "options": [request.title, otherwise], "chosen": request.title if is_accepted else otherwise,
        "why": (reasons or request.reason)[:5000],
    }  # fmt: skip
    made = Decision.objects.create(
        space_id=request.space_id, owner=actor, state=_S.DECIDED, decided_on=clock.today(), decided_by=actor, change_request=request, **values
    )
    record("decision.made", made, actor=actor, changes={"change_request": [None, request.pk]}, text={"chosen": [None, values["chosen"]]})
    return made


def _dates(values: dict[str, Any]) -> dict[str, list[Any]]:
    return {"revisit_on": [None, values["revisit_on"]]} if values["revisit_on"] else {}


def _words(values: dict[str, Any]) -> dict[str, list[Any]]:
    """What people wrote can be erased; the seal holds its digest."""
    return {name: [None, values[name]] for name in ("chosen", "why", "effect") if values[name]}


def _speaker(one: Verdict) -> str:
    return f"{one.by.name} ({one.for_whom.name})" if one.for_whom is not None else one.by.name


def _said(held: Decision, chosen: str, why: str, effect: str, revisit_on: date | None) -> dict[str, Any]:
    chosen, why = " ".join(chosen.split())[:LONGEST], why.strip()[:5000]
    if not chosen or (held.options and chosen not in held.options):
        raise Refused("decision_option", field="chosen")
    if not why:
        raise Refused("reason_needed", field="why")
    if revisit_on is not None and revisit_on <= clock.today():
        raise Refused("review_past", field="revisit_on")
    return {"chosen": chosen, "why": why, "effect": effect.strip()[:2000], "revisit_on": revisit_on}


def _require_decider(actor: Any, decision: Decision) -> None:
    require(actor, Permission.COMMENT, decision.space_id)
    if decision.owner_id == actor.pk:
        return
    if not (may(actor, Permission.EDIT_PLAN, decision.space_id) or may(actor, Permission.EDIT_PRODUCT, decision.space_id)):
        raise Denied(Permission.EDIT_PLAN)


def _hold(decision: Decision) -> Decision:
    held = Decision.objects.select_for_update(of=("self",)).filter(pk=decision.pk).first()
    if held is None:
        raise Hidden
    return held


def _check(values: dict[str, Any]) -> None:
    if "question" in values and not values["question"].strip():
        raise Refused("title_empty", field="question")
    if "options" in values:
        options = list(dict.fromkeys(" ".join(str(one).split()) for one in values["options"] if str(one).strip()))
        if len(options) == 1 or len(options) > MOST_OPTIONS or any(len(one) > LONGEST for one in options):
            raise Refused("decision_options", field="options", most=MOST_OPTIONS)
        values["options"] = options
