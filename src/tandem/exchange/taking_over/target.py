"""Where an import goes: the space it was told, the one it went into before, else a new project."""

import re
from dataclasses import dataclass
from typing import Any

from django.db.models import F

from tandem.exchange.formats.source import Source
from tandem.exchange.models import ExternalReference
from tandem.exchange.records import ProjectRecord
from tandem.kit.errors import Refused
from tandem.kit.ids import KEY
from tandem.people.access import Permission, may, spaces_where
from tandem.people.models import Space, SpaceKind
from tandem.work.actions.projects import open_project


@dataclass(frozen=True, slots=True)
class Target:
    space: Space
    is_new: bool
    key: str  # the source's key, when items keep their own keys


def system_of(source: Source, projects: list[ProjectRecord]) -> str:
    """Ids of Jira and Trello hold everywhere; numbers of a plan or a table only within it."""
    if source.system == "ms-project" and projects:
        return f"ms-project:{projects[0].source_id}"[:200]
    if source.system == "table":
        plain = re.sub(r"[\s_\-]*(\(\d+\)|\d[\d\-_. ]*)$", "", source.info.name) or source.info.name
        return f"table:{plain}"[:200]
    return source.system


def find_target(source: Source, projects: list[ProjectRecord], *, actor: Any, options: Any) -> Target:
    if options.into is not None:
        if options.into.kind != SpaceKind.PROJECT:
            raise Refused("import_into_project", field="into", space=options.into.name)
        return Target(options.into, False, _key_of(projects) if options.into.key == _key_of(projects) else "")
    before = earlier_space(source, projects, actor=actor)
    if before is not None:
        return Target(before, False, _key_of(projects) if before.key == _key_of(projects) else "")
    name = (options.name or _name_of(source, projects))[:200]
    parent = options.parent or default_parent(actor)
    key = _key_of(projects)
    taken = key and Space.objects.filter(key=key).exists()
    project = open_project(
        actor=actor, parent=parent, name=name, with_workflow=False, **({"key": key} if key and not taken else {})
    )
    return Target(project.space, True, "" if taken else key)


def earlier_space(source: Source, projects: list[ProjectRecord], *, actor: Any) -> Space | None:
    """The newest project into which this actor may import and which holds the same source; a product may hold it as feedback."""
    ids = [p.source_id[:200] for p in projects]
    refs = ExternalReference.objects.visible_to(actor).filter(system=system_of(source, projects), kind="project", source_id__in=ids, space__kind=SpaceKind.PROJECT)
    for ref in refs.select_related("space").order_by("-id"):
        if may(actor, Permission.IMPORT, ref.space_id):
            return ref.space
    return None


def default_parent(actor: Any) -> Space:
    """The highest space in which the person may both import and open projects."""
    return highest(actor, Permission.EDIT_PORTFOLIO)


def highest(actor: Any, permission: Permission) -> Space:
    """The highest space in which the person may import and has this permission as well."""
    allowed = spaces_where(actor, Permission.IMPORT) & spaces_where(actor, permission)
    found = Space.objects.visible_to(actor).filter(id__among=allowed).exclude(kind__in=(SpaceKind.PROJECT, SpaceKind.PRODUCT))
    chosen = found.order_by(F("parent").asc(nulls_first=True), "id").first() if allowed else None
    if chosen is None:
        raise Refused("import_nowhere")
    return chosen


def _key_of(projects: list[ProjectRecord]) -> str:
    keys = {p.key for p in projects}
    key = keys.pop() if len(keys) == 1 else ""
    return key if KEY.match(key) else ""


def _name_of(source: Source, projects: list[ProjectRecord]) -> str:
    return projects[0].name if len(projects) == 1 and projects[0].name else source.info.name
