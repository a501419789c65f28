"""Markdown and imported HTML as safe HTML: the only place that marks text as safe."""

import html
import re
from functools import lru_cache
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

_MARKDOWN = (
    MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("table").enable("strikethrough")
)
_PERSON = re.compile(r"user:(\d{1,18})")
_LINK_ATTRIBUTES = {"a": {"href", "title"}, "img": {"alt"}, "code": {"class"}}


def _mention(renderer: Any, tokens: Any, at: int, options: Any, env: Any) -> str:
    """`@[Boris](user:12)` leads to the person."""
    if person := _PERSON.fullmatch(tokens[at].attrGet("href") or ""):
        tokens[at].attrs = {"href": f"/people/{person[1]}/", "class": "at"}
    return str(renderer.renderToken(tokens, at, options, env))


_MARKDOWN.add_render_rule("link_open", _mention)


_SHORT = 4000
"Letters up to which a text is kept as it was rendered: the same comments are read again and again."


def rendered(text: str, format: str = "markdown") -> Markup:
    """`markdown` and `html` become sanitised HTML; anything else is shown as it stands."""
    if not text:
        return Markup("")
    return _kept(text, format) if len(text) <= _SHORT else _rendered(text, format)


def _rendered(text: str, format: str) -> Markup:
    if format == "markdown":
        raw = _MARKDOWN.render(text)
    elif format == "html":
        raw = text
    else:
        raw = f"<pre class='plain'>{html.escape(text)}</pre>"
    clean = nh3.clean(
        raw,
        attributes=_LINK_ATTRIBUTES,
        allowed_classes={"a": {"at"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )
    return Markup(clean)  # noqa: S704  cleaned by nh3


_kept = lru_cache(maxsize=1000)(_rendered)


def plain(text: str) -> str:
    """The words of a Markdown text in one line, without their markup: for lists and letters."""
    return " ".join(html.unescape(nh3.clean(_MARKDOWN.render(text), tags=set())).split())
