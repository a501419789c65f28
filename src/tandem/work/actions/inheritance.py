"""Fields that hold for the spaces below: each project below has a row of its own that follows the one above.

A row for each project, so that whoever reads the fields of a project reads its rows and nothing else. Spaces are never moved, so a
project gets them when it is opened (`inherit`) and when somebody above defines a field (`spread`). Products hold no work."""

from typing import Any

from django.db.models import F

from tandem.history.record import record_many
from tandem.kit.errors import Refused
from tandem.people.models import Space, SpaceKind
from tandem.work.models import FieldDefinition

# what a follower takes from the field above; who hides it, its place and its types are its own affair
FOLLOWED = ("name", "choices", "depends_on", "branches", "currency", "is_required", "is_on_cards", "is_several", "formula", "how", "summed", "is_deep", "result")


def above(space_id: int) -> list[int]:
    """The spaces above, the nearest first."""
    parents, found = dict(Space.objects.values_list("id", "parent_id")), []
    at = parents.get(space_id)
    while at is not None:
        found.append(at)
        at = parents[at]
    return found


def known(space_id: int) -> list[FieldDefinition]:
    """The fields in force in a space: its own, and those of the spaces above that do not stand there as rows."""
    rows = FieldDefinition.objects.active().with_types()
    here = list(rows.filter(space=space_id))
    words = {one.word for one in FieldDefinition.objects.filter(space=space_id)}
    ranked = {pk: place for place, pk in enumerate(above(space_id))}
    for one in sorted(rows.filter(space_id__in=ranked, origin=None), key=lambda f: ranked[f.space_id]):
        if one.word not in words:
            words.add(one.word)
            here.append(one)
    return here


def check_new(space_id: int, name: str, key: str) -> None:
    """A space does not say otherwise what one above it has said."""
    for one in FieldDefinition.objects.filter(space_id__in=above(space_id), origin=None).select_related("space"):
        if one.name.casefold() == name.casefold() or one.key == key:
            raise Refused("field_above", field="name", name=one.name)


def check_own(field: FieldDefinition) -> None:
    if field.origin_id is not None:
        raise Refused("field_follows", name=field.name)


def spread(field: FieldDefinition) -> list[int]:
    """A new field, into the projects below. One of the same name and kind that stands there follows from now on; one of
    another kind stays what it is. Returns where it is in force."""
    spaces = projects_below(field.space_id)
    here: dict[int, list[FieldDefinition]] = {}
    for one in FieldDefinition.objects.filter(space_id__in=spaces):
        here.setdefault(one.space_id, []).append(one)
    return [field.space_id, *(pk for pk in spaces if _put(field, pk, here.get(pk, [])))]


def is_anything_above(parent: Space) -> bool:
    """Whether a project that is opened under it has any field to take over."""
    return FieldDefinition.objects.filter(space_id__in=[parent.pk, *above(parent.pk)], origin=None).active().exists()


def inherit(space: Space) -> None:
    """A new project has the fields of the spaces above it, the nearest first."""
    ranked = {pk: place for place, pk in enumerate(above(space.pk))}
    rows = FieldDefinition.objects.filter(space_id__in=ranked, origin=None).active().in_order()
    for one in sorted(rows, key=lambda f: ranked[f.space_id]):
        _put(one, space.pk, list(FieldDefinition.objects.filter(space=space)))


def pass_on(field: FieldDefinition) -> list[int]:
    """A change, to those that follow. Returns where it is in force."""
    followers = list(FieldDefinition.objects.filter(origin=field))
    for one in followers:
        for name in FOLLOWED:
            setattr(one, name, getattr(field, name))
        one.version += 1
    FieldDefinition.objects.bulk_update(followers, [*FOLLOWED, "version"], batch_size=500)
    return [field.space_id, *(one.space_id for one in followers)]


def hide(field: FieldDefinition, actor: Any) -> None:
    """What is retired above is retired below; where it was hidden before, it stays so."""
    follow_out(FieldDefinition.objects.filter(origin=field, retired_at=None), field.retired_at, "field.retired", actor)


def show(field: FieldDefinition, retired_at: Any, actor: Any) -> None:
    follow_out(FieldDefinition.objects.filter(origin=field, retired_at=retired_at), None, "field.restored", actor)


def follow_out(followers: Any, moment: Any, verb: str, actor: Any) -> None:
    """Rows below that are retired or brought back with the one above: each with its event, for it is another row to whoever has it
    open there."""
    rows = list(followers.select_for_update(no_key=True).order_by("pk"))
    changes = [{"retired_at": [row.retired_at, moment]} for row in rows]
    followers.model.objects.filter(pk__in=[row.pk for row in rows]).update(retired_at=moment, version=F("version") + 1)
    if rows:
        record_many(verb, [(row, change, {}) for row, change in zip(rows, changes, strict=True)], actor=actor)


def projects_below(space_id: int) -> list[int]:
    rows = list(Space.objects.values_list("id", "parent_id", "kind"))
    found = {space_id}
    while step := {pk for pk, parent, _kind in rows if parent in found} - found:
        found |= step
    return [pk for pk, _parent, kind in rows if pk in found and pk != space_id and kind == SpaceKind.PROJECT]


def _put(field: FieldDefinition, space_id: int, there: list[FieldDefinition]) -> bool:
    alike = [one for one in there if field.key == one.key or field.word == one.word or field.name.casefold() == one.name.casefold()]
    if not alike:
        FieldDefinition.objects.create(
            space_id=space_id, origin=field, key=field.key, word=field.word, kind=field.kind,
            rank=max((one.rank for one in there), default=-1) + 1, **{name: getattr(field, name) for name in FOLLOWED},
        )  # fmt: skip
        return True
    one = alike[0]
    if len(alike) > 1 or one.origin_id or (one.kind, one.key, one.word) != (field.kind, field.key, field.word):
        return False
    FieldDefinition.objects.filter(pk=one.pk).update(origin=field, version=one.version + 1, **{name: getattr(field, name) for name in FOLLOWED})
    return True
