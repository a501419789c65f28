"""Text as people search it: n-grams for Chinese and typing errors, pinyin for Chinese names."""

import re
import unicodedata
from difflib import SequenceMatcher

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


def near_grams(text: str) -> list[list[list[str]]]:
    """For each word the sets of search terms of which a text that nearly holds it has one whole: as typed, two letters
    swapped, one too many, one wrong, one missing; of Chinese, a wrong character, also one of the same sound."""
    return [_near(word) for word in _WORD.findall(fold(text))]


def _near(word: str) -> list[list[str]]:
    found = [search_grams(word)]
    if _CJK.search(word):
        found += [g for i in range(len(word)) if (g := search_grams(f"{word[:i]} {word[i + 1 :]}")) and len(word) > 2]
        sound = pinyin_key(word).split(" ")[0]
        found += [[sound[i : i + 3] for i in range(len(sound) - 2)]] if len(sound) > 4 else []
    elif len(word) > 3:
        found += [search_grams(word[:i] + word[i + 1] + word[i] + word[i + 2 :]) for i in range(len(word) - 1)]
        found += [search_grams(word[:i] + word[i + 1 :]) for i in range(len(word))]
        padded = f"_{word}"
        spans = [padded[i : i + 3] for i in range(len(padded) - 2)]
        found += [[*spans[: max(0, i - 2)], *spans[i + 1 :]] for i in range(1, len(padded))]  # a wrong letter at i
        found += [[*spans[: max(0, i - 2)], *spans[i:]] for i in range(2, len(padded))]  # one missing before i
    return [list(one) for one in dict.fromkeys(map(tuple, found)) if len(one) > 1 or one == tuple(found[0])]


def nearness(text: str, name: str) -> float:
    """How well the words of `text` are found in `name`, from 0 to 1: the worst of its words counts."""
    words, known = _WORD.findall(fold(text)), _WORD.findall(fold(name)) + pinyin_key(name).split()
    if not words or not known:
        return 0.0
    return min(max(_alike(word, other) for other in known) for word in words)


def _alike(word: str, other: str) -> float:
    if other.startswith(word) or (_CJK.search(word) and word in other):
        return 1.0
    matcher, best = SequenceMatcher(None, "", word, autojunk=False), 0.0
    for size in (len(word), len(word) + 1, len(word) - 1):
        matcher.set_seq1(other[:size])
        if matcher.real_quick_ratio() > best and matcher.quick_ratio() > max(best, 0.6):
            best = max(best, matcher.ratio())
    return best


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


_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def plain(text: str, *, lines: bool = False) -> str:
    """What a stranger wrote, without control characters and without those that turn the direction of writing."""
    if has_controls(text):
        text = text.encode("utf-8", "ignore").decode().replace("\x00", "")
    text = _CONTROLS.sub(" ", text.replace("\r\n", "\n"))
    return text.strip() if lines else " ".join(text.split())


def on_one_line(text: str) -> str:
    """Without control characters, ends of lines and what is no character; each space as the usual one. What joins letters and signs stays."""
    kinds = ((c, unicodedata.category(c)) for c in text)
    return "".join(" " if kind == "Zs" else c for c, kind in kinds if kind not in ("Cc", "Cs", "Cn", "Zl", "Zp"))


# what XML cannot hold
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def for_xml(text: str) -> str:
    """Without the characters that no XML file, and so no workbook, can hold."""
    return _NOT_IN_XML.sub("", text)


def has_chinese(text: str) -> bool:
    return _CJK.search(text) is not None


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
