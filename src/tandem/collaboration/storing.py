"""Where attached files lie: under random names, one file each, never under a name that somebody sent."""

import contextlib
import hashlib
import os
import re
import secrets
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

from tandem.kit.errors import Refused, is_full

_NAME = re.compile(r"[0-9a-f]{48}")


class Stored(NamedTuple):
    name: str
    size: int
    digest: str


def folder() -> Path:
    return Path(settings.MEDIA_ROOT) / "attachments"


def path_of(name: str) -> Path:
    if not _NAME.fullmatch(name):
        raise LookupError(name)
    return folder() / name[:2] / name


def store(chunks: Iterable[bytes]) -> Stored:
    """On the disk before this returns, so that what is acknowledged outlives a crash. Too large is refused
    while it is written, and leaves nothing."""
    name = secrets.token_hex(24)
    path = path_of(name)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    size, found = 0, hashlib.sha256()
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            for chunk in chunks:
                size += len(chunk)
                if size > settings.MAX_UPLOAD_BYTES:
                    raise Refused("file_too_large", field="file", limit=settings.MAX_UPLOAD_BYTES // 2**20)
                found.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        if not size:
            raise Refused("file_empty", field="file")
        _remember(path.parent)
    except BaseException as problem:
        path.unlink(missing_ok=True)
        if is_full(problem):
            raise Refused("no_room", field="file") from problem
        raise
    return Stored(name, size, found.hexdigest())


def _remember(place: Path) -> None:
    """The folder's own entry of the new file: without it a power cut forgets the name."""
    handle = os.open(place, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def remove(name: str) -> None:
    with contextlib.suppress(OSError, LookupError):
        path_of(name).unlink()


def older_than(seconds: float) -> Iterator[str]:
    """Names of the files that were written so long ago."""
    before = time.time() - seconds
    for path in folder().glob("??/*"):
        with contextlib.suppress(OSError):
            if _NAME.fullmatch(path.name) and path.stat().st_mtime < before:
                yield path.name
