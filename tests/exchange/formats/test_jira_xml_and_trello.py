"""Jira's XML and Trello's JSON in small: what the real files do not happen to contain."""

import json
from datetime import UTC, datetime

import pytest

from tandem.exchange.formats import Unreadable, open_source
from tandem.exchange.records import (
    CommentRecord,
    ItemRecord,
    LabelRecord,
    PersonRecord,
    SprintRecord,
    StateChangeRecord,
    StateRecord,
)


def jira_item(key: str, body: str = "") -> str:
    return (
        f'<item><key id="{key[2:]}">{key}</key><summary>{key}</summary><type id="1">Task</type>'
        f'<status id="1">Open</status><statusCategory id="2" key="new"/>'
        f"<created>Thu, 5 Sep 2024 16:12:18 +0100</created>{body}</item>"
    )


@pytest.fixture
def read(tmp_path):
    def write_and_open(name: str, text: str):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return open_source(path)

    return write_and_open


def test_sub_tasks_find_their_parent_from_either_side(read):
    rows = (
        jira_item("X-1", '<subtasks><subtask id="2">X-2</subtask></subtasks>')
        + jira_item("X-2")
        + jira_item("X-3", '<parent id="1">X-1</parent>')
    )
    source = read("a.xml", f'<rss version="0.92"><channel>{rows}</channel></rss>')
    items = [r for r in source.records() if isinstance(r, ItemRecord)]
    assert [item.parent_source_id for item in items] == [None, "1", "1"]
    assert items[0].created.isoformat() == "2024-09-05T16:12:18+01:00"


def test_sprints_have_ids_and_html_stays_marked(read):
    field = (
        '<description>&lt;p&gt;x&lt;/p&gt;</description><customfields><customfield id="c" '
        'key="com.pyxis.greenhopper.jira:gh-sprint"><customfieldname>Sprint</customfieldname><customfieldvalues>'
        '<customfieldvalue id="77">Sprint 1</customfieldvalue></customfieldvalues></customfield></customfields>'
    )
    records = list(read("a.xml", f"<rss><channel>{jira_item('X-1', field)}</channel></rss>").records())
    [item] = [r for r in records if isinstance(r, ItemRecord)]
    assert (item.sprints, item.description, item.description_format) == (("77",), "<p>x</p>", "html")
    assert SprintRecord(source_id="77", name="Sprint 1") in records


CARD = "5581dfd736b2248119a99d54"


def board(**parts) -> str:
    whole = {
        "id": "5581995e154c75482b514e90",
        "name": "Board",
        "actions": [],
        "cards": [
            {"id": CARD, "name": "A card", "idList": "l2", "pos": 1, "idMembers": ["m1"], "idShort": 7}
        ],
        "labels": [],
        "lists": [
            {"id": "l1", "name": "Doing", "pos": 1},
            {"id": "l2", "name": "Done", "pos": 2, "softLimit": 3},
        ],
        "members": [{"id": "m1", "fullName": "Ann"}],
        "checklists": [],
    }
    return json.dumps(whole | parts)


def action(kind: str, date: str, who: str = "m1", **data) -> dict:
    return {
        "id": f"a{date}{kind}",
        "type": kind,
        "date": date,
        "idMemberCreator": who,
        "data": {"card": {"id": CARD}} | data,
    }


def test_the_moves_of_a_card_are_its_history_and_the_last_one_its_finish(read):
    actions = [
        action("updateCard", "2015-06-20T10:00:00.000Z", listBefore={"id": "l1"}, listAfter={"id": "l2"}),
        action("createCard", "2015-06-18T10:00:00.000Z", list={"id": "l1", "name": "To-do of old"}),
    ]
    records = list(read("b.json", board(actions=actions)).records())
    changes = [(r.from_state, r.to_state, r.at.day) for r in records if isinstance(r, StateChangeRecord)]
    assert changes == [("Doing", "Done", 20), (None, "Doing", 18)]
    [item] = [r for r in records if isinstance(r, ItemRecord)]
    assert (item.resolved, item.reporter) == (datetime(2015, 6, 20, 10, tzinfo=UTC), "m1")
    assert item.created == datetime(2015, 6, 17, 21, 0, 7, tzinfo=UTC)
    states = {r.name: (r.category, r.wip, r.is_guessed) for r in records if isinstance(r, StateRecord)}
    assert states == {"Doing": ("in_progress", None, True), "Done": ("done", 3, True)}


def test_a_commenter_who_left_the_board_comes_along_and_a_deleted_cards_comment_does_not(read):
    gone = action("commentCard", "2015-06-20T11:00:00.000Z", text="gone")
    gone["data"]["card"] = {"id": "deleted"}
    actions = [action("commentCard", "2015-06-20T10:00:00.000Z", who="m9", text="Hi **you**"), gone]
    source = read("b.json", board(actions=actions))
    records = list(source.records())
    assert [(r.author, r.body) for r in records if isinstance(r, CommentRecord)] == [("m9", "Hi **you**")]
    assert {r.source_id for r in records if isinstance(r, PersonRecord)} == {"m1", "m9"}
    assert [(n.what, n.why, n.count) for n in source.not_taken] == [("commentCard", "deleted", 1)]


def test_custom_fields_check_lists_votes_and_nameless_labels_come_along(read):
    card = {
        "id": CARD, "name": "A", "idList": "l1", "pos": 1, "closed": True, "idLabels": ["c"], "idMembersVoted": ["m1"],
        "customFieldItems": [{"idCustomField": "f", "value": {"number": "5"}}, {"idCustomField": "g", "idValue": "o"}],
        "email": "secret@boards.example.invalid",
    }  # fmt: skip
    fields = [
        {"id": "f", "name": "Points", "type": "number"},
        {"id": "g", "name": "Risk", "type": "list", "options": [{"id": "o", "value": {"text": "high"}}]},
    ]
    lists = [
        {
            "id": "k",
            "idCard": CARD,
            "name": "Steps",
            "checkItems": [{"name": "one", "state": "complete", "pos": 1}],
        }
    ]
    source = read(
        "b.json",
        board(
            cards=[card],
            customFields=fields,
            checklists=lists,
            labels=[{"id": "c", "name": "", "color": "blue"}],
        ),
    )
    records = list(source.records())
    [item] = [r for r in records if isinstance(r, ItemRecord)]
    assert item.fields == {"Votes": 1, "Points": 5.0, "Risk": "high"}
    assert (item.labels, item.is_archived, item.checklists[0].items[0].is_done) == (("blue",), True, True)
    assert LabelRecord(name="blue", color="blue") in records
    assert ("card.email", "secret") in [(n.what, n.why) for n in source.not_taken]
    assert "secret@" not in repr(records)


def test_the_export_of_one_card_is_refused_by_name(read):
    with pytest.raises(Unreadable) as refusal:
        read("c.json", json.dumps({"id": CARD, "idList": "l1", "name": "A", "actions": [], "checklists": []}))
    assert refusal.value.code == "trello_card"
