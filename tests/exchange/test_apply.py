"""What the writer makes of records: rows, again and again, through the rules."""

from datetime import UTC as utc
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tandem.collaboration.models import Attachment, Comment
from tandem.exchange import wording
from tandem.exchange.formats import ReadOptions, Unreadable, open_source
from tandem.exchange.models import ExternalReference, Import, OutsideLink
from tandem.exchange.records import (
    AttachmentRecord,
    CommentRecord,
    LinkRecord,
    SprintRecord,
    StateChangeRecord,
    StateRecord,
    VersionRecord,
)
from tandem.exchange.taking_over.texts import from_html
from tandem.history.models import Event
from tandem.kit import clock
from tandem.kit.errors import Denied, Hidden, Refused
from tandem.people.models import Space, User
from tandem.product.models import Feature, Promise, Release, Scope
from tandem.work.actions import work_items
from tandem.work.models import Link, State, StateChange, WorkItem
from tests import make
from tests.exchange.files import board, card, item, take_over, tracker, write

pytestmark = pytest.mark.django_db


def found(title: str) -> WorkItem:
    return WorkItem.objects.get(title=title)


def test_a_source_with_a_key_keeps_its_own_keys(world):
    report = write(tracker(item("1", key="HBR-7"), item("2", key="HBR-12")), actor=world.alma)
    assert report["into"]["key"] == "HBR"
    assert {i.key for i in WorkItem.objects.all()} == {"HBR-7", "HBR-12"}
    space = Space.objects.get(key="HBR")
    new = work_items.create(actor=world.alma, space=space, title="Next")
    assert new.key == "HBR-13"


def test_a_changed_row_is_updated_and_the_others_stay_as_they_are(world):
    first = tracker(item("1"), item("2", assignees=("u1",)), item("3"))
    write(first, actor=world.alma)
    changed = tracker(item("1", title="Better", state="Closed", assignees=("u2",)), item("2", assignees=("u1",)), item("4"))
    report = write(changed, actor=world.alma)
    assert (report["created"], report["updated"], report["unchanged"]) == (1, 1, 1)
    assert report["left_behind"] == 1
    better = found("Better")
    assert better.state.name == "Closed" and better.version == 2
    assert [u.name for u in better.assignees.all()] == ["Otto Ohne"]
    assert WorkItem.objects.count() == 4
    event = Event.objects.get(verb="work_item.changed")
    assert event.subject_id == better.pk


def test_people_are_matched_by_a_unique_name_and_others_become_placeholders(world):
    write(tracker(item("1", assignees=("u1", "u2"))), actor=world.alma)
    mei, otto = found("Item 1").assignees.order_by("name")
    assert mei == world.mei
    assert otto.is_placeholder and not otto.has_usable_password()
    assert User.objects.filter(name="Mei Lin").count() == 1


def test_two_people_of_one_name_are_never_confused(world):
    make.user(actor=world.admin, name="Mei Lin", email="other@example.org")
    write(tracker(item("1", assignees=("u1",))), actor=world.alma)
    assert found("Item 1").assignees.get().is_placeholder


def test_parents_that_come_later_are_found(world):
    write(tracker(item("1", parent_source_id="9"), item("9", type="Epic")), actor=world.alma)
    assert found("Item 1").parent == found("Item 9")


def test_parents_in_a_circle_are_cut_and_named(world):
    source = tracker(item("1", parent_source_id="2"), item("2", parent_source_id="1"))
    report = write(source, actor=world.alma)
    assert [row["code"] for row in report["not_taken_over"]] == ["parent_cycle"]
    assert report["facts"]["hierarchy_depth"] == 2


def test_dependencies_in_a_circle_are_left_out_with_their_path(world):
    ring = [LinkRecord(source=a, target=b, kind="blocks", name="Blocks") for a, b in ("12", "23", "31")]
    report = write(tracker(item("1"), item("2"), item("3"), *ring), actor=world.alma)
    assert Link.objects.count() == 2
    (row,) = [r for r in report["not_taken_over"] if r["code"] == "link_cycle"]
    keys = [found(f"Item {n}").key for n in "3123"]
    assert row["what"] == " → ".join(keys)


def test_a_link_that_closes_a_circle_with_one_drawn_here_is_left_out(world):
    write(tracker(item("1"), item("2")), actor=world.alma)
    make.link(actor=world.alma, source=found("Item 1"), target=found("Item 2"))
    back = LinkRecord(source="2", target="1", kind="blocks", name="Blocks")
    report = write(tracker(item("1"), item("2"), back), actor=world.alma)
    assert [r["code"] for r in report["not_taken_over"]] == ["link_cycle"]


