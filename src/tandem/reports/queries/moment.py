"""A moment of the record: two that are equal have the same events behind them."""

from django.db import connection

Moment = tuple[int, int, int]


def now() -> Moment:
    """What is sealed, and what waits for its seal, in one look: ids alone would not do, for they are given before the
    commit."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT coalesce(max(sequence), 0) FROM history_seal), count(*), coalesce(sum(event_id), 0)::bigint FROM history_unsealed"
        )
        sealed, waiting, total = cursor.fetchone()
    return sealed, waiting, total
