"""What the two sides say to a change: the last yes that was needed carries it out, any no ends it, and either may ask for a way out."""

from typing import Any

from django.db import transaction
from django.db.models import Q

from tandem.governance import lent_voices, pictures, sides
from tandem.governance.actions import change_impacts, change_requests, decisions
from tandem.governance.models import ChangeRequest, Delegation, Verdict
from tandem.history.record import record
from tandem.kit import clock
from tandem.kit.errors import Denied, Hidden, Refused
from tandem.people.access import Permission, require
from tandem.planning.actions import plan_requests, plan_scenarios
from tandem.planning.models import PlanChange

_S, _A = ChangeRequest.State, Verdict.Answer
_PEOPLE = ("by", "for_whom", "delegation")


def decide(
    *, actor: Any, change_request: ChangeRequest, version: int | None, side: str, answer: str, reason: str = "", for_whom: Any = None
) -> Verdict:
    """For one side, by somebody who speaks for it and wrote nothing of the content; on a picture of this very content. A person
    speaks once, for one side. Who says yes can do what their side carries out. The second side's yes accepts, any no rejects.
    `for_whom`: in the place of somebody who lent their voice; it is theirs, and so is the right to carry out what it says yes to."""
    require(actor, Permission.VIEW, change_request.space_id)
    reason = reason.strip()[:2000]
    if answer not in _A.values:
        raise Refused("choice_unknown", field="answer")
    if answer != _A.YES and not reason:
        raise Refused("reason_needed", field="reason")
    with transaction.atomic():
        held = change_requests.hold(change_request)
        if not held.is_waiting:
            raise Refused("change_not_waiting")
        change_requests.looked_at(held, version)
        lent = _lent(actor, held, side, for_whom) if for_whom is not None and for_whom.pk != actor.pk else None
        if lent is None:
            _holds(held, None)
        changes = _open_to(actor, held, side, answer, lent)
        made = _said(actor, held, changes, side, answer, reason, lent)
        if answer == _A.NO:
            change_requests.end(actor=actor, held=held, version=None, state=_S.REJECTED, answer=reason, verb="change_request.rejected")
            decisions.of_change(actor=actor, request=held, is_accepted=False)
        elif answer == _A.REVISE:
            _return(actor, held, reason)
        else:
            _accept_if_whole(actor, held, changes)
    return made


def _lent(actor: Any, held: ChangeRequest, side: str, giver: Any) -> Delegation:
    """By what the person speaks in the place of another. Nobody does so for both sides of one request, whoever lent them the voices."""
    if side not in sides.RIGHTS:
        raise Refused("change_side_unknown", field="side")
    changes = list(held.scenario.changes.select_related("by").order_by("id"))
    found = lent_voices.found(actor, giver, held, side, changes)
    if found is None or not _holds(held, found):
        raise Refused("change_not_lent", field="for_whom")
    if giver.pk in sides.wrote(held, changes):
        raise Refused("change_is_theirs", field="for_whom")
    if Verdict.objects.filter(request=held, by=actor, for_whom__isnull=False).exclude(side=side).exists():
        raise Refused("change_lent_both", field="side")
    return found


def _holds(held: ChangeRequest, lent: Delegation | None) -> bool:
    """What was lent to anybody who spoke, or speaks now, is not taken back while what is said with it is counted: whoever takes it back
    meanwhile comes before or after, never between. All at once and in order, as others hold more than one as well."""
    of = Verdict.objects.filter(request=held, round=held.round, voided_at=None).exclude(delegation=None).values("delegation")
    rows = Delegation.objects.filter(Q(pk__in=of) | Q(pk=lent.pk if lent else None)).select_for_update(no_key=True)
    standing = {one.pk for one in rows.order_by("pk") if one.withdrawn_at is None}
    return lent is None or lent.pk in standing


def _open_to(actor: Any, held: ChangeRequest, side: str, answer: str, lent: Delegation | None) -> list[PlanChange]:
    """The content, if this person may say this to it for this side now."""
    voice = lent.giver if lent else actor
    if side not in sides.RIGHTS:
        raise Refused("change_side_unknown", field="side")
    if not sides.speaks_there(voice, held, side):
        raise Denied(sides.RIGHTS[side])
    everything = list(held.scenario.changes.select_related("by").order_by("id"))
    if actor.pk in sides.wrote(held, everything):
        raise Refused("change_is_own")
    _refuse_spoken(actor, held, lent)
    if PlanChange.objects.visible_to(actor).filter(scenario=held.scenario_id).count() != len(everything):
        raise Refused("plan_scenario_unseen")
    if not sides.may_speak(voice, held, side, everything):
        raise Refused("change_side_elsewhere", field="side")
    if not sides.needed(held, everything).voices[side]:
        raise Refused("change_side_not_asked", field="side")
    if held.state == _S.URGENT:  # it is carried out already: what is judged is what was done
        if answer == _A.REVISE:
            raise Refused("change_done_first")
        return everything
    if answer != _A.YES:
        _refuse_without_picture(held, everything)
        return everything
    changes = plan_requests.judge(held.scenario)
    if pictures.is_old(held.scenario.outcome):
        raise Refused("change_picture_old")
    if not all(sides.may_carry(voice, change) for change in changes if sides.side_of(change.kind) == side):
        raise Refused("change_not_yours_to_apply")
    return changes


