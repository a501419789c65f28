"""Likeness measured: what people called duplicates, disturbed copies, and 50,000 texts, beside plain references."""

import resource
from collections.abc import Callable, Sequence
from difflib import SequenceMatcher
from functools import partial
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

import numpy as np

from tandem.compute.bench import likeness_texts
from tandem.compute.bench.table import Row, Table, command
from tandem.compute.errors import Uncomputable
from tandem.compute.likeness import Index, calibrate, disturbed, groups, pairs
from tandem.compute.likeness.calibration import KINDS
from tandem.compute.likeness.text import plain, words

Tell = Callable[[str], Any]
Pairs = Sequence[tuple[str, str]]
Home = Callable[[str], str]
MANY, PLACES, REFERENCE = 50_000, (1, 5, 10), "same run"
JACCARD = "set-Jaccard over words or pairs of ideographs, brute force"


def run(
    *, set_: str | None, limit: int | None, seeds: int, seconds: float | None, files: Path, out: Path | None, tell: Tell
) -> Table:  # fmt: skip
    """Sets: duplicates, chinese, disturbed, many (all by default). `limit` bounds the queries of each. CPU time.
    Raises `Uncomputable` unknown_set."""
    parts = {"duplicates": _duplicates, "chinese": _chinese, "disturbed": _disturbed, "many": _many}
    if set_ is not None and set_ not in parts:
        raise Uncomputable("unknown_set", value=set_, allowed=tuple(parts))
    pairs([("a", "warm up"), ("b", "warm me up")])
    Index([("a", "warm up")]).alike("warm up")
    rows: list[Row] = []
    for name, part in parts.items():
        if set_ in (None, name):
            tell(f"{name} …")
            rows += part(files, limit or 300, seeds)
    made = {"command": command("likeness", set_), "time": "CPU seconds of one core", "limit": limit or 300, "seeds": seeds}
    return Table("likeness", tuple(rows), made)


def _duplicates(files: Path, limit: int, seeds: int) -> list[Row]:
    """Asked as a team asks: one index of all issues, answers from the own repository; the last, from all SDKs."""
    known = likeness_texts.issues(files)
    truth = likeness_texts.duplicates(known)[:limit]
    titles = {key: one["title"] for key, one in known.items()}
    whole = {key: f"{one['title']}\n{one['title']}\n{one['body'][:1000]}" for key, one in known.items()}
    about = f"{len(truth)} pairs that maintainers called duplicates"
    note, rows, home = f"{about}, among those of their repository", [], likeness_texts.repository
    for name, texts in (("titles", titles), ("titles twice + 1,000 characters", whole)):
        ours = _places(texts, truth, home)
        rows += _recalls(
            f"human duplicates, {name}", ours, _jaccard_places(texts, truth, home), f"{note}; {JACCARD}"
        )
        if name == "titles":
            other = _difflib_places(texts, truth, home)
            rows += _recalls(
                f"human duplicates, {name}", ours, other, f"{note}; difflib.SequenceMatcher.ratio"
            )
    note = f"{about}, among {len(known):,} issues of all SDKs; {JACCARD}"
    rows += _recalls("human duplicates, all SDKs", _places(whole, truth), _jaccard_places(whole, truth), note)
    return rows


