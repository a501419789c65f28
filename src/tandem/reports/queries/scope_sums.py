"""What lies under work items that stand for something: how much of it is done, its acceptance checks, what is blocked."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import connection

K = TypeVar("K", bound=Hashable)

_UNDER = """
WITH RECURSIVE tree(root, id) AS (
    SELECT id, id FROM work_workitem WHERE id = ANY(%(roots)s) AND removed_at IS NULL AND space_id = ANY(%(spaces)s)
  UNION
    SELECT tree.root, part.id FROM work_workitem part JOIN tree ON part.parent_id = tree.id
    WHERE part.removed_at IS NULL AND part.space_id = ANY(%(spaces)s)
)
SELECT tree.root, item.id, item.space_id, item.parent_id, state.category = 'done', item.is_milestone OR item.is_summary,
    (SELECT count(*) FROM work_checklistentry e WHERE e.item_id = item.id AND e.removed_at IS NULL AND e.is_acceptance),
    (SELECT count(*) FROM work_checklistentry e WHERE e.item_id = item.id AND e.removed_at IS NULL AND e.is_acceptance AND e.is_done),
    EXISTS (SELECT 1 FROM work_block b WHERE b.item_id = item.id AND b.ended_at IS NULL)
FROM tree JOIN work_workitem item ON item.id = tree.id JOIN work_state state ON state.id = item.state_id
"""


@dataclass(slots=True)
class Sum:
    """Counted like a forecast counts: only what has no parts below it, no milestones. Checks and blocks count wherever
    they stand; a block of a finished item holds nothing up."""

    items: int = 0
    done: int = 0
    checks: int = 0
    passed: int = 0
    blocked: int = 0

    @property
    def open(self) -> int:
        return self.items - self.done

    @property
    def unproved(self) -> int:
        return self.checks - self.passed


class Tree:
    """The items under some roots, as far as the user sees them. One query."""

    def __init__(self, user: Any, roots: set[int]) -> None:
        self.under: dict[int, list[int]] = defaultdict(list)
        self.known: dict[int, tuple[Any, ...]] = {}
        self.spaces: set[int] = set()
        for root, pk, space, *facts in _rows(user, roots) if roots else ():
            self.spaces.add(space)
            self.under[root].append(pk)
            self.known[pk] = tuple(facts)
        self.above = {facts[0] for facts in self.known.values()}

    def ids(self, roots: Iterable[int]) -> set[int]:
        return {pk for root in roots for pk in self.under.get(root, ())}

    def sum(self, roots: Iterable[int]) -> Sum:
        """Each item once."""
        total = Sum()
        for pk in self.ids(roots):
            _parent, is_done, is_frame, checks, passed, is_blocked = self.known[pk]
            if pk not in self.above and not is_frame:
                total.items += 1
                total.done += is_done
            total.checks += checks
            total.passed += passed
            total.blocked += is_blocked and not is_done
        return total


def sums(user: Any, groups: Mapping[K, Iterable[int]]) -> dict[K, Sum]:
    """For each group of work items: they and all below them. One query."""
    tree = Tree(user, {pk for group in groups.values() for pk in group})
    return {key: tree.sum(group) for key, group in groups.items()}


def _rows(user: Any, roots: set[int]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(_UNDER, {"roots": list(roots), "spaces": list(user.visible_space_ids())})
        return cursor.fetchall()


def above(user: Any, item: int) -> list[int]:
    """The item and those that it is a part of, nearest first, as far as the user sees them."""
    with connection.cursor() as cursor:
        cursor.execute(
            """WITH RECURSIVE way(id, parent_id, step) AS (
                SELECT id, parent_id, 0 FROM work_workitem WHERE id = %(item)s AND space_id = ANY(%(spaces)s)
              UNION
                SELECT up.id, up.parent_id, way.step + 1 FROM work_workitem up JOIN way ON up.id = way.parent_id
                WHERE up.removed_at IS NULL AND up.space_id = ANY(%(spaces)s) AND way.step < 50
            ) SELECT id FROM way ORDER BY step""",
            {"item": item, "spaces": list(user.visible_space_ids())},
        )
        return [pk for (pk,) in cursor.fetchall()]
