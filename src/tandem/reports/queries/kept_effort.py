"""Sums of effort are kept until effort is computed anew: tens of thousands of rows stand behind a few sums, and only a job writes them."""

from collections.abc import Hashable, Sequence
from typing import Any

from django.db import connection

from tandem.people.scoping import Ids

Rows = list[tuple[Any, ...]]
MOST = 100
"""Questions whose answers are kept; those asked longest ago go first."""
_kept: dict[Hashable, tuple[Hashable, Rows]] = {}


def version() -> Hashable:
    """Rows of effort are deleted and made, never changed: two moments with as many rows, of the same numbers and the same hour, have
    the same effort."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database(), count(*), max(id), sum(id), max(computed_at) FROM planning_effort")
        return tuple(cursor.fetchone())


def fetched(sql: str, params: Sequence[Any], rests_on: Hashable = None, at: Hashable = None) -> Rows:
    """The rows of a question that asks of effort alone; whatever else its answer rests on is told in `rests_on`. `at`: the version,
    where it was read for several questions at once. The caller changes no row."""
    key, now = (sql, tuple(map(_plain, params)), rests_on), at or version()
    known = _kept.pop(key, None)
    if known is None or known[0] != now:
        with connection.cursor() as cursor:
            cursor.execute(sql, list(params))
            known = (now, cursor.fetchall())
    _kept[key] = known
    for old in list(_kept)[:-MOST]:
        _kept.pop(old, None)
    return known[1]


def _plain(param: Any) -> Hashable:
    if isinstance(param, Ids):
        return param.array
    return tuple(param) if isinstance(param, list) else param


def forget() -> None:
    """Tests start from an empty memory."""
    _kept.clear()
