"""Two people who write in the same minutes: what each of them put in stays, what each took out goes."""

from difflib import SequenceMatcher

MOST_PAIRS = 250_000
"""Pairs of lines of two texts that are held against each other; longer ones are put together as a whole, theirs first."""


def merged(base: str, theirs: str, mine: str) -> str:
    """Of the text that both had read (`base`) and what each made of it. Where both changed the same lines, theirs come first and mine
    follow; a line that both put in stands once."""
    if theirs == base or mine == theirs:
        return mine
    if mine == base:
        return theirs
    old, a, b = (text.split("\n") for text in (base, theirs, mine))
    if len(old) * max(len(a), len(b)) > MOST_PAIRS:
        return "\n".join(_chosen(old, a, b))
    found: list[str] = []
    at_old = at_a = at_b = 0
    for start_old, start_a, start_b, size in [*_common(old, a, b), (len(old), len(a), len(b), 0)]:
        found += _chosen(old[at_old:start_old], a[at_a:start_a], b[at_b:start_b])
        found += old[start_old : start_old + size]
        at_old, at_a, at_b = start_old + size, start_a + size, start_b + size
    return "\n".join(found)


def _chosen(old: list[str], theirs: list[str], mine: list[str]) -> list[str]:
    if mine == old or theirs == mine:
        return theirs
    if theirs == old:
        return mine
    known = {*theirs, *old}
    return theirs + [line for line in mine if line not in known]


def _common(old: list[str], a: list[str], b: list[str]) -> list[tuple[int, int, int, int]]:
    """Runs of lines that stand in all three: place in each, and how many lines."""
    in_a, in_b = _places(old, a), _places(old, b)
    runs: list[tuple[int, int, int, int]] = []
    at = 0
    while at < len(old):
        if at in in_a and at in in_b:
            size = 1
            while in_a.get(at + size) == in_a[at] + size and in_b.get(at + size) == in_b[at] + size:
                size += 1
            runs.append((at, in_a[at], in_b[at], size))
            at += size
        else:
            at += 1
    return runs


def _places(old: list[str], new: list[str]) -> dict[int, int]:
    blocks = SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    return {block.a + n: block.b + n for block in blocks for n in range(block.size)}
