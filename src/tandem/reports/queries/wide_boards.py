"""A board over several projects: its columns (the three categories of states, or states by name), the cards in each, and into which state a card comes that is put there."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote

from django.db.models import Exists, F, OuterRef, Q, Value

from tandem.kit.text import whole_number
from tandem.people.models import SpaceKind
from tandem.reports.queries import scope
from tandem.reports.queries import work_items as reads
from tandem.reports.queries.moves import Moves
from tandem.work.models import State, WorkItem

MOST_COLUMNS = 12
MOST_COUNTED = 1000
"""More than so many in a column are said as “1000+”."""
_REST = "!"  # in no name of a key: names are quoted there
_ORDER = [str(value) for value in State.Category.values]
_NAMES = {str(value): label for value, label in State.Category.choices}


@dataclass
class Place:
    """A column: the states of one category that share a name, or with an empty name all of the category that stand in no
    column of their own. `names` says how its states are called, in how many projects."""

    category: str
    name: str = ""
    title: str = ""
    states: list[int] = field(default_factory=list)
    open_to: dict[int, list[int]] = field(default_factory=dict)
    "Space → its states there into which an item may come at all."
    names: dict[str, int] = field(default_factory=dict)
    rest: str = ""
    "Of a board by states, for what has no column of its own: `!` and the space over which the board is (0: everything)."

    @property
    def key(self) -> str:
        return f"{self.category}~{self.rest}" if self.rest else key_of(self.category, self.name)

    @property
    def is_done(self) -> bool:
        return self.category == State.Category.DONE


def key_of(category: str, name: str) -> str:
    """As the address and the page call a column: no blanks in it."""
    return f"{category}~{quote(name.casefold(), safe='')}"


def places(user: Any, root: int | None, by: str) -> tuple[list[Place], str]:
    """The columns, and by what they are: `state` or `category`. Unless it was said (`by`), projects that share one workflow
    stand by its states, others by category. Of very many names the most shared ones have columns. `root`: only of what is below."""
    space_ids = scope.below(user, root) if root else None
    items = WorkItem.objects.present().filter(state=OuterRef("pk"))  # house: reads — of states of the asker's spaces
    rows = State.objects.visible_to(user).filter(Q(retired_at=None) | Exists(items), space__kind=SpaceKind.PROJECT)
    rows = rows if space_ids is None else rows.filter(space_id__among=space_ids)
    found = sorted(rows.values_list("category", "rank", "pk", "name", "space_id", "retired_at"), key=lambda r: (_ORDER.index(r[0]), *r[1:3]))
    by = by if by in ("state", "category") else _fitting(found)
    shared = Counter((category, name.casefold()) for category, _rank, _pk, name, *_rest in found) if by == "state" else Counter()
    own = dict(shared.most_common(MOST_COLUMNS if len(shared) <= MOST_COLUMNS else MOST_COLUMNS - len(_ORDER)))
    columns: dict[str, Place] = {}
    for category in _ORDER if by == "category" else []:
        columns[key_of(category, "")] = Place(category, "", str(_NAMES[category]))
    for category, _rank, pk, name, space, retired in found:
        alone = (category, name.casefold()) in own
        title = name if alone else str(_NAMES[category])
        rest = "" if alone or by == "category" else f"{_REST}{root or 0}"
        place = columns.setdefault(key_of(category, name if alone else ""), Place(category, name if alone else "", title, rest=rest))
        place.states.append(pk)
        if retired is None:
            place.open_to.setdefault(space, []).append(pk)
        place.names[name] = place.names.get(name, 0) + 1
    return sorted(columns.values(), key=lambda p: _ORDER.index(p.category)), by


def _fitting(rows: list[Any]) -> str:
    spaces: dict[int, set[tuple[str, str]]] = {}
    for category, _rank, _pk, name, space, _retired in rows:
        spaces.setdefault(space, set()).add((category, name.casefold()))
    ways = {frozenset(states) for states in spaces.values()}
    return "state" if len(ways) == 1 and len(next(iter(ways))) <= MOST_COLUMNS else "category"


def cards(rows: Any, columns: list[Place], sort: str, most: dict[str, int], first: int = 0, *, with_fields: bool = False) -> dict[str, list[Any]]:
    """Column → its cards from `first` on in the order of `sort`, as many as `most` says; two queries however many columns."""
    asked = [place for place in columns if place.states]
    if not asked:
        return {}
    name = sort.lstrip("-")
    order = (F(name).desc(nulls_last=True) if sort.startswith("-") else F(name).asc(nulls_last=True), F("id").asc())
    parts = [_in(rows, place).order_by(*order).values_list("pk", flat=True)[first : first + most[place.key]] for place in asked]
    ids = list(parts[0].union(*parts[1:], all=True)) if len(parts) > 1 else list(parts[0])
    where = {state: place.key for place in asked for state in place.states}
    found: dict[str, list[Any]] = {place.key: [] for place in asked}
    for item in reads.shown(ids, with_fields=with_fields).order_by(*order):
        if item.state_id in where:
            found[where[item.state_id]].append(item)
    return found


def counts(rows: Any, columns: list[Place]) -> dict[str, int]:
    """Column → how many of these stand there, no further than one more than `MOST_COUNTED`; one query."""
    asked = [place for place in columns if place.states]
    parts = [_in(rows, place).order_by().annotate(at=Value(n)).values_list("at", flat=True)[: MOST_COUNTED + 1] for n, place in enumerate(asked)]
    if not parts:
        return {}
    found = Counter(parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0])
    return {place.key: found[n] for n, place in enumerate(asked)}


def _in(rows: Any, place: Place) -> Any:
    return rows.filter(state_id__among=place.states)


def fitting(user: Any, item: Any, key: str) -> tuple[list[State], list[State]]:
    """The states of the item's project that stand in a column: those into which this item may go now, and all of them. An item
    that stands there stays, in a state that was retired as well."""
    category, _colon, name = key.partition("~")
    rows = State.objects.visible_to(user).filter(space=item.space_id, category=category).in_order()
    within = _of_rest(user, key, name[1:]) if name.startswith(_REST) else None
    there = [s for s in rows if s.retired_at is None or s.pk == item.state_id]
    there = [s for s in there if (s.pk in within if within is not None else not name or s.name.casefold() == unquote(name))]
    ways, types = Moves.of(user, {item.space_id}).ways(item), item.type
    return [s for s in there if s.pk == item.state_id or (types.uses(s.pk) and (ways is None or s.pk in ways))], there


def _of_rest(user: Any, key: str, root: str) -> set[int]:
    """The states that have no column of their own on the board over this space."""
    columns, _by = places(user, whole_number(root) or None, "state")
    return {pk for place in columns if place.key == key for pk in place.states}
