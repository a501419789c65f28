"""What the sample organisation calls things, in English and in Chinese. Every text is a pair (English, Chinese)."""

from typing import Literal

Language = Literal["en", "zh"]
Pair = tuple[str, str]


def say(pair: Pair, language: Language, **slots: str) -> str:
    """The pair's text in the language, its {slots} filled."""
    text = pair[1] if language == "zh" else pair[0]
    return text.format(**slots) if slots else text
