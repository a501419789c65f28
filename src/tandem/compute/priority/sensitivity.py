"""How firm a ranking is: which places change when the weights of its formula vary."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tandem.compute.priority.check import Formula
from tandem.compute.priority.evaluate import Tweak, Value, evaluate
from tandem.compute.priority.explain import addends, factors

MOST_KNOBS = 20
AFFORDABLE = 4_000_000
"""Steps times items that all evaluations together may take; fewer draws are made beyond it."""


@dataclass(frozen=True, slots=True)
class Swing:
    """What happens to the top when one weight alone varies: `down` and `up` are the orders it gives then.

    `kind` weight: a named weight. addend: one addend of a sum is scaled. exponent: a factor's exponent varies
    around 1, which is what a weight means in a product."""

    name: str
    kind: str
    swing: float
    down: tuple[str, ...]
    up: tuple[str, ...]
    changes_order: bool
    changes_set: bool


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """`is_firm`: no single weight changes the order of the top. The shares are of `draws` random variations of
    all weights together, each uniform within the swing: those that keep the first, the set and the order."""

    top: tuple[str, ...]
    swings: tuple[Swing, ...]
    is_firm: bool
    draws: int
    keeps_first: float
    keeps_set: float
    keeps_order: float
    seed: int


@dataclass(frozen=True, slots=True)
class _Knob:
    name: str
    kind: str
    place: int

    def turned(self, by: float) -> Callable[[float], float]:
        if self.kind == "exponent":
            return lambda value: value ** (1 + by) if value > 0 else value
        return lambda value: value * (1 + by)


def sensitivity(
    formula: Formula, columns: Mapping[str, Sequence[Value | None]], items: Sequence[str], *,
    ascending: bool, top: int, swing: float, draws: int, seed: int,
) -> Sensitivity:  # fmt: skip
    """Vary each weight alone by ±`swing` and all together `draws` times. Same seed, same answer."""
    sign = 1 if ascending else -1

    def order(tweak: Tweak) -> tuple[str, ...]:
        scores = evaluate(formula, columns, len(items), tweak)[-1]
        known = sorted((sign * one, at) for at, one in enumerate(scores) if isinstance(one, float))
        return tuple(items[at] for _, at in known[:top])

    base, knobs = order({}), _knobs(formula) if swing else []
    swings = []
    for knob in knobs:
        down, up = (order(_all(formula, [(knob, side * swing)])) for side in (-1, 1))
        moved = [other for other in (down, up) if other != base]
        newcomers = any(set(other) != set(base) for other in moved)
        swings.append(Swing(knob.name, knob.kind, swing, down, up, bool(moved), newcomers))
    each = max(1, len(formula.steps) * len(items))
    draws = min(draws, AFFORDABLE // each) if knobs else 0
    chance = _chances(seed)
    seen = [
        order(_all(formula, [(knob, swing * (2 * next(chance) - 1)) for knob in knobs])) for _ in range(draws)
    ]
    firm = not any(one.changes_order for one in swings)
    return Sensitivity(
        base, tuple(swings), firm, draws,
        _share([one[:1] == base[:1] for one in seen]), _share([set(one) == set(base) for one in seen]),
        _share([one == base for one in seen]), seed,
    )  # fmt: skip


def _share(held: list[bool]) -> float:
    return sum(held) / len(held) if held else 1.0


def _all(formula: Formula, turned: list[tuple[_Knob, float]]) -> Tweak:
    """The same named weight may stand at several places: it varies at all of them."""
    tweak: dict[int, Callable[[float], float]] = {}
    for knob, by in turned:
        for at, step in enumerate(formula.steps):
            same = knob.kind == "weight" and step.node.kind == "name" and step.node.head == knob.name
            if same or at == knob.place:
                tweak[at] = knob.turned(by)
    return tweak


def _knobs(formula: Formula) -> list[_Knob]:
    """Named weights; every addend without one; every factor of a product that is the whole score."""
    named = {name for name, _ in formula.weights}
    places = {name: next(
        at for at, step in enumerate(formula.steps) if step.node.kind == "name" and step.node.head == name
    ) for name in named}  # fmt: skip
    found = [_Knob(name, "weight", places[name]) for name, _ in formula.weights]
    last = len(formula.steps) - 1
    waiting, top = [last], factors(formula, last)
    while waiting:
        at = waiting.pop()
        sums, product = addends(formula, at), factors(formula, at)
        if len(sums) > 1:
            for part, _ in sums:
                if not any(_is_named(formula, one, named) for one, _ in factors(formula, part)):
                    found.append(_Knob(formula.text(part), "addend", part))
        elif len(product) > 1:
            waiting += [part for part, _ in product]
    if len(top) > 1:
        varying = [part for part, _ in top if formula.steps[part].node.kind != "number"]
        found += [
            _Knob(formula.text(part), "exponent", part) for part in varying
            if not _is_named(formula, part, named) and len(addends(formula, part)) == 1
        ]  # fmt: skip
    return found[:MOST_KNOBS]


def _is_named(formula: Formula, place: int, named: set[str]) -> bool:
    node = formula.steps[place].node
    return node.kind == "name" and node.head in named


def _chances(seed: int) -> Iterator[float]:
    """Endless numbers in [0, 1): SplitMix64 (Steele, Lea, Flood 2014), the same everywhere."""
    state, mask = seed & 0xFFFFFFFFFFFFFFFF, 0xFFFFFFFFFFFFFFFF
    while True:
        state = (state + 0x9E3779B97F4A7C15) & mask
        z = state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
        yield ((z ^ (z >> 31)) >> 11) / 2**53
