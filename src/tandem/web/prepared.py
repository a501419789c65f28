"""A query that is written once and asked again and again with another value: of a page with much in it, writing costs more than asking."""

from typing import Any

from django.db import connections, models

_OPEN = "a value that is not known yet"


class Prepared:
    """`rows` with the value of one text column left open. For one thread: a compiler keeps what it has read last."""

    def __init__(self, rows: models.QuerySet[Any], column: str) -> None:
        self._rows = rows.filter(**{column: _OPEN}).order_by()[:1]
        self._compiler = self._rows.query.get_compiler(self._rows.db)
        self._sql, self._params = self._compiler.as_sql()

    def first(self, value: str) -> Any | None:
        """The row with this value, or None."""
        params = tuple(value if one is _OPEN else one for one in self._params)
        compiler = self._compiler
        compiler.connection = connections[self._rows.db]
        compiler.as_sql = lambda *_how, **_more: (self._sql, params)
        rows = self._rows.all()
        rows.query.get_compiler = lambda *_how, **_more: compiler
        return next(iter(rows), None)
