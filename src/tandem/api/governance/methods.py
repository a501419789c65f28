"""Methods with their versions, and what projects follow, do otherwise and how far they conform."""

from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router
from pydantic import BaseModel, Field

from tandem.api import generic
from tandem.api.generic import NO, Noun
from tandem.api.governance.figures import FigureValue, figures
from tandem.api.portfolio.projects import NOUN as PROJECTS
from tandem.api.shapes import OPTIONAL, Body, Day, JsonObject, Reference, body, words
from tandem.governance import conformance as conforming
from tandem.governance import method_content
from tandem.governance.actions import method_parts, method_uses, methods, phase_moves
from tandem.governance.models import Method, MethodPart, MethodUse, MethodVersion
from tandem.kit import clock
from tandem.kit.types import Id
from tandem.people.models import Space, User
from tandem.portfolio.models import Project

router = Router(tags=["governance"])
_Key = Annotated[str, Field(pattern="^[a-z][a-z-]{0,39}$")]

METHODS = Noun(path="methods", model=Method, word="method", shows="id space_id name description origin version created_at", filters="space_id origin")
VERSIONS = Noun(
    path="method-versions", model=MethodVersion, word="method_version", shows="id space_id method_id number content note published_at published_by_id version created_at",
    filters="method_id number",
)  # fmt: skip
USES = Noun(
    path="method-uses", model=MethodUse, word="method_use", shows="id space_id project_id method_version_id starts_on began_at ended_at by_id version created_at",
    is_held=False, filters="space_id project_id method_version_id", narrows={"is_current": (bool, lambda rows, wanted: rows.filter(ended_at__isnull=wanted))},
)  # fmt: skip
PARTS = Noun(
    path="method-parts", model=MethodPart, word="method_part",
    shows="id space_id project_id pack kind key name rank phase item_id person_id is_left_out is_renamed reason decided_by_id ended_at version created_at",
    filters="space_id project_id pack kind person_id is_left_out",
)  # fmt: skip


def _create(*, actor: Any, space: Space, name: str = "", description: str = "", source: Method | None = None, ours: str = "", content: Any = None) -> Method:
    """Of ours by its key, else one's own: as another one is, or with this content."""
    if ours:
        return methods.take(actor=actor, space=space, key=ours)
    return methods.create(actor=actor, space=space, name=name, description=description, content=content, source=source)


def _start(*, actor: Any, method_version: MethodVersion, parent_space: Space, **values: Any) -> Project:
    return method_uses.start_project(actor=actor, parent=parent_space, method_version=method_version, **values)


generic.reads(router, METHODS)
generic.creates(
    router, METHODS,
    body("MethodCreate", Method, "space", name=(words(120), ""), description=(words(2000), ""), source_id=Reference(Method, "source", is_needed=False), ours=(_Key, OPTIONAL),
         content=(JsonObject, OPTIONAL)),
    _create,
)  # fmt: skip
generic.changes(router, METHODS, body("MethodChange", Method, "name description", partial=True), methods.change)
generic.removes(router, METHODS, methods.remove)
generic.adds(router, METHODS, "drafts", Body, methods.draft, gives=VERSIONS)


class ShippedMethod(BaseModel):
    key: str
    name: str
    purpose: str
    content: dict[str, Any]


class ShippedMethods(BaseModel):
    items: list[ShippedMethod]


shipped = Router(tags=["governance"])


@shipped.get("/", response={200: ShippedMethods}, operation_id="shipped_methods_list", summary="shipped methods: list")
def shipped_methods(request: HttpRequest) -> HttpResponse:
    """The methods that come with Tandem, in your language."""
    user: Any = request.auth  # type: ignore[attr-defined]
    return generic.send({"items": [{"key": one.key, "name": one.name, "purpose": one.purpose, "content": one.content} for one in method_content.shipped(user.language).values()]})


