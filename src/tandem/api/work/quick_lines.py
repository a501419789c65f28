"""A work item from one typed line, “Login fails on Safari !high @boris ^next #auth 3d”: what of it is understood, and the item."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router
from pydantic import BaseModel

from tandem.api import generic
from tandem.api.generic import NO, NO_WRITE, ONCE, Key
from tandem.api.portfolio.projects import NOUN
from tandem.api.shapes import OPTIONAL, Body, Reference, words
from tandem.api.work import work_items
from tandem.collaboration.actions.idempotent_requests import Answer
from tandem.kit.types import Id
from tandem.people.access import Permission, require
from tandem.reports.queries import quick_line
from tandem.work.actions import quick_items
from tandem.work.models import State

router = Router(tags=["work"])
_TEXT = words(quick_line.MOST_TEXT)


class QuickLineAsked(Body):
    text: _TEXT = ""  # type: ignore[valid-type]


class QuickLineCreate(Body):
    text: words(quick_line.MOST_TEXT, 1)  # type: ignore[valid-type]
    state_id: Id | None = OPTIONAL


QuickLineCreate.references = {"state_id": Reference(State, "state", is_needed=False)}


class QuickPiece(BaseModel):
    """A part of the line, from `start` to `end`: what it is and what it means; with `is_problem` why it was not understood."""

    kind: str
    start: int
    end: int
    said: str
    is_problem: bool


class QuickLine(BaseModel):
    """`title` is what is left when the parts are taken out."""

    title: str
    pieces: list[QuickPiece]


class QuickLineMade(QuickLine):
    id: int
    key: str
    version: int


def _shown(line: quick_line.Line) -> QuickLine:
    pieces = sorted(line.pieces, key=lambda p: p.start)
    return QuickLine(title=line.title, pieces=[QuickPiece(kind=p.kind, start=p.start, end=p.end, said=p.said, is_problem=p.problem) for p in pieces])


@router.get("/{id}/quick-line/", response={200: QuickLine, **NO}, operation_id="projects_quick_line_read")
def read(request: HttpRequest, id: Path[Id], asked: Query[QuickLineAsked]) -> HttpResponse:
    """What the line would become in this project. Nothing is made."""
    generic.refuse_unknown(request, asked)
    user: Any = request.auth  # type: ignore[attr-defined]
    space = NOUN.row(user, id).space_id
    require(user, Permission.EDIT_WORK, space)
    return generic.send(_shown(quick_line.read(asked.text, user, space)).model_dump())


@router.post("/{id}/quick-line/", response={201: QuickLineMade, **NO_WRITE}, operation_id="projects_quick_line_create")
def create(request: HttpRequest, id: Path[Id], payload: QuickLineCreate, key: Key | None = ONCE) -> HttpResponse:  # type: ignore[valid-type]
    """Makes the work item. What was not understood stays in its title; the answer says so."""
    user: Any = request.auth  # type: ignore[attr-defined]

    def work() -> Answer:
        project = NOUN.row(user, id)
        require(user, Permission.EDIT_WORK, project.space_id)
        line = quick_line.read(payload.text, user, project.space_id)
        state = generic.resolve(user, payload).get("state")
        made = quick_items.add(actor=user, space=project.space, title=line.title, state=state, **line.values)
        version = work_items.NOUN.row(user, made.pk).version
        shown = generic.dumps(QuickLineMade(id=made.pk, key=made.key, version=version, **_shown(line).model_dump()).model_dump()).decode()
        return Answer(201, shown, shown)

    return generic.once(request, key, work)
