"""Texts of other systems as Markdown: HTML, Jira's wiki markup, plain text. What has no like in Markdown keeps its words."""

import re
from html.parser import HTMLParser

from tandem.exchange.records import BodyFormat, Checklist

_BLOCK = {"p", "div", "table", "ul", "ol", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "tr", "section", "dl"}
_MARK = {"b": "**", "strong": "**", "i": "*", "em": "*", "del": "~~", "s": "~~", "strike": "~~"}
_SKIP = {"script", "style", "head", "title"}
_SPECIAL = re.compile(r"([\\`*_\[\]<>~|])")
_LINE_START = re.compile(r"^(\s*)([#+>-]|\d+[.)])(?=\s|$)", re.MULTILINE)


def markdown(text: str, format: BodyFormat) -> str:
    if not text.strip():
        return ""
    if format == "html":
        return from_html(text)
    if format == "jira-wiki":
        return from_wiki(text)
    return text if format == "markdown" else from_plain(text)


def from_plain(text: str) -> str:
    """Marks that Markdown would read are escaped, line ends kept."""
    escaped = _LINE_START.sub(r"\1\\\2", _SPECIAL.sub(r"\\\1", text))
    return re.sub(r"(?<=\S)\n(?=\S)", "  \n", escaped.replace("\r\n", "\n"))


def checklists(lists: tuple[Checklist, ...], names: dict[str, str]) -> str:
    """Check lists as task lists, with who and when behind each entry."""
    parts = []
    for one in lists:
        lines = ["**" + _SPECIAL.sub(r"\\\1", one.name) + "**", ""] if one.name else []
        for entry in one.items:
            extra = [names.get(entry.assignee or "", ""), entry.due.date().isoformat() if entry.due else ""]
            note = " · ".join(filter(None, extra))
            lines.append(f"- [{'x' if entry.is_done else ' '}] {entry.title}" + (f" ({note})" if note else ""))
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


_CELL, _ROW = "\x03", "\x04"
_FENCES = re.compile(r"\n```\n\s*\n```\n")  # code that the source showed line by line is one piece


def _cells(text: str) -> str:
    """A bar between the cells of a row; a row of one cell was only a frame."""
    rows = re.split(r"(\x04)", text)
    return "".join("" if row == _ROW else _row(row) for row in rows)


def _row(text: str) -> str:
    first, *cells = text.split(_CELL)
    return first + (cells[0] if len(cells) == 1 else "".join(f" \\| {cell}" for cell in cells))


