"""Where the answers of a form lead: to projects, and to the type that comes of them there."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from tandem.history.record import record
from tandem.kit.errors import Refused
from tandem.people.access import Permission, require
from tandem.people.models import Space, SpaceKind
from tandem.work.models import IntakeForm, WorkItemType

MOST, MOST_LEADING = 20, 100


def read(
    *, actor: Any, space: Space, question: str, routes: Sequence[dict[str, Any]], before: Sequence[dict[str, Any]] = ()
) -> dict[str, Any]:  # fmt: skip
    """Question and answers as the form keeps them. Each answer leads to a project that the actor may share as well, and to a
    type of it or the usual one; without answers there is no question. Of what the form kept `before` an answer leads on where
    it led, whatever the actor sees of it: the same answer, project and type; an answer without a project; or `kept`, the
    place of it there."""
    question = question.strip()[:200]
    if not routes:
        return {"question": "", "routes": []}
    if not question:
        raise Refused("question_empty", field="question")
    if space.kind != SpaceKind.PROJECT:
        raise Refused("routes_for_projects", field="routes")
    if len(routes) > MOST:
        raise Refused("routes_too_many", field="routes", most=MOST)
    left = dict(enumerate(before))
    found = [_route(actor, one, left) for one in routes]
    if len({one["answer"].casefold() for one in found}) < len(found):
        raise Refused("routes_alike", field="routes")
    return {"question": question, "routes": found}


def _route(actor: Any, given: dict[str, Any], left: dict[int, dict[str, Any]]) -> dict[str, Any]:
    answer = str(given.get("answer") or "").strip()[:200]
    if not answer:
        raise Refused("route_empty", field="routes")
    place = _place_of(answer, given, left)
    if place is not None:
        return {**left.pop(place), "answer": answer}
    target = Space.objects.visible_to(actor).filter(pk=given.get("space") or 0, kind=SpaceKind.PROJECT).first()
    if target is None:
        raise Refused("reference_unknown", field="routes")
    require(actor, Permission.SHARE, target.pk)
    kind = given.get("type")
    if kind is not None and not WorkItemType.objects.active().filter(pk=kind, space=target).exists():
        raise Refused("other_space", field="routes")
    return {"answer": answer, "space": target.pk, "type": kind}


def _place_of(answer: str, given: dict[str, Any], left: dict[int, dict[str, Any]]) -> int | None:
    """Which of what stood there before this is, each at most once."""
    if (place := given.get("kept")) is not None:
        return place if place in left else None
    target, kind = given.get("space"), given.get("type")
    alike = (n for n, one in left.items() if one["answer"] == answer and (target is None or (one["space"], one["type"]) == (target, kind)))
    return next(alike, None)


def leading_to(space: Space) -> list[IntakeForm]:
    """The forms of other projects of which an answer leads here; whoever decides here may know them."""
    rows = IntakeForm.objects.working().filter(routes__contains=[{"space": space.pk}]).exclude(space=space)
    return list(rows.order_by("id")[:MOST_LEADING])


def take_out(*, actor: Any, form: IntakeForm, space: Space) -> IntakeForm:
    """No answer of the form leads to this project any more; whoever may share the project says so, whether they see the form or
    not. What was sent stays."""
    require(actor, Permission.SHARE, space.pk)
    with transaction.atomic():
        now: IntakeForm = IntakeForm.objects.select_for_update(no_key=True).get(pk=form.pk)
        kept = [one for one in now.routes if one["space"] != space.pk]
        if len(kept) == len(now.routes):
            raise Refused("not_led_here")
        before, values = now.routes, {"routes": kept, **({} if kept else {"question": ""})}
        now.write(expected=None, **values)
        record("intake_form.changed", now, actor=actor, changes={"routes": [before, kept]})
    return now


def taken(form: IntakeForm, answer: str) -> dict[str, Any]:
    """What the answer means for the submission: its space and, as long as the type is in use there, its type."""
    if not form.routes:
        return {"space_id": form.space_id}
    found = next((one for one in form.routes if one["answer"] == answer.strip()), None)
    if found is None:
        raise Refused("answer_unknown", field="answer")
    kind = WorkItemType.objects.active().filter(pk=found["type"] or 0, space=found["space"]).first()
    return {"space_id": found["space"], "type": kind, "answer": found["answer"]}
