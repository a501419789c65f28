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


def happened(at: Moment) -> int:
    """How many events are behind a moment: of two, the later one has more."""
    return at[0] + at[1]


_LOOKED_BACK = 2000


def has_recorded(user: Any, since: Moment) -> bool:
    """Whether the person themself has recorded anything since then: what waited for its seal has it now. Very much that has
    happened is not looked through: then it counts as recorded."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH top AS (SELECT coalesce(max(sequence), 0) AS sequence FROM history_seal)
            SELECT (SELECT sequence FROM top) - %(since)s > %(most)s
                OR EXISTS (SELECT FROM history_unsealed u JOIN history_event e ON e.id = u.event_id WHERE e.actor_id = %(who)s)
                OR EXISTS (
                    SELECT FROM history_seal s JOIN history_event e ON e.id = s.event_id
                    WHERE s.sequence > greatest(%(since)s, (SELECT sequence FROM top) - %(most)s) AND e.actor_id = %(who)s
                )
            """,
            {"who": user.pk, "since": happened(since), "most": _LOOKED_BACK},
        )
        return bool(cursor.fetchone()[0])