def test_depends_waits_for_the_other_and_keeps_its_name(world):
    link = LinkRecord(source="1", target="2", kind="depends", name="Depends")
    outside = LinkRecord(source="1", target="ELSE-3", kind="relates", name="Relates", outside_end="target")
    report = write(tracker(item("1"), item("2"), link, outside), actor=world.alma)
    row = Link.objects.get()
    assert (row.source.title, row.target.title, row.kind) == ("Item 2", "Item 1", "blocks")
    assert report["facts"]["links"] == {"Depends": 1, "Relates": 1}
    assert OutsideLink.objects.get().other_key == "ELSE-3"


def test_history_comes_with_its_own_times_and_dates_the_work(world):
    at = [datetime(2024, 3, day, 9, tzinfo=utc) for day in (1, 4, 8)]
    moves = [
        StateChangeRecord(source_id="m2", item="1", from_state="Doing", to_state="Closed", at=at[2], by="u1"),
        StateChangeRecord(source_id="m1", item="1", from_state="Open", to_state="Doing", at=at[1]),
    ]
    write(tracker(item("1", state="Closed", created=at[0]), *moves, system="trello"), actor=world.alma)
    one = found("Item 1")
    passages = list(StateChange.objects.filter(item=one).order_by("at").values_list("to_state__name", "at"))
    assert passages == [("Open", at[0]), ("Doing", at[1]), ("Closed", at[2])]
    assert (one.created_at, one.actual_start, one.actual_finish) == (at[0], at[1], at[2])


def test_without_a_history_dates_are_not_guessed(world):
    write(tracker(item("1", state="Doing", created=datetime(2024, 3, 1, 9, tzinfo=utc)), item("2", state="Closed")), actor=world.alma)
    assert found("Item 1").actual_start is None
    assert found("Item 2").actual_finish is None
    resolved = item("3", state="Closed", resolved=datetime(2024, 3, 8, 9, tzinfo=utc))
    write(tracker(resolved), actor=world.alma)
    assert found("Item 3").actual_finish == resolved.resolved


def test_times_without_a_zone_are_taken_in_the_given_one_and_shown_as_in_the_source(world):
    made = datetime(2024, 7, 1, 9, 30)
    report = write(tracker(item("1", created=made)), actor=world.alma, zone=ZoneInfo("Asia/Shanghai"))
    assert found("Item 1").created_at == datetime(2024, 7, 1, 1, 30, tzinfo=utc)
    assert report["facts"]["created_min"] == "2024-07-01T09:30:00"


def test_comments_attachments_and_sprints_are_updated_too(world):
    def source(body: str) -> object:
        return tracker(
            SprintRecord(source_id="s1", name="Sprint 1"),
            item("1", sprints=("s1",)),
            CommentRecord(source_id="c1", item="1", author="u1", created=datetime(2024, 3, 1, 9), body=body),
            CommentRecord(source_id="c2", item="1", author=None, created=None, body="Anonymous"),
            AttachmentRecord(source_id="a1", item="1", name="plan.pdf", url="https://example.org/plan.pdf"),
        )

    write(source("Hello"), actor=world.alma)
    report = write(source("Hello again"), actor=world.alma)
    assert report["rows"]["comment"] == {"created": 0, "updated": 1, "unchanged": 1}
    assert report["facts"]["sprints"] == {"Sprint 1": 1}
    assert Comment.objects.order_by("id").first().body == "Hello again"
    assert Attachment.objects.get().url == "https://example.org/plan.pdf"


def test_a_history_that_ended_long_ago_is_read_as_of_its_last_event(world):
    source = tracker(item("1", created=datetime(2015, 6, 19, 9)))
    report = write(source, actor=world.alma)
    assert report["as_of"] == "2015-06-19"
    again = write(source, actor=world.alma, as_of=date(2015, 7, 1))
    assert again["as_of"] == "2015-07-01"
    fresh = write(tracker(item("1", created=clock.now())), actor=world.alma, into=world.project.space)
    assert fresh["as_of"] is None


def test_releases_and_features_are_made_only_when_asked_for_and_promises_never(world):
    source = tracker(
        VersionRecord(name="2.0"), VersionRecord(name="1.0", released=date(2024, 1, 1)),
        item("9", type="Epic", title="Bulk booking"), item("1", parent_source_id="9", versions=("1.0",), labels=("web",)),
        item("2", parent_source_id="9", versions=("2.0",)),
    )  # fmt: skip
    report = write(source, actor=world.alma)
    assert not Release.objects.exists() and not Feature.objects.exists()
    assert report["offers"]["epics"] == [{"name": "Bulk booking", "items": 2}]
    assert {row["name"] for row in report["offers"]["versions"]} == {"1.0", "2.0"}
    wanted = {"releases": True, "features": "epics"}
    write(source, actor=world.alma, offers=wanted)
    write(source, actor=world.alma, offers=wanted)
    assert Release.objects.get(name="1.0").released_on == date(2024, 1, 1)
    assert Release.objects.count() == 2 and Feature.objects.count() == 1
    assert Scope.objects.of(Feature.objects.get()).get().item.title == "Bulk booking"
    assert not Promise.objects.exists()


