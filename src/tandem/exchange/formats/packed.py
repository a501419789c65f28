"""Files that may be packed by gzip, read in bounded pieces."""

import gzip
from pathlib import Path
from typing import Any

from tandem.exchange.formats.limits import MAX_UNPACKED_BYTES
from tandem.exchange.formats.source import Unreadable

_CHUNK = 1 << 16
PIECE = 1 << 12
"""Bytes that are parsed at a time: within one piece no depth is looked at, and each level costs as much as all above it."""


class Bounded:
    """Unpacked bytes, counted: a small file may unpack to a huge one."""

    def __init__(self, file: Any, most: int | None = None) -> None:
        self._file, self._most = file, most or MAX_UNPACKED_BYTES
        self._left = self._most

    def read(self, size: int = -1) -> bytes:
        try:
            found: bytes = self._file.read(_CHUNK if size is None or size < 0 else size)
        except (OSError, EOFError) as error:
            raise Unreadable("truncated" if isinstance(error, EOFError) else "zip_broken", reason="gzip") from error
        self._left -= len(found)
        if self._left < 0:
            raise Unreadable("zip_bomb", limit=f"{self._most // 2**20} MB")
        return found

    def read_all(self) -> bytes:
        return b"".join(iter(self.read, b""))


def opened(path: Path, is_packed: bool) -> Any:
    """The file to read, unpacked where it is packed."""
    return gzip.open(path, "rb") if is_packed else path.open("rb")
