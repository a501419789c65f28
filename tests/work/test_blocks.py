"""What blocks a work item: one at a time, with its clock, and how long in all."""

from datetime import timedelta

import pytest

from tandem.history.models import Event
from tandem.kit import clock
from tandem.kit.errors import Denied, Hidden, Refused
from tandem.work.actions import blocks, work_items
from tandem.work.models import Block
from tests import make


@pytest.fixture
def item(world):
    return make.work_item(actor=world.boris, project=world.project, state="in_progress")


def blocked(world, item, **values):
    return blocks.start(actor=world.mei, item=item, **{"reason": "No crane", "kind": "supplier", **values})


def code(act):
    with pytest.raises(Refused) as problem:
        act()
    return problem.value.code


def test_an_item_is_blocked_once_with_a_reason_and_unblocked_once(world, item):
    row = blocked(world, item, reason="  No crane ")
    assert (row.reason, row.by, row.ended_at) == ("No crane", world.mei, None)
    assert code(lambda: blocked(world, item)) == "blocked_already"
    blocks.end(actor=world.boris, block=row, version=1)
    assert code(lambda: blocks.end(actor=world.boris, block=row, version=2)) == "block_over"
    assert list(Event.objects.of(row).order_by("id").values_list("verb", flat=True)) == ["block.started", "block.ended"]


def test_without_a_reason_or_of_an_unknown_kind_nothing_is_blocked(world, item):
    assert code(lambda: blocked(world, item, reason=" ")) == "block_reason_missing"
    assert code(lambda: blocked(world, item, kind="weather")) == "choice_unknown"
    assert not Block.objects.exists()


def test_what_is_finished_is_not_blocked_any_more(world, item):
    row = blocked(world, item)
    done = make.state_of(world.project, "done")
    item = work_items.move(actor=world.mei, item=item, version=item.version, state=done)
    row.refresh_from_db()
    assert row.ended_by == world.mei
    assert code(lambda: blocked(world, item)) == "block_of_finished"
    assert code(lambda: blocks.reopen(actor=world.mei, block=row, version=None)) == "block_of_finished"


def test_both_ways_are_taken_back(world, item):
    row = blocked(world, item)
    row = blocks.end(actor=world.mei, block=row, version=None)
    row = blocks.reopen(actor=world.mei, block=row, version=None)
    assert row.ended_at is None
    blocks.remove(actor=world.mei, block=row)
    assert not Block.objects.exists()


def test_clusters_count_only_the_time_between_the_two_moments(world, item):
    other = make.work_item(actor=world.boris, project=world.project)
    row, second = blocked(world, item), blocked(world, other, kind="decision")
    now = clock.now()
    Block.objects.filter(pk=row.pk).update(since=now - timedelta(days=10), ended_at=now - timedelta(days=4))
    Block.objects.filter(pk=second.pk).update(since=now - timedelta(days=3))
    found = list(Block.objects.visible_to(world.mei).clusters(now - timedelta(days=6), now))
    assert [(f["kind"], f["blocks"], round(f["total"].total_seconds() / 86400, 3)) for f in found] == [
        ("decision", 1, 3.0), ("supplier", 1, 2.0),
    ]  # fmt: skip
    assert not Block.objects.visible_to(world.dana).clusters(now - timedelta(days=6), now)


def test_a_reader_blocks_nothing_and_a_stranger_finds_nothing(world, item):
    reader = make.user(actor=world.admin, name="Iris", role="stakeholder")
    with pytest.raises(Denied):
        blocks.start(actor=reader, item=item, reason="x")
    with pytest.raises(Hidden):
        blocks.start(actor=world.dana, item=item, reason="x")
