"""What changed from one text to another: line by line, and within a line word by word. The work is bounded, whatever stands in the texts."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from markupsafe import Markup, escape

_WORDS = re.compile(r"[A-Za-z0-9_]+|\s+|[^A-Za-z0-9_\s]")
_TAGS = {"del": Markup("<del>{}</del>"), "ins": Markup("<ins>{}</ins>")}
AROUND = 2
"""Lines that stay, shown before and after what changed."""
LONGEST = 2_000
"""Letters of a line that is compared word by word."""
MOST_LINES = 2_000_000
"""Pairs of lines that are held against each other between the first and the last that differ."""
MOST_WORDS, MOST_WORDS_IN_ALL = 40_000, 800_000
"""Pairs of words between the first and the last that differ: of one line, and of all lines of a text."""

Step = tuple[str, int, int, int, int]


@dataclass(frozen=True, slots=True)
class Line:
    kind: str  # same, gone, new, gap
    text: Markup


@dataclass(slots=True)
class Effort:
    """Pairs that may still be compared."""

    left: int


def lines(before: str, after: str) -> list[Line]:
    old, new = before.split("\n"), after.split("\n")
    found: list[Line] = []
    words = Effort(MOST_WORDS_IN_ALL)
    for group in _groups(_steps(old, new, Effort(MOST_LINES), MOST_LINES, autojunk=True)):
        if found:
            found.append(Line("gap", Markup("…")))
        for tag, a, b, c, d in group:
            if tag == "equal":
                found += [Line("same", escape(one)) for one in old[a:b]]
            elif tag == "replace" and b - a == d - c:
                for x, y in zip(old[a:b], new[c:d], strict=True):
                    found += [Line("same", escape(x))] if x == y else _within(x, y, words)
            else:
                found += [Line("gone", _marked("del", one)) for one in old[a:b]] + [Line("new", _marked("ins", one)) for one in new[c:d]]
    return found


def _steps(old: Sequence[str], new: Sequence[str], effort: Effort, most: int, *, autojunk: bool) -> list[Step]:
    """From the one to the other. What both begin and end with is set aside first; where what lies between is more than `most` pairs, or
    more than is left, all of it goes and all comes."""
    start, most_alike = 0, min(len(old), len(new))
    while start < most_alike and old[start] == new[start]:
        start += 1
    rest = 0
    while rest < most_alike - start and old[-1 - rest] == new[-1 - rest]:
        rest += 1
    a, b = old[start : len(old) - rest], new[start : len(new) - rest]
    between: list[Step] = [("replace" if a and b else "delete" if a else "insert", 0, len(a), 0, len(b))] if a or b else []
    if 0 < (size := len(a) * len(b)) <= min(most, effort.left):
        effort.left -= size
        between = list(SequenceMatcher(None, a, b, autojunk=autojunk).get_opcodes())
    steps: list[Step] = [("equal", 0, start, 0, start)] if start else []
    steps += [(tag, start + i, start + j, start + k, start + n) for tag, i, j, k, n in between]
    return [*steps, ("equal", len(old) - rest, len(old), len(new) - rest, len(new))] if rest else steps


def _groups(steps: list[Step]) -> list[list[Step]]:
    """What differs with a few lines around it; nothing where nothing does."""
    groups: list[list[Step]] = []
    group: list[Step] = []
    for n, step in enumerate(steps, 1):
        tag, a, b, c, d = step
        head, tail = AROUND if group else 0, AROUND if n < len(steps) else 0
        if tag != "equal" or b - a <= head + tail:
            group.append(step)
            continue
        if group:
            groups.append([*group, ("equal", a, a + head, c, c + head)])
        group = [("equal", b - tail, b, d - tail, d)] if tail else []
    return [*groups, group] if group else groups


def _within(before: str, after: str, effort: Effort) -> list[Line]:
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    most = MOST_WORDS if max(len(before), len(after)) <= LONGEST else 0
    gone, come = Markup(""), Markup("")
    for tag, a, b, c, d in _steps(old, new, effort, most, autojunk=False):
        x, y = "".join(old[a:b]), "".join(new[c:d])
        gone += escape(x) if tag == "equal" else _marked("del", x)
        come += escape(y) if tag == "equal" else _marked("ins", y)
    return [Line("gone", gone), Line("new", come)]


def _marked(tag: str, text: str) -> Markup:
    return _TAGS[tag].format(text) if text else Markup("")
