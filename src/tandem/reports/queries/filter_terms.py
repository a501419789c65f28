"""The grammar of the filter language: `field:value,value`, `-` before a term, quotes, free words; text to terms and back.

Every place is counted in characters from 1, so that a page can mark it in the field."""

import re
from dataclasses import dataclass, field

from tandem.kit.errors import Refused
from tandem.kit.text import has_controls
from tandem.reports.queries.filter_words import NAMES

LONGEST, MOST_VALUES = 2000, 60
_NAME = re.compile(r"([^\W\d]\w*)[:\uff1a]")
_COMMAS, _COLONS = ",，", ":："
# a quote and what ends it; input methods write the curly ones
_QUOTES = {'"': '"', "“": "”“", "”": "”“"}


@dataclass(frozen=True)
class Part:
    """One value and where it stands."""

    value: str
    at: int = field(default=1, compare=False)
    length: int = field(default=1, compare=False)


@dataclass(frozen=True)
class Term:
    field: str
    parts: tuple[Part, ...]
    is_not: bool
    at: int = field(default=1, compare=False)
    text: str = field(default="", compare=False)

    @property
    def values(self) -> tuple[str, ...]:
        return tuple(part.value for part in self.parts)


def refused(code: str, at: int, length: int = 1, **params: object) -> Refused:
    return Refused(code, at=at, length=max(1, length), **params)


def terms(text: str) -> list[Term]:
    """The parts of a filter; free text has the field ''. Raises `Refused` with the place of what cannot be read."""
    if len(text) > LONGEST:
        raise refused("filter_too_long", LONGEST + 1, len(text) - LONGEST, most=LONGEST)
    for at, char in enumerate(text, 1):
        if has_controls(char):
            raise refused("filter_unreadable", at)
    found: list[Term] = []
    at = _skipped(text, 0)
    while at < len(text):
        term, at = _term(text, at)
        if term:
            found.append(term)
        if sum(len(t.parts) for t in found) > MOST_VALUES:
            raise refused("filter_too_many", found[-1].at, len(found[-1].text), most=MOST_VALUES)
        at = _skipped(text, at)
    return found


def _skipped(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at


def _term(text: str, start: int) -> tuple[Term | None, int]:
    is_not = text[start] == "-" and start + 1 < len(text) and not text[start + 1].isspace()
    begin = start + is_not
    name = _NAME.match(text, begin)
    if name is None:
        part, end = _free(text, begin)
        return (Term("", (part,), is_not, start + 1, text[start:end]) if part.value else None), end
    # what no field of every item is called may be one of a team's own: whoever knows the asker looks it up
    known = NAMES.get(name[1].casefold(), name[1])
    parts, end = _values(text, name.end())
    if not parts:
        raise refused("filter_value_missing", begin + 1, end - begin, field_name=name[1])
    return Term(known, tuple(parts), is_not, start + 1, text[start:end]), end


def _free(text: str, start: int) -> tuple[Part, int]:
    """A quoted text, or a word as it stands."""
    if text[start] in _QUOTES:
        value, end = _quoted(text, start)
    else:
        end = start
        while end < len(text) and not text[end].isspace():
            end += 1
        value = text[start:end]
    return Part(value.strip(), start + 1, end - start), end


def _values(text: str, at: int) -> tuple[list[Part], int]:
    """Values with commas between them, up to the next blank that stands in no quotation marks."""
    found, value, start = [], "", at
    while True:
        if at >= len(text) or text[at].isspace() or text[at] in _COMMAS:
            if value.strip():
                found.append(Part(value.strip(), start + 1, at - start))
            if at >= len(text) or text[at].isspace():
                return found, at
            value, at = "", at + 1
            start = at
        elif text[at] in _QUOTES:
            inside, at = _quoted(text, at)
            value += inside
        else:
            value, at = value + text[at], at + 1


def _quoted(text: str, start: int) -> tuple[str, int]:
    """What stands between quotation marks; two straight ones inside are one."""
    ends, value, at = _QUOTES[text[start]], "", start + 1
    while at < len(text):
        if text[at] in ends:
            if text[at] != '"' or text[at + 1 : at + 2] != '"':
                return value, at + 1
            at += 1
        value, at = value + text[at], at + 1
    raise refused("filter_quote_open", start + 1, len(text) - start)


def quoted(value: str) -> str:
    """The value as it stands in a filter."""
    plain = value and not any(c.isspace() or c in _QUOTES or c in _COMMAS or c in _COLONS for c in value)
    return value if plain else '"' + value.replace('"', '""') + '"'


def written(found: list[Term]) -> str:
    """The text of terms: read again, it gives the same terms."""
    return " ".join(_written(term) for term in found)


def _written(term: Term) -> str:
    if term.field:
        text = f"{term.field}:{','.join(quoted(value) for value in term.values)}"
    else:
        text = quoted(term.values[0])
        text = f'"{text}"' if text.startswith("-") else text
    return f"-{text}" if term.is_not else text


def without(text: str, term: Term) -> str:
    """The filter when this term is taken away."""
    return " ".join(t.text for t in terms(text) if t.at != term.at)


def begun(text: str) -> tuple[int, str, str, bool]:
    """What is being written at the end of the text: where it begins (from 0), its field as typed, the value so far and
    whether a name is wanted rather than a value. Never refuses: half a term is what one completes."""
    start, ends = 0, ""
    for at, char in enumerate(text):
        if ends:
            ends = "" if char in ends else ends
        elif char in _QUOTES and (at == start or text[at - 1] in _COLONS + _COMMAS + "-"):
            ends = _QUOTES[char]
        elif char.isspace():
            start = at + 1
    start += text[start : start + 1] == "-"
    name = _NAME.match(text, start)
    if name is None:
        return start, "", text[start:], True
    start, ends = name.end(), ""
    for at in range(name.end(), len(text)):
        if ends:
            ends = "" if text[at] in ends else ends
        elif text[at] in _QUOTES:
            ends = _QUOTES[text[at]]
        elif text[at] in _COMMAS:
            start = at + 1
    return start, name[1], text[start:].strip("".join(_QUOTES)), False
