"""The language of the terminal: Chinese where the environment says so, else English. Read without starting Django."""

import gettext
import os
from pathlib import Path

_LOCALE = Path(__file__).resolve().parents[2] / "locale"


def language() -> str:
    """As POSIX reads it: the first of LC_ALL, LC_MESSAGES and LANG that is set."""
    said = next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := os.environ.get(name))), "")
    return "zh-hans" if said.lower().startswith("zh") else "en"


_found = gettext.translation(
    "django", _LOCALE, ["zh_Hans"] if language() == "zh-hans" else [], fallback=True
)


def _(text: str) -> str:
    return _found.gettext(text)
