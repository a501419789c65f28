"""The components written in Python escape what they show, as a template does."""

from markupsafe import Markup

from tandem.web.inline_cells import avatar, edit, edit_as

EVIL = "\"><script>'&"
SAFE = "&#34;&gt;&lt;script&gt;&#39;&amp;"


def test_a_cell_escapes_all_that_it_is_given():
    cell = edit(EVIL, EVIL, EVIL, 3, EVIL, EVIL, ((EVIL, EVIL),), EVIL)
    assert "<script>" not in cell
    assert f'data-url="{SAFE}" data-name="{SAFE}" data-version="3" data-kind="{SAFE}" data-value="{SAFE}"' in cell
    assert f'aria-label="{SAFE}: {SAFE}"' in cell
    assert cell.endswith(f">{SAFE}</span>")
    assert cell.count("'") == 2, "the choices stand between single quotation marks"


def test_a_cell_without_a_value_shows_a_dash_and_sends_nothing():
    cell = edit(None, "/work-items/A-1/", "due_on", 1, "Due", "date")
    assert 'data-value=""' in cell
    assert 'aria-label="Due: –"' in cell
    assert "data-options" not in cell


def test_a_zero_is_a_value():
    assert 'data-value="0"' in edit(0, "/x/", "points", 1, "Points", "number", (), "0")


def test_a_cell_that_shows_a_picture_is_spoken_in_words():
    cell = edit_as(Markup("<i>A</i>"), "1,2", "/x/", "assignees", 1, "Assignees", "people", cls=EVIL, of=EVIL)
    assert f'class="{SAFE}"' in cell
    assert f'data-of="{SAFE}"' in cell
    assert 'aria-label="Assignees: A"' in cell
    assert cell.endswith("><i>A</i></span>")
    assert f'aria-label="Assignees: {SAFE}"' in edit_as(Markup(""), "", "/x/", "a", 1, "Assignees", "people", spoken=EVIL)


def test_a_person_is_a_mark_with_initials_or_a_picture():
    assert avatar(EVIL, EVIL).count(SAFE) == 3
    assert avatar(EVIL, src=EVIL).count(SAFE) == 3
    assert 'data-initials="陈"' in avatar("陈晨")
    assert 'class="av none l"' in avatar(large=True)
