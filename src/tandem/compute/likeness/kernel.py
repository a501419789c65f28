"""The hot loops of likeness: features of texts, lists of texts by feature, and the search for what is alike.

A feature is a number below SIZE: words and pairs of ideographs, then three letters in a row and single ideographs, then
neighbouring words and three ideographs, each in its own range, found by hashing. A text's features lie
ascending between its two `starts`, with their weights beside them.
"""

from typing import Any

import numpy as np

from tandem.compute.kernel import compiled

WORDS, LETTERS, ORDER, SIZE = 0, 1 << 20, 2 << 20, 4 << 20
_SEED, _PRIME = np.uint64(0xCBF29CE484222325), np.uint64(0x100000001B3)
_EDGE = np.uint64(0x20)


@compiled
def _mixed(value: Any, code: Any) -> Any:
    """One step of FNV-1a over whole code points."""
    return (value ^ np.uint64(code)) * _PRIME


@compiled
def _bucket(value: Any, first: Any, after: Any) -> Any:
    value ^= value >> np.uint64(29)
    value *= np.uint64(0xBF58476D1CE4E5B9)
    value ^= value >> np.uint64(32)
    return np.int32(first + np.int64(value % np.uint64(after - first)))


@compiled
def _three(codes: Any, at: Any, start: Any, end: Any) -> Any:
    """The letters around `at`, a blank before the first and after the last of its word."""
    before = np.uint64(codes[at - 1]) if at > start else _EDGE
    after = np.uint64(codes[at + 1]) if at + 1 < end else _EDGE
    return _mixed(_mixed(_mixed(_SEED, before), codes[at]), after)


@compiled
def occurrences(codes: Any, start: Any, end: Any, kind: Any, out: Any) -> Any:
    """Write the features of one text to `out` (at most 4 for each of its characters) and give their number."""
    count, at, last = 0, start, np.uint64(0)
    while at < end:
        what = kind[codes[at]]
        begin = at
        if what == 0:
            at += 1
            continue
        while at < end and kind[codes[at]] == what and (what != 3 or at == begin):
            at += 1
        if what == 2 and at - begin > 1:
            for i in range(begin, at - 1):
                pair = _mixed(_mixed(_SEED, codes[i]), codes[i + 1])
                out[count] = _bucket(pair, WORDS, LETTERS)
                count += 1
                if i + 2 < at:
                    out[count] = _bucket(_mixed(pair, codes[i + 2]), ORDER, SIZE)
                    count += 1
            for i in range(begin, at):
                out[count] = _bucket(_mixed(_SEED, codes[i]), LETTERS, ORDER)
                count += 1
            last = np.uint64(0)
            continue
        word = _SEED
        for i in range(begin, at):
            word = _mixed(word, codes[i])
            if what != 3:
                out[count] = _bucket(_three(codes, i, begin, at), LETTERS, ORDER)
                count += 1
        out[count] = _bucket(word, WORDS, LETTERS)
        count += 1
        if last != 0:
            out[count] = _bucket(last * _PRIME ^ word, ORDER, SIZE)
            count += 1
        last = word
    return count


@compiled
def features(codes: Any, begins: Any, kind: Any, ids: Any, counts: Any, starts: Any) -> Any:
    """Ascending distinct features of every text with how often each occurs. `ids` holds 3 per character + 1."""
    room = np.empty(4 * np.max(begins[1:] - begins[:-1]) + 4, np.int32)
    at = 0
    starts[0] = 0
    for text in range(len(begins) - 1):
        number = occurrences(codes, begins[text], begins[text + 1], kind, room)
        found = np.sort(room[:number])
        for i in range(number):
            if i and found[i] == found[i - 1]:
                counts[at - 1] += 1
            else:
                ids[at] = found[i]
                counts[at] = 1
                at += 1
        starts[text + 1] = at
    return at


@compiled
def frequencies(ids: Any, starts: Any, alive: Any) -> Any:
    """In how many living texts each feature occurs."""
    often = np.zeros(SIZE, np.int32)
    for text in range(len(starts) - 1):
        if alive[text]:
            for i in range(starts[text], starts[text + 1]):
                often[ids[i]] += 1
    return often


@compiled
def weigh(
    ids: Any, counts: Any, starts: Any, often: Any, total: Any, shares: Any, out: Any, letters: Any
) -> None:
    """Weights of length 1 for every text: (1 + ln count) · idf, each block brought to the length of its share.

    `letters` takes the length of each text's block of letters."""
    for text in range(len(starts) - 1):
        first, last = starts[text], starts[text + 1]
        squares = np.zeros(3)
        for i in range(first, last):
            idf = np.log(1.0 + total / max(often[ids[i]], 0.5))
            weight = (1.0 + np.log(counts[i])) * idf
            out[i] = weight
            squares[(ids[i] >= LETTERS) + (ids[i] >= ORDER)] += weight * weight
        whole = 0.0
        for block in range(3):
            if squares[block] > 0:
                whole += shares[block]
        letters[text] = np.sqrt(shares[1] / whole) if squares[1] > 0 else 0.0
        for i in range(first, last):
            block = (ids[i] >= LETTERS) + (ids[i] >= ORDER)
            out[i] *= np.sqrt(shares[block] / (squares[block] * whole))


@compiled
def invert(often: Any) -> Any:
    """Room for the texts of every feature: (begins, where to write next, texts)."""
    begins = np.zeros(SIZE + 1, np.int32)
    for feature in range(SIZE):
        begins[feature + 1] = begins[feature] + often[feature]
    free = begins[:-1].copy()
    texts = np.empty(begins[SIZE], np.int32)
    return begins, free, texts


