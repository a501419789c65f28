"""What changed from one text to another: line by line, and within a line word by word."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

from markupsafe import Markup, escape

_WORDS = re.compile(r"[A-Za-z0-9_]+|\s+|[^A-Za-z0-9_\s]")
_TAGS = {"del": Markup("<del>{}</del>"), "ins": Markup("<ins>{}</ins>")}
AROUND = 2
"""Lines that stay, shown before and after what changed."""
LONGEST = 2_000
"""Letters of a line that is compared word by word."""


@dataclass(frozen=True, slots=True)
class Line:
    kind: str  # same, gone, new, gap
    text: Markup


def lines(before: str, after: str) -> list[Line]:
    old, new = before.split("\n"), after.split("\n")
    found: list[Line] = []
    for group in SequenceMatcher(None, old, new).get_grouped_opcodes(AROUND):
        if found:
            found.append(Line("gap", Markup("…")))
        for tag, a, b, c, d in group:
            if tag == "equal":
                found += [Line("same", escape(one)) for one in old[a:b]]
            elif tag == "replace" and b - a == d - c:
                for x, y in zip(old[a:b], new[c:d], strict=True):
                    found += _within(x, y)
            else:
                found += [Line("gone", _marked("del", one)) for one in old[a:b]] + [Line("new", _marked("ins", one)) for one in new[c:d]]
    return found


def _within(before: str, after: str) -> list[Line]:
    if max(len(before), len(after)) > LONGEST:
        return [Line("gone", _marked("del", before)), Line("new", _marked("ins", after))]
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    gone, come = Markup(""), Markup("")
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        x, y = "".join(old[a:b]), "".join(new[c:d])
        gone += escape(x) if tag == "equal" else _marked("del", x)
        come += escape(y) if tag == "equal" else _marked("ins", y)
    return [Line("gone", gone), Line("new", come)]


def _marked(tag: str, text: str) -> Markup:
    return _TAGS[tag].format(text) if text else Markup("")