def _chinese(files: Path, limit: int, seeds: int) -> list[Row]:
    known = likeness_texts.catalogues()
    truth = likeness_texts.translations(known)
    if not truth:
        return [
            Row("Chinese, independent translations", None, "share", note="no translations on this machine")
        ]
    texts = {text: text for found in known.values() for text in found}
    some = truth[:: max(1, len(truth) // min(limit, 150))]
    note = f"{len(some)} of {len(truth)} pairs that different people wrote for one English text, among {len(texts):,}; {JACCARD}"  # fmt: skip
    return _recalls(
        "Chinese, independent translations", _places(texts, some), _jaccard_places(texts, some), note
    )


def _recalls(work: str, ours: list[int], theirs: list[int], note: str) -> list[Row]:
    return [
        Row(
            f"{work}: found among the first {k}", sum(at <= k for at in ours) / len(ours), "share",
            reference=sum(at <= k for at in theirs) / len(theirs), source=REFERENCE, note=note,
        )
        for k in PLACES
    ]  # fmt: skip


def _all(key: str) -> str:
    """Every text is of one home."""
    return ""


def _places(texts: dict[str, str], truth: Pairs, home: Home = _all) -> list[int]:
    """The place at which the other of each pair is found among the texts of its home, asking with the first."""
    index, found = Index(texts.items()), []
    for one, other in truth:
        most = 100 if home is _all else len(texts)
        alike = index.alike(texts[one], at_least=0.1, most=most, but=one)
        keys = [a.key for a in alike if home(a.key) == home(one)]
        found.append(keys.index(other) + 1 if other in keys else len(texts))
    return found


def _jaccard_places(texts: dict[str, str], truth: Pairs, home: Home = _all) -> list[int]:
    sets = {key: frozenset(words(plain(text))) for key, text in texts.items()}
    return [_place(texts, one, other, home, lambda a, b: _jaccard(sets[a], sets[b])) for one, other in truth]


def _difflib_places(texts: dict[str, str], truth: Pairs, home: Home = _all) -> list[int]:
    matcher = SequenceMatcher(autojunk=False)

    def measure(one: str, other: str) -> float:
        matcher.set_seqs(texts[other].casefold(), texts[one].casefold())
        return matcher.ratio()

    return [_place(texts, one, other, home, measure) for one, other in truth]


def _place(
    texts: dict[str, str], one: str, other: str, home: Home, measure: Callable[[str, str], float]
) -> int:
    """Equals before it count half: a measure with few values must not win by its ties."""
    wanted = measure(one, other)
    rivals = [measure(one, key) for key in texts if home(key) == home(one) and key not in (one, other)]
    return 1 + sum(value > wanted for value in rivals) + sum(value == wanted for value in rivals) // 2


def _jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    both = len(one & other)
    return both / (len(one) + len(other) - both) if both else 0.0


def _disturbed(files: Path, limit: int, seeds: int) -> list[Row]:
    """Copies disturbed by a seed (typing, order, words, form): both measures at the threshold that suits them best."""
    chinese = [next(iter(texts)) for texts in likeness_texts.catalogues().values()]
    titles = [one["title"] for one in likeness_texts.issues(files).values()]
    rows = []
    for name, texts in (
        ("issue titles", titles),
        ("app reviews", likeness_texts.reviews(files)),
        ("Chinese", chinese),
    ):
        distinct = list(dict.fromkeys(text[:300] for text in texts if len(text) >= 10))[:5_000]
        named = [(str(at), text) for at, text in enumerate(distinct)]
        for kind in KINDS if len(named) >= 20 else ():
            found = [calibrate(named, sample=limit, seed=seed, kinds=(kind,)).points for seed in range(seeds)]
            best = [max(points, key=lambda point: point.f1) for points in found]
            theirs = _jaccard_best(distinct, kind, min(limit, 100))
            at_half = next(point for point in found[0] if point.at_least == 0.5)
            rows.append(Row(
                f"disturbed copies, {name}, {kind}: best F1", median(one.f1 for one in best), "",
                reference=theirs[0], source=REFERENCE,
                note=f"precision {best[0].precision:.2f} and recall {best[0].recall:.2f} from {best[0].at_least}; "
                f"{at_half.precision:.2f} and {at_half.recall:.2f} from 0.5; reference {theirs[1]:.2f} and "
                f"{theirs[2]:.2f}; {len(named):,} texts, {limit} copies",
            ))  # fmt: skip
    return rows


def _jaccard_best(texts: list[str], kind: str, sample: int) -> tuple[float, float, float]:
    """F1, precision and recall of brute-force Jaccard at the threshold that suits it best."""
    chance = np.random.default_rng(0)
    sets = [frozenset(words(plain(text))) for text in texts]
    right: list[float] = []
    wrong: list[float] = []
    for row in chance.permutation(len(texts))[:sample]:
        asked = frozenset(words(plain(disturbed(texts[int(row)], kind, chance))))
        for at, other in enumerate(sets):
            value = _jaccard(asked, other)
            if at == row:
                right.append(value)
            elif value >= 0.2:
                wrong.append(value)
    best = (0.0, 0.0, 0.0)
    for at_least in np.arange(0.2, 1.0, 0.05):
        hits, misses = sum(v >= at_least for v in right), sum(v >= at_least for v in wrong)
        precision, recall = hits / max(hits + misses, 1), hits / len(right)
        best = max(best, (2 * precision * recall / max(precision + recall, 1e-9), precision, recall))
    return best


def _many(files: Path, limit: int, seeds: int) -> list[Row]:
    """50,000 short texts, English and Chinese: time and memory."""
    chinese = [text for texts in likeness_texts.catalogues().values() for text in texts]
    english = likeness_texts.short_texts(files) + likeness_texts.reviews(files)
    texts = english[: MANY - min(len(chinese), 15_000)] + chinese[:15_000]
    named = [(str(at), text) for at, text in enumerate(texts)]
    note = f"{len(texts):,} texts, {len(texts) - min(len(chinese), 15_000):,} English, mean {sum(map(len, texts)) / len(texts):.0f} characters"  # fmt: skip
    before = _memory()
    build, index = _timed(lambda: Index(named))
    rows = [Row("50,000 texts: build the index", build, "s", note=note)]
    steps = range(0, len(texts), max(1, len(texts) // 500))
    for at_least in (0.5, 0.8):
        asked = sorted(_timed(partial(index.alike, texts[at], at_least=at_least))[0] for at in steps)
        rows.append(Row(f"likes of one text from {at_least}, p95", 1000 * asked[int(0.95 * len(asked))], "ms",
                        goal="a few ms", holds=asked[int(0.95 * len(asked))] < 0.005, note=f"median {1000 * median(asked):.2f} ms"))  # fmt: skip
    added, _ = _timed(lambda: [index.add(f"new {at}", texts[at] + " again") for at in range(1_000)])
    rows.append(Row("add one text", added, "ms", note="mean of 1,000"))
    sample = texts[:: max(1, len(texts) // 1_000)][:1_000]
    theirs, _ = _timed(lambda: _brute(sample))
    estimate = theirs * (len(texts) / len(sample)) ** 2
    for at_least in (0.5, 0.8):
        took, found = _timed(partial(pairs, named, at_least=at_least))
        rows.append(Row(f"all pairs from {at_least}", took, "s", reference=estimate, source="same run, 1,000 texts scaled by the square",
                        note=f"{len(found):,} pairs; {JACCARD}"))  # fmt: skip
    took, together = _timed(lambda: groups(named))
    rows.append(Row("groups from 0.8", took, "s", note=f"{len(together):,} groups"))
    rows.append(Row("memory above the texts", _memory() - before, "MB", note="highest of all the above"))
    return rows


def _brute(texts: list[str]) -> int:
    sets = [frozenset(words(plain(text))) for text in texts]
    return sum(_jaccard(one, other) >= 0.5 for at, one in enumerate(sets) for other in sets[:at])


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    begin = process_time()
    answer = work()
    return process_time() - begin, answer


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