def test_a_preview_is_the_real_run_and_leaves_nothing(world):
    before = [m.objects.count() for m in (Space, WorkItem, Event, ExternalReference, User, State)]
    source = tracker(item("1"), item("2"))
    shown = write(source, actor=world.alma, dry=True)
    assert [m.objects.count() for m in (Space, WorkItem, Event, ExternalReference, User, State)] == before
    assert Import.objects.get().state == Import.State.UPLOADED
    done = write(source, actor=world.alma)
    assert done["facts"] == shown["facts"] and shown["created"] == 2


def test_a_file_that_breaks_in_the_middle_leaves_nothing(world, tmp_path):
    path = board(tmp_path, [card(n, f"Card {n}") for n in range(1, 40)])
    path.write_text(path.read_text()[:-200])
    before = Space.objects.count(), WorkItem.objects.count(), Event.objects.count()
    with pytest.raises(Unreadable):
        take_over(path, actor=world.alma)
    assert (Space.objects.count(), WorkItem.objects.count(), Event.objects.count()) == before


def test_a_failure_after_the_first_batches_leaves_nothing(world):
    class Breaking(type(tracker())):
        def _read(self):
            yield from self.rows
            raise Unreadable("truncated", "the very end")

    source = Breaking([*tracker().rows, *[item(str(n)) for n in range(2500)]])
    before = Space.objects.count(), Event.objects.count()
    with pytest.raises(Unreadable):
        write(source, actor=world.alma)
    assert (Space.objects.count(), WorkItem.objects.count(), Event.objects.count()) == (before[0], 0, before[1])


def test_ambiguous_dates_are_asked_and_the_answer_decides(world, tmp_path):
    path = tmp_path / "tasks.csv"
    path.write_text("Title,Created\nOne,03/04/2024\nTwo,05/06/2024\n")
    assert [q.code for q in open_source(path).questions] == ["date_order"]
    with pytest.raises(Unreadable):
        take_over(path, actor=world.alma)
    report = take_over(path, actor=world.alma, read=ReadOptions(date_order="dmy"))
    assert report["facts"]["created_min"] == "2024-04-03"


def test_a_stranger_and_a_mere_member_cannot_import(world):
    with pytest.raises(Hidden):
        write(tracker(item("1")), actor=world.dana, into=world.project.space)
    with pytest.raises(Denied):
        write(tracker(item("1")), actor=world.mei, into=world.project.space)
    with pytest.raises(Refused, match="import_nowhere"):
        write(tracker(item("1")), actor=world.dana)
    assert not WorkItem.objects.exists()


def test_a_product_manager_imports_into_the_own_project(world):
    report = write(tracker(item("1")), actor=world.chen, into=world.project.space)
    assert report["created"] == 1


def test_the_first_import_of_one_does_not_touch_the_project_of_another(world):
    """Whoever cannot import into the space of an earlier import gets a project of their own."""
    first = write(tracker(item("1")), actor=world.alma)
    other = make.user(actor=world.admin, name="Olga", role="portfolio_manager")
    second = write(tracker(item("1")), actor=other)
    assert second["into"]["id"] == first["into"]["id"]  # same organisation: may import there
    with pytest.raises(Refused):
        write(tracker(item("1")), actor=world.boris)  # may open no project, and does not see that one
    assert WorkItem.objects.count() == 1


def test_the_number_of_queries_does_not_grow_with_the_rows(world):
    def queries(count: int, key: str) -> int:
        rows = [item(str(n), assignees=("u1",)) for n in range(count)]
        rows += [CommentRecord(source_id=str(n), item=str(n), author="u1", created=None, body="x") for n in range(count)]
        rows += [LinkRecord(source=str(n), target=str(n + 1), kind="blocks") for n in range(count - 1)]
        project = make.project(actor=world.alma, name=key, key=key)
        with CaptureQueriesContext(connection) as seen:
            write(tracker(*rows), actor=world.alma, into=project.space)
        return len(seen)

    small, large = queries(10, "AAA"), queries(900, "BBB")
    assert large <= small + 12
    assert small < 150


def test_the_board_of_a_source_without_columns_reads_from_to_do_to_done(world):
    write(tracker(StateRecord(name="Late", category="to_do", rank=9), item("1")), actor=world.alma)
    assert [s.name for s in State.objects.filter(space__key="HBR").order_by("rank")] == ["Open", "Late", "Doing", "Closed"]


