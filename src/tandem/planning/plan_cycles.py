"""Links that close a circle are left out, so that one mistake in one project does not stop the plan of all."""

from collections import defaultdict

Links = list[tuple[int, int, int, int]]


def without_cycles(links: Links, size: int) -> tuple[Links, Links]:
    """The links that keep an order, and those that were left out: the last ones of each circle that a walk meets."""
    out: dict[int, list[int]] = defaultdict(list)
    missing = [0] * size
    for tail, head, _kind, _lag in links:
        out[tail].append(head)
        missing[head] += 1
    ready = [node for node in range(size) if not missing[node]]
    while ready:
        for head in out[ready.pop()]:
            missing[head] -= 1
            if not missing[head]:
                ready.append(head)
    stuck = {node for node in range(size) if missing[node] > 0}
    if not stuck:
        return links, []
    back = _closing(out, stuck)
    return [one for one in links if one[:2] not in back], [one for one in links if one[:2] in back]


def _closing(out: dict[int, list[int]], stuck: set[int]) -> set[tuple[int, int]]:
    """Arcs that lead back to a node of the path on which a walk in depth stands."""
    found: set[tuple[int, int]] = set()
    over: set[int] = set()
    for first in sorted(stuck):
        if first in over:
            continue
        path, on_path = [(first, iter(out[first]))], {first}
        while path:
            node, heads = path[-1]
            for head in heads:
                if head in on_path:
                    found.add((node, head))
                elif head in stuck and head not in over:
                    on_path.add(head)
                    path.append((head, iter(out[head])))
                    break
            else:
                path.pop()
                on_path.discard(node)
                over.add(node)
    return found
