"""Text as people search it: n-grams for Chinese and typing errors, pinyin for Chinese names."""

import re
import unicodedata

from pypinyin import Style, lazy_pinyin

_CJK = re.compile(r"[\u3400-\u9fff]")
_WORD = re.compile(r"[^\W_]+", re.UNICODE)


def fold(text: str) -> str:
    """Lower case, full width made narrow, accents off."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(c for c in plain if not unicodedata.combining(c))


def grams(text: str) -> list[str]:
    """Search terms of a text: trigrams of padded words, single and double characters of Chinese."""
    found: dict[str, None] = {}
    for word in _WORD.findall(fold(text)):
        if _CJK.search(word):
            for i, char in enumerate(word):
                found[char] = None
                if i + 1 < len(word):
                    found[word[i : i + 2]] = None
        else:
            padded = f"_{word}_"
            for i in range(max(1, len(padded) - 2)):
                found[padded[i : i + 3]] = None
    return list(found)


def pinyin_key(name: str) -> str:
    """`陈悦` gives `chenyue cy`, so that both spellings find the person. Empty for names without Chinese."""
    if not _CJK.search(name):
        return ""
    full = "".join(lazy_pinyin(name))
    initials = "".join(lazy_pinyin(name, style=Style.FIRST_LETTER))
    return f"{full} {initials}"


def has_controls(text: str) -> bool:
    """NUL and lone surrogates: PostgreSQL and JSON refuse them, so we refuse them first."""
    return "\x00" in text or any("\ud800" <= c <= "\udfff" for c in text)