class _Html(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []
        self.lists: list[list[int]] = []
        self.links: list[str] = []
        self.skip = self.pre = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SKIP:
            self.skip += 1
        elif tag == "br":
            self.out.append("\n" if self.pre else "  \n")
        elif tag == "pre":
            self.out.append("\n\n```\n")
            self.pre += 1
        elif tag in ("ul", "ol"):
            self.out.append("\n" if self.lists else "\n\n")
            self.lists.append([0] if tag == "ul" else [1])
        elif tag == "li":
            self._bullet()
        elif re.fullmatch(r"h[1-6]", tag):
            self.out.append("\n\n" + "#" * int(tag[1]) + " ")
        elif tag in _BLOCK:
            self.out.append("\n\n" + (_ROW if tag == "tr" else ""))
        elif tag in _MARK and not self.pre:
            self.out.append(_MARK[tag])
        elif tag in ("code", "tt") and not self.pre:
            self.out.append("`")
        elif tag == "a":
            self.links.append(dict(attrs).get("href") or "")
            self.out.append("[")
        elif tag == "img":
            self.out.append(f"[{dict(attrs).get('alt') or 'image'}]({dict(attrs).get('src') or ''})")
        elif tag in ("td", "th"):
            self.out.append(_CELL)

    def _bullet(self) -> None:
        level = self.lists[-1] if self.lists else [0]
        mark = f"{level[0]}. " if level[0] else "- "
        level[0] += bool(level[0])
        self.out.append("\n" + "  " * max(0, len(self.lists) - 1) + mark)

    def handle_endtag(self, tag: str) -> None:
        if tag in _SKIP:
            self.skip = max(0, self.skip - 1)
        elif tag == "pre" and self.pre:
            self.pre -= 1
            self.out.append("\n```\n\n")
        elif tag in ("ul", "ol"):
            if self.lists:
                self.lists.pop()
            self.out.append("\n")
        elif tag in _MARK and not self.pre:
            self.out.append(_MARK[tag])
        elif tag in ("code", "tt") and not self.pre:
            self.out.append("`")
        elif tag == "a" and self.links:
            href = self.links.pop()
            self.out.append(f"]({href})" if re.match(r"https?:|mailto:", href) else "]")
        elif tag in _BLOCK:
            self.out.append("\n\n" + (_ROW if tag == "tr" else ""))

    def handle_data(self, data: str) -> None:
        data = data.replace(_CELL, "").replace(_ROW, "")
        if self.skip:
            return
        if self.pre:
            self.out.append(data)
        else:
            plain = _SPECIAL.sub(r"\\\1", re.sub(r"\s+", " ", data))
            self.out.append(plain.lstrip() if not self.out or self.out[-1].endswith("\n") else plain)


def from_html(text: str) -> str:
    parser = _Html()
    parser.feed(text)
    parser.close()
    joined = _FENCES.sub("\n", _cells("".join(parser.out)))
    joined = re.sub(r"\*\*\s*\*\*|(?<!\*)\*\s+\*(?!\*)|(?<!`)``(?!`)", "", joined)
    return re.sub(r"\n[ \t]*(?:\n[ \t]*)+", "\n\n", re.sub(r"(?<! ) \n", "\n", joined)).strip()


_CODE = re.compile(r"\{(code|noformat)(?::([^}]*))?\}(.*?)\{\1\}", re.DOTALL)
_WIKI: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.MULTILINE), into)
    for pattern, into in (
        (r"^h([1-6])\.\s*(.*)$", "\x00\\1 \\2"),
        (r"^bq\.\s*", "> "),
        (r"\{quote\}", ""),
        (r"\{(?:color|panel)[^}]*\}", ""),
        (r"\{\{(.+?)\}\}", r"`\1`"),
        (r"(?<![\w*])\*(?! )([^*\n]+?)(?<! )\*(?![\w*])", r"**\1**"),
        (r"(?<![\w-])-(?! )([^\n-]+?)(?<! )-(?![\w-])", r"~~\1~~"),
        (r"(?<!\w)\+(\S[^+\n]*?)\+(?!\w)", r"\1"),
        (r"\[~accountid:[^\]]*\]", "@?"),
        (r"\[~([^\]]+)\]", r"@\1"),
        (r"\[([^|\]\n]+)\|(https?:[^|\]\n]+)(?:\|[^\]\n]*)?\]", r"[\1](\2)"),
        (r"\[(https?:[^|\]\n]+)\]", r"<\1>"),
        (r"!([^!|\n]+\.(?:png|jpe?g|gif|svg|bmp))(?:\|[^!\n]*)?!", r"[\1]"),
    )
)


def from_wiki(text: str) -> str:
    """Jira's wiki markup; code is taken out first, so that nothing in it is touched."""
    kept: list[str] = []

    def keep(found: re.Match[str]) -> str:
        language = (found[2] or "").split("|")[0].split("=")[-1]
        kept.append(f"\n```{language if language.isalnum() else ''}\n{found[3].strip(chr(10))}\n```\n")
        return f"\x01{len(kept) - 1}\x02"

    done = _CODE.sub(keep, text.replace("\r\n", "\n"))
    done = re.sub(r"^([*#]+)\s+", lambda f: "  " * (len(f[1]) - 1) + ("1. " if f[1][-1] == "#" else "- "), done, flags=re.MULTILINE)
    for pattern, into in _WIKI:
        done = pattern.sub(into, done)
    done = re.sub(r"\x00([1-6])", lambda f: "#" * int(f[1]), done)
    done = re.sub(r"(?<=\S)\n(?=[^\s\-#>1`|\x01])", "  \n", done)
    return re.sub(r"\x01(\d+)\x02", lambda f: kept[int(f[1])], done).strip()
