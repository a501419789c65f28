"""What must hold before a release goes out: setting it up, taking it over from another release, passing and waiving it."""

from typing import Any

from django.db import transaction
from django.db.models import Max

from tandem.history.record import record, record_many
from tandem.kit import clock
from tandem.kit.errors import Refused
from tandem.people import writing
from tandem.people.access import Permission, require
from tandem.people.scoping import members_of
from tandem.product.models import Release, ReleaseCheck

_DO = Permission.EDIT_PRODUCT
STEP = 1024.0


def add(*, actor: Any, release: Release, text: str, owner: Any = None) -> list[ReleaseCheck]:
    """One check for each line, at the end."""
    require(actor, _DO, release.space_id)
    lines = [" ".join(line.split())[:300] for line in text.splitlines() if line.strip()]
    if not lines:
        raise Refused("title_empty", field="name")
    _check_owner(release.space_id, owner)
    return _append(actor, release, [(line, owner) for line in lines])


def create(*, actor: Any, release: Release, name: str, owner: Any = None) -> ReleaseCheck:
    """A single check: its name is one line."""
    return add(actor=actor, release=release, text=" ".join(name.split()), owner=owner)[0]


def copy(*, actor: Any, release: Release, source: Release) -> list[ReleaseCheck]:
    """Those of another release of the product that this one has not yet, open, with the owners who still see the product."""
    require(actor, _DO, release.space_id)
    if source.product_id != release.product_id or source.pk == release.pk:
        raise Refused("other_product", field="source")
    present = set(ReleaseCheck.objects.filter(release=release).values_list("name", flat=True))
    rows = [row for row in ReleaseCheck.objects.filter(release=source).select_related("owner").in_order() if row.name not in present]
    staying = set(members_of(release.space_id).values_list("user_id", flat=True))
    return _append(actor, release, [(row.name, row.owner if row.owner_id in staying else None) for row in rows])


def change(*, actor: Any, release_check: ReleaseCheck, version: int | None, **values: Any) -> ReleaseCheck:
    """Its words and who answers for it; whether it holds is decided."""
    require(actor, _DO, release_check.space_id)
    if unknown := set(values) - {"name", "owner"}:
        raise Refused("field_unknown", fields=", ".join(sorted(unknown)))
    if "name" in values:
        values["name"] = " ".join(str(values["name"]).split())[:300]
        if not values["name"]:
            raise Refused("title_empty", field="name")
    _check_owner(release_check.space_id, values.get("owner"))
    return writing.change(release_check, actor=actor, permission=_DO, verb="release_check.changed", version=version, **values)


_VERBS = {"open": "release_check.reopened", "passed": "release_check.passed", "waived": "release_check.waived"}


def decide(*, actor: Any, release_check: ReleaseCheck, version: int | None, state: str, reason: str = "") -> ReleaseCheck:
    """Who works on the product says that it holds, or that it does not after all. Only who decides about the product waives
    it, and says why."""
    require(actor, Permission.EDIT_WORK, release_check.space_id)
    reason = " ".join(reason.split())[:500]
    if state == ReleaseCheck.State.WAIVED:
        require(actor, _DO, release_check.space_id)
        if not reason:
            raise Refused("waiver_without_reason", field="reason")
    if state not in _VERBS:
        raise Refused("choice_unknown", field="state")
    if state == release_check.state:
        return release_check
    before = release_check.state
    is_open = state == ReleaseCheck.State.OPEN
    with transaction.atomic():
        release_check.write(
            expected=version, state=state, reason="" if is_open else reason, decided_by=None if is_open else actor,
            decided_at=None if is_open else clock.now(),
        )  # fmt: skip
        text = {"reason": [None, reason]} if reason and not is_open else {}
        record(_VERBS[state], release_check, actor=actor, changes={"state": [before, state], "release": [release_check.release_id] * 2}, text=text)
    return release_check


def remove(*, actor: Any, release_check: ReleaseCheck, version: int | None = None) -> None:
    writing.remove(release_check, actor=actor, permission=_DO, verb="release_check.removed", version=version)


def _append(actor: Any, release: Release, wanted: list[tuple[str, Any]]) -> list[ReleaseCheck]:
    with transaction.atomic():
        Release.objects.select_for_update(no_key=True).get(pk=release.pk)
        rows = ReleaseCheck.objects.filter(release=release)
        if rows.count() + len(wanted) > ReleaseCheck.MOST:
            raise Refused("release_checks_too_many", field="name", most=ReleaseCheck.MOST)
        last = rows.aggregate(last=Max("rank"))["last"] or 0.0
        made = [
            ReleaseCheck(space_id=release.space_id, release=release, name=name, owner=owner, rank=last + STEP * place)
            for place, (name, owner) in enumerate(wanted, 1)
        ]
        ReleaseCheck.objects.bulk_create(made)
        if made:
            shown = [(row, {"release": [None, release.pk], "name": [None, row.name]}, {}) for row in made]
            record_many("release_check.added", shown, actor=actor)
    return made


def _check_owner(space_id: int, owner: Any) -> None:
    if owner is not None and not members_of(space_id).filter(user=owner).exists():
        raise Refused("person_outside", field="owner", name=owner.name)
