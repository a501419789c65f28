"""The geometry of a picture of flows: columns of nodes with bands between them. Plain functions, units of the picture."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

WIDTH, NODE, GAP, LEAST = 920.0, 9.0, 12.0, 2.5
BODY = 330.0
"The height of all that flows; the gaps between nodes come on top."
RIGHT = 200.0
"Room for the names of the last column."


@dataclass(frozen=True, slots=True)
class Flow:
    """So much goes from a node of `column` to a node of the next one."""

    column: int
    source: Hashable
    target: Hashable
    value: float


@dataclass(frozen=True, slots=True)
class Node:
    column: int
    key: Hashable
    value: float
    x: float
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Band:
    flow: Flow
    path: str


@dataclass(frozen=True, slots=True)
class Picture:
    width: float
    height: float
    nodes: list[Node]
    bands: list[Band]


def lay_out(flows: Sequence[Flow], last: Iterable[Hashable] = ()) -> Picture:
    """Nodes by size in the first column, then next to what they come from, so that bands cross little; those named in
    `last` stand below the others."""
    low = set(last)
    sizes = _sizes(flows)
    columns = max(sizes) + 1 if sizes else 0
    scale = BODY / max((sum(column.values()) for column in sizes.values()), default=1) if columns else 1
    step = (WIDTH - RIGHT - NODE) / max(columns - 1, 1)
    nodes: dict[tuple[int, Hashable], Node] = {}
    for column in range(columns):
        y = 4.0
        for key in _order(column, sizes[column], flows, nodes, low):
            height = max(sizes[column][key] * scale, LEAST)
            nodes[column, key] = Node(column, key, sizes[column][key], round(column * step, 1), round(y, 1), round(height, 1))
            y += height + GAP
    height = max((n.y + n.height for n in nodes.values()), default=0) + 8
    return Picture(WIDTH, round(height), list(nodes.values()), _bands(flows, nodes, scale))


def _sizes(flows: Sequence[Flow]) -> dict[int, dict[Hashable, float]]:
    """What goes through a node: the larger of what comes in and what goes out."""
    comes: dict[tuple[int, Hashable], float] = defaultdict(float)
    goes: dict[tuple[int, Hashable], float] = defaultdict(float)
    for one in flows:
        goes[one.column, one.source] += one.value
        comes[one.column + 1, one.target] += one.value
    found: dict[int, dict[Hashable, float]] = defaultdict(dict)
    for column, key in [*goes, *comes]:
        found[column][key] = max(goes.get((column, key), 0), comes.get((column, key), 0))
    return found


def _order(
    column: int, sizes: dict[Hashable, float], flows: Sequence[Flow], nodes: dict[tuple[int, Hashable], Node], low: set[Hashable]
) -> list[Hashable]:  # fmt: skip
    weights: dict[Hashable, float] = defaultdict(float)
    for one in flows:
        if one.column == column - 1:
            before = nodes[column - 1, one.source]
            weights[one.target] += one.value * (before.y + before.height / 2)
    if not column:
        return sorted(sizes, key=lambda k: (k in low, -sizes[k], str(k)))
    return sorted(sizes, key=lambda k: (k in low, weights[k] / sizes[k] if sizes[k] else 0, str(k)))


def _bands(flows: Sequence[Flow], nodes: dict[tuple[int, Hashable], Node], scale: float) -> list[Band]:
    """At each node in the order of the nodes at the other end."""
    left: dict[tuple[int, Hashable], float] = {}
    right: dict[tuple[int, Hashable], float] = {}
    starts, ends = {}, {}
    for one in sorted(flows, key=lambda f: (f.column, nodes[f.column + 1, f.target].y)):
        at = (one.column, one.source)
        starts[one] = right.get(at, nodes[at].y)
        right[at] = starts[one] + one.value * scale
    for one in sorted(flows, key=lambda f: (f.column, nodes[f.column, f.source].y)):
        at = (one.column + 1, one.target)
        ends[one] = left.get(at, nodes[at].y)
        left[at] = ends[one] + one.value * scale
    return [Band(one, _path(nodes[one.column, one.source].x + NODE, starts[one], nodes[one.column + 1, one.target].x, ends[one], max(one.value * scale, 0.8))) for one in flows]


def _path(x0: float, y0: float, x1: float, y1: float, wide: float) -> str:
    middle = (x0 + x1) / 2
    points = [x0, y0, middle, y0, middle, y1, x1, y1, x1, y1 + wide, middle, y1 + wide, middle, y0 + wide, x0, y0 + wide]
    a = [f"{p:.1f}".removesuffix(".0") for p in points]
    return f"M{a[0]} {a[1]}C{a[2]} {a[3]} {a[4]} {a[5]} {a[6]} {a[7]}L{a[8]} {a[9]}C{a[10]} {a[11]} {a[12]} {a[13]} {a[14]} {a[15]}Z"
