"""From what happens to who hears of it: once each, for a reason, and only of what they may see."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tandem.collaboration.actions import comments, jobs, notifications, watches
from tandem.collaboration.models import Job, Notification, Told, Watch
from tandem.history.record import record_past
from tandem.kit import clock
from tandem.kit.errors import Hidden, Refused
from tandem.kit.types import Ref
from tandem.people.actions import spaces, users
from tandem.planning import worsened
from tandem.planning.models import Forecast, Run
from tandem.product.actions import promises
from tandem.work.actions import reminders, work_items
from tests import make
from tests.collaboration.told import inbox, tell


@pytest.fixture
def item(world):
    made = make.work_item(actor=world.boris, project=world.project)
    tell()
    return made


def _said(person) -> str:
    return f"@[{person.name}](user:{person.pk})"


def test_who_creates_is_given_comments_or_is_named_watches(world, item):
    work_items.change(actor=world.boris, item=item, version=None, assignees=[world.mei])
    comments.add(actor=world.chen, subject=item, body=f"Ask {_said(world.alma)}")
    tell()
    assert set(Watch.objects.on(item).kept().values_list("user", "why")) == {
        (world.boris.pk, "reported"), (world.mei.pk, "assigned"), (world.chen.pk, "commented"), (world.alma.pk, "mentioned"),
    }  # fmt: skip
    assert inbox(world.mei) == [("assigned", "assigned"), ("comment", "assigned")]
    assert inbox(world.alma) == [("mentioned", "mentioned")]
    assert inbox(world.boris) == [("comment", "reported")]
    assert inbox(world.chen) == []


def test_nobody_is_told_of_what_they_did_themselves(world, item):
    work_items.change(actor=world.boris, item=item, version=None, assignees=[world.boris], priority=1)
    comments.add(actor=world.boris, subject=item, body=_said(world.boris))
    tell()
    assert inbox(world.boris) == []


def test_reading_the_chain_again_tells_nothing_twice(world, item):
    comments.add(actor=world.mei, subject=item, body="Done?")
    tell()
    Told.objects.update(sequence=0)
    tell()
    assert inbox(world.boris) == [("comment", "reported")]


def test_an_event_tells_a_person_once_for_the_strongest_reason(world, item):
    watches.watch(actor=world.mei, subject=item)
    watches.watch(actor=world.mei, subject=item.space)
    comments.add(actor=world.boris, subject=item, body=_said(world.mei))
    tell()
    assert inbox(world.mei) == [("mentioned", "mentioned")]


def test_whoever_left_is_not_brought_back_but_is_told_what_is_theirs(world, item):
    watches.leave(actor=world.mei, subject=item)
    work_items.change(actor=world.boris, item=item, version=None, assignees=[world.mei])
    comments.add(actor=world.boris, subject=item, body="Soon?")
    tell()
    assert inbox(world.mei) == [("assigned", "assigned")]
    watches.watch(actor=world.mei, subject=item)
    comments.add(actor=world.boris, subject=item, body="And now?")
    tell()
    assert inbox(world.mei)[1:] == [("comment", "by_hand")]


def test_a_whole_space_can_be_watched(world, item):
    watches.watch(actor=world.mei, subject=world.project.space)
    work_items.move(actor=world.boris, item=item, version=None, state=make.state_of(world.project, "in_progress"))
    tell()
    assert inbox(world.mei) == [("state", "space")]


def test_watching_begins_with_the_next_event_not_with_the_past(world, item):
    comments.add(actor=world.boris, subject=item, body="Before")
    watches.watch(actor=world.mei, subject=item)
    tell()
    assert inbox(world.mei) == []


def test_a_stranger_can_neither_watch_nor_be_mentioned(world, item):
    with pytest.raises(Hidden):
        watches.watch(actor=world.dana, subject=item)
    with pytest.raises(Refused) as refused:
        comments.add(actor=world.boris, subject=item, body=f"Look, {_said(world.dana)}")
    assert refused.value.code == "mention_unseen" and refused.value.params["who"] == world.dana.name
    with pytest.raises(Refused):
        work_items.change(actor=world.boris, item=item, version=None, description=_said(world.dana))
    tell()
    assert inbox(world.dana) == [] and not Watch.objects.of(world.dana).exists()


def test_a_mention_in_words_that_nobody_checked_tells_no_stranger(world, item):
    feature = make.feature(actor=world.chen, product=world.product, description=f"For {_said(world.dana)} and {_said(world.alma)}")
    tell()
    assert inbox(world.dana) == []
    assert inbox(world.alma) == [("mentioned", "mentioned")]
    assert not Watch.objects.on(feature).of(world.dana).exists()


@pytest.mark.parametrize("body", ["@[Nobody](user:999999999)", "@[x](user:0)"])
def test_an_unknown_person_is_refused(world, item, body):
    with pytest.raises(Refused) as refused:
        comments.add(actor=world.boris, subject=item, body=body)
    assert refused.value.code == "mention_unknown"


def test_editing_a_comment_tells_only_the_newly_named(world, item):
    said = comments.add(actor=world.boris, subject=item, body=_said(world.mei))
    tell()
    comments.change(actor=world.boris, comment=said, version=None, body=f"{_said(world.mei)} {_said(world.alma)}")
    tell()
    assert inbox(world.mei) == [("mentioned", "mentioned")]
    assert inbox(world.alma) == [("mentioned", "mentioned")]


def test_what_one_may_no_longer_see_is_neither_told_nor_shown(world, item):
    watches.watch(actor=world.mei, subject=item)
    comments.add(actor=world.boris, subject=item, body="Seen")
    tell()
    assert inbox(world.mei)
    spaces.revoke(actor=world.admin, space=world.project.space, user=world.mei)
    comments.add(actor=world.boris, subject=item, body="Unseen")
    tell()
    world.mei.refresh_from_db()
    assert inbox(world.mei) == []
    assert Notification.objects.filter(user=world.mei).count() == 1, "the second was never written"


def test_a_disabled_account_hears_nothing(world, item):
    watches.watch(actor=world.mei, subject=item)
    users.disable(actor=world.admin, user=world.mei)
    comments.add(actor=world.boris, subject=item, body="Anybody?")
    tell()
    assert not Notification.objects.filter(user=world.mei).exists()


def test_kinds_that_are_switched_off_are_not_written(world, item):
    notifications.keep_rules(actor=world.boris, ways={"comment": "nothing"})
    comments.add(actor=world.mei, subject=item, body="Hello")
    tell()
    assert inbox(world.boris) == []


def test_the_past_is_no_news_but_begins_the_watching(world, item):
    long_ago = clock.now() - timedelta(days=30)
    record_past([("work_item.changed", item, world.boris, long_ago, {"assignees": [[], [world.mei.pk]]}, {})])
    tell()
    assert inbox(world.mei) == []
    assert Watch.objects.on(item).of(world.mei).exists()


def test_a_large_run_does_not_flood_an_inbox(world):
    import uuid

    items = [make.work_item(actor=world.boris, project=world.project, title=f"Item {n}") for n in range(52)]
    tell()
    few, many = uuid.uuid4(), uuid.uuid4()
    work_items.change_many(actor=world.boris, items=[(i, None) for i in items[:2]], run=few, assignees=[world.mei])
    work_items.change_many(actor=world.boris, items=[(i, None) for i in items], run=many, assignees=[world.mei, world.alma])
    tell()
    # of the many each hears once that there was something for them
    assert len(inbox(world.mei)) == 3 and len(inbox(world.alma)) == 1


def test_a_revised_promise_is_told_to_the_watchers_of_its_feature(world):
    feature = make.feature(actor=world.chen, product=world.product)
    promise = make.promise(actor=world.chen, subject=feature)
    watches.watch(actor=world.alma, subject=feature)
    tell()
    promises.revise(actor=world.chen, promise=promise, version=None, date=promise.date + timedelta(9), reason="supplier")
    tell()
    assert ("promise", "by_hand") in inbox(world.alma)
    assert all(n.subject_kind == "product.feature" for n in Notification.objects.filter(user=world.alma))


@pytest.mark.parametrize(("days", "told"), [(-9, []), (-1, ["overdue"]), (0, ["due"]), (1, ["due"]), (5, [])])
def test_work_that_is_due_is_told_once(world, item, days, told):
    due = clock.today() + timedelta(days=days)
    work_items.change(actor=world.boris, item=item, version=None, assignees=[world.mei], due_on=due)
    reminders.remind()
    reminders.remind()
    found = Notification.objects.filter(user=world.mei, kind="due")
    assert [next(iter(n.facts)) for n in found] == told


def test_the_time_zone_decides_what_is_overdue(world, item):
    with clock.held_at(clock.now().replace(hour=23, minute=30)):
        today = clock.today()
        users.prefer(actor=world.mei, time_zone="Asia/Shanghai")  # where it is tomorrow already
        work_items.change(actor=world.boris, item=item, version=None, assignees=[world.mei, world.alma], due_on=today)
        reminders.remind()
        facts = {n.user_id: n.facts for n in Notification.objects.filter(kind="due")}
    assert facts == {world.mei.pk: {"overdue": str(today)}, world.alma.pk: {"due": str(today)}}


def test_telling_costs_the_same_for_many_events_as_for_few(world, item):
    watches.watch(actor=world.mei, subject=item)
    tell()

    def cost(count: int) -> int:
        for n in range(count):
            comments.add(actor=world.boris, subject=item, body=f"Line {n}")
        with CaptureQueriesContext(connection) as queries:
            tell()
        return len(queries)

    cost(1)
    assert cost(40) <= cost(2)


def test_one_inbox_is_out_of_another_ones_reach(world, item):
    watches.watch(actor=world.mei, subject=item)
    comments.add(actor=world.boris, subject=item, body="Hi")
    tell()
    (row,) = Notification.objects.filter(user=world.mei)
    assert notifications.finish(actor=world.boris, ids=[row.pk]) == []
    assert notifications.snooze(actor=world.boris, ids=[row.pk], until=clock.now() + timedelta(1)) == []
    assert inbox(world.mei) == [("comment", "by_hand")]
    assert notifications.finish(actor=world.mei, ids=[row.pk]) == [row.pk]
    assert notifications.finish(actor=world.mei, ids=[row.pk]) == [], "a second click changes nothing"


def test_snoozed_is_out_of_sight_until_then_and_done_comes_back_where_it_was(world, item):
    watches.watch(actor=world.mei, subject=item)
    comments.add(actor=world.boris, subject=item, body="Hi")
    tell()
    ids = list(Notification.objects.filter(user=world.mei).values_list("pk", flat=True))
    with pytest.raises(Refused):
        notifications.snooze(actor=world.mei, ids=ids, until=clock.now())
    notifications.snooze(actor=world.mei, ids=ids, until=clock.now() + timedelta(hours=3))
    assert inbox(world.mei) == []
    notifications.finish(actor=world.mei, ids=ids)
    notifications.reopen(actor=world.mei, ids=ids)
    assert Notification.objects.visible_to(world.mei).later().count() == 1
    with clock.held_at(clock.now() + timedelta(hours=4)):
        assert len(inbox(world.mei)) == 1


def _forecast(feature, days: int, *, is_current: bool) -> Forecast:
    today, space = clock.today(), feature.space
    run = Run.objects.create(space=space, kind="forecast", state="done", as_of=today, inputs_hash="", seed=1, program="0")
    return Forecast.objects.create(
        space=space, run=run, subject_kind="product.feature", subject_id=feature.pk, as_of=today, remaining=3, is_current=is_current,
        p50=today + timedelta(days - 5), p80=today + timedelta(days), p95=today + timedelta(days + 5),
    )  # fmt: skip


@pytest.mark.parametrize(("before", "after", "told"), [(50, 62, ["risk"]), (50, 90, ["off"]), (50, 55, []), (90, 95, []), (90, 50, [])])
def test_a_promise_that_a_new_forecast_endangers_is_told_once_for_each_step(world, before, after, told):
    feature = make.feature(actor=world.chen, product=world.product)
    promise = make.promise(actor=world.chen, subject=feature)  # in sixty days
    watches.watch(actor=world.alma, subject=feature)
    _forecast(feature, before, is_current=False)
    now = _forecast(feature, after, is_current=True)
    for _again in range(2):
        worsened.tell([now], {Ref("product.feature", feature.pk): promise})
    found = Notification.objects.filter(user=world.alma, kind="promise", event=None)
    assert [n.facts["slip"] for n in found] == told


def test_the_end_of_a_job_reaches_its_owner_unless_they_stopped_it(world):
    def ended(state: str) -> None:
        job = Job.objects.create(space=world.project.space, owner=world.boris, kind="import", title="A long job")
        jobs._end(job, state=state)

    ended("cancelled")
    assert inbox(world.boris) == []
    ended("failed")
    ended("done")
    assert [n.facts["job"] for n in Notification.objects.filter(user=world.boris).order_by("id")] == ["failed", "done"]
