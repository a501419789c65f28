"""A pack as a file that people write: YAML, of which JSON is a part. What cannot be read is named with its line."""

import re
from collections.abc import Iterator
from typing import Any

import yaml

from tandem.collaboration import words
from tandem.governance import pack_content
from tandem.governance.method_content import CRITERIA, Content
from tandem.kit.errors import Refused

LONGEST, DEEPEST, MOST_TOKENS = 200_000, 10, 30_000
_INT, _NULL = "tag:yaml.org,2002:int", "tag:yaml.org,2002:null"
_OPENS = yaml.FlowSequenceStartToken | yaml.FlowMappingStartToken | yaml.BlockSequenceStartToken | yaml.BlockMappingStartToken
_CLOSES = yaml.FlowSequenceEndToken | yaml.FlowMappingEndToken | yaml.BlockEndToken
_NUMBERS = {name for fields in (*pack_content.SHAPE.values(), CRITERIA) for name, what in fields.items() if isinstance(what, int)}
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def written(name: str, purpose: str, content: Content) -> str:
    """Read again it says the same."""
    said: dict[str, Any] = {"name": name, "purpose": purpose}
    for section, fields in pack_content.SHAPE.items():  # the database keeps the fields of a row in an order of its own
        said[section] = [_in_order(row, fields) for row in content.get(section, [])]
    return str(yaml.safe_dump(said, allow_unicode=True, sort_keys=False, width=110))


def _in_order(row: dict[str, Any], fields: dict[str, Any]) -> dict[str, Any]:
    return {field: [_in_order(one, CRITERIA) for one in row[field]] if what == "criteria" else row[field] for field, what in fields.items() if field in row}


def read(text: str) -> tuple[str, str, Content]:
    """Name, purpose and what is asked. Raises `Refused` with the line: what is no YAML, what stands twice, what a pack does not have."""
    if len(text) > LONGEST:
        raise Refused("text_too_long", field="text", most=LONGEST)
    if text.lstrip("\ufeff \t\r\n").startswith("{"):  # JSON may be indented with tabs, YAML may not
        text = re.sub(r"^[ \t]+", lambda found: found[0].replace("\t", "  "), text, flags=re.MULTILINE)
    lines: dict[str, int] = {}
    try:
        _scanned(text)
        root = yaml.compose(text, yaml.SafeLoader)
        given = _plain(root, "", lines) if root is not None else None
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        raise _at(mark.line if mark else 0, words.refusal("pack_unreadable", {})) from None
    except yaml.reader.ReaderError as problem:  # a character that no text has
        raise _at(text.count("\n", 0, problem.position), words.refusal("pack_character", {})) from None
    except (yaml.YAMLError, ValueError, OverflowError):  # a number of a character that there is not
        raise _at(0, words.refusal("pack_unreadable", {})) from None
    if not isinstance(given, dict):
        raise _at(0, words.refusal("pack_malformed", {"where": "–", "takes": ", ".join(("name", "purpose", *pack_content.SHAPE))}))
    name, purpose = given.pop("name", ""), given.pop("purpose", "") or ""
    for where, value, most in (("name", name, 120), ("purpose", purpose, 2000)):
        if not isinstance(value, str) or len(value) > most or (where == "name" and not value.strip()):
            raise _at(lines.get(where, 0), words.refusal("pack_malformed", {"where": where, "takes": pack_content.text_of(most)}))
    try:
        return " ".join(name.split()), purpose.strip(), pack_content.checked(given)
    except Refused as problem:
        raise _at(_line(lines, str(problem.params.get("at", problem.params.get("where", "")))), words.refusal(problem.code, problem.params)) from None


def _scanned(text: str) -> None:
    """No references, and nothing deep: the time that the scanner takes grows with the square of the depth."""
    deep = 0
    for number, token in enumerate(yaml.scan(text, yaml.SafeLoader)):
        if isinstance(token, yaml.AnchorToken | yaml.AliasToken | yaml.TagToken):
            raise _at(token.start_mark.line, words.refusal("pack_reference", {}))
        deep += isinstance(token, _OPENS) - isinstance(token, _CLOSES)
        if deep > DEEPEST or number > MOST_TOKENS:
            raise _at(token.start_mark.line, words.refusal("pack_too_much", {}))


def _at(line: int, said: str) -> Refused:
    return Refused("pack_line", field="text", line=line + 1, said=said)


def _line(lines: dict[str, int], where: str) -> int:
    """Of the place, else of the nearest one around it."""
    while where and where not in lines:
        where = where.rpartition(" ")[0]
    return lines.get(where, 0)


def _plain(node: Any, where: str, lines: dict[str, int]) -> Any:
    """Texts and whole numbers as they stand: a `no` is the word, no truth value. Rows are counted from one."""
    lines.setdefault(where, node.start_mark.line)
    if isinstance(node, yaml.MappingNode):
        found: dict[str, Any] = {}
        for name, line, value in _pairs(node):
            if name in found:
                raise _at(line, words.refusal("pack_twice", {"name": name}))
            below = f"{where} {name}".strip()
            lines[below] = line
            found[name] = _plain(value, below, lines)
        return found
    if isinstance(node, yaml.SequenceNode):
        return [_plain(one, f"{where} {number}", lines) for number, one in enumerate(node.value, 1)]
    value = _text(node)
    is_number = where.rpartition(" ")[2] in _NUMBERS and node.tag == _INT and value.removeprefix("-").isdecimal() and len(value) < 10
    return int(value) if is_number else value if node.tag != _NULL else None


def _text(node: Any) -> str:
    """JSON writes a sign beyond the first plane as two; what is left of halves is no sign, and PostgreSQL keeps neither them nor NUL."""
    value: str = node.value.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
    if _CONTROLS.search(value):
        raise _at(node.start_mark.line, words.refusal("pack_character", {}))
    return value


def _pairs(node: Any) -> Iterator[tuple[str, int, Any]]:
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise _at(key.start_mark.line, words.refusal("pack_unreadable", {}))
        yield _text(key), key.start_mark.line, value
