"""Near-duplicates: all pairs exactly, groups without chains, and thresholds that are measured."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.compute.errors import Uncomputable
from tandem.compute.likeness import Index, calibrate, disturbed, groups, pairs
from tandem.compute.likeness.calibration import KINDS
from tests.compute.likeness.test_index import TEXTS

WISHES = [("a", "Add dark mode to the app"), ("b", "add Dark  Mode to the app"), ("c", "Export to Excel"), ("d", "导出计划"),
          ("e", "导出计划！"), ("f", "")]  # fmt: skip


def named(texts):
    return [(str(at), text) for at, text in enumerate(texts)]


def test_equal_texts_are_pairs_whatever_their_case_and_blanks():
    assert [(one.first, one.second, one.score) for one in pairs(WISHES)] == [("a", "b", 1), ("d", "e", 1)]


def test_empty_texts_are_alike_to_nothing():
    assert groups([("a", ""), ("b", " "), ("c", "")]) == ()


def test_groups_name_their_centre_and_members():
    found = groups(WISHES)
    assert {one.members for one in found} == {("a", "b"), ("d", "e")}
    assert all(one.cohesion == pytest.approx(1) for one in found)


def test_a_chain_of_ever_different_texts_is_no_group():
    alphabet = [
        "alpha",
        "bravo",
        "charlie",
        "delta",
        "echo",
        "foxtrot",
        "golf",
        "hotel",
        "india",
        "juliet",
        "kilo",
        "lima",
        "mike",
        "november",
        "oscar",
    ]
    chain = named([" ".join(alphabet[at : at + 6]) for at in range(10)])
    linked = {frozenset((one.first, one.second)) for one in pairs(chain, at_least=0.6)}
    assert all(frozenset((str(at), str(at + 1))) in linked for at in range(9))
    found = groups(chain, at_least=0.6)
    assert max(len(one.members) for one in found) <= 5
    assert all(one.cohesion >= 0.6 for one in found)


def test_thousands_of_equal_texts_cost_no_thousands_of_pairs():
    found = groups(named(["good app"] * 5_000 + ["Good App!"] * 5_000))
    assert [len(one.members) for one in found] == [10_000]
    with pytest.raises(Uncomputable, match="too_many_pairs"):
        pairs(named(["good app"] * 10_000))


def test_keys_are_unique_and_thresholds_within_bounds():
    with pytest.raises(Uncomputable, match="key_twice"):
        pairs([("a", "x"), ("a", "y")])
    with pytest.raises(Uncomputable, match="threshold"):
        pairs(WISHES, at_least=0.0)


@settings(deadline=None, max_examples=12)
@given(TEXTS, st.sampled_from([0.3, 0.5, 0.8]))
def test_pairs_are_what_asking_one_by_one_gives(texts, at_least):
    distinct = sorted({text for text in texts if text})
    given_ = pairs(named(distinct), at_least=at_least)
    found = {(one.first, one.second) for one in given_}
    index = Index(named(distinct))
    asked = set()
    for key, text in named(distinct):
        for one in index.alike(text, at_least=at_least + 1e-4, most=100, but=key):
            asked.add((min(key, one.key, key=int), max(key, one.key, key=int)))
    assert asked <= found
    assert all(one.score >= at_least - 1e-4 for one in given_)


@settings(deadline=None, max_examples=12)
@given(TEXTS)
def test_each_text_is_in_one_group_at_most_and_like_its_centre(texts):
    found = groups(named(texts), at_least=0.5)
    members = [key for one in found for key in one.members]
    assert len(members) == len(set(members))
    for one in found:
        assert len(one.members) > 1
        assert one.centre in one.members
        assert one.cohesion == min(one.scores) >= 0.5 - 1e-5


def corpus():
    nouns = ["report", "board", "sprint", "budget", "risk", "release", "ballot", "calendar"]
    verbs = ["export", "sort", "filter", "archive", "rename", "print", "share", "compare"]
    ends = ["by owner", "to a spreadsheet", "on the phone", "for auditors", "in Chinese", "with colours"]
    return named([f"{v} the {n} {e}" for v in verbs for n in nouns for e in ends])


def test_calibration_finds_the_lowest_threshold_with_the_precision_asked_for():
    found = calibrate(corpus(), precision=0.9, sample=40)
    recalls = [point.recall for point in found.points]
    assert recalls == sorted(recalls, reverse=True)
    assert found.at_least is not None
    assert all(point.precision < 0.9 for point in found.points if point.at_least < found.at_least)
    assert calibrate(corpus(), precision=0.9, sample=40) == found
    assert calibrate(corpus(), sample=40, seed=1) != found


def test_a_handful_of_texts_calibrates_nothing():
    with pytest.raises(Uncomputable, match="too_few_texts"):
        calibrate(WISHES)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "text", ["Export the sprint report to a spreadsheet", "希望可以导出冲刺报告到表格中"]
)
def test_a_disturbed_copy_is_another_text_that_still_finds_its_source(kind, text):
    from numpy.random import default_rng

    copy = disturbed(text, kind, default_rng(3))
    assert copy != text
    assert Index([*corpus(), ("x", text)]).alike(copy, at_least=0.3)[0].key == "x"
