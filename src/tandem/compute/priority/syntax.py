"""Formulas as text become trees: an own lexer and a small Pratt parser, with bounds on size and depth."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from tandem.compute.errors import Uncomputable
from tandem.compute.priority.units import WORD, Unit, unit

LONGEST, DEEPEST, MOST_NODES, LARGEST = 4_000, 40, 400, 1e15
_PATTERN = re.compile(
    r"(?P<blank>\s+)"
    rf"|(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w.]))(?:[ \t]*(?P<unit>{WORD}))?"
    rf"|(?P<joined>(?:\d+\.?\d*|\.\d+))(?P<short>{WORD})"
    r"|(?P<text>\"[^\"\n]*\"|'[^'\n]*')"
    r"|\[(?P<quoted>[^\]\[\n]+)\]"
    r"|(?P<name>[^\W\d]\w*)"
    r"|(?P<sign><=|>=|<>|!=|==|[-+*/()<>=,])"
)
_INFIX = {
    "or": 1, "and": 2, "=": 4, "==": 4, "!=": 4, "<>": 4, "<": 4, "<=": 4, ">": 4, ">=": 4,
    "+": 5, "-": 5, "*": 6, "/": 6,
}  # fmt: skip
_NOT, _MINUS, _COMPARED = 3, 7, 4
_SPELLING = {"==": "=", "<>": "!="}


@dataclass(frozen=True, slots=True)
class Token:
    kind: str
    text: str
    start: int
    end: int
    value: float = 0.0
    unit: Unit | None = None


@dataclass(frozen=True, slots=True)
class Node:
    """One part of a formula. `kind`: number, text, name, call or operator; `head`: its text, function or sign."""

    kind: str
    head: str
    start: int
    end: int
    parts: tuple["Node", ...] = ()
    value: float = 0.0
    unit: Unit | None = None


def refuse(code: str, source: str, start: int, end: int | None = None, **params: object) -> Uncomputable:
    """The error at a place of a formula: offset, line and column (both from 1), and the text found there."""
    line = source.count("\n", 0, start) + 1
    column = start - (source.rfind("\n", 0, start) + 1) + 1
    found = source[start : end if end is not None else start + 20]
    return Uncomputable(code, offset=start, line=line, column=column, found=found, **params)


def parse(source: str) -> Node:
    """The tree of a formula. Raises Uncomputable with the place of the fault; never runs any of it."""
    if len(source) > LONGEST:
        raise Uncomputable("formula_too_long", length=len(source), allowed=LONGEST)
    return _Parser(source).whole()


def _tokens(source: str) -> Iterator[Token]:
    at = 0
    while at < len(source):
        found = _PATTERN.match(source, at)
        if found is None:
            code = "unclosed_text" if source[at] in "\"'[" else "unexpected_character"
            raise refuse(code, source, at, at + 1)
        if found["blank"] is None:
            yield _token(source, found)
        at = found.end()
    yield Token("end", "", at, at)


def _token(source: str, found: re.Match[str]) -> Token:
    start, end = found.span()
    digits, word = found["number"] or found["joined"], found["unit"] or found["short"]
    if digits:
        value = float(digits)
        if value > LARGEST:
            raise refuse("number_too_large", source, start, end, allowed=LARGEST)
        measured, factor = unit(word) if word else (Unit(), 1.0)
        return Token("number", found.group(), start, end, value * factor, measured)
    if found["text"]:
        return Token("text", found["text"][1:-1], start, end)
    if found["quoted"]:
        return Token("name", found["quoted"].strip(), start, end)
    if found["name"] in ("and", "or", "not"):
        return Token("sign", found["name"], start, end)
    return Token("name" if found["name"] else "sign", found.group(), start, end)


class _Parser:
    def __init__(self, source: str) -> None:
        self.source, self.tokens = source, list(_tokens(source))
        self.at = self.nodes = self.depth = 0

    def whole(self) -> Node:
        tree = self.expression(0)
        rest = self.tokens[self.at]
        if rest.kind != "end":
            raise refuse("unexpected", self.source, rest.start, rest.end, allowed=("an operator", "the end"))
        return tree

    def take(self) -> Token:
        token = self.tokens[self.at]
        self.at += token.kind != "end"
        return token

    def expect(self, sign: str) -> Token:
        token = self.take()
        if token.kind != "sign" or token.text != sign:
            raise refuse("unexpected", self.source, token.start, token.end, allowed=(sign,))
        return token

    def sees(self, sign: str) -> bool:
        token = self.tokens[self.at]
        return token.kind == "sign" and token.text == sign

    def node(self, kind: str, head: str, start: int, parts: tuple[Node, ...] = (), **more: object) -> Node:
        self.nodes += 1
        if self.nodes > MOST_NODES:
            raise refuse("formula_too_large", self.source, start, allowed=MOST_NODES)
        end = self.tokens[self.at - 1].end
        return Node(kind, head, start, end, parts, **more)  # type: ignore[arg-type]

    def expression(self, above: int) -> Node:
        """Pratt's rule: take a prefix, then every operator that binds closer than `above`."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise refuse("formula_too_deep", self.source, self.tokens[self.at].start, allowed=DEEPEST)
        left = self.prefix()
        while (power := self.power()) > above:
            sign = self.take()
            right = self.expression(power)
            head = _SPELLING.get(sign.text, sign.text)
            left = self.node("operator", head, left.start, (left, right))
            if power == _COMPARED and self.power() == _COMPARED:
                chained = self.tokens[self.at]
                raise refuse("chained_comparison", self.source, chained.start, chained.end, allowed=("and",))
        self.depth -= 1
        return left

    def power(self) -> int:
        token = self.tokens[self.at]
        return _INFIX.get(token.text, 0) if token.kind == "sign" else 0

    def prefix(self) -> Node:
        token = self.take()
        if token.kind == "number":
            return self.node("number", token.text, token.start, value=token.value, unit=token.unit)
        if token.kind == "text":
            return self.node("text", token.text, token.start)
        if token.kind == "name":
            quoted = self.source[token.start] == "["
            return (
                self.call(token)
                if self.sees("(") and not quoted
                else self.node("name", token.text, token.start)
            )
        if token.text in ("-", "+", "not"):
            part = self.expression(_NOT if token.text == "not" else _MINUS)
            return part if token.text == "+" else self.node("operator", token.text, token.start, (part,))
        if token.text == "(":
            inner = self.expression(0)
            return replace(inner, start=token.start, end=self.expect(")").end)
        wanted = ("a number", "a name", "a function", "(")
        raise refuse("unexpected", self.source, token.start, max(token.end, token.start), allowed=wanted)

    def call(self, name: Token) -> Node:
        self.expect("(")
        parts: list[Node] = []
        while not self.sees(")"):
            if parts:
                self.expect(",")
            parts.append(self.expression(0))
        self.expect(")")
        return self.node("call", name.text, name.start, tuple(parts))
