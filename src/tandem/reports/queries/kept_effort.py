"""Sums of effort are kept until effort changes: tens of thousands of rows stand behind a few sums, and seldom anything but a job writes them."""

import sys
import threading
from collections.abc import Hashable, Sequence
from datetime import date, datetime
from decimal import Decimal
from hashlib import blake2b
from typing import Any, NamedTuple

from django.db import connection

from tandem.people.scoping import Ids

Rows = list[tuple[Any, ...]]
MOST_BYTES = 32 * 2**20
"""Of all answers that are kept together; those asked longest ago go first."""
_BESIDE = 1024
"""What an answer takes besides its rows: its digest, its version, its place."""
_PLAIN = (str, bytes, bool, int, float, Decimal, date, datetime, type(None))


class _Kept(NamedTuple):
    version: Hashable
    rows: Rows
    size: int


_kept: dict[bytes, _Kept] = {}
_keeping = threading.Lock()


def version() -> Hashable:
    """Stamps of effort: whatever writes its table, the database gives a new one in the same transaction (`EffortStamp`)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database(), string_agg(stamp::text, '' ORDER BY slot) FROM planning_effortstamp")
        return tuple(cursor.fetchone())


def fetched(sql: str, params: Sequence[Any], rests_on: bytes = b"", at: Hashable = None) -> Rows:
    """The rows of a question that asks of effort alone; whatever else its answer rests on is told in `rests_on`, as a `digest`. `at`:
    the version, where it was read for several questions at once. The caller changes no row."""
    key, now = digest(sql, params, rests_on), at or version()
    with _keeping:
        known = _kept.pop(key, None)
        if known is not None and known.version == now:
            _kept[key] = known
            return known.rows
    with connection.cursor() as cursor:
        cursor.execute(sql, list(params))
        rows = cursor.fetchall()
    _keep(key, _Kept(now, rows, _size(rows)))
    return rows


def digest(*values: Any) -> bytes:
    """In place of the values themselves, which may be thousands of numbers: plain ones and lists of them."""
    return blake2b(repr(_plain(values)).encode(), digest_size=32).digest()


def _plain(value: Any) -> Any:
    if isinstance(value, Ids):
        return value.array
    if isinstance(value, list | tuple):
        return tuple(map(_plain, value))
    if not isinstance(value, _PLAIN):
        raise TypeError(f"{type(value).__name__} has no digest")
    return value


def _keep(key: bytes, found: _Kept) -> None:
    if found.size > MOST_BYTES:
        return
    with _keeping:
        _kept.pop(key, None)
        _kept[key] = found
        left = MOST_BYTES
        for one in reversed(list(_kept)):
            left -= _kept[one].size
            if left < 0:
                del _kept[one]


def _size(rows: Rows) -> int:
    """At most what they take: small numbers are counted though they are shared."""
    return _BESIDE + sys.getsizeof(rows) + sum(sys.getsizeof(row) + sum(map(sys.getsizeof, row)) for row in rows)


def forget() -> None:
    """Tests start from an empty memory."""
    with _keeping:
        _kept.clear()
