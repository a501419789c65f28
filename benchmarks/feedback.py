"""Likeness of feedback on real duplicates: issues that people closed as a duplicate of another, in files of GitHub issues.

    python -m benchmarks.feedback FILE.json.gz … [--many N] [--write]

Positives are all pairs that the closing says; for each of them `OTHERS` random pairs of the same repository that nobody
called duplicates, by a seed. A pair is found when its likeness reaches the threshold. Beside it: how often the other one
is among the first that the page proposes for the title alone, and for title and text. `--many N` times a suggestion over N
entries (the texts, repeated with their number)."""

import argparse
import random
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from tandem.compute.likeness import Index, groups
from tandem.compute.likeness import pairs as alike_pairs
from tandem.compute.likeness.entries import WORTH_SHOWING, words
from tandem.exchange.formats import open_source
from tandem.exchange.records import ItemRecord, LinkRecord

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "feedback.md"
BEGIN, END = "<!-- figures -->", "<!-- end of figures -->"
OTHERS, SEED = 200, 0
SURELY, GROUP_FROM = 0.35, 0.3
"As reports/queries/feedback_alike.py asks."
THRESHOLDS = (0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6, 0.8)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("files", nargs="+", type=Path)
    asked.add_argument("--many", type=int, default=50_000)
    asked.add_argument("--write", action="store_true", help="put the tables into the documentation")
    given = asked.parse_args()
    items, pairs = read(given.files)
    lines = [f"{len(items):,} issues, {len(pairs)} pairs closed as duplicates, {OTHERS} other pairs for each, seed {SEED}.", ""]
    lines += [*classified(items, pairs), "", *retrieved(items, pairs), "", *timed(items, given.many)]
    text = "\n".join(lines)
    print(text)
    if given.write:
        page = PAGE.read_text(encoding="utf-8")
        before, after = page.split(BEGIN)[0], page.split(END)[1]
        PAGE.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")


def read(files: list[Path]) -> tuple[dict[str, ItemRecord], list[tuple[str, str]]]:
    items: dict[str, ItemRecord] = {}
    said: set[tuple[str, str]] = set()
    for file in files:
        for record in open_source(file).records():
            if isinstance(record, ItemRecord):
                items[record.source_id] = record
            elif isinstance(record, LinkRecord) and record.kind == "duplicates":
                said.add((min(record.source, record.target), max(record.source, record.target)))
    same = {(a, b) for a, b in said if a in items and b in items and items[a].project == items[b].project}
    return items, sorted(same)


def _by_repository(items: dict[str, ItemRecord]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for key, record in items.items():
        found[record.project].append(key)
    return found


def _indexes(items: dict[str, ItemRecord]) -> dict[str, Index]:
    return {name: Index([(key, _words(items[key])) for key in keys]) for name, keys in _by_repository(items).items()}


def _words(record: ItemRecord) -> str:
    return words(record.title, record.description)


def classified(items: dict[str, ItemRecord], pairs: list[tuple[str, str]]) -> Iterator[str]:
    """Precision and recall at each threshold over the labelled sample."""
    chance, homes, known = random.Random(SEED), _by_repository(items), set(pairs)
    negatives: list[tuple[str, str]] = []
    for number, (first, _second) in enumerate(pairs, start=1):
        while len(negatives) < OTHERS * number:
            one, other = chance.sample(homes[items[first].project], 2)
            if (min(one, other), max(one, other)) not in known:
                negatives.append((one, other))
    cache: dict[tuple[str, str], float] = {}
    for keys in homes.values():
        cache |= {(one.first, one.second): one.score for one in alike_pairs([(k, _words(items[k])) for k in sorted(keys)], at_least=THRESHOLDS[0])}

    def score(pair: tuple[str, str]) -> float:
        return cache.get((min(pair), max(pair)), cache.get((max(pair), min(pair)), 0.0))

    yield "| alike from | precision | recall | F1 | duplicates found | others found |"
    yield "|---|---|---|---|---|---|"
    for threshold in THRESHOLDS:
        right = sum(score(pair) >= threshold for pair in pairs)
        wrong = sum(score(pair) >= threshold for pair in negatives)
        precision, recall = right / max(right + wrong, 1), right / len(pairs)
        f1 = 2 * precision * recall / max(precision + recall, 1e-9)
        yield f"| {threshold:.2f} | {precision:.2f} | {recall:.2f} | {f1:.2f} | {right} of {len(pairs)} | {wrong} of {len(negatives):,} |"


def retrieved(items: dict[str, ItemRecord], pairs: list[tuple[str, str]]) -> Iterator[str]:
    """Asked with one of the pair, the other is among the first 1, 5, 10 that reach what the page shows."""
    indexes = _indexes(items)
    yield f"| asked with (both ways, {2 * len(pairs)} questions; shown from {WORTH_SHOWING}) | first | first 5 | first 10 | shown, mean |"
    yield "|---|---|---|---|---|"
    for name, said in (("the title alone", lambda r: r.title), ("title and text", _words)):
        places, shown = [], 0
        for one, other in [*pairs, *((b, a) for a, b in pairs)]:
            rows = indexes[items[one].project].alike(said(items[one]), at_least=WORTH_SHOWING, most=10, but=one)
            shown += len(rows)
            places.append(next((at for at, row in enumerate(rows) if row.key == other), 99))
        shares = " | ".join(f"{sum(at < k for at in places) / len(places):.2f}" for k in (1, 5, 10))
        yield f"| {name} | {shares} | {shown / len(places):.1f} |"


def timed(items: dict[str, ItemRecord], many: int) -> Iterator[str]:
    rows = list(items.values())
    texts = [(str(n), f"{_words(rows[n % len(rows)])} {n}") for n in range(many)]
    begun = time.process_time()
    index = Index(texts)
    made = time.process_time() - begun
    taken = []
    for record in rows[:: max(1, len(rows) // 200)]:
        begun = time.process_time()
        if len(index.alike(record.title, at_least=SURELY, most=20)) < 5:
            index.alike(record.title, at_least=WORTH_SHOWING, most=20)
        taken.append((time.process_time() - begun) * 1000)
    taken.sort()
    begun = time.process_time()
    found = groups(texts[:2_000], at_least=GROUP_FROM)
    grouped = time.process_time() - begun
    yield f"| over {many:,} entries, CPU time | |"
    yield "|---|---|"
    yield f"| index made once per process | {made:.1f} s |"
    yield f"| suggestion for a title, median / p95 | {taken[len(taken) // 2]:.1f} / {taken[int(len(taken) * 0.95)]:.1f} ms |"
    yield f"| groups of the newest 2,000 from {GROUP_FROM} ({len(found)}) | {grouped:.1f} s |"


if __name__ == "__main__":
    main()
