"""The words of a page as a reader sees them, without their markup: by them a comment finds its passage."""

from functools import lru_cache

from markdown_it import MarkdownIt

_MARKDOWN = MarkdownIt("commonmark").enable("table").enable("strikethrough")
_BLANK = ("softbreak", "hardbreak")


@lru_cache(maxsize=64)
def words_of(body: str) -> str:
    """In one line, with one blank between words."""
    parts: list[str] = []
    for token in _MARKDOWN.parse(body):
        if token.type in ("fence", "code_block"):
            parts.append(token.content)
        elif token.children:
            parts.append("".join(" " if one.type in _BLANK else one.content for one in token.children if one.type != "image"))
    return plain(" ".join(parts))


def plain(text: str) -> str:
    return " ".join(text.split())


def holds(body: str, quote: str) -> bool:
    return plain(quote) in words_of(body)
