"""Markdown and imported HTML as safe HTML: the only place that marks text as safe."""

import html

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

_MARKDOWN = (
    MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("table").enable("strikethrough")
)
_LINK_ATTRIBUTES = {"a": {"href", "title"}, "img": {"alt"}, "code": {"class"}}


def rendered(text: str, format: str = "markdown") -> Markup:
    """`markdown` and `html` become sanitised HTML; anything else is shown as it stands."""
    if not text:
        return Markup("")
    if format == "markdown":
        raw = _MARKDOWN.render(text)
    elif format == "html":
        raw = text
    else:
        raw = f"<pre class='plain'>{html.escape(text)}</pre>"
    clean = nh3.clean(
        raw,
        attributes=_LINK_ATTRIBUTES,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )
    return Markup(clean)  # noqa: S704  cleaned by nh3
