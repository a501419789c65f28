"""The filter language: what it finds, in both languages, and where it says that it does not understand."""

from datetime import timedelta

import pytest

from tandem.kit import clock
from tandem.kit.errors import Refused
from tandem.reports.queries import filter_language
from tandem.work.models import WorkItem
from tests import make


@pytest.fixture
def items(world):
    today = clock.today()

    def one(title, **values):
        return make.work_item(actor=world.boris, project=world.project, title=title, **values)

    made = {
        "late": one("Export is slow", due_on=today - timedelta(days=3), priority=1, assignees=[world.boris]),
        "soon": one("Order page", due_on=today + timedelta(days=5), labels=["ui", "night shift"], assignees=[world.chen]),
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
    ],
)
def test_a_filter_finds(world, items, text, expected):
    assert found(world, items, text) == expected


@pytest.mark.parametrize(
    ("text", "code", "at"),
    [
        ("state:open colour:red", "filter_field_unknown", 12),
        ("due:soon", "filter_date_unreadable", 1),
        ("state:open priority:huge", "filter_value_unknown", 12),
        ("points:many", "filter_value_unknown", 1),
        ("blocked:perhaps", "filter_value_unknown", 1),
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
