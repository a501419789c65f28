"""What may be said on a ballot, and what the sums and orders are: plain functions over `compute.priority`."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import Any, NamedTuple

from tandem.compute.priority.ballots import Ballot as Order
from tandem.compute.priority.ballots import (
    Condorcet,
    Place,
    Purse,
    borda,
    budget_vote,
    from_purses,
    grouped,
    schulze,
)
from tandem.compute.priority.disagreement import Disagreement, disagreement
from tandem.compute.priority.kano import ANSWERS, category, kano
from tandem.compute.priority.moscow import CLASSES
from tandem.kit.errors import Refused

FEWEST, MOST, MOST_IN_PAIRS = 2, 40, 8
MONEY, RANKING, PAIRS, MOSCOW, KANO = "money", "ranking", "pairs", "moscow", "kano"
KANO_ORDER = ("must_be", "one_dimensional", "attractive", "indifferent", "questionable", "reverse")
"""What comes first by what a vote says of it: its absence angers, then both ways, then it delights (Berger et al. 1993)."""
FIRST, SECOND, EQUAL = "first", "second", "equal"


def pairs_of(ids: Iterable[int]) -> list[tuple[int, int]]:
    """Each two of them, once; the same ones whatever the order."""
    return list(combinations(sorted(ids), 2))


def read(method: str, budget: int, ids: Sequence[int], answer: Any) -> dict[str, Any]:
    """An answer of any door as it is stored. Refused: features that are not on the ballot, more than the budget, nothing
    said, a pair left out."""
    given = answer if isinstance(answer, dict) else {}
    if method == MONEY:
        return {"gifts": _gifts(_numbers(given.get("gifts"), ids), budget)}
    if method == RANKING:
        return {"places": _places(_numbers(given.get("places"), ids))}
    if method == MOSCOW:
        return {"classes": _each(given.get("classes"), ids, lambda said: said in CLASSES)}
    if method == KANO:
        return {"kano": _each(given.get("kano"), ids, _is_pair_of_answers)}
    return {"pairs": _pairs(given.get("pairs"), ids)}


def _each(given: Any, ids: Sequence[int], is_answer: Any) -> dict[str, Any]:
    """One answer for each feature: what was left out would come last, and nobody said so."""
    if not isinstance(given, dict):
        raise Refused("vote_unreadable")
    if set(map(str, given)) - set(map(str, ids)):
        raise Refused("vote_of_elsewhere")
    found = {str(key): value for key, value in given.items()}
    missing = [i for i in ids if not is_answer(found.get(str(i)))]
    if missing:
        raise Refused("vote_answers_missing", missing=len(missing), count=len(ids))
    return {str(i): found[str(i)] for i in sorted(ids)}


def _is_pair_of_answers(said: Any) -> bool:
    return isinstance(said, list | tuple) and len(said) == 2 and all(one in ANSWERS for one in said)


def _numbers(given: Any, ids: Sequence[int]) -> dict[int, int]:
    if not isinstance(given, dict) or len(given) > MOST:
        raise Refused("vote_unreadable")
    found = {}
    for key, value in given.items():
        if value in (None, ""):
            continue
        text = str(value).strip()
        if isinstance(value, bool) or not str(key).isascii() or not str(key).isdigit() or not text.isascii() or not text.isdigit() or len(text) > 9:
            raise Refused("vote_unreadable")
        if int(key) not in ids:
            raise Refused("vote_of_elsewhere")
        found[int(key)] = int(text)
    return found


def _gifts(numbers: dict[int, int], budget: int) -> dict[str, int]:
    spent = sum(numbers.values())
    if spent > budget:
        raise Refused("vote_overspent", spent=spent, budget=budget)
    if not spent:
        raise Refused("vote_empty")
    return {str(key): value for key, value in sorted(numbers.items()) if value}


def _places(numbers: dict[int, int]) -> dict[str, int]:
    """1, 2, 3 … without gaps: who writes 10, 20, 30 says the same."""
    if not numbers:
        raise Refused("vote_empty")
    if min(numbers.values()) < 1:
        raise Refused("vote_unreadable")
    order = sorted(set(numbers.values()))
    return {str(key): order.index(value) + 1 for key, value in sorted(numbers.items())}


def _pairs(given: Any, ids: Sequence[int]) -> dict[str, str]:
    wanted = [f"{a}-{b}" for a, b in pairs_of(ids)]
    if not isinstance(given, dict) or set(given) - set(wanted):
        raise Refused("vote_of_elsewhere" if isinstance(given, dict) else "vote_unreadable")
    if any(given.get(pair) not in (FIRST, SECOND, EQUAL) for pair in wanted):
        raise Refused("vote_pairs_missing", missing=sum(given.get(pair) not in (FIRST, SECOND, EQUAL) for pair in wanted), count=len(wanted))
    return {pair: given[pair] for pair in wanted}


def order_of(method: str, ids: Sequence[int], answer: dict[str, Any]) -> tuple[tuple[str, ...], ...]:
    """Groups from the best on. Money: by the amount. Pairs: by the pairs won, a tie counting half. MoSCoW and Kano: by the class."""
    if method == MONEY:
        return from_purses([str(i) for i in ids], [_purse("", ids, answer)])[0].ranking
    if method == RANKING:
        points = {str(i): -float(answer["places"].get(str(i), MOST + 1)) for i in ids}
    elif method == MOSCOW:
        points = {str(i): -float(CLASSES.index(answer["classes"].get(str(i), "wont"))) for i in ids}
    elif method == KANO:
        points = {str(i): -float(KANO_ORDER.index(category(*said))) if (said := answer["kano"].get(str(i))) else -float(MOST) for i in ids}
    else:
        points = {str(i): 0.0 for i in ids}
        for pair, won in answer["pairs"].items():
            a, b = pair.split("-")
            if a in points and b in points:
                points[a] += {FIRST: 1.0, EQUAL: 0.5}.get(won, 0.0)
                points[b] += {SECOND: 1.0, EQUAL: 0.5}.get(won, 0.0)
    return grouped(points)


def _purse(voter: str, ids: Sequence[int], answer: dict[str, Any], weight: float = 1.0) -> Purse:
    asked = {str(i) for i in ids}
    return Purse(voter, tuple((i, float(gift)) for i, gift in answer["gifts"].items() if i in asked), weight)


class Judged(NamedTuple):
    """What the votes say of one feature: the class of most of them with the count of each class that anybody gave; by Kano
    also how much its presence would please and its absence anger, and whether the class is clear (Fong's test)."""

    kind: str
    counts: tuple[tuple[str, float], ...]
    better: float | None = None
    worse: float | None = None
    is_clear: bool = True


def judged(method: str, ids: Sequence[int], answers: Mapping[int, dict[str, Any]], weights: Mapping[int, float]) -> dict[int, Judged]:
    """By MoSCoW the class with most weight behind it, of equal ones the stronger. By Kano the category of most people: the
    test behind it counts persons, so weights are left out."""
    if method == KANO:
        said = {str(i): [tuple(answer["kano"][str(i)]) for answer in answers.values() if str(i) in answer["kano"]] for i in ids}
        found = kano({name: pairs for name, pairs in said.items() if pairs})  # type: ignore[misc]
        return {int(one.feature): Judged(one.category, tuple((k, n) for k, n in one.counts if n), one.better, one.worse, one.is_clear) for one in found}
    if method != MOSCOW:
        return {}
    rows = {}
    for i in ids:
        sums: Counter[str] = Counter()
        for voter, answer in answers.items():
            if str(i) in answer["classes"]:
                sums[answer["classes"][str(i)]] += weights.get(voter, 1.0)  # type: ignore[assignment]
        if sums:
            rows[i] = Judged(max(CLASSES, key=lambda one: sums[one]), tuple((one, float(sums[one])) for one in CLASSES if sums[one]))
    return rows


def combined(
    method: str, budget: int, ids: Sequence[int], answers: Mapping[int, dict[str, Any]], weights: Mapping[int, float] | None = None
) -> tuple[tuple[Place, ...], Condorcet, Disagreement]:
    """One ranking of all votes, and how far they are apart. Money: by the sums. Otherwise by Condorcet's duels (Schulze),
    with Borda's points beside them. A vote of weight 3 counts as three."""
    items, heavy = [str(i) for i in ids], weights or {}
    orders = [Order(str(voter), order_of(method, ids, answer), heavy.get(voter, 1.0)) for voter, answer in answers.items()]
    duels = schulze(items, orders)
    if method == MONEY:
        places = budget_vote(items, [_purse(str(voter), ids, answer, heavy.get(voter, 1.0)) for voter, answer in answers.items()], budget=budget)
    else:
        points = {one.item: one.points for one in borda(items, orders)}
        rows = [Place(item, duels.rank_of(item), points[item]) for item in items]
        places = tuple(sorted(rows, key=lambda one: (one.rank, -one.points, items.index(one.item))))
    return places, duels, disagreement(items, orders, duels)
