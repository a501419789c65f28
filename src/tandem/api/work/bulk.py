"""Many work items at once, as on the pages: rehearsed to see what becomes of each, then done, all or none; taken back as one."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router
from pydantic import BaseModel, Field

from tandem.api import generic
from tandem.api.generic import NO_WRITE, ONCE, Key
from tandem.api.shapes import OPTIONAL, Body, Reference
from tandem.api.work.work_items import CHANGES
from tandem.collaboration import words
from tandem.collaboration.actions.idempotent_requests import Answer
from tandem.kit.errors import Hidden, Refused
from tandem.kit.types import Id
from tandem.people.models import Space
from tandem.work.actions import bulk, many_relocations, relocations, undoing
from tandem.work.models import State, WorkItem, WorkItemType

changes, moves = Router(tags=["work"]), Router(tags=["work"])
MOST = 500
_KEYS = Annotated[str, Field(max_length=100)]
_Reason = Annotated[str, Field(max_length=500)]


class BulkItem(Body):
    """`version` is what you saw; without it the item is changed whatever it is now."""

    id: Id
    version: Id | None = OPTIONAL


_Items = Annotated[list[BulkItem], Field(min_length=1, max_length=MOST)]


class BulkChange(Body):
    """`values` are those of a change of a work item, the same for all; or they are removed, archived, brought back."""

    items: _Items
    do: Literal["change", "remove", "archive", "unarchive"] = "change"
    values: CHANGES = OPTIONAL  # type: ignore[valid-type]
    override_reason: _Reason = ""
    is_preview: bool = False


class BulkOutcome(BaseModel):
    """What stood there and what comes, by the names of `values`; or the code and sentence by which the item is refused."""

    item_id: int
    key: str
    version: int
    is_change: bool
    before: dict[str, Any]
    after: dict[str, Any]
    code: str
    message: str


class BulkPreview(BaseModel):
    outcomes: list[BulkOutcome]


class BulkDone(BaseModel):
    """`id` names the run: what it did is taken back as one."""

    id: str
    count: int


class BulkMove(Body):
    """To another project, parts along. What stands there for what was here, by number: types, states, and fields by their keys."""

    items: Annotated[list[BulkItem], Field(min_length=1, max_length=many_relocations.MOST)]
    space_id: Id
    types: Annotated[dict[Id, Id], Field(max_length=60)] = OPTIONAL
    states: Annotated[dict[Id, Id], Field(max_length=60)] = OPTIONAL
    fields: Annotated[dict[_KEYS, _KEYS], Field(max_length=60)] = OPTIONAL
    is_preview: bool = False


BulkMove.references = {"space_id": Reference(Space, "space")}


class BulkMoveOutcome(BaseModel):
    """Where the item would stand; `left` are people who do not see the target, `lost` own fields that do not fit there,
    `sprints` those that it leaves, `parts` how many come along."""

    item_id: int
    key: str
    type: str
    state: str
    left: list[str]
    lost: list[str]
    sprints: list[str]
    parts: int
    code: str
    message: str


class BulkMovePreview(BaseModel):
    outcomes: list[BulkMoveOutcome]


class BulkMoved(BaseModel):
    """`made` says which item each has become, by number."""

    id: str
    made: dict[int, int]


class BulkUndone(BaseModel):
    """How many were taken back, how many were changed since and stay (`stays` names the first 50); the run `id` does it once more."""

    id: str
    back: int
    left: int
    stays: list[str]


@changes.post("/", response={200: BulkPreview, 201: BulkDone, **NO_WRITE}, operation_id="bulk_changes_create")
def change(request: HttpRequest, payload: BulkChange, key: Key | None = ONCE) -> HttpResponse:  # type: ignore[valid-type]
    """All or none. With `is_preview` every rule speaks and nothing is written."""
    user: Any = request.auth  # type: ignore[attr-defined]
    if payload.is_preview:
        outcomes = bulk.rehearse(actor=user, steps=_steps(user, payload), override_reason=payload.override_reason)
        return generic.send(BulkPreview(outcomes=[_outcome(one) for one in outcomes]).model_dump())

    def work() -> Answer:
        run = uuid.uuid4()
        count = bulk.apply(actor=user, steps=_steps(user, payload), run=run, override_reason=payload.override_reason)
        return _answer(BulkDone(id=str(run), count=count))

    return generic.once(request, key, work)


@moves.post("/", response={200: BulkMovePreview, 201: BulkMoved, **NO_WRITE}, operation_id="bulk_relocations_create")
def relocate(request: HttpRequest, payload: BulkMove, key: Key | None = ONCE) -> HttpResponse:  # type: ignore[valid-type]
    """All or none. With `is_preview` it is said what would become of each, and nothing is written."""
    user: Any = request.auth  # type: ignore[attr-defined]
    target = generic.resolve(user, payload)["space"]
    mapping = _mapping(user, payload, target)
    if payload.is_preview:
        outcomes = many_relocations.rehearse(actor=user, items=_rows(user, payload.items), space=target, mapping=mapping)
        return generic.send(BulkMovePreview(outcomes=[_moved(one) for one in outcomes]).model_dump())

    def work() -> Answer:
        items, run = _rows(user, payload.items), uuid.uuid4()
        versions = {one.id: one.version for one in payload.items}
        made = many_relocations.relocate(actor=user, items=items, versions=versions, space=target, mapping=mapping, run=run)
        ids = [one.pk for one in items]
        became = dict(WorkItem.objects.filter(pk__in=ids, moved_to__in=made).values_list("pk", "moved_to"))  # house: reads — rows that were just moved
        return _answer(BulkMoved(id=str(run), made=became))

    return generic.once(request, key, work)


@changes.post("/{run}/undos/", response={201: BulkUndone, **NO_WRITE}, operation_id="bulk_changes_undos_create")
def undo(request: HttpRequest, run: Path[uuid.UUID], payload: Body, key: Key | None = ONCE) -> HttpResponse:  # type: ignore[valid-type]
    """One's own run, of changes or of moves."""
    user: Any = request.auth  # type: ignore[attr-defined]

    def work() -> Answer:
        again = uuid.uuid4()
        stays: list[str] = []
        back, left = undoing.undo(actor=user, run=run, again=again, stays=stays)
        if not back and not left:
            raise Hidden
        return _answer(BulkUndone(id=str(again), back=back, left=left, stays=stays))

    return generic.once(request, key, work)


