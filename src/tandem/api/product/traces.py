"""The trace of a record: what its page draws, as marks in five columns and the lines between them."""

from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router
from pydantic import BaseModel

from tandem.api import generic
from tandem.api.generic import NO, Noun
from tandem.kit.types import Id
from tandem.reports.queries import trace as reads
from tandem.reports.queries.trace import COLUMNS, GAP, MORE, UNSEEN, Key, Mark

Column = Literal[COLUMNS]  # type: ignore[valid-type]


class TraceSums(BaseModel):
    """Of a work item and all below it: what is counted, what is done, acceptance checks, blocked items."""

    items: int
    done: int
    checks: int
    passed: int
    blocked: int


class TraceMark(BaseModel):
    """A record, or what stands for `count` of them: a gap in the chain, more than are shown, what you cannot see."""

    key: str
    column: Column  # type: ignore[valid-type]
    id: int | None
    stands_for: Literal["record", "gap", "more", "unseen"]
    count: int
    title: str
    weight: int | None
    sums: TraceSums | None


class TraceAnswer(BaseModel):
    """`totals`: how many records each column has in all; `edges`: which marks hang together, by their keys, left to right."""

    centre: str
    totals: dict[str, int]
    marks: list[TraceMark]
    edges: list[tuple[str, str]]


def add_trace(router: Router, noun: Noun, kind: str) -> None:
    """`GET …/{id}/trace/` of one of `reads.KINDS`."""

    def trace(request: HttpRequest, id: Path[Id]) -> HttpResponse:
        """From what people said to what it serves: the chain through this record."""
        user: Any = request.auth  # type: ignore[attr-defined]
        row = noun.row(user, id)
        found = reads.trace(user, kind, row)
        marks = [_mark(mark) for name in COLUMNS for mark in found.columns[name]]
        edges = [(_key(a), _key(b)) for a, b in found.edges]
        return generic.send(TraceAnswer(centre=_key(found.centre), totals=found.totals, marks=marks, edges=edges).model_dump())

    router.add_api_operation(
        "/{id}/trace/", ["GET"], trace, response={200: TraceAnswer, **NO}, operation_id=f"{noun.name}_trace_read",
        summary=f"{noun.path.replace('-', ' ')}: trace", description=trace.__doc__ or "",
    )  # fmt: skip


def _key(key: Key) -> str:
    return f"{key[0]}:{key[1]}"


def _mark(mark: Mark) -> TraceMark:
    column, code = mark.key
    is_record = code not in (GAP, MORE, UNSEEN)
    title = str(getattr(mark.row, "title", mark.row)) if is_record else ""
    sums = TraceSums(items=mark.sums.items, done=mark.sums.done, checks=mark.sums.checks, passed=mark.sums.passed, blocked=mark.sums.blocked) if mark.sums else None
    return TraceMark(
        key=_key(mark.key), column=column, id=int(code) if is_record else None, stands_for="record" if is_record else code,  # type: ignore[arg-type]
        count=mark.count, title=title, weight=mark.weight, sums=sums,
    )  # fmt: skip
