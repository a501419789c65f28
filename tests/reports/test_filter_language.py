"""The filter language: what it finds, in both languages, and where it says that it does not understand."""

import contextlib
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tandem.collaboration.words import REFUSALS, refusal
from tandem.kit import clock
from tandem.kit.errors import Refused
from tandem.people.models import User
from tandem.reports.queries import filter_language, filter_rows, filter_words
from tandem.reports.queries.filter_fields import Asked, matching
from tandem.reports.queries.filter_words import DESCRIPTION, FIELDS, NAMES, PARTS, SORT_NAMES
from tandem.work.models import Sprint, WorkItem
from tests import make


@pytest.fixture
def items(world):
    today = clock.today()

    def one(title, **values):
        return make.work_item(actor=world.boris, project=world.project, title=title, **values)

    made = {
        "late": one("Export is slow", due_on=today - timedelta(days=3), priority=1, assignees=[world.boris]),
        "soon": one(
            "Order page",
            due_on=today + timedelta(days=5),
            labels=["ui", "night shift"],
            assignees=[world.chen],
        ),
        "done": one("订单导出", state="done", due_on=today - timedelta(days=9), estimate_points=8),
        "doing": one("Import of tariffs", state="in_progress", estimate_points=3),
    }
    make.link(actor=world.boris, source=made["doing"], target=made["soon"], kind="blocks")
    return made


def found(world, items, text, user=None):
    who = user or world.boris
    rows = WorkItem.objects.visible_to(who).present().filter(filter_language.condition(text, who))
    names = {item.pk: name for name, item in items.items()}
    return {names[pk] for pk in rows.values_list("pk", flat=True)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", {"late", "soon", "done", "doing"}),
        ("state:open", {"late", "soon", "doing"}),
        ("状态:已完成", {"done"}),
        ('state:"In progress",done', {"doing", "done"}),
        ('state:"In progress","Done"', {"doing", "done"}),
        ("assignee:me", {"late"}),
        ("assignee:cheny", {"soon"}),
        ("负责人:无", {"done", "doing"}),
        ("经办人:无", {"done", "doing"}),
        ("-assignee:none", {"late", "soon"}),
        ("due:overdue", {"late"}),
        ("到期:<2周", {"late", "soon", "done"}),
        ("due:none", {"doing"}),
        ("points:>=5", {"done"}),
        ("points:1..3", {"doing"}),
        ('label:"night shift"', {"soon"}),
        ("priority:紧急,high", {"late"}),
        ("blocked:yes", {"soon"}),
        ("blocked:no state:open", {"late", "doing"}),
        ("reporter:me", {"late", "soon", "done", "doing"}),
        ("expo", {"late"}),
        ("slow export", {"late"}),
        ("订单", {"done"}),
        ("dingdan", {"done"}),
        ("ddd", {"done"}),
        ("POR-1", {"late"}),
        ("key:por-2", {"soon"}),
        ("-state:done -blocked:yes", {"late", "doing"}),
        ("状态:进行中 排序:-优先级", {"doing"}),
        ("负责人：我", {"late"}),
        ("标签:“night shift”，ui", {"soon"}),
        ("截止:<2周 状态:未完成", {"late", "soon"}),
        ("due:>-3d", {"soon"}),
        ("due:>=-3d", {"late", "soon"}),
        ("due:-3d..+5d", {"late", "soon"}),
        ("due:..today", {"late", "done"}),
        ("due:>2w", set()),
        ("updated:>-3d", {"late", "soon", "done", "doing"}),
        ("updated:<-3d", set()),
        ("created:this-week", {"late", "soon", "done", "doing"}),
        ("创建:上月..本月", {"late", "soon", "done", "doing"}),
        ("created:last-month", set()),
        ("finished:今天", {"done"}),
        ("has:due", {"late", "soon", "done"}),
        ("no:due", {"doing"}),
        ("无:经办人", {"done", "doing"}),
        ("-has:label state:open", {"late", "doing"}),
        ("has:label,points", {"soon", "done", "doing"}),
        ("no:parts,description", {"late", "soon", "done", "doing"}),
        ("assignee:none,me", {"late", "done", "doing"}),
        ("sprint:none", {"late", "soon", "done", "doing"}),
        ("progress:0", {"late", "soon", "done", "doing"}),
        ("points:3..", {"done", "doing"}),
        ("points:..3", {"doing"}),
        ("in:POR -in:POR", set()),
        ("范围:portal", {"late", "soon", "done", "doing"}),
        ('label:"say ""hi"""', set()),
        ("10:30", set()),
        ("-", {"late", "soon", "done", "doing"}),
        ("???", set()),
    ],
)
def test_a_filter_finds(world, items, text, expected):
    assert found(world, items, text) == expected


@pytest.mark.parametrize(
    ("text", "code", "at"),
    [
        ("state:open colour:red", "filter_field_unknown", 12),
        ("due:soon", "filter_date_unreadable", 5),
        ("due:today,soon", "filter_date_unreadable", 11),
        ("due:2027-13", "filter_date_unreadable", 5),
        ("due:..", "filter_date_unreadable", 5),
        ("due:0001-01-01", "filter_date_unreadable", 5),
        ("state:open priority:huge", "filter_value_unknown", 21),
        ("points:many", "filter_value_unknown", 8),
        ("points:nan", "filter_value_unknown", 8),
        ("points:..", "filter_value_unknown", 8),
        ("blocked:perhaps", "filter_value_unknown", 9),
        ("has:colour", "filter_value_unknown", 5),
        ("has:state", "filter_value_unknown", 5),
        ("sort:luck", "filter_value_unknown", 6),
        ("sort:due sort:title", "filter_sorted_twice", 15),
        ("state: open", "filter_value_missing", 1),
        ("-状态:", "filter_value_missing", 2),
        ('label:"night shift', "filter_quote_open", 7),
        ("slow \x00", "filter_unreadable", 6),
        ("a" * 2001, "filter_too_long", 2001),
        ("label:" + ",".join("abcdefghij" * 7), "filter_too_many", 1),
    ],
)
def test_what_is_not_understood_is_said_with_its_place(world, text, code, at):
    with pytest.raises(Refused) as problem:
        filter_language.condition(text, world.boris)
    assert (problem.value.code, problem.value.params["at"]) == (code, at)


