"""Where items may go: the states that menus offer, by the allowed moves, the workflow of the type and the reader's roles."""

from collections.abc import Iterable
from typing import Any

from tandem.people.scoping import roles_of
from tandem.work.models import Transition, WorkItemType
from tandem.work.models.transition import offered

Own = dict[int, tuple[list[int], int | None]]


def own_of(types: Iterable[WorkItemType]) -> Own:
    """Types with a workflow of their own: their states, and where they begin."""
    return {one.pk: (one.state_ids, one.start_id) for one in types if one.state_ids}


class Moves:
    """The rules of some spaces for one reader, read once."""

    def __init__(self, user: Any, rules: Iterable[Transition], own: Own) -> None:
        self._user, self._rules, self._own = user, {}, own  # type: Any, dict[int, list[Transition]], Own
        self._known: dict[tuple[int, int, int], set[int] | None] = {}
        for rule in rules:
            self._rules.setdefault(rule.space_id, []).append(rule)

    @classmethod
    def of(cls, user: Any, space_ids: Iterable[int]) -> "Moves":
        spaces = frozenset(space_ids)
        rules = Transition.objects.visible_to(user).filter(space_id__among=spaces)
        own = WorkItemType.objects.visible_to(user).filter(space_id__among=spaces).exclude(state_ids=[]).only("state_ids", "start_id")
        return cls(user, rules, own_of(own))

    def uses(self, type_id: int, state_id: int) -> bool:
        return type_id not in self._own or state_id in self._own[type_id][0]

    def ways(self, item: Any) -> set[int] | None:
        """The states into which the reader may move this item, its own among them; None for all."""
        place = (item.space_id, item.type_id, item.state_id)
        if place not in self._known:
            self._known[place] = self._ways(*place)
        return self._known[place]

    def _ways(self, space_id: int, type_id: int, state_id: int) -> set[int] | None:
        rules, own = self._rules.get(space_id, []), self._own.get(type_id, ((), None))
        if not rules and not own[0]:
            return None
        roles = roles_of(self._user).get(space_id, frozenset()) if rules else frozenset()
        return offered(rules, type_id, state_id, roles, own)

    def narrowed(self, item: Any, states: list[tuple[int, str]]) -> list[tuple[int, str]]:
        """Of these (id, name) the ones that are offered for this item."""
        ways = self.ways(item)
        return states if ways is None else [one for one in states if one[0] in ways]