def test_columns_of_a_board_keep_their_order_and_a_list_of_all_cards_follows_it(world):
    cards = [item("1", state="Closed", rank=5.0), item("2", rank=900.0), item("3", rank=7.0)]
    write(tracker(*cards, system="trello"), actor=world.alma)
    assert [i.title for i in WorkItem.objects.order_by("rank")] == ["Item 3", "Item 2", "Item 1"]


def test_an_item_that_gets_another_key_keeps_that_of_its_source(world):
    write(tracker(item("1", key="OLD-7"), item("2", key="HBR-2")), actor=world.alma)
    assert found("Item 1").key == "HBR-1" and found("Item 1").fields["Key"] == "OLD-7"
    assert "Key" not in found("Item 2").fields
    write(tracker(item("1", key="OLD-7", title="Again"), item("2", key="HBR-2")), actor=world.alma)
    assert found("Again").fields["Key"] == "OLD-7"


@pytest.mark.parametrize(("said", "meant"), [("Major - P3", 2), ("Highest", 1), ("low", 4), ("Odd", None), ("", None)])
def test_priorities_are_read_by_their_first_word_and_kept_as_said(world, said, meant):
    write(tracker(item("1", priority=said)), actor=world.alma)
    assert found("Item 1").priority == meant
    assert found("Item 1").fields.get("Priority", "") == ("" if said == "low" else said)


def test_too_little_history_is_said(world):
    done = [item(str(n), state="Closed", resolved=datetime(2026, 3, n + 1, 9)) for n in range(3)]
    report = write(tracker(*done, item("9", state="Closed")), actor=world.alma)
    codes = {note["code"]: note["params"] for note in report["notes"]}
    assert codes["not_enough"] == {"found": 3, "needed": 8} and codes["undated"] == {"count": 1}
    assert wording.note("not_enough", codes["not_enough"]) == "Not enough data: 3 finished items, 8 needed"
    given_up = [item(str(n), state="Closed", resolved=datetime(2026, 3, n + 1, 9), resolution="Won't Fix" if n < 2 else "Fixed") for n in range(12)]
    codes = {note["code"]: note["params"] for note in write(tracker(*given_up), actor=world.alma)["notes"]}
    assert codes["given_up"] == {"count": 2} and "not_enough" not in codes
    assert wording.note("given_up", codes["given_up"]) == "2 items were closed without a result and count neither as finished nor as open."
    plan = write(tracker(item("1"), is_schedule=True, system="ms-project"), actor=world.alma)
    assert not any(note["code"] == "not_enough" for note in plan["notes"])


def test_frames_and_split_code_of_another_page_are_not_taken_for_tables():
    framed = "<table><tr><td><pre>one</pre></td></tr><tr><td><pre>two</pre></td></tr></table>"
    assert from_html(framed) == "```\none\ntwo\n```"
    assert from_html("<table><tr><th>A</th><th>B</th></tr></table>") == "\\| A \\| B"


def test_what_people_changed_here_stays_unless_the_source_changed_the_same(world):
    """The source gives another title; the state, the label and the person of this house stay."""
    write(tracker(item("1", assignees=("u1",), labels=("sea",)), item("2", assignees=("u1",))), actor=world.alma)
    here = found("Item 1")
    closed = State.objects.get(space=here.space, name="Closed")
    work_items.change(
        actor=world.alma, item=here, version=None, state=closed, labels=["harbour"], assignees=[world.boris],
        description="As we see it", due_on=date(2027, 2, 12), rank=7.0,
    )  # fmt: skip
    finished = found("Item 1").actual_finish
    write(tracker(item("2", assignees=("u1",)), item("1", title="Better", assignees=("u1",), labels=("sea",))), actor=world.alma)
    better = found("Better")
    assert (better.state, better.labels, better.rank, better.due_on) == (closed, ["harbour"], 7.0, date(2027, 2, 12))
    assert (better.description, better.actual_finish) == ("As we see it", finished)
    assert list(better.assignees.all()) == [world.boris]
    event = Event.objects.of(better).newest_first().first()
    assert set(event.changes) <= {"updated_at"} and event.text.changes["title"] == ["Item 1", "Better"]


def test_who_is_assigned_anew_by_the_source_is_on_record(world):
    write(tracker(item("1", assignees=("u1",))), actor=world.alma)
    write(tracker(item("1", assignees=("u2",))), actor=world.alma)
    otto = found("Item 1").assignees.get()
    event = Event.objects.get(verb="work_item.changed")
    assert event.changes["assignees"] == [[world.mei.pk], [otto.pk]]
    assert found("Item 1").version == 2


def test_rows_that_the_source_changed_are_held_while_they_are_rewritten(world):
    write(tracker(item("1")), actor=world.alma)
    with CaptureQueriesContext(connection) as queries:
        write(tracker(item("1", title="Better")), actor=world.alma)
    assert any("work_workitem" in q["sql"] and "FOR NO KEY UPDATE" in q["sql"] for q in queries)
