"""Text as people search it: n-grams for Chinese and typing errors, pinyin for Chinese names."""

import re
import unicodedata

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


def search_grams(text: str) -> list[str]:
    """What a text that begins with these words must hold: as `grams`, but the last letters may go on."""
    found: dict[str, None] = {}
    for word in _WORD.findall(fold(text)):
        if _CJK.search(word):
            found.update(dict.fromkeys(grams(word)))
        else:
            padded = f"_{word}"
            found.update((padded[i : i + 3], None) for i in range(len(padded) - 2))
    return list(found)


def pinyin_key(name: str) -> str:
    """`陈悦` gives `chenyue cy`, so that both spellings find the person. Empty for names without Chinese."""
    if not _CJK.search(name):
        return ""
    from pypinyin import (  # its dictionary takes long to load, and Latin names do not need it
        Style,
        lazy_pinyin,
    )

    full = "".join(lazy_pinyin(name))
    initials = "".join(lazy_pinyin(name, style=Style.FIRST_LETTER))
    return f"{full} {initials}"


def has_controls(text: str) -> bool:
    """NUL and lone surrogates: PostgreSQL and JSON refuse them, so we refuse them first."""
    return "\x00" in text or any("\ud800" <= c <= "\udfff" for c in text)


def file_name(given: str) -> str:
    """The last part of a name that somebody sent, as it may be shown and sent back: no folders, no control
    characters, none that turn the direction of writing (`gpj.exe` must not look like `exe.jpg`)."""
    last = given.replace("\\", "/").rpartition("/")[2]
    plain = "".join(c for c in unicodedata.normalize("NFC", last) if unicodedata.category(c)[0] != "C")
    plain = " ".join(plain.split()).strip(". ") or "file"
    stem, dot, ending = plain.rpartition(".")
    return f"{stem[:150]}.{ending[:20]}" if dot and stem else plain[:150]


def whole_number(text: str, digits: int = 18) -> int | None:
    """The number that somebody typed or an address holds; None for anything else, and for what no row's number is as
    long as. `isdigit` would let `²` through, which `int` does not take."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= digits else None
