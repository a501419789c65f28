"""Ballots and purses from JSON, as docs/reference/schemas/ballots.schema.json describes them."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from tandem.compute.errors import Uncomputable
from tandem.compute.priority.ballots import Ballot, Purse


def read(text: str) -> list[Ballot] | list[Purse]:
    """Rankings or gifts, of all voters alike. Raises Uncomputable: `not_json`, `ballot_unreadable` (number, field, allowed)."""
    try:
        rows = json.loads(text)
    except (ValueError, RecursionError) as fault:
        raise Uncomputable("not_json", why=str(fault)) from None
    if not isinstance(rows, list) or not rows:
        raise Uncomputable("ballot_unreadable", number=0, field="", allowed="a list of ballots")
    is_purse = isinstance(rows[0], dict) and "gifts" in rows[0]
    made = [(_purse if is_purse else _ballot)(number, row) for number, row in enumerate(rows, 1)]
    return made  # type: ignore[return-value]


def items_of(ballots: Sequence[Ballot] | Sequence[Purse]) -> list[str]:
    """What is named anywhere, in the order in which it is first named."""
    return list(dict.fromkeys(item for one in ballots for item in _named(one)))


def _named(one: Ballot | Purse) -> Iterable[str]:
    if isinstance(one, Purse):
        return [item for item, _gift in one.gifts]
    return [item for group in one.ranking for item in group]


def _ballot(number: int, row: Any) -> Ballot:
    voter, weight = _common(number, row, "ranking")
    groups = row["ranking"]
    if not isinstance(groups, list) or not all(isinstance(g, list) and g and all(isinstance(i, str) for i in g) for g in groups):
        raise Uncomputable("ballot_unreadable", number=number, field="ranking", allowed="groups of items, the best first")
    return Ballot(voter, tuple(tuple(group) for group in groups), weight)


def _purse(number: int, row: Any) -> Purse:
    voter, weight = _common(number, row, "gifts")
    gifts = row["gifts"]
    if not isinstance(gifts, list) or not all(_is_gift(one) for one in gifts):
        raise Uncomputable("ballot_unreadable", number=number, field="gifts", allowed="pairs of an item and a number")
    return Purse(voter, tuple((item, float(gift)) for item, gift in gifts), weight)


def _is_gift(one: Any) -> bool:
    return isinstance(one, list) and len(one) == 2 and isinstance(one[0], str) and _is_number(one[1])


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e100


def _common(number: int, row: Any, field: str) -> tuple[str, float]:
    allowed = {"voter", field, "weight"}
    if not isinstance(row, dict) or field not in row or set(row) - allowed:
        raise Uncomputable("ballot_unreadable", number=number, field=field, allowed=tuple(sorted(allowed)))
    voter, weight = row.get("voter"), row.get("weight", 1.0)
    if not isinstance(voter, str) or not voter:
        raise Uncomputable("ballot_unreadable", number=number, field="voter", allowed="a name")
    if not _is_number(weight):
        raise Uncomputable("ballot_unreadable", number=number, field="weight", allowed="a number")
    return voter, float(weight)
