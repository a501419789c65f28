"""Reading the program's own source: the files of a room, their syntax trees, and reasoned escapes.

An escape stands on the line itself or on the line above: `# house: <rule> — <why>`."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HOUSE = ROOT / "src" / "tandem"
_ESCAPE = re.compile(r"#\s*house:\s*(?P<rule>[\w-]+)\s+[—–-]+\s+(?P<why>\S.{4,})")


@dataclass(frozen=True)
class Source:
    path: str
    text: str

    @property
    def tree(self) -> ast.Module:
        return _parsed(self.text)

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    def is_excused(self, node: ast.AST, rule: str) -> bool:
        """An escape on any line of the statement's first expression, or right above it."""
        first, last = node.lineno, getattr(node, "end_lineno", node.lineno)
        for line in self.lines[max(0, first - 2) : last]:
            found = _ESCAPE.search(line)
            if found and found["rule"] == rule:
                return True
        return False


@cache
def _parsed(text: str) -> ast.Module:
    return ast.parse(text)


@cache
def sources(*rooms: str) -> list[Source]:
    """Every file of the rooms (of the whole house without any), without migrations."""
    folders = [HOUSE / room for room in rooms] or [HOUSE]
    files = sorted(f for folder in folders for f in folder.rglob("*.py") if "migrations" not in f.parts)
    return [Source(str(f.relative_to(HOUSE)), f.read_text()) for f in files]


def sample(code: str) -> Source:
    return Source("example.py", code)


def calls(source: Source) -> Iterator[ast.Call]:
    yield from (node for node in ast.walk(source.tree) if isinstance(node, ast.Call))


def parents(tree: ast.AST) -> dict[ast.AST, ast.AST]:
    return {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
