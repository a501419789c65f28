"""Linking work items. Dependencies never form a cycle; a refusal shows the path."""

from typing import Any

from django.db import connection, transaction

from tandem.history.record import record, record_many
from tandem.kit.errors import Refused
from tandem.people import writing
from tandem.people.access import Permission, require
from tandem.people.models import Space
from tandem.work.models import Link, LinkKind, WorkItem

_DO = Permission.EDIT_WORK
_CYCLE_LOCK = 0x7A4D_11A4


def create(
    *, actor: Any, source: WorkItem, target: WorkItem, kind: str, own_kind: LinkKind | None = None, lag_minutes: int = 0, **values: Any
) -> Link:
    """Both ends are seen by the actor; the source's space is edited. A cycle is refused with its path."""
    require(actor, Permission.VIEW, target.space_id)
    require(actor, _DO, source.space_id)
    if source.pk == target.pk:
        raise Refused("link_to_itself", field="target")
    _check_own(kind, own_kind, source, target)
    with transaction.atomic():
        if kind in Link.ORDERING:
            _lock_links()
            refuse_cycle(source, target, actor)
        if Link.objects.filter(
            source=source, target=target, kind=kind, own_kind=own_kind, source_name=values.get("source_name", "")
        ).exists():
            raise Refused("link_exists", field="target")
        link = Link.objects.create(
            space=source.space, source=source, target=target, kind=kind, own_kind=own_kind, lag_minutes=lag_minutes, **values
        )
        record(
            "link.created",
            link,
            actor=actor,
            changes={**_said(kind, own_kind), "source": [None, source], "target": [None, target]},
        )
    return link


def change(*, actor: Any, link: Link, version: int | None, **values: Any) -> Link:
    """Turned into a dependency it may close a cycle as well as a new one."""
    require(actor, _DO, link.space_id)
    if values.get("kind", link.kind) != Link.Kind.OWN:
        values |= {"own_kind": None} if link.own_kind_id and not values.get("own_kind") else {}
    _check_changed(link, values)
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
            (k, {**_said(k.kind, k.own_kind), "source": [None, k.source_id], "target": [None, k.target_id]}, {})
            for k in links
        ]
        record_many("link.created", rows, actor=actor)
    return links


def _check_own(kind: str, own: LinkKind | None, source: WorkItem, target: WorkItem) -> None:
    """A kind of the team's own comes from the project of one of the two items."""
    if kind != Link.Kind.OWN:
        if own is not None:
            raise Refused("link_kind_not_own", field="own_kind")
    elif own is None:
        raise Refused("link_kind_missing", field="own_kind")
    elif own.space_id not in (source.space_id, target.space_id):
        raise Refused("other_space", field="own_kind")
    elif own.retired_at is not None:
        raise Refused("link_kind_retired", field="own_kind", name=own.name)


def _check_changed(link: Link, values: dict[str, Any]) -> None:
    """A link may become one of an own kind, or end to be one, unless there is such a link already."""
    if not values.keys() & {"kind", "own_kind"}:
        return
    kind, own = values.get("kind", link.kind), values.get("own_kind", link.own_kind)
    if (kind, own) == (link.kind, link.own_kind):
        return
    _check_own(kind, own, link.source, link.target)
    others = Link.objects.filter(source=link.source_id, target=link.target_id, kind=kind, own_kind=own, source_name=link.source_name)
    if others.exclude(pk=link.pk).exists():
        raise Refused("link_exists", field="target")


def _said(kind: str, own: LinkKind | None) -> dict[str, Any]:
    return {"kind": [None, kind]} | ({"own_kind": [None, own]} if own else {})


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
