"""The notes of a release as Markdown, in one language: its introduction, and a line for each feature."""

import re
from collections.abc import Iterable
from datetime import date

from django.utils import translation
from django.utils.translation import gettext as _

from tandem.product.models import Feature, Release

LANGUAGES = {"en": "en", "zh": "zh-hans"}
_MARKS = re.compile(r"([\\`*_{}\[\]<>#|~])")


def markdown(release: Release, features: Iterable[Feature], language: str) -> str:
    """`language` is one of `LANGUAGES`. Where a feature has no note in it, its title stands alone."""
    with translation.override(LANGUAGES[language]):
        parts = [f"# {escaped(release.name)}", _day(release.released_on or release.planned_on), intro(release, language)]
        lines = [_line(feature, language) for feature in features]
        if lines:
            parts += [f"## {_('What is new')}", "\n".join(lines)]
    return "\n\n".join(part for part in parts if part) + "\n"


def intro(release: Release, language: str) -> str:
    return str(getattr(release, f"notes_{language}")).strip()


def note(feature: Feature, language: str) -> str:
    return str(getattr(feature, f"note_{language}")).strip()


def escaped(text: str) -> str:
    """A title as it stands, not as markup."""
    return _MARKS.sub(r"\\\1", " ".join(text.split()))


def _line(feature: Feature, language: str) -> str:
    said = note(feature, language).replace("\r\n", "\n").replace("\n", "\n  ")
    return f"- **{escaped(feature.title)}**" + (f"\n\n  {said}\n" if said else "")


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
