"""A layered drawing of a directed graph: what comes first to the left, few crossings, equal for equal input.

Sugiyama, Tagawa and Toda (1981): turn few edges round (Eades, Lin and Smyth 1993), layers by the longest path, order within
the layers by barycentres. Components stand below each other. Plain Python: some hundred nodes take milliseconds."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

Node = Hashable
Edge = tuple[Node, Node]
_SWEEPS = 8


@dataclass(frozen=True)
class Placed:
    """`at`: layer and row of each node, both from 0. `paths`: for each edge the (layer, row) it passes on its way, ends
    included, from its source to its target. `turned`: edges that go against the direction, being part of a circle."""

    at: dict[Node, tuple[int, int]]
    paths: dict[Edge, list[tuple[int, int]]]
    turned: frozenset[Edge]
    layers: int
    rows: int


def place(nodes: Iterable[Node], edges: Iterable[Edge]) -> Placed:
    """Edges from a node to itself and to nodes that are not named are left out."""
    names = list(dict.fromkeys(nodes))
    known = set(names)
    links = list(dict.fromkeys(e for e in edges if e[0] != e[1] and e[0] in known and e[1] in known))
    at: dict[Node, tuple[int, int]] = {}
    paths: dict[Edge, list[tuple[int, int]]] = {}
    turned: set[Edge] = set()
    layers = below = 0
    for part in _components(names, links):
        here = set(part)
        own = [e for e in links if e[0] in here]
        back = _against(part, own)
        turned |= back
        layer = _layers(part, [(b, a) if (a, b) in back else (a, b) for a, b in own])
        rows, routes = _rows(part, own, layer)
        height = 1 + max(rows.values())
        at |= {node: (layer[node], below + rows[node]) for node in part}
        for edge, route in routes.items():
            paths[edge] = [(at_layer, below + rows[stop]) for stop, at_layer in route]
        layers, below = max(layers, 1 + max(layer[node] for node in part)), below + height
    return Placed(at, paths, frozenset(turned), layers, below)


def _components(nodes: Sequence[Node], edges: Sequence[Edge]) -> list[list[Node]]:
    """The largest first; nodes in the order in which they were named."""
    near: dict[Node, list[Node]] = defaultdict(list)
    for a, b in edges:
        near[a].append(b)
        near[b].append(a)
    place_of = {node: n for n, node in enumerate(nodes)}
    seen: set[Node] = set()
    found = []
    for node in nodes:
        if node in seen:
            continue
        part, waiting = [], [node]
        seen.add(node)
        while waiting:
            one = waiting.pop()
            part.append(one)
            fresh = [other for other in near[one] if other not in seen]
            seen.update(fresh)
            waiting += dict.fromkeys(fresh)
        found.append(sorted(part, key=place_of.__getitem__))
    return sorted(found, key=lambda part: (-len(part), place_of[part[0]]))


def _against(nodes: Sequence[Node], edges: Sequence[Edge]) -> set[Edge]:
    """Few edges without which there is no circle: sinks to the end, sources to the front, else the one with most to give."""
    outs: dict[Node, set[Node]] = {node: set() for node in nodes}
    ins: dict[Node, set[Node]] = {node: set() for node in nodes}
    for a, b in edges:
        outs[a].add(b)
        ins[b].add(a)
    front: list[Node] = []
    end: list[Node] = []
    left = list(nodes)
    while left:
        ends = [n for n in left if not outs[n]]
        begins = [n for n in left if outs[n] and not ins[n]]
        chosen = ends or begins or [max(left, key=lambda n: len(outs[n]) - len(ins[n]))]
        (end if ends else front).extend(chosen)
        for node in chosen:
            for other in outs[node]:
                ins[other].discard(node)
            for other in ins[node]:
                outs[other].discard(node)
        gone = set(chosen)
        left = [n for n in left if n not in gone]
    order = {node: n for n, node in enumerate([*front, *reversed(end)])}
    return {(a, b) for a, b in edges if order[a] > order[b]}


def _layers(nodes: Sequence[Node], edges: Sequence[Edge]) -> dict[Node, int]:
    """The longest way from a source; then each moves as far to the right as what follows lets it, so that edges stay short."""
    outs: dict[Node, list[Node]] = defaultdict(list)
    waits: dict[Node, int] = dict.fromkeys(nodes, 0)
    for a, b in edges:
        outs[a].append(b)
        waits[b] += 1
    ready, order = [n for n in nodes if not waits[n]], []
    layer = dict.fromkeys(nodes, 0)
    while ready:
        node = ready.pop(0)
        order.append(node)
        for other in outs[node]:
            layer[other] = max(layer[other], layer[node] + 1)
            waits[other] -= 1
            if not waits[other]:
                ready.append(other)
    for node in reversed(order):
        if outs[node]:
            layer[node] = min(layer[other] for other in outs[node]) - 1
    return layer


Stop = tuple[Node, int]


def _rows(nodes: Sequence[Node], edges: Sequence[Edge], layer: dict[Node, int]) -> tuple[dict[Node, int], dict[Edge, list[Stop]]]:
    """Edges over several layers pass a stop of their own in each; the order of a layer follows that of its neighbours."""
    columns: dict[int, list[Node]] = defaultdict(list)
    for node in nodes:
        columns[layer[node]].append(node)
    before: dict[Node, list[Node]] = defaultdict(list)
    after: dict[Node, list[Node]] = defaultdict(list)
    routes: dict[Edge, list[Stop]] = {}
    for a, b in edges:
        step = 1 if layer[a] < layer[b] else -1
        between: list[Stop] = [((a, b, at), at) for at in range(layer[a] + step, layer[b], step)]
        for stop, at in between:
            columns[at].append(stop)
        routes[a, b] = [(a, layer[a]), *between, (b, layer[b])]
        ordered = routes[a, b][::step]
        for (one, _n), (other, _m) in pairwise(ordered):
            after[one].append(other)
            before[other].append(one)
    row = {node: n for column in columns.values() for n, node in enumerate(column)}
    for sweep in range(_SWEEPS):
        near = before if sweep % 2 == 0 else after
        for at in sorted(columns, reverse=sweep % 2 == 1):
            columns[at].sort(key=lambda node: sum(row[o] for o in near[node]) / len(near[node]) if near[node] else row[node])
            row |= {node: n for n, node in enumerate(columns[at])}
    tallest = max(len(column) for column in columns.values())
    return {node: n + (tallest - len(column)) // 2 for column in columns.values() for n, node in enumerate(column)}, routes