def test_a_term_is_taken_away_and_the_others_stay(world):
    text = 'state:open "night shift" -label:ui'
    terms = filter_language.terms(text)
    assert [t.text for t in terms] == ["state:open", '"night shift"', "-label:ui"]
    assert filter_language.without(text, terms[1]) == "state:open -label:ui"


def test_a_filter_never_widens_what_one_may_see(world, items):
    assert found(world, items, "-state:done", user=world.dana) == set()


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("sort:due", "due_on"), ("sort:-due", "-due_on"), ("排序:-优先级", "priority"), ("sort:priority", "-priority"), ("-sort:due", "-due_on"),
        ("state:open", ""),
    ],
)  # fmt: skip
def test_a_filter_says_how_it_is_sorted(text, order):
    assert filter_language.ordering(text) == order
    assert filter_language.ordering(filter_language.unsorted(text)) == ""


def test_whoever_has_two_assignees_or_sprints_is_found_once(world, items):
    item = items["late"]
    item.assignments.create(user=world.chen)
    for name in ("One", "Two"):
        item.sprints.add(Sprint.objects.create(space=world.project.space, name=name))
    for text in ("assignee:none,me,chen", "sprint:one,two", "sprint:none,one,two,future"):
        rows = WorkItem.objects.visible_to(world.boris).filter(
            filter_language.condition(text, world.boris), pk=item.pk
        )
        assert rows.count() == 1, text


def test_a_scope_is_a_portfolio_with_all_below_it_as_far_as_one_sees(world, items):
    secret = make.project(actor=world.alma, name="Secret", key="SEC")
    other = make.work_item(actor=world.alma, project=secret, title="Hidden")
    both = WorkItem.objects.visible_to(world.alma).filter(
        filter_language.condition("in:harbourline", world.alma)
    )
    assert both.count() == 5 and other in both
    assert found(world, items, "in:SEC") == set()


_WORDS = st.sampled_from(
    [
        *filter_words.NAMES,
        ":",
        "：",
        "-",
        ",",
        '"',
        "“",
        "”",
        " ",
        "me",
        "none",
        "<2w",
        ">-3d",
        "..",
        "2027-02",
        "open",
        "有",
        ">=",
        "１",
        "\x00",
        "é",
    ]
)


def _asks_the_database(field, value):
    """A scope, and whatever may be a field of a team's own."""
    names = {"has": NAMES.keys() | PARTS | DESCRIPTION, "no": NAMES.keys() | PARTS | DESCRIPTION, "sort": SORT_NAMES.keys()}
    return field == "in" or (field and field not in FIELDS) or (field in names and value.casefold().removeprefix("-") not in names[field])


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.text(max_size=60), st.lists(_WORDS, max_size=12).map("".join)))
def test_any_text_is_a_filter_or_refused_with_its_place(text):
    try:
        terms = filter_language.terms(text)
        assert [t.text for t in terms] == [text[t.at - 1 :][: len(t.text)] for t in terms]
        read = filter_language.terms(filter_language.written(terms))
        assert read == terms, "written and read again"
        for term in terms:
            for part in term.parts:
                if not _asks_the_database(term.field, part.value):
                    matching(Asked(term.field, part, User(pk=1)))
    except Refused as problem:
        at, length = problem.params["at"], problem.params["length"]
        assert 1 <= at <= max(1, len(text)) and at + length - 1 <= max(1, len(text))
        assert problem.code in REFUSALS and refusal(problem.code, problem.params)


@pytest.mark.django_db
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_WORDS, max_size=8).map("".join))
def test_what_is_read_is_also_asked_of_the_database(world, text):
    with contextlib.suppress(Refused):
        list(
            WorkItem.objects.visible_to(world.boris).filter(filter_language.condition(text, world.boris))[:1]
        )


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=60), st.lists(_WORDS, max_size=12).map("".join)))
def test_the_form_reads_every_text_and_writes_it_back(text):
    try:
        terms = filter_language.terms(text)
    except Refused:
        return
    rows = filter_rows.rows(text)
    assert filter_language.terms(filter_rows.text_of(rows)) == terms
    assert [filter_rows.row(r.field, r.is_not, r.shown) for r in rows] == rows, "as shown in the form"


_VALUE = (
    st.text(st.characters(exclude_categories=("C",)), min_size=1, max_size=12).map(str.strip).filter(bool)
)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(list(filter_words.FIELDS)),
            st.booleans(),
            st.lists(_VALUE, min_size=1, max_size=4),
        ),
        max_size=6,
    )
)
def test_whatever_the_form_holds_is_a_text_that_says_the_same(given_rows):
    rows = [filter_rows.Row(field, is_not, tuple(values)) for field, is_not, values in given_rows]
    rows += [
        filter_rows.Row("", is_not, values[:1])
        for _field, is_not, values in map(tuple, given_rows[:1])
        for values in [tuple(values)]
    ]
    assert filter_rows.rows(filter_rows.text_of(rows)) == rows
