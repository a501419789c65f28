"""A pack as a file that people write: YAML, of which JSON is a part. What cannot be read is named with its line."""

from collections.abc import Iterator
from typing import Any

import yaml

from tandem.collaboration import words
from tandem.governance import pack_content
from tandem.governance.method_content import Content
from tandem.kit.errors import Refused

LONGEST = 200_000
_INT = "tag:yaml.org,2002:int"


def written(name: str, purpose: str, content: Content) -> str:
    """Read again it says the same."""
    said: dict[str, Any] = {"name": name, "purpose": purpose}
    for section, fields in pack_content.SHAPE.items():  # the database keeps the fields of a row in an order of its own
        said[section] = [{field: row[field] for field in fields if field in row} for row in content.get(section, [])]
    return str(yaml.safe_dump(said, allow_unicode=True, sort_keys=False, width=110))


def read(text: str) -> tuple[str, str, Content]:
    """Name, purpose and what is asked. Raises `Refused` with the line: what is no YAML, what stands twice, what a pack does not have."""
    if len(text) > LONGEST:
        raise Refused("text_too_long", field="text", most=LONGEST)
    lines: dict[str, int] = {}
    try:
        for token in yaml.scan(text, yaml.SafeLoader):
            if isinstance(token, yaml.AnchorToken | yaml.AliasToken | yaml.TagToken):
                raise _at(token.start_mark.line, words.refusal("pack_reference", {}))
        root = yaml.compose(text, yaml.SafeLoader)
        given = _plain(root, "", lines) if root is not None else None
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        raise _at(mark.line if mark else 0, words.refusal("pack_unreadable", {})) from None
    except (yaml.YAMLError, RecursionError):  # a character that no text has, or a thousand brackets
        raise _at(0, words.refusal("pack_unreadable", {})) from None
    if not isinstance(given, dict):
        raise _at(0, words.refusal("pack_malformed", {"where": "–", "takes": ", ".join(("name", "purpose", *pack_content.SHAPE))}))
    name, purpose = given.pop("name", ""), given.pop("purpose", "")
    for where, value, most in (("name", name, 120), ("purpose", purpose, 2000)):
        if not isinstance(value, str) or len(value) > most or (where == "name" and not value.strip()):
            raise _at(lines.get(where, 0), words.refusal("pack_malformed", {"where": where, "takes": pack_content.text_of(most)}))
    try:
        return " ".join(name.split()), purpose.strip(), pack_content.checked(given)
    except Refused as problem:
        raise _at(_line(lines, str(problem.params.get("where", ""))), words.refusal(problem.code, problem.params)) from None


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
    is_number = node.tag == _INT and node.value.removeprefix("-").isdecimal() and len(node.value) < 10
    return int(node.value) if is_number else node.value if node.tag != "tag:yaml.org,2002:null" else None


def _pairs(node: Any) -> Iterator[tuple[str, int, Any]]:
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise _at(key.start_mark.line, words.refusal("pack_unreadable", {}))
        yield key.value, key.start_mark.line, value
