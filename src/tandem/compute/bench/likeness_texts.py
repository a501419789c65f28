"""Texts with a known truth for the benchmark of likeness: who said so, and of how many.

`duplicates`: pairs of issues of which a maintainer wrote that one is a duplicate of the other. `translations`: pairs
of Chinese texts that different people wrote for the same English one. Neither knows anything of our measure.
"""

import csv
import gettext
import gzip
import io
import json
import re
import sys
from importlib.util import find_spec
from pathlib import Path

_CUE = re.compile(r"(?i)duplicat|\bdup\b|in favou?r of|same as")
_NAMED = re.compile(
    r"(?:https://github\.com/temporalio/([\w-]+)/issues/|temporalio/([\w-]+)#|(?<![\w/&])#)(\d+)"
)
_SENTENCE = re.compile(r"(?<=[.!?])\s|\n")
Pair = tuple[str, str]


def issues(files: Path) -> dict[str, dict[str, str]]:
    """Title, body and comments of the Temporal SDKs' issues by `repository#number`."""
    found = {}
    for file in sorted((files / "github").glob("temporalio-*.json.gz")):
        home = file.name.split("-issues")[0].removeprefix("temporalio-")
        for one in json.loads(gzip.decompress(file.read_bytes())):
            comments = "\n".join(comment["body"] or "" for comment in one["comments"])
            found[f"{home}#{one['number']}"] = {
                "title": one["title"], "body": one["body"] or "", "comments": comments,
            }  # fmt: skip
    return found


def repository(key: str) -> str:
    return key.partition("#")[0]


def duplicates(known: dict[str, dict[str, str]]) -> list[Pair]:
    """(issue, the one it repeats) wherever a sentence of a body or comment says so and both are known."""
    pairs: list[Pair] = []
    for key, issue in known.items():
        for sentence in _SENTENCE.split(f"{issue['body']}\n{issue['comments']}"):
            if not _CUE.search(sentence):
                continue
            for found in _NAMED.finditer(sentence):
                other = f"{found[1] or found[2] or repository(key)}#{found[3]}"
                if other in known and other != key and not {(key, other), (other, key)} & set(pairs):
                    pairs.append((key, other))
    return pairs


def catalogues() -> dict[str, dict[str, None]]:
    """Chinese texts by the English one that they translate, from the translations installed on this machine."""
    folders = [Path(root) / "share" / "locale" / "zh_CN" for root in dict.fromkeys((sys.base_prefix, "/usr"))]
    for package in ("django", "allauth"):
        spec = find_spec(package)
        if spec and spec.origin:
            folders += Path(spec.origin).parent.rglob("zh_Hans")
    found: dict[str, dict[str, None]] = {}
    for folder in folders:
        for file in sorted(folder.glob("LC_MESSAGES/*.mo")):
            try:
                with file.open("rb") as stream:
                    texts = gettext.GNUTranslations(stream)._catalog  # type: ignore[attr-defined]
            except (OSError, UnicodeDecodeError, ValueError):
                continue
            for source, text in texts.items():
                if isinstance(source, str) and any("\u4e00" <= one <= "\u9fff" for one in text):
                    found.setdefault(source, {})[" ".join(text.split())] = None
    return found


def translations(known: dict[str, dict[str, None]]) -> list[Pair]:
    """Two different Chinese texts, of six characters and more, for the same English one."""
    pairs = [tuple(texts)[:2] for texts in known.values() if len(texts) > 1]
    return [(one, other) for one, other in pairs if min(len(one), len(other)) >= 6]


def reviews(files: Path) -> list[str]:
    """App reviews as customers wrote them."""
    from python_calamine import CalamineWorkbook

    found = []
    for file in sorted((files / "feedback").glob("*.xlsx")):
        rows = CalamineWorkbook.from_path(str(file)).get_sheet_by_index(0).to_python()
        found += [str(row[2]) for row in rows[1:]]
    return found


def short_texts(files: Path) -> list[str]:
    """Titles and sentences of descriptions of issues with story points."""
    csv.field_size_limit(10_000_000)
    found = []
    for file in sorted((files / "jira-agile").glob("storypoints-*.csv.gz")):
        text = gzip.decompress(file.read_bytes()).decode("utf-8", "replace")
        for row in csv.DictReader(io.StringIO(text)):
            found.append(row["title"])
            sentences = (one.strip() for one in _SENTENCE.split(row["description"] or ""))
            found += [one for one in sentences if 25 < len(one) < 200]
    return found
