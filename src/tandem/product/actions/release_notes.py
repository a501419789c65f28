"""The notes of a release on the public portal: put there once it is out, and taken back."""

from typing import Any

from django.db import transaction

from tandem.history.record import record
from tandem.kit import clock
from tandem.kit.errors import Refused
from tandem.people.access import Permission, require
from tandem.product.models import Feature, Release

_DO = Permission.EDIT_PRODUCT


def publish(*, actor: Any, release: Release, version: int | None) -> Release:
    """Once it is released, and where there is something to say: an introduction or a shipped feature with a note."""
    require(actor, _DO, release.space_id)
    if release.state != Release.State.RELEASED:
        raise Refused("release_not_out")
    told = Feature.objects.filter(release=release, state=Feature.State.SHIPPED).exclude(note_en="", note_zh="")
    if not (release.notes_en or release.notes_zh or told.exists()):
        raise Refused("notes_empty")
    if release.notes_published_at is not None:
        return release
    return _write(actor, release, version, "release.notes_published", clock.now())


def withdraw(*, actor: Any, release: Release, version: int | None) -> Release:
    require(actor, _DO, release.space_id)
    if release.notes_published_at is None:
        return release
    return _write(actor, release, version, "release.notes_withdrawn", None)


def _write(actor: Any, release: Release, version: int | None, verb: str, at: Any) -> Release:
    before = release.notes_published_at
    with transaction.atomic():
        release.write(expected=version, notes_published_at=at)
        record(verb, release, actor=actor, changes={"notes_published_at": [before, at]})
    return release
