"""Minutes that several people type at once: nothing that somebody wrote is lost."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.governance import minutes_text
from tandem.governance.minutes_text import merged

lines = st.lists(st.sampled_from(["a", "b", "c", "d", ""]), max_size=6)
new = st.lists(st.tuples(st.integers(0, 6), st.sampled_from(["x", "y", "z"])), max_size=3)


def written(base, where, by):
    text = list(base)
    for n, (at, word) in enumerate(where):
        text.insert(min(at, len(text)), f"{word}{by}{n}")
    return "\n".join(text)


@settings(max_examples=500, deadline=None)
@given(base=lines, theirs=new, mine=new)
def test_what_either_put_in_stands_in_the_text_and_what_was_there_stays(base, theirs, mine):
    old, a, b = "\n".join(base), written(base, theirs, "A"), written(base, mine, "B")
    found = merged(old, a, b).split("\n")
    assert {line for line in (a + "\n" + b).split("\n") if line} <= set(found)


@settings(max_examples=300, deadline=None)
@given(base=lines, theirs=lines, mine=lines)
def test_no_new_line_of_anybody_is_lost_whatever_else_they_did(base, theirs, mine):
    old, a, b = ("\n".join(text) for text in (base, theirs, mine))
    found = set(merged(old, a, b).split("\n"))
    assert set(a.split("\n")) - set(old.split("\n")) <= found
    assert set(b.split("\n")) - set(old.split("\n")) <= found


@given(base=lines, mine=lines)
def test_who_writes_alone_gets_their_own_text(base, mine):
    old, own = "\n".join(base), "\n".join(mine)
    assert merged(old, old, own) == own
    assert merged(old, own, old) == own
    assert merged(old, own, own) == own


def test_two_who_write_in_different_places_both_stand_in_place():
    base = "Start\nMiddle\nEnd"
    assert merged(base, "Start\nFirst\nMiddle\nEnd", "Start\nMiddle\nEnd\nLast") == "Start\nFirst\nMiddle\nEnd\nLast"
    assert merged(base, "Start\nMiddle", "Start!\nMiddle\nEnd") == "Start!\nMiddle"
    assert merged(base, "Start\nTheirs\nEnd", "Start\nMine\nEnd") == "Start\nTheirs\nMine\nEnd"


def test_texts_of_very_many_lines_are_put_together_without_comparing_them(monkeypatch):
    sizes = []

    class Counting(minutes_text.SequenceMatcher):
        def __init__(self, junk, a, b, **others):
            sizes.append(len(a) * len(b))
            super().__init__(junk, a, b, **others)

    monkeypatch.setattr(minutes_text, "SequenceMatcher", Counting)
    base = "a\nb\n" * 5000
    found = merged(base, base + "Theirs", "Mine\n" + base)
    assert not sizes and {"Theirs", "Mine", "a", "b"} <= set(found.split("\n"))
    assert merged("a\n" * 100, "a\n" * 100 + "x", "y\n" + "a\n" * 100) == "y\n" + "a\n" * 100 + "x"
    assert sizes and max(sizes) <= minutes_text.MOST_PAIRS
