"""A moment of the record: two that are equal have the same events behind them."""

from typing import Any

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


_LOOKED_BACK = 2000


def has_recorded(user: Any, since: Moment) -> bool:
    """Whether the person themself has recorded anything since then: what waited for its seal has it now. Of very much that has
    happened only the last is looked through."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT EXISTS (SELECT FROM history_unsealed u JOIN history_event e ON e.id = u.event_id WHERE e.actor_id = %(who)s)
                OR EXISTS (
                    SELECT FROM history_seal s JOIN history_event e ON e.id = s.event_id
                    WHERE s.sequence > greatest(%(since)s, (SELECT coalesce(max(sequence), 0) FROM history_seal) - %(most)s) AND e.actor_id = %(who)s
                )
            """,
            {"who": user.pk, "since": since[0] + since[1], "most": _LOOKED_BACK},
        )
        return bool(cursor.fetchone()[0])