def _refuse_spoken(actor: Any, held: ChangeRequest, lent: Delegation | None) -> None:
    """A person speaks once, and a voice is heard once, whoever says it; what was said with a lent one that counts no more was not said."""
    given = [one for one in _of_this_round(held) if sides.is_still_lent(one, held)]
    if any(one.by_id == actor.pk for one in given):
        raise Refused("change_spoken")
    voice = lent.giver_id if lent else actor.pk
    if any(one.voice_of.pk == voice for one in given):
        raise Refused("change_voice_spoken", field="for_whom" if lent else "")


def _of_this_round(held: ChangeRequest) -> list[Verdict]:
    return list(Verdict.objects.filter(request=held, round=held.round).select_related(*_PEOPLE))


def _void(given: list[Verdict], held: ChangeRequest, actor: Any, voice: Any) -> None:
    """What counts no more gives way to what is said now, for good: also if whoever had said it comes back."""
    for one in given:
        if one.voided_at is None and (one.by_id == actor.pk or one.voice_of.pk == voice.pk) and not sides.is_still_lent(one, held):
            one.write(expected=None, voided_at=clock.now())


def _refuse_without_picture(held: ChangeRequest, changes: list[PlanChange]) -> None:
    """Also a no is said to an effect that was computed."""
    if held.scenario.computed_of != plan_scenarios.digest(changes):
        raise Refused("plan_scenario_not_computed")


def _said(actor: Any, held: ChangeRequest, changes: list[PlanChange], side: str, answer: str, reason: str, lent: Delegation | None) -> Verdict:
    # who lost the right since holds a number, but no voice
    given = _of_this_round(held)
    needed, counted = sides.needed(held, changes).voices, sides.standing(given, held, changes)
    is_whole = all(len(counted[one]) >= count for one, count in needed.items())  # by a role that came back, or a table that asks for less
    if answer == _A.YES and needed[side] and len(counted[side]) >= needed[side] and not is_whole:
        raise Refused("change_side_spoken", field="side")
    _void(given, held, actor, lent.giver if lent else actor)
    made = Verdict.objects.create(
        space_id=held.space_id, request=held, round=held.round, side=side, voice=sum(one.side == side for one in given) + 1, answer=answer, reason=reason, by=actor,
        digest=plan_scenarios.digest(changes), picture=pictures.digest(held.scenario.outcome), asked_at=held.asked_at or clock.now(),
        for_whom=lent.giver if lent else None, delegation=lent,
    )  # fmt: skip
    held.write(expected=None)
    said = {"side": [None, side], "verdict": [None, answer], "round": [None, held.round]} | ({"for_whom": [None, lent.giver]} if lent else {})
    record("change_request.judged", held, actor=actor, changes=said, text={"reason": [None, reason]} if reason else {})
    return made


def _return(actor: Any, held: ChangeRequest, reason: str) -> None:
    held.write(expected=None, state=_S.RETURNED, answer=reason)
    said = {"state": [_S.SUBMITTED.value, _S.RETURNED.value], "asker": [None, held.author_id]}
    record("change_request.returned", held, actor=actor, changes=said, text={"reason": [None, reason]})


def _accept_if_whole(actor: Any, held: ChangeRequest, changes: list[PlanChange]) -> None:
    needed = sides.needed(held, changes)
    voices = sides.standing(list(held.verdicts.select_related(*_PEOPLE)), held, changes)
    if any(len(voices[side]) < count for side, count in needed.voices.items()):
        return
    if held.state == _S.URGENT:
        held.write(expected=None, state=_S.APPLIED, decided_at=clock.now())
        record("change_request.confirmed", held, actor=actor, changes={"state": [_S.URGENT.value, _S.APPLIED.value]})
        decisions.of_change(actor=actor, request=held, is_accepted=True)
        return

    at: list[PlanChange] = []

    def carrier(change: PlanChange) -> Any:
        """Whose yes it was for the side whose business it is; where that side is not asked, whoever of the other could do it."""
        at[:] = [change]
        own = [one.voice_of for one in voices[sides.side_of(change.kind)]]
        others = [one.voice_of for said in voices.values() for one in said]
        return next((one for one in [*own, *others] if sides.may_carry(one, change)), (own or others)[0])

    try:
        with transaction.atomic():
            run = plan_requests.carry_out(actor=actor, scenario=held.scenario, carrier=carrier, reason=change_requests.why(held), told=change_requests.Told(held))
            change_requests.take_baselines(held, changes, carrier)
    except (Refused, Denied, Hidden) as problem:
        _back_to_both(actor, held, problem, at[0].pk if at else 0)
        return
    now = clock.now()
    held.write(expected=None, state=_S.APPLIED, decided_at=now, applied_at=now, applied_by=actor, run=run)
    record("change_request.applied", held, actor=actor, changes={"state": [_S.SUBMITTED.value, _S.APPLIED.value]}, run=run)
    decisions.of_change(actor=actor, request=held, is_accepted=True)


def _back_to_both(actor: Any, held: ChangeRequest, problem: Exception, change_id: int) -> None:
    """What both wanted cannot be done any more: nothing of it was, and both are told and asked anew. What the rule said of the change
    stands with the picture, which tells it to who may know it."""
    code, params = (problem.code, problem.params) if isinstance(problem, Refused) else ("row_not_yours", {})
    held.write(expected=None, round=held.round + 1, asked_at=clock.now(), trouble=[code, change_id], redrawn=None)
    record("change_request.stuck", held, actor=actor, changes={"round": [held.round - 1, held.round], "problem": [None, code]})
    refused = [[change_id, code, {name: str(value) for name, value in params.items()}]]
    held.scenario.write(expected=None, computed_of="", outcome=(held.scenario.outcome or {}) | {"refused": refused})
    change_impacts.ask(actor=actor, change_request=held)
