"""Methods of the organisation: taken from ours, copied, written as drafts, published as versions that never change."""

from typing import Any

from django.db import transaction
from django.db.models import Max

from tandem.governance import method_content
from tandem.governance.method_content import Content
from tandem.governance.models import Method, MethodUse, MethodVersion
from tandem.history.record import record
from tandem.kit import clock
from tandem.kit.errors import Refused
from tandem.people import writing
from tandem.people.access import Permission, require
from tandem.people.models import Space

_DO = Permission.EDIT_PORTFOLIO


def take(*, actor: Any, space: Space, key: str, language: str = "") -> Method:
    """A method of ours in the words of a language, published at once; one that is taken there or above already is that one."""
    require(actor, _DO, space.pk)
    known = method_content.shipped(language or actor.language)
    if key not in known:
        raise Refused("choice_unknown", field="key")
    with transaction.atomic():
        Space.objects.select_for_update(no_key=True).get(pk=space.pk)
        found = Method.objects.filter(space__in=above(space), origin=key).order_by("-space_id", "id").first()
        if found is not None:
            return found
        one = known[key]
        row = _created(actor, space, _free(space, one.name), one.purpose, key, one.content)
        publish(actor=actor, method_version=row.versions.get(), version=None)
    return row


def create(*, actor: Any, space: Space, name: str, description: str = "", content: Any = None, source: Method | None = None) -> Method:
    """Of one's own, with a first draft: what another method says in its newest version, or what is given."""
    require(actor, _DO, space.pk)
    if source is not None:
        content = newest(source).content
    with transaction.atomic():
        Space.objects.select_for_update(no_key=True).get(pk=space.pk)
        if Method.objects.filter(space=space, name=name.strip()).exists():
            raise Refused("method_name_taken", field="name", name=name)
        return _created(actor, space, name.strip(), description, source.origin if source else "", content or _FIRST)


def change(*, actor: Any, method: Method, version: int | None, **values: Any) -> Method:
    """Its name and what it is for; what it says is changed in a draft."""
    name = values.get("name", method.name)
    if Method.objects.filter(space=method.space_id, name=name).exclude(pk=method.pk).exists():
        raise Refused("method_name_taken", field="name", name=name)
    return writing.change(method, actor=actor, permission=_DO, verb="method.changed", version=version, **values)


def remove(*, actor: Any, method: Method, version: int | None = None) -> None:
    """Only one that no project follows or ever followed."""
    require(actor, _DO, method.space_id)
    with transaction.atomic():
        Method.objects.select_for_update(of=("self",)).filter(pk=method.pk).first()
        if MethodUse.objects.filter(method_version__method=method).exists():
            raise Refused("method_in_use")
        writing.remove(method, actor=actor, permission=_DO, verb="method.removed", version=version)


def draft(*, actor: Any, method: Method, version: int | None = None) -> MethodVersion:
    """The next version, as the last one is; while there is a draft it is that one."""
    require(actor, _DO, method.space_id)
    with transaction.atomic():
        Method.objects.select_for_update(of=("self",)).get(pk=method.pk)
        open_one = method.versions.filter(published_at=None).first()
        return open_one or _drafted(actor, method, newest(method).content)


def change_draft(*, actor: Any, method_version: MethodVersion, version: int | None, content: Any = None, note: str | None = None) -> MethodVersion:
    """What it says is checked as a whole."""
    require(actor, _DO, method_version.space_id)
    _check_draft(method_version)
    values: dict[str, Any] = {}
    if content is not None:
        values["content"] = method_content.checked(content)
    if note is not None:
        values["note"] = note.strip()[:500]
    differing = {name: value for name, value in values.items() if getattr(method_version, name) != value}
    if not differing:
        return method_version
    with transaction.atomic():
        before, told = method_version.content, {}
        if "note" in differing:
            told["note"] = [method_version.note, differing["note"]]
        method_version.write(expected=version, **differing)
        if "content" in differing:
            told["parts"] = [None, _said(method_content.compared(before, method_version.content))]
        record("method_version.changed", method_version, actor=actor, changes=told)
    return method_version


def remove_draft(*, actor: Any, method_version: MethodVersion, version: int | None = None) -> None:
    """The first one goes with its method alone."""
    require(actor, _DO, method_version.space_id)
    _check_draft(method_version)
    if not method_version.method.versions.exclude(pk=method_version.pk).exists():
        raise Refused("method_only_draft")
    writing.remove(method_version, actor=actor, permission=_DO, verb="method_version.removed", version=version)


def publish(*, actor: Any, method_version: MethodVersion, version: int | None) -> MethodVersion:
    """From now on nobody changes it. It has to say something else than the one before."""
    require(actor, _DO, method_version.space_id)
    _check_draft(method_version)
    last = method_version.method.versions.published().first()
    if last is not None and not method_content.compared(last.content, method_version.content):
        raise Refused("method_same_as_before", number=last.number)
    with transaction.atomic():
        method_version.write(expected=version, content=method_content.checked(method_version.content), published_at=clock.now(), published_by=actor)
        record("method_version.published", method_version, actor=actor, changes={"number": [None, method_version.number]})
    return method_version


def newest(method: Method) -> MethodVersion:
    """The last version that was published, else the draft."""
    found = method.versions.published().newest_first().first() or method.versions.newest_first().first()
    assert found is not None
    return found  # type: ignore[no-any-return]


def above(space: Space) -> list[int]:
    """The space and those above it."""
    parents = dict(Space.objects.values_list("id", "parent_id"))
    found, at = [], space.pk
    while at is not None:
        found.append(at)
        at = parents.get(at)
    return found


def _created(actor: Any, space: Space, name: str, description: str, origin: str, content: Any) -> Method:
    row: Method = writing.create(Method, actor=actor, permission=_DO, verb="method.created", space=space, name=name, description=description, origin=origin)
    _drafted(actor, row, content)
    return row


def _drafted(actor: Any, method: Method, content: Any) -> MethodVersion:
    number = (method.versions.aggregate(last=Max("number"))["last"] or 0) + 1
    row = MethodVersion.objects.create(space_id=method.space_id, method=method, number=number, content=method_content.checked(content))
    record("method_version.drafted", row, actor=actor, changes={"number": [None, number]})
    return row


def _free(space: Space, name: str) -> str:
    taken = set(Method.objects.filter(space=space, name__startswith=name).values_list("name", flat=True))
    return next(one for one in (name, *(f"{name} {n}" for n in range(2, 1000))) if one not in taken)


def _check_draft(row: MethodVersion) -> None:
    if row.published_at is not None:
        raise Refused("method_version_stands", number=row.number)


def _said(found: list[method_content.Difference]) -> list[str]:
    return [f"{one.section}.{one.key}: {one.what}" for one in found][:100]


_FIRST: Content = {
    "phases": [{"key": "work", "name": "Work", "stage": "build", "days": 20}],
    "gates": [{"key": "end", "name": "End", "phase": "work", "money": 0, "reviewers": [], "criteria": []}],
}