@compiled
def fill(ids: Any, weights: Any, starts: Any, alive: Any, free: Any, texts: Any, heavy: Any) -> None:
    """Write the living texts, ascending, under each of their features, with the weight that it has there."""
    for text in range(len(starts) - 1):
        if alive[text]:
            for i in range(starts[text], starts[text + 1]):
                texts[free[ids[i]]] = text
                heavy[free[ids[i]]] = weights[i]
                free[ids[i]] += 1


@compiled
def by_words(
    ids: Any, weights: Any, begins: Any, texts: Any, heavy: Any, letters: Any, own: Any, below: Any, at_least: Any,
    sums: Any, out: Any,
) -> Any:  # fmt: skip
    """Texts before `below` that may reach `at_least` when their letters agree as well as they can.

    The cosine over words and order is summed along their lists; letters add at most the product of both lengths
    (`own` is the asked text's). Right where `at_least` is above that product: the others share a word."""
    touched = 0
    for place in range(len(ids)):
        if LETTERS <= ids[place] < ORDER:
            continue
        weight = weights[place]
        for i in range(begins[ids[place]], begins[ids[place] + 1]):
            text = texts[i]
            if text >= below:
                break
            if sums[text] == 0.0:
                out[touched] = text
                touched += 1
            sums[text] += weight * heavy[i]
    count = 0
    for i in range(touched):
        text = out[i]
        if sums[text] + own * letters[text] >= at_least - 1e-5:
            out[count] = text
            count += 1
        sums[text] = 0.0
    return count


@compiled
def by_rarest(
    ids: Any, weights: Any, begins: Any, texts: Any, below: Any, at_least: Any, sums: Any, out: Any
) -> Any:  # fmt: skip
    """Texts before `below` that share one of the rarest features, for low thresholds.

    What is left out shares only features whose weights together are shorter than `at_least` (prefix filter:
    Chaudhuri, Ganti, Kaushik 2006; Bayardo, Ma, Srikant 2007), so nothing alike is lost."""
    order = np.argsort(begins[ids + 1] - begins[ids])
    rest, count = 1.0, 0
    for place in order:
        if rest < at_least * at_least * 0.9999:
            break
        rest -= weights[place] * weights[place]
        for i in range(begins[ids[place]], begins[ids[place] + 1]):
            text = texts[i]
            if text >= below:
                break
            if sums[text] == 0.0:
                sums[text] = 1.0
                out[count] = text
                count += 1
    for i in range(count):
        sums[out[i]] = 0.0
    return count


@compiled
def candidates(
    ids: Any, weights: Any, begins: Any, texts: Any, heavy: Any, letters: Any, below: Any, at_least: Any, sums: Any,
    out: Any,
) -> Any:  # fmt: skip
    """Texts before `below` that may reach `at_least`, by whichever of the two ways is right for it.

    The last of `letters` stands for no text: it is the longest of them."""
    own = 0.0
    for place in range(len(ids)):
        if LETTERS <= ids[place] < ORDER:
            own += weights[place] * weights[place]
    own = np.sqrt(own)
    if at_least > own * letters[-1] + 1e-3:
        return by_words(ids, weights, begins, texts, heavy, letters, own, below, at_least, sums, out)
    return by_rarest(ids, weights, begins, texts, below, at_least, sums, out)


@compiled
def score(ids: Any, weights: Any, first: Any, last: Any, asked: Any) -> Any:
    """Cosine of one text with the asked one, whose weights lie open in `asked`."""
    total = 0.0
    for i in range(first, last):
        total += weights[i] * asked[ids[i]]
    return total


@compiled
def search(
    q_ids: Any, q_weights: Any, ids: Any, weights: Any, starts: Any, alive: Any, begins: Any, texts: Any, heavy: Any,
    letters: Any, indexed: Any, at_least: Any, asked: Any, sums: Any, found: Any, scores: Any,
) -> Any:  # fmt: skip
    """Living texts whose cosine is `at_least`: the first `indexed` ones by their lists, the newer ones one by one."""
    for i in range(len(q_ids)):
        asked[q_ids[i]] = q_weights[i]
    number = candidates(q_ids, q_weights, begins, texts, heavy, letters, indexed, at_least, sums, found)
    for text in range(indexed, len(starts) - 1):
        found[number] = text
        number += 1
    count = 0
    for i in range(number):
        text = found[i]
        if alive[text]:
            value = score(ids, weights, starts[text], starts[text + 1], asked)
            if value >= at_least:
                found[count] = text
                scores[count] = value
                count += 1
    for i in range(len(q_ids)):
        asked[q_ids[i]] = 0.0
    return count


@compiled
def join(
    ids: Any, weights: Any, starts: Any, begins: Any, texts: Any, heavy: Any, letters: Any, at_least: Any,
    first: Any, last: Any, asked: Any, sums: Any, found: Any, left: Any, right: Any, scores: Any,
) -> Any:  # fmt: skip
    """Pairs (text, earlier text) of the texts `first`…`last` with at least that cosine.

    Gives (pairs written, text to go on with): fewer texts when `left` is full."""
    count = 0
    for text in range(first, last):
        a, b = starts[text], starts[text + 1]
        if b == a:
            continue
        number = candidates(
            ids[a:b], weights[a:b], begins, texts, heavy, letters, text, at_least, sums, found
        )
        if count + number > len(left):
            return count, text
        for i in range(a, b):
            asked[ids[i]] = weights[i]
        for i in range(number):
            value = score(ids, weights, starts[found[i]], starts[found[i] + 1], asked)
            if value >= at_least:
                left[count] = text
                right[count] = found[i]
                scores[count] = value
                count += 1
        for i in range(a, b):
            asked[ids[i]] = 0.0
    return count, last
