"""What is like one text: the exact answer, whatever way it is found, while texts come and go."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.compute.errors import Uncomputable
from tandem.compute.likeness import Index
from tandem.compute.likeness.store import features
from tandem.compute.likeness.text import plain

WISHES = [("a", "Add dark mode to the mobile app"), ("b", "Dark mode for the mobile app"), ("c", "Export the plan to Excel"),
          ("d", "请增加深色模式"), ("e", "希望增加深色模式"), ("f", "导出计划到 Excel")]  # fmt: skip
WORD = st.sampled_from(
    [
        "plan",
        "plans",
        "export",
        "excel",
        "dark",
        "mode",
        "the",
        "a",
        "app",
        "计划",
        "导出",
        "深色",
        "模式",
        "表",
        "格",
    ]
)
TEXTS = st.lists(st.lists(WORD, max_size=7).map(" ".join), min_size=1, max_size=25)


def brute(index, text):
    """Cosine with every living text, straight from the vectors."""
    store = index.store
    ids, counts, starts = features([plain(text)])
    asked = dict(zip(ids.tolist(), store.weighed(ids, counts, starts)[0].tolist(), strict=True))
    found = {}
    for at, key in enumerate(index.keys):
        if key in index:
            part = slice(store.starts.all()[at], store.starts.all()[at + 1])
            pairs = zip(store.ids.all()[part].tolist(), store.weights.all()[part].tolist(), strict=True)
            found[key] = sum(weight * asked.get(one, 0.0) for one, weight in pairs)
    return found


def test_the_likes_of_one_text_in_both_languages():
    index = Index(WISHES)
    assert [one.key for one in index.alike("dark mode in the app", at_least=0.3)] == ["b", "a"]
    assert {one.key for one in index.alike("深色模式", at_least=0.3)} == {"d", "e"}


def test_the_words_that_both_have_are_told():
    assert Index(WISHES).alike("dark mode", at_least=0.3)[0].shared == ("dark", "mode")


def test_the_same_text_is_wholly_alike():
    for key, text in WISHES:
        best = Index(WISHES).alike(text)[0]
        assert (best.key, round(best.score, 4)) == (key, 1)


def test_a_slip_of_the_finger_is_forgiven():
    assert Index(WISHES).alike("Exprot the plan to Excel", at_least=0.5)[0].key == "c"


def test_texts_come_and_go():
    index = Index(WISHES)
    index.add("g", "Dark theme, please: dark mode")
    assert "g" in {one.key for one in index.alike("dark mode please", at_least=0.3)}
    index.remove("g")
    index.remove("b")
    assert {one.key for one in index.alike("dark mode", at_least=0.2)} == {"a"}
    assert len(index) == 5
    index.refresh()
    assert {one.key for one in index.alike("dark mode", at_least=0.2)} == {"a"}


def test_a_text_is_not_its_own_like():
    assert "a" not in {one.key for one in Index(WISHES).alike(WISHES[0][1], but="a", at_least=0.1)}


@pytest.mark.parametrize(
    ("ask", "code"),
    [(lambda i: i.add("a", "again"), "key_twice"), (lambda i: i.remove("z"), "unknown_key"),
     (lambda i: i.alike("x", at_least=0.01), "threshold"), (lambda i: i.extend([("x", "1"), ("x", "2")]), "key_twice")],
)  # fmt: skip
def test_what_cannot_be_is_refused(ask, code):
    index = Index(WISHES)
    with pytest.raises(Uncomputable) as caught:
        ask(index)
    assert caught.value.code == code
    assert len(index) == 6


def test_nothing_is_like_nothing():
    assert Index().alike("anything") == ()
    assert Index([("a", ""), ("b", "!!!")]).alike("") == ()
    assert Index([("a", ""), ("b", "!!!")]).alike("?!") == ()


@settings(deadline=None, max_examples=20)
@given(
    TEXTS, st.lists(WORD, min_size=1, max_size=7).map(" ".join), st.sampled_from([0.15, 0.3, 0.36, 0.5, 0.8])
)
def test_no_like_is_lost_on_either_way(texts, asked, at_least):
    index = Index((str(at), text) for at, text in enumerate(texts))
    true = {key for key, score in brute(index, asked).items() if score >= at_least + 1e-4}
    maybe = {key for key, score in brute(index, asked).items() if score >= at_least - 1e-4}
    found = {one.key for one in index.alike(asked, at_least=at_least, most=100)}
    assert true <= found <= maybe


@settings(deadline=None, max_examples=12)
@given(TEXTS, st.data())
def test_after_a_refresh_it_does_not_matter_how_the_texts_came(texts, data):
    pairs = [(str(at), text) for at, text in enumerate(texts)]
    gone = data.draw(st.sets(st.sampled_from([key for key, _ in pairs])))
    grown = Index(pairs[: len(pairs) // 2])
    for key, text in pairs[len(pairs) // 2 :]:
        grown.add(key, text)
    for key in sorted(gone):
        grown.remove(key)
    grown.refresh()
    whole = Index(pair for pair in pairs if pair[0] not in gone)
    for text in texts:
        assert grown.alike(text, at_least=0.3) == whole.alike(text, at_least=0.3)


def test_many_additions_refresh_by_themselves():
    index = Index([("first", "dark mode")])
    index.extend((str(at), f"wish number {at}") for at in range(2_500))
    assert index.store.indexed == len(index) == 2_501


@settings(deadline=None, max_examples=20)
@given(TEXTS)
def test_every_vector_has_length_one(texts):
    store = Index((str(at), text) for at, text in enumerate(texts)).store
    for a, b in zip(store.starts.all()[:-1], store.starts.all()[1:], strict=True):
        if b > a:
            assert np.square(store.weights.all()[a:b], dtype=np.float64).sum() == pytest.approx(1, abs=1e-4)
