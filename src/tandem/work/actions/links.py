"""Linking work items. Dependencies never form a cycle; a refusal shows the path."""

from typing import Any

from django.db import connection, transaction

from tandem.history.record import record, record_many
from tandem.kit.errors import Refused
from tandem.people import writing
from tandem.people.access import Permission, require
from tandem.people.models import Space
from tandem.work.models import Link, WorkItem

_DO = Permission.EDIT_WORK
_CYCLE_LOCK = 0x7A4D_11A4


def create(
    *, actor: Any, source: WorkItem, target: WorkItem, kind: str, lag_minutes: int = 0, **values: Any
) -> Link:
    """Both ends are seen by the actor; the source's space is edited. A cycle is refused with its path."""
    require(actor, Permission.VIEW, target.space_id)
    require(actor, _DO, source.space_id)
    if source.pk == target.pk:
        raise Refused("link_to_itself", field="target")
    with transaction.atomic():
        if kind in Link.ORDERING:
            _lock_links()
            refuse_cycle(source, target, actor)
        if Link.objects.filter(
            source=source, target=target, kind=kind, source_name=values.get("source_name", "")
        ).exists():
            raise Refused("link_exists", field="target")
        link = Link.objects.create(
            space=source.space, source=source, target=target, kind=kind, lag_minutes=lag_minutes, **values
        )
        record(
            "link.created",
            link,
            actor=actor,
            changes={"kind": [None, kind], "source": [None, source], "target": [None, target]},
        )
    return link


def change(*, actor: Any, link: Link, version: int | None, **values: Any) -> Link:
    """Turned into a dependency it may close a cycle as well as a new one."""
    require(actor, _DO, link.space_id)
    with transaction.atomic():
        if values.get("kind", link.kind) in Link.ORDERING and link.kind not in Link.ORDERING:
            _lock_links()
            refuse_cycle(link.source, link.target, actor)
        return writing.change(link, actor=actor, permission=_DO, verb="link.changed", version=version, **values)


def remove(*, actor: Any, link: Link) -> None:
    writing.remove(link, actor=actor, permission=_DO, verb="link.removed")


def create_many(*, actor: Any, space: Space, links: list[Link]) -> list[Link]:
    """Links of an import, already known to be free of cycles; one event for each."""
    require(actor, _DO, space.pk)
    with transaction.atomic():
        Link.objects.bulk_create(links, batch_size=2000, ignore_conflicts=False)
        rows = [
            (k, {"kind": [None, k.kind], "source": [None, k.source_id], "target": [None, k.target_id]}, {})
            for k in links
        ]
        record_many("link.created", rows, actor=actor)
    return links


def refuse_cycle(source: WorkItem, target: WorkItem, actor: Any) -> None:
    """Raises `Refused` with the keys along the path; items that the actor cannot see are not named."""
    came_from: dict[int, int] = {target.pk: source.pk}
    wave = [target.pk]
    while wave and source.pk not in came_from:
        steps = Link.objects.dependencies().filter(source_id__in=wave).values_list("source_id", "target_id")
        wave = []
        for before, after in steps:
            if after not in came_from:
                came_from[after] = before
                wave.append(after)
    if source.pk in came_from:
        path = [source.pk]
        while len(path) == 1 or path[-1] != source.pk:
            path.append(came_from[path[-1]])
        seen = dict(WorkItem.objects.visible_to(actor).filter(id__in=path).values_list("id", "key"))
        raise Refused("link_cycle", field="target", path=[seen.get(i) for i in reversed(path)])


def _lock_links() -> None:
    """Two links drawn at once could close a cycle that neither sees: dependencies are added one at a time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_CYCLE_LOCK])
