"""Texts as likeness reads them: one spelling for what looks the same, and a class for every character."""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

LONGEST = 4_000
"""Characters of a text that are read; the rest is left out."""
GAP, LETTER, IDEOGRAPH, SYMBOL = 0, 1, 2, 3
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_WORD = re.compile(r"[^\W_]+")
_IDEOGRAPHS = ((0x3040, 0x30FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xAC00, 0xD7AF), (0xF900, 0xFAFF),
               (0x20000, 0x3FFFF))  # fmt: skip


def plain(text: str) -> str:
    """NFKC (full-width forms become narrow), `RawValue` as two words, no case. Traditional and simplified
    characters stay what they are."""
    return _HUMP.sub(" ", unicodedata.normalize("NFKC", text[:LONGEST])).casefold()


def words(text: str) -> tuple[str, ...]:
    """The words of a plain text in their order; of ideographs, every pair of neighbours (a lone one alone)."""
    found: list[str] = []
    table = classes()
    for run in _WORD.findall(text):
        start = 0
        for at in range(1, len(run) + 1):
            if at == len(run) or _kind(table, run[at]) != _kind(table, run[start]):
                part = run[start:at]
                if _kind(table, part[0]) == IDEOGRAPH and len(part) > 1:
                    found += [part[i : i + 2] for i in range(len(part) - 1)]
                else:
                    found.append(part)
                start = at
    return tuple(found)


def codes(texts: Sequence[str]) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.int64]]:
    """The code points of plain texts in one row, and where each text begins (one more at the end)."""
    lengths = np.fromiter((len(text) for text in texts), np.int64, len(texts))
    starts = np.zeros(len(texts) + 1, np.int64)
    np.cumsum(lengths, out=starts[1:])
    joined = "".join(texts).encode("utf-32-le", "surrogatepass")
    return np.frombuffer(joined, np.uint32), starts


@cache
def classes() -> npt.NDArray[np.uint8]:
    """The class of every code point: gap, letter or digit, ideograph, symbol (emoji)."""
    table = np.zeros(0x110000, np.uint8)
    for code in range(0x10000):
        kind = unicodedata.category(chr(code))
        if kind[0] in "LN" or kind == "Mn":
            table[code] = LETTER
        elif kind == "So":
            table[code] = SYMBOL
    table[0x1F000:0x1FAFF] = SYMBOL
    for first, last in _IDEOGRAPHS:
        table[first : last + 1] = IDEOGRAPH
    return table


def _kind(table: npt.NDArray[np.uint8], character: str) -> int:
    return int(table[ord(character)])
