"""Every `tandem …` and `make …` that the documentation shows exists, with the options and variables shown."""

import re
import shlex
from collections.abc import Iterator

import click
import pytest

from tandem.config import cli
from tests.house.source import ROOT

PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "benchmarks/README.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
MAKEFILE = (ROOT / "Makefile").read_text()
_BLOCK = re.compile(r"^ *```(\w*)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`((?:tandem|make)\s[^`]+)`")
_PROGRAM = re.compile(r"(?:\S*/)?(tandem|make)$")
_ENDS = {">", "|", "&&", ";"}


def shown(text: str) -> Iterator[list[str]]:
    """The commands on a page, as words: `tandem` or `make` first."""
    blocks = [block for kind, block in _BLOCK.findall(text) if kind in ("", "sh", "ini")]
    lines = [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    lines += [" ".join(found.split()) for found in _INLINE.findall(_BLOCK.sub("", text))]
    for line in lines:
        try:
            words = shlex.split(line, comments=True)
        except ValueError:  # no command: an apostrophe in a sentence
            continue
        for at, word in enumerate(words):
            program = _PROGRAM.match(word.removeprefix("ExecStart="))
            if program and (at == 0 or words[at - 1] in _ENDS):
                rest = words[at + 1 :]
                end = next((n for n, one in enumerate(rest) if one in _ENDS), len(rest))
                said = (one.strip("[]…,.") for one in rest[:end] if one != "[OPTIONS]")
                yield [program[1], *filter(None, said)]


def wrong(words: list[str]) -> str:
    return _wrong_make(words[1:]) if words[0] == "make" else _wrong_tandem(words[1:])


def _wrong_make(words: list[str]) -> str:
    for word in words:
        name, is_variable, _value = word.partition("=")
        known = rf"^{name}\s*\??=|\$\({name}\)" if is_variable else rf"^{name}:"
        if not re.search(known, MAKEFILE, re.MULTILINE):
            return f"make knows no {name}"
    return ""


def _wrong_tandem(words: list[str]) -> str:
    command: click.Command = cli.tandem
    context = click.Context(command)
    try:
        while True:
            _values, words, _order = command.make_parser(context).parse_args(list(words))
            if not isinstance(command, click.Group) or not words:
                return f"{command.name} takes no {words}" if words else ""
            found = command.commands.get(words[0])
            if found is None:
                return f"{command.name} has no {words[0]}"
            command, words = found, words[1:]
            context = click.Context(command, parent=context)
    except click.UsageError as problem:
        return problem.format_message()


def test_what_is_not_there_is_seen():
    assert list(shown("```sh\nmake demo PORT=1 # so\n```\nor `tandem\ndoctor`")) == [["make", "demo", "PORT=1"], ["tandem", "doctor"]]
    assert not wrong(["make", "demo", "PORT=1"]) and not wrong(["tandem", "work", "list", "state:open"])
    for one in ("make tea", "make demo SUGAR=1", "tandem tea", "tandem work tea", "tandem doctor --tea", "tandem doctor tea"):
        assert wrong(one.split()), one


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_command_shown_is_there(page):
    lies = [f"{' '.join(words)}: {lie}" for words in shown(page.read_text()) if (lie := wrong(words))]
    assert not lies, "\n".join(lies)


def test_the_readme_shows_commands_at_all():
    assert len(list(shown((ROOT / "README.md").read_text()))) > 5
