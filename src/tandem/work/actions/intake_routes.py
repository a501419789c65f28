"""Where the answers of a form lead: to projects, and to the type that comes of them there."""

from collections.abc import Sequence
from typing import Any

from tandem.kit.errors import Refused
from tandem.people.access import Permission, require
from tandem.people.models import Space, SpaceKind
from tandem.work.models import IntakeForm, WorkItemType

MOST = 20


def read(*, actor: Any, space: Space, question: str, routes: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Question and answers as the form keeps them. Each answer leads to a project that the actor may share as well, and to a
    type of it or the usual one; without answers there is no question."""
    question = question.strip()[:200]
    if not routes:
        return {"question": "", "routes": []}
    if not question:
        raise Refused("question_empty", field="question")
    if space.kind != SpaceKind.PROJECT:
        raise Refused("routes_for_projects", field="routes")
    if len(routes) > MOST:
        raise Refused("routes_too_many", field="routes", most=MOST)
    found = [_route(actor, one) for one in routes]
    if len({one["answer"].casefold() for one in found}) < len(found):
        raise Refused("routes_alike", field="routes")
    return {"question": question, "routes": found}


def _route(actor: Any, given: dict[str, Any]) -> dict[str, Any]:
    answer = str(given.get("answer") or "").strip()[:200]
    if not answer:
        raise Refused("route_empty", field="routes")
    target = Space.objects.visible_to(actor).filter(pk=given.get("space") or 0, kind=SpaceKind.PROJECT).first()
    if target is None:
        raise Refused("reference_unknown", field="routes")
    require(actor, Permission.SHARE, target.pk)
    kind = given.get("type")
    if kind is not None and not WorkItemType.objects.active().filter(pk=kind, space=target).exists():
        raise Refused("other_space", field="routes")
    return {"answer": answer, "space": target.pk, "type": kind}


def taken(form: IntakeForm, answer: str) -> dict[str, Any]:
    """What the answer means for the submission: its space and, as long as the type is in use there, its type."""
    if not form.routes:
        return {"space_id": form.space_id}
    found = next((one for one in form.routes if one["answer"] == answer.strip()), None)
    if found is None:
        raise Refused("answer_unknown", field="answer")
    kind = WorkItemType.objects.active().filter(pk=found["type"] or 0, space=found["space"]).first()
    return {"space_id": found["space"], "type": kind, "answer": found["answer"]}