versions = Router(tags=["governance"])
generic.reads(versions, VERSIONS)
generic.changes(versions, VERSIONS, body("MethodVersionChange", MethodVersion, "note", partial=True, content=(JsonObject, OPTIONAL)), methods.change_draft)
generic.removes(versions, VERSIONS, methods.remove_draft)
generic.acts(versions, VERSIONS, "publications", Body, methods.publish)
generic.adds(
    versions, VERSIONS, "projects",
    body("ProjectFromMethod", Project, "name owner description", parent_space_id=Reference(Space, "parent_space"), starts_on=Day, key=(words(20), ""), pack=(words(40), "")), _start, gives=PROJECTS,
)  # fmt: skip


class Difference(BaseModel):
    section: str
    key: str
    what: str
    was: dict[str, Any] | None
    now: dict[str, Any] | None


class Differences(BaseModel):
    items: list[Difference]


class ConformanceCheck(BaseModel):
    """`code`: gate_in_time, gate_overdue, deliverable, checklist, began_early, role or report; `figures` say what it rests on."""

    code: str
    holds: bool
    name: str
    figures: dict[str, Any]
    gate_id: int | None
    item_id: int | None


class MethodConformance(BaseModel):
    """`percent` is null while nothing was due."""

    project_id: int
    as_of: date
    percent: int | None
    checks: list[ConformanceCheck]
    tailored: list[int]
    figures: list[FigureValue]
    by_hand: list[str]


uses = Router(tags=["governance"])
generic.reads(uses, USES, history=False)
generic.creates(uses, USES, body("MethodUseCreate", MethodUse, "project method_version starts_on"), method_uses.take_up)
generic.acts(uses, USES, "upgrades", body("MethodUpgrade", MethodUse, "", method_version_id=Reference(MethodVersion, "method_version")), method_uses.upgrade)
generic.acts(uses, USES, "phases", body("MethodUsePhase", MethodUse, "", phase=_Key, override_reason=(words(500), OPTIONAL)), phase_moves.move)


@uses.get("/{id}/conformance/", response={200: MethodConformance, **NO}, operation_id="method_uses_conformance_read", summary="method uses: conformance")
def conformance(request: HttpRequest, id: Path[Id]) -> HttpResponse:
    """How far the project follows its method, each check with what it rests on."""
    user: Any = request.auth  # type: ignore[attr-defined]
    row = USES.row(user, id)
    found = conforming.of(row)
    named = MethodPart.objects.visible_to(user).kept().filter(project=row.project_id, kind=MethodPart.Kind.KPI, pack="").order_by("rank", "id").values_list("key", "name")
    checks = [
        {"code": one.code, "holds": one.holds, "name": one.name, "figures": one.figures, "gate_id": one.gate.pk if one.gate else None, "item_id": one.item.pk if one.item else None}
        for one in found.checks
    ]
    return generic.send({"project_id": row.project_id, "as_of": clock.today(), "percent": found.percent, "checks": checks, "tailored": [part.pk for part in found.tailored], **figures(user, row.project, named)})


@uses.get("/{id}/differences/", response={200: Differences, **NO}, operation_id="method_uses_differences_read", summary="method uses: differences")
def differences(request: HttpRequest, id: Path[Id]) -> HttpResponse:
    """What the newest published version of the method has that this project's version has not."""
    user: Any = request.auth  # type: ignore[attr-defined]
    row = USES.row(user, id)
    found = method_uses.differences(row.method_version, methods.newest(row.method_version.method))
    return generic.send({"items": [{"section": one.section, "key": one.key, "what": one.what, "was": one.was, "now": one.now} for one in found]})


parts = Router(tags=["governance"])
generic.reads(parts, PARTS)
generic.acts(
    parts, PARTS, "tailorings", body("MethodTailoring", MethodPart, "", reason=words(500, 1), is_left_out=(bool | None, None), name=(words(200), "")), method_parts.tailor
)
generic.acts(parts, PARTS, "people", body("MethodRole", MethodPart, "", person_id=Reference(User, "person", is_needed=False)), lambda *, actor, method_part, version, person=None: method_parts.give(actor=actor, method_part=method_part, version=version, person=person))
