"""How texts are read: one spelling for what looks the same."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.compute.likeness.store import features
from tandem.compute.likeness.text import plain, words


def vector(text):
    ids, counts, _ = features([plain(text)])
    return dict(zip(ids.tolist(), counts.tolist(), strict=True))


@pytest.mark.parametrize(
    ("one", "other"),
    [("Dark Mode", "dark mode"), ("ＤＡＲＫ　ｍｏｄｅ", "dark mode"), ("RawValue", "raw value"), ("a-b", "a b"),
     ("导出 Excel", "导出excel"), ("ﬁle", "file"), ("STRASSE", "straße"), ("wait...", "wait")],
)  # fmt: skip
def test_what_looks_the_same_reads_the_same(one, other):
    assert vector(one) == vector(other)


def test_traditional_characters_stay_what_they_are():
    assert vector("導出") != vector("导出")


def test_words_are_words_and_pairs_of_ideographs():
    assert words(plain("Export 到 Excel 文件")) == ("export", "到", "excel", "文件")
    assert words(plain("深色模式v2")) == ("深色", "色模", "模式", "v2")


@pytest.mark.parametrize(
    "text", ["", "   ", "!!! ...", "\ud800", "\x00", "🎉🎉", "a", "字", "\U00020000\U00020001"]
)
def test_no_text_is_too_strange(text):
    assert all(count > 0 for count in vector(text).values())


def test_only_the_beginning_of_an_endless_text_is_read():
    assert vector("a b " * 1_000_000) == vector("a b " * 1_000)


@given(st.lists(st.text(max_size=40), max_size=6))
def test_a_text_has_the_same_features_alone_and_among_others(texts):
    read = [plain(text) for text in texts]
    ids, counts, starts = features(read)
    for at, text in enumerate(read):
        alone = features([text])
        assert np.array_equal(ids[starts[at] : starts[at + 1]], alone[0])
        assert np.array_equal(counts[starts[at] : starts[at + 1]], alone[1])
        assert np.array_equal(np.unique(alone[0]), alone[0])
