"""What whoever starts Tandem reads on the terminal, in the language of the installation; Django may not be there yet."""

import gettext
import os
from functools import cache
from pathlib import Path

LOCALE = Path(__file__).resolve().parent.parent / "locale"


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    return gettext.translation("django", LOCALE, [language], fallback=True)


def say(text: str) -> str:
    """The sentence in Chinese where TANDEM_LANGUAGE says so. Imported as `_`, so that its words are collected."""
    return _catalogue("zh_Hans").gettext(text) if os.environ.get("TANDEM_LANGUAGE", "").startswith("zh") else text
