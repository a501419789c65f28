"""Work items as spans of time: the rows of the timeline layout."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import BaseModel, Field

from tandem.api import generic
from tandem.api.generic import NO
from tandem.api.shapes import OPTIONAL, Body, words
from tandem.kit.errors import Refused
from tandem.kit.types import Id
from tandem.people.models import Space
from tandem.reports.queries import filter_language, work_item_spans, work_item_table

router = Router(tags=["work"])
MOST = 1000


class TimelineAsked(Body):
    filter: words(2000) = ""  # type: ignore[valid-type]
    space_id: Id | None = OPTIONAL
    limit: int = Field(200, ge=1, le=MOST)


class TimelineRow(BaseModel):
    """`start` and `finish` reach from the begun or planned day to the finished or planned one; either may be null."""

    item_id: int
    key: str
    title: str
    space_id: int
    space: str
    state: str
    start: date | None
    finish: date | None
    due_on: date | None
    is_begun: bool
    is_done: bool


class TimelineRows(BaseModel):
    """By project and begin. `is_cut`: there are more; `undated`: how many have no date and are left out, counted up to 1,000."""

    items: list[TimelineRow]
    is_cut: bool
    undated: int


@router.get("/", response={200: TimelineRows, **NO}, operation_id="timeline_rows_read")
def rows(request: HttpRequest, asked: Query[TimelineAsked]) -> HttpResponse:
    """The work items that a filter finds, of a space with all below it or of everything, with the days that they span."""
    generic.refuse_unknown(request, asked)
    user: Any = request.auth  # type: ignore[attr-defined]
    number = asked.model_dump(exclude_unset=True).get("space_id")
    space = Space.objects.visible_to(user).filter(pk=number).first() if number is not None else None
    if number is not None and space is None:
        raise Refused("reference_unknown", field="space_id")
    found = work_item_table.in_scope(user, space).filter(filter_language.listed(asked.filter, user))
    spans, is_cut, undated = work_item_spans.spans(found, asked.limit)
    return generic.send(TimelineRows(items=[_row(one) for one in spans], is_cut=is_cut, undated=undated).model_dump())


def _row(span: work_item_spans.Span) -> TimelineRow:
    item = span.item
    return TimelineRow(
        item_id=item.pk, key=item.key, title=item.title, space_id=item.space_id, space=item.space.name, state=item.state.name, start=span.start,
        finish=span.finish, due_on=item.due_on, is_begun=item.actual_start is not None, is_done=item.is_done,
    )  # fmt: skip
