"""What a page says to its reader: its text and the attributes that are read aloud or shown; and whose words they are."""

import re
from html.parser import HTMLParser
from typing import Any

from django.apps import apps
from django.db import models

_SAID = ("title", "aria-label", "alt", "placeholder", "data-empty", "aria-description")
_UNREAD = ("style", "script", "code", "kbd", "template", "svg", "pre")
_NO_WORD = re.compile(
    r"\{\w+\}|[\w.+-]+@[\w.-]+|https?://\S+|[\w-]*\.(csv|xml|json|md|mpp|xlsx)\b|\d [kMG]?B\b"
)
_INITIALS = re.compile(r"[A-Z]{2}")
_WORD = re.compile(r"[A-Za-z][A-Za-z'’]*[A-Za-z]")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.said: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.said += [text for name in _SAID if (text := values.get(name))]
        if tag == "input" and values.get("type") in ("submit", "button"):
            self.said.append(values.get("value") or "")
        if tag not in (
            "meta",
            "link",
            "input",
            "br",
            "hr",
            "img",
            "use",
            "path",
            "circle",
            "source",
            "col",
            "rect",
            "line",
        ):
            in_english = values.get("lang") == "en" and tag != "html"
            self.open.append(f"{tag}!" if in_english else tag)

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop().rstrip("!") != tag:
            pass

    def handle_data(self, data: str) -> None:
        if data.strip() and not any(t.endswith("!") or t in _UNREAD for t in self.open):
            self.said.append(data.strip())


def said(html: str) -> list[str]:
    """Everything that the reader of this page sees or hears, passage by passage."""
    reader = _Reader()
    reader.feed(html)
    return reader.said


def words(text: str) -> list[str]:
    """The Latin words of two letters and more; initials, units, addresses and names of files are none."""
    bare = _NO_WORD.sub(" ", text)
    return [] if _INITIALS.fullmatch(text) else _WORD.findall(bare)


def people_said() -> set[str]:
    """Every word that stands in the database as somebody's text: names, titles, comments, not our own choices."""
    found: set[str] = set()
    for model in apps.get_models():
        fields = [
            f.name
            for f in model._meta.concrete_fields
            if (isinstance(f, (models.CharField, models.TextField)) and not f.choices) or f.name in ("options", "questions")
        ]
        if model.__module__.startswith("tandem.") and fields:
            for row in model._default_manager.values_list(*fields):
                for value in row:
                    found.update(_WORD.findall(" ".join(map(str, value)) if isinstance(value, list) else value or ""))
    return found


def english_left(html: str, allowed: set[str], names: Any = ()) -> list[str]:
    """Passages with a Latin word that is neither a name nor somebody's own text."""
    left = []
    for text in said(html):
        strange = [w for w in words(text) if w not in allowed and w not in names]
        if strange:
            left.append(f"{text[:80]}  ← {' '.join(strange)[:60]}")
    return left
