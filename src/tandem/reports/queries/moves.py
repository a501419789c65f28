"""Where items may go: the states that menus offer, by the allowed moves and the reader's roles."""

from collections.abc import Iterable
from typing import Any

from tandem.people.scoping import roles_of
from tandem.work.models import Transition
from tandem.work.models.transition import offered


class Moves:
    """The rules of some spaces for one reader, read once."""

    def __init__(self, user: Any, rules: Iterable[Transition]) -> None:
        self._user, self._rules = user, {}  # type: Any, dict[int, list[Transition]]
        for rule in rules:
            self._rules.setdefault(rule.space_id, []).append(rule)

    @classmethod
    def of(cls, user: Any, space_ids: Iterable[int]) -> "Moves":
        return cls(user, Transition.objects.visible_to(user).filter(space_id__among=frozenset(space_ids)))

    def ways(self, item: Any) -> set[int] | None:
        """The states into which the reader may move this item, its own among them; None for all."""
        rules = self._rules.get(item.space_id)
        if not rules:
            return None
        roles = roles_of(self._user).get(item.space_id, frozenset())
        return offered(rules, item.type_id, item.state_id, roles)

    def narrowed(self, item: Any, states: list[tuple[int, str]]) -> list[tuple[int, str]]:
        """Of these (id, name) the ones that are offered for this item."""
        ways = self.ways(item)
        return states if ways is None else [one for one in states if one[0] in ways]