def _answer(made: BaseModel) -> Answer:
    text = generic.dumps(made.model_dump(mode="json")).decode()
    return Answer(201, text, text)


def _rows(user: Any, given: Sequence[BulkItem]) -> list[WorkItem]:
    """In the order given; one that the asker does not see is refused like one that is not there."""
    ids = [one.id for one in given]
    rows = WorkItem.objects.visible_to(user).present().filter(pk__in=ids).select_related("state", "space", "type", "parent").in_bulk()
    if len(rows) < len(ids):
        raise Refused("reference_unknown", field="items")
    return [rows[pk] for pk in ids]


def _steps(user: Any, payload: BulkChange) -> list[bulk.Step]:
    given = payload.values if "values" in payload.model_fields_set else None
    values = generic.resolve(user, given) if payload.do == "change" and given is not None else {}
    if payload.do == "change" and not values:
        raise Refused("change_unknown", field="values")
    what: dict[str, Any] | None = {"change": values, "remove": None}.get(payload.do, {"is_archived": payload.do == "archive"})
    versions = {one.id: one.version for one in payload.items}
    return [bulk.Step(item, versions[item.pk], None if what is None else dict(what)) for item in _rows(user, payload.items)]


def _outcome(one: bulk.Outcome) -> BulkOutcome:
    return BulkOutcome(
        item_id=one.item.pk, key=one.item.key, version=one.version, is_change=one.is_change, before=_plain(one.before), after=_plain(one.after),
        code=one.code, message=words.refusal(one.code, one.params) if one.code else "",
    )  # fmt: skip


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    """Rows by their number, people by their names, moments as text."""
    return {name: value.pk if hasattr(value, "pk") else value.isoformat() if isinstance(value, (date, datetime)) else value for name, value in values.items()}


def _moved(one: many_relocations.Outcome) -> BulkMoveOutcome:
    return BulkMoveOutcome(
        item_id=one.item.pk, key=one.item.key, type=one.made.type.name if one.made else "", state=one.made.state.name if one.made else "",
        left=list(one.left), lost=list(one.lost), sprints=list(one.sprints), parts=one.parts, code=one.code,
        message=words.refusal(one.code, one.params) if one.code else "",
    )  # fmt: skip


def _mapping(user: Any, payload: BulkMove, target: Space) -> relocations.Mapping:
    """Rows of the target; what is not said goes where it fits best."""
    types = WorkItemType.objects.visible_to(user).active().filter(space=target).in_bulk()
    states = State.objects.visible_to(user).active().filter(space=target).in_bulk()
    given = payload.model_dump(exclude_unset=True)
    for name, rows in (("types", types), ("states", states)):
        if set(given.get(name, {}).values()) - rows.keys():
            raise Refused("reference_unknown", field=name)
    return relocations.Mapping(
        {old: types[new] for old, new in given.get("types", {}).items()}, {old: states[new] for old, new in given.get("states", {}).items()},
        dict(given.get("fields", {})),
    )  # fmt: skip
