"""Whether a release can go out, and its notes."""

from datetime import date
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router
from pydantic import BaseModel

from tandem.api import generic
from tandem.api.generic import NO, Noun
from tandem.api.shapes import Body
from tandem.kit.types import Id
from tandem.product.actions import release_notes
from tandem.product.models import Feature
from tandem.reports.exports import release_notes as texts
from tandem.reports.queries import readiness as reads
from tandem.reports.queries.readiness import Part, Reason


class ReadinessRecord(BaseModel):
    """One of the first records behind a reason."""

    kind: str
    id: int
    title: str


class ReadinessReason(BaseModel):
    """`left` of `total` are not as they should be. `holds`: it holds the release up; `warns`: it does not; `nothing`: there is
    nothing to look at. `days`: of P80 after the planned day or the promise."""

    code: Literal["scope", "unscoped", "acceptance", "blocks", "checks", "plan", "promise", "notes", "unseen"]
    state: Literal["holds", "warns", "fine", "nothing"]
    left: int
    total: int
    days: int | None
    records: list[ReadinessRecord]


class ReleaseReadiness(BaseModel):
    release_id: int
    verdict: Literal["ready", "not_ready", "not_known", "empty", "released", "cancelled"]
    planned_on: date | None
    items: int
    done: int
    reasons: list[ReadinessReason]


class NotesAsked(Body):
    language: Literal["en", "zh"] = "en"


class ReleaseNotes(BaseModel):
    """`missing`: features that have no note in this language and stand with their title alone."""

    release_id: int
    language: str
    markdown: str
    missing: list[int]


def add_routes(router: Router, noun: Noun) -> None:
    @router.get("/{id}/readiness/", response={200: ReleaseReadiness, **NO}, operation_id="releases_readiness_read", summary="releases: readiness")
    def readiness(request: HttpRequest, id: Path[Id]) -> HttpResponse:
        """The verdict with its reasons and the first records behind each."""
        user: Any = request.auth  # type: ignore[attr-defined]
        found = reads.read(user, noun.row(user, id))
        return generic.send(ReleaseReadiness(
            release_id=id, verdict=found.verdict, planned_on=found.release.planned_on, items=found.sum.items, done=found.sum.done,  # type: ignore[arg-type]
            reasons=[_reason(one) for one in found.reasons],
        ).model_dump())  # fmt: skip

    @router.get("/{id}/notes/", response={200: ReleaseNotes, **NO}, operation_id="releases_notes_read", summary="releases: notes")
    def notes(request: HttpRequest, id: Path[Id], asked: Query[NotesAsked]) -> HttpResponse:
        """The release notes in one language, made from the notes of its features."""
        generic.refuse_unknown(request, asked)
        user: Any = request.auth  # type: ignore[attr-defined]
        row = noun.row(user, id)
        rows = list(Feature.objects.visible_to(user).on_roadmap().filter(release=row).order_by("rank", "id"))
        missing = [f.pk for f in rows if not texts.note(f, asked.language)]
        return generic.send(ReleaseNotes(release_id=id, language=asked.language, markdown=texts.markdown(row, rows, asked.language), missing=missing).model_dump())

    generic.acts(router, noun, "publications", Body, release_notes.publish)
    generic.acts(router, noun, "withdrawals", Body, release_notes.withdraw)


def _reason(one: Reason) -> ReadinessReason:
    return ReadinessReason(
        code=one.code, state=one.state, left=one.left, total=one.total, days=one.days, records=[_record(row) for row in one.records],  # type: ignore[arg-type]
    )  # fmt: skip


def _record(row: Any) -> ReadinessRecord:
    if isinstance(row, Part):
        row = row.feature
    kind = row._meta.label_lower if hasattr(row, "_meta") else "product.promise"
    title = getattr(row, "title", "") or getattr(row, "to_whom", "") or str(row)
    return ReadinessRecord(kind=kind, id=getattr(row, "pk", None) or row.id, title=title)
