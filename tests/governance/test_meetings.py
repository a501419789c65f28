"""Meetings: their rhythm, agendas that fill themselves, minutes by several, decisions and actions, who hears of what."""

import threading
from datetime import UTC, datetime, time, timedelta

import pytest
from django.db import connections

from tandem.collaboration.models import Notification
from tandem.governance.actions import decisions, meeting_points, meeting_series, meetings
from tandem.governance.models import (
    Decision,
    Meeting,
    MeetingOutcome,
    MeetingPoint,
    MeetingSeries,
    Risk,
)
from tandem.history.models import Event
from tandem.kit import clock
from tandem.kit.errors import Denied, Hidden, Refused, Stale
from tandem.people.models import Role, Space
from tandem.planning.models import Forecast, PlanConflict, Run
from tandem.product.models import Promise, Scope
from tandem.work.actions import work_items
from tandem.work.models import State
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def weekly(world):
    return make.series(actor=world.boris, space=world.project.space, rule="FREQ=WEEKLY;BYDAY=TU", needed=[world.mei], welcome=[world.chen])


@pytest.fixture
def begun(world):
    """One that began a quarter of an hour ago."""
    return make.meeting(actor=world.boris, space=world.project.space, ago=timedelta(minutes=15), needed=[world.mei])


def test_the_meetings_of_the_next_weeks_stand_on_the_clock_of_their_zone(world):
    row = make.series(actor=world.boris, space=world.project.space, rule="FREQ=WEEKLY;BYDAY=MO", starts_on=clock.today(), at=time(9, 30), zone="Asia/Shanghai", minutes=45)
    made = list(row.meetings.order_by("on"))
    assert 6 <= len(made) <= 7
    assert {one.on.weekday() for one in made} == {0}
    assert {(one.starts_at.astimezone(UTC).time(), one.minutes) for one in made} == {(time(1, 30), 45)}
    assert meeting_series.make(row) == 0, "made once"


def test_nine_stays_nine_when_the_clocks_change(world):
    row = make.series(actor=world.boris, space=world.project.space, rule="FREQ=MONTHLY;BYMONTHDAY=15", starts_on=datetime(2027, 1, 15).date(), zone="Europe/Berlin", at=time(9))
    winter, summer = (meeting_series._at(row, datetime(2027, month, 15).date()).starts_at.astimezone(UTC).hour for month in (1, 7))
    assert (winter, summer) == (8, 7)


def test_who_asks_comes_and_only_who_sees_the_space_is_asked(world, weekly):
    assert {(seat.user.name, seat.is_needed) for seat in weekly.attendees.all()} == {("Boris Orlov", True), ("Mei Lin", True), ("陈悦", False)}
    with pytest.raises(Refused, match="meeting_outside"):
        make.series(actor=world.boris, space=world.project.space, needed=[world.dana])
    with pytest.raises(Refused, match="meeting_purpose_missing"):
        make.series(actor=world.boris, space=world.project.space, purpose=" ")
    with pytest.raises(Refused, match="timezone_unknown"):
        make.series(actor=world.boris, space=world.project.space, zone="Mars/Base")


def test_another_rhythm_moves_what_is_ahead_and_leaves_what_is_written_on(world, weekly):
    first, second = weekly.meetings.order_by("on")[:2]
    meeting_points.add(actor=world.mei, meeting=first, title="Berth")
    meeting_series.change(actor=world.boris, meeting_series=weekly, version=weekly.version, at=time(15), minutes=30)
    first.refresh_from_db()
    assert (first.minutes, Meeting.objects.filter(pk=second.pk).exists()) == (60, False)
    assert {one.minutes for one in weekly.meetings.exclude(pk=first.pk)} == {30}
    with pytest.raises(Stale):
        meeting_series.change(actor=world.boris, meeting_series=weekly, version=weekly.version, title="x")
    with pytest.raises(Refused, match="meeting_series_kept"):
        meeting_series.remove(actor=world.boris, meeting_series=weekly)
    weekly.refresh_from_db()
    meeting_series.end(actor=world.boris, meeting_series=weekly, version=None)
    assert list(weekly.meetings.all()) == [first]


def test_strangers_and_readers_do_nothing(world, begun):
    auditor = make.user(actor=world.admin, name="Olu", role=Role.AUDITOR)
    point = meeting_points.add(actor=world.mei, meeting=begun, title="Berth")
    for user, error in ((world.dana, Hidden), (auditor, Denied)):
        for do in (
            lambda: make.series(actor=user, space=world.project.space),
            lambda: meeting_series.change(actor=user, meeting_series=begun.series, version=None, title="x"),
            lambda: meeting_series.end(actor=user, meeting_series=begun.series, version=None),
            lambda: meetings.gather(actor=user, meeting=begun),
            lambda: meetings.move(actor=user, meeting=begun, version=None, state="held"),
            lambda: meetings.reschedule(actor=user, meeting=begun, version=None, starts_at=clock.now() + timedelta(days=1)),
            lambda: meeting_points.add(actor=user, meeting=begun, title="x"),
            lambda: meeting_points.note(actor=user, meeting_point=point, text="x", base=""),
            lambda: meeting_points.place(actor=user, meeting_point=point, version=None, to=1),
            lambda: meeting_points.drop(actor=user, meeting_point=point, version=None),
            lambda: meeting_points.decide(actor=user, meeting_point=point, question="x", chosen="y", why="z"),
            lambda: meeting_points.act(actor=user, meeting_point=point, space=world.project.space, title="x"),
        ):
            with pytest.raises(error):
                do()
    assert not Decision.objects.exists()


def test_a_guest_who_may_comment_writes_minutes_and_gives_out_no_work(world):
    guest = make.user(actor=world.admin, name="Sia", role=Role.STAKEHOLDER, space=world.project.space)
    meeting = make.meeting(actor=world.boris, space=world.project.space, ago=timedelta(minutes=5), welcome=[guest])
    point = meeting_points.add(actor=guest, meeting=meeting, title="Berth")
    assert meeting_points.note(actor=guest, meeting_point=point, text="Deep", base="").notes == "Deep"
    with pytest.raises(Denied):
        meeting_points.act(actor=guest, meeting_point=point, space=world.project.space, title="x")
    with pytest.raises(Denied):
        meeting_points.decide(actor=guest, meeting_point=point, question="x", chosen="y", why="z")
    other = make.meeting(actor=world.boris, space=world.project.space, ago=timedelta(minutes=5))
    with pytest.raises(Denied):
        meeting_points.add(actor=guest, meeting=other, title="Not asked")


def test_the_agenda_gathers_what_has_come_up_once_and_worst_first(world, begun):
    space = world.project.space
    old = make.risk(actor=world.boris, space=space, title="Known for long")
    Risk.objects.filter(pk=old.pk).update(created_at=clock.now() - timedelta(days=90))
    make.risk(actor=world.boris, space=space, title="Fog")
    make.issue(actor=world.boris, space=space, title="Crane broken", severity="low")
    make.issue(actor=world.boris, space=space, title="Yard on fire", severity="critical")
    PlanConflict.objects.create(space=space, kind="project", subject_kind="portfolio.project", subject_id=world.project.pk, days=3)
    PlanConflict.objects.create(space=space, kind="leave", subject_kind="portfolio.project", subject_id=world.project.pk, days=3)
    decisions.create(actor=world.boris, space=space, question="Which berth?", due_on=clock.today())
    decisions.create(actor=world.boris, space=space, question="Not due", due_on=clock.today() + timedelta(days=30))
    assert meetings.gather(actor=world.mei, meeting=begun) == 5
    points = list(MeetingPoint.objects.filter(meeting=begun))
    assert [(one.why, one.title) for one in points] == [
        ("decision", "Which berth?"), ("conflict", "Portal: Project later than planned"), ("issue", "Yard on fire"), ("issue", "Crane broken"), ("risk", "Fog"),
    ]  # fmt: skip
    meeting_points.drop(actor=world.mei, meeting_point=points[0], version=None)
    make.risk(actor=world.boris, space=space, title="Ice")
    assert meetings.gather(actor=world.mei, meeting=begun) == 1, "what was taken off does not come again"
    assert MeetingPoint.objects.filter(meeting=begun).count() == 6


def test_what_is_confidential_below_joins_no_agenda_above(world):
    secret = make.project(actor=world.alma, name="Secret", key="SEC")
    type(secret.space).objects.filter(pk=secret.space_id).update(is_confidential=True)
    make.risk(actor=world.admin, space=world.root, title="Open to all")
    Risk.objects.create(space=secret.space, title="Hidden", probability=20)
    meeting = make.meeting(actor=world.alma, space=world.root)
    meetings.gather(actor=world.alma, meeting=meeting)
    titles = set(MeetingPoint.objects.filter(meeting=meeting).values_list("title", flat=True))
    assert "Open to all" in titles and "Hidden" not in titles


def promised(world, product, project, when):
    """Something of a product that a work item of a project delivers."""
    feature = make.feature(actor=world.admin, product=product, title=f"Of {product.space.name}")
    Scope.objects.create(space=product.space, feature=feature, item=make.work_item(actor=world.admin, project=project))
    row = make.promise(actor=world.admin, subject=feature)
    Promise.objects.filter(pk=row.pk).update(date=when)
    return row


def test_promises_of_a_confidential_product_join_no_agenda_of_who_delivers_it(world, begun):
    secret = make.product(actor=world.admin, name="Secret", key="SEC")
    promised(world, secret, world.project, clock.today() - timedelta(days=3))
    Space.objects.filter(pk=secret.space_id).update(is_confidential=True)
    shown = promised(world, world.product, world.project, clock.today() - timedelta(days=3))
    meetings.gather(actor=world.boris, meeting=begun)
    assert list(MeetingPoint.objects.filter(meeting=begun, why="promise").values_list("at", flat=True)) == [str(shown.pk)]


def test_actions_given_out_into_a_confidential_project_do_not_come_back(world):
    secret = make.project(actor=world.admin, name="Secret", key="SEC")
    row = make.series(actor=world.boris, space=world.project.space, rule="FREQ=WEEKLY;BYDAY=TU")
    first, second = row.meetings.order_by("on")[:2]
    point = meeting_points.add(actor=world.admin, meeting=first, title="Berth")
    meeting_points.act(actor=world.admin, meeting_point=point, space=secret.space, title="Sell the yard")
    Space.objects.filter(pk=secret.space_id).update(is_confidential=True)
    call = meeting_points.act(actor=world.admin, meeting_point=point, space=world.project.space, title="Call").item
    meetings.gather(actor=world.boris, meeting=second)
    assert list(MeetingPoint.objects.filter(meeting=second, why="action").values_list("at", flat=True)) == [call.key]


def test_a_promise_whose_date_has_passed_joins_with_no_forecast_and_however_many_lie_before_it(world, begun):
    overdue = promised(world, world.product, world.project, clock.today() - timedelta(days=30))
    feature = make.feature(actor=world.admin, product=world.product, title="Kept open")
    Promise.objects.bulk_create(
        Promise(space=world.product.space, feature=feature, to_whom=f"{n}", date=clock.today() + timedelta(days=1), given_by=world.admin) for n in range(201)
    )
    later = promised(world, world.product, world.project, clock.today() + timedelta(days=20))
    Forecast.objects.filter(subject_kind="product.feature", subject_id=later.feature_id).delete()
    run = Run.objects.create(space=world.product.space, kind=Run.Kind.values[0], as_of=clock.today(), inputs_hash="x", seed=1, program="x")
    Forecast.objects.create(space=world.product.space, run=run, subject_kind="product.feature", subject_id=later.feature_id, as_of=clock.today(), p50=clock.today() + timedelta(days=40))
    meetings.gather(actor=world.boris, meeting=begun)
    assert list(MeetingPoint.objects.filter(meeting=begun, why="promise").values_list("at", flat=True)) == [str(overdue.pk), str(later.pk)]


def test_agendas_of_meetings_that_near_are_gathered_and_told_once(world, weekly):
    first = weekly.meetings.earliest("starts_at")
    Meeting.objects.filter(pk=first.pk).update(starts_at=clock.now() + timedelta(days=2), ends_at=clock.now() + timedelta(days=2, hours=1))
    make.risk(actor=world.boris, space=world.project.space, title="Fog")
    assert meetings.gather_due() == 1
    assert meetings.gather_due() == 0
    told = Notification.objects.filter(kind="meeting").order_by("user__name")
    assert [(one.user.name, one.facts["points"]) for one in told] == [("Boris Orlov", 1), ("Mei Lin", 1), ("陈悦", 1)]


def test_actions_of_last_time_come_back_until_they_are_done(world):
    row = make.series(actor=world.boris, space=world.project.space, rule="FREQ=WEEKLY;BYDAY=TU", starts_on=clock.today() - timedelta(days=21))
    last = Meeting.objects.create(space=row.space, series=row, on=clock.today() - timedelta(days=7), starts_at=clock.now() - timedelta(days=7), ends_at=clock.now() - timedelta(days=7) + timedelta(hours=1))
    point = meeting_points.add(actor=world.boris, meeting=last, title="Berth")
    call, ask = (meeting_points.act(actor=world.boris, meeting_point=point, space=world.project.space, title=title).item for title in ("Call the yard", "Ask the pilot"))
    done = State.objects.filter(space=world.project.space, category="done").first()
    work_items.move(actor=world.boris, item=ask, version=None, state=done)
    ahead = row.meetings.filter(starts_at__gt=clock.now()).earliest("starts_at")
    meetings.gather(actor=world.boris, meeting=ahead)
    assert list(MeetingPoint.objects.filter(meeting=ahead, why="action").values_list("at", flat=True)) == [call.key]


def test_two_who_type_in_the_same_minutes_lose_nothing(world, begun):
    point = meeting_points.add(actor=world.boris, meeting=begun, title="Berth")
    meeting_points.note(actor=world.boris, meeting_point=point, text="Opened at ten.", base="")
    read = "Opened at ten."
    meeting_points.note(actor=world.boris, meeting_point=point, text=f"{read}\nThe crane is late.", base=read)
    now = meeting_points.note(actor=world.mei, meeting_point=point, text=f"Present: all.\n{read}\r\nBerth 4 is free.", base=read)
    assert now.notes == "Present: all.\nOpened at ten.\nThe crane is late.\nBerth 4 is free."
    assert meeting_points.note(actor=world.mei, meeting_point=point, text=now.notes, base=now.notes).version == now.version, "nothing changed, nothing recorded"


@pytest.mark.django_db(transaction=True)
def test_two_who_decide_at_the_same_moment_make_one_decision(world):
    meeting = make.meeting(actor=world.boris, space=world.project.space, ago=timedelta(minutes=5))
    point = meeting_points.add(actor=world.boris, meeting=meeting, title="Berth")

    def decide():
        try:
            meeting_points.decide(actor=world.boris, meeting_point=point, question="", chosen="Berth 4", why="Deep")
        except Refused:
            pass
        finally:
            connections.close_all()

    threads = [threading.Thread(target=decide) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert (Decision.objects.count(), MeetingOutcome.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_many_who_save_at_the_same_moment_all_stand_in_the_minutes(world):
    meeting = make.meeting(actor=world.boris, space=world.project.space, ago=timedelta(minutes=5), needed=[world.mei])
    point = meeting_points.add(actor=world.boris, meeting=meeting, title="Berth")

    def save(n):
        try:
            meeting_points.note(actor=world.boris if n % 2 else world.mei, meeting_point=point, text=f"Line {n}", base="")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=save, args=(n,)) for n in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    point.refresh_from_db()
    assert sorted(point.notes.split("\n")) == [f"Line {n}" for n in range(8)]
    assert Event.objects.filter(verb="meeting_point.noted").count() == 8


def test_decisions_and_actions_are_born_as_records(world, begun):
    asked = decisions.create(actor=world.boris, space=world.project.space, question="Which berth?", due_on=clock.today())
    meetings.gather(actor=world.boris, meeting=begun)
    point = MeetingPoint.objects.get(meeting=begun, why="decision")
    meeting_points.decide(actor=world.boris, meeting_point=point, question="ignored", chosen="Berth 4", why="Deep enough")
    asked.refresh_from_db()
    assert (asked.state, asked.chosen) == ("decided", "Berth 4"), "the question on the agenda is the one that is decided"
    own = meeting_points.add(actor=world.boris, meeting=begun, title="When do we move?")
    meeting_points.decide(actor=world.boris, meeting_point=own, question="", chosen="In May", why="The ice is gone")
    action = meeting_points.act(actor=world.boris, meeting_point=own, space=world.project.space, title="Tell the pilots", assignee=world.mei, due_on=clock.today() + timedelta(days=4))
    assert Decision.objects.filter(question="When do we move?", state="decided").exists()
    assert ([one.name for one in action.item.assignees.all()], action.item.due_on) == (["Mei Lin"], clock.today() + timedelta(days=4))
    assert sorted(MeetingOutcome.objects.filter(meeting=begun).values_list("kind", flat=True)) == ["action", "decision", "decision"]


def test_the_words_of_a_record_on_the_agenda_make_no_decision(world, begun):
    """Whoever writes in the meeting may not see that record: its title would stand in a log that all read."""
    risk = make.risk(actor=world.alma, space=world.root, title="Merger")
    point = MeetingPoint.objects.create(space=begun.space, meeting=begun, title="Merger", why="risk", slug="risks", at=str(risk.pk))
    with pytest.raises(Refused, match="title_empty"):
        meeting_points.decide(actor=world.mei, meeting_point=point, question=" ", chosen="Yes", why="Deep")
    assert not Decision.objects.exists()


def test_the_same_words_twice_and_a_decision_that_was_made_are_refused(world, begun):
    asked = decisions.create(actor=world.boris, space=world.project.space, question="Which berth?", due_on=clock.today())
    meetings.gather(actor=world.boris, meeting=begun)
    about = MeetingPoint.objects.get(meeting=begun, why="decision")
    own = meeting_points.add(actor=world.boris, meeting=begun, title="When?")
    deeds = (
        (lambda: meeting_points.decide(actor=world.boris, meeting_point=about, question="", chosen="Berth 4", why="Deep"), "decision_made"),
        (lambda: meeting_points.decide(actor=world.boris, meeting_point=own, question="", chosen="In May", why="Ice"), "meeting_born_already"),
        (lambda: meeting_points.act(actor=world.boris, meeting_point=own, space=world.project.space, title="Call"), "meeting_born_already"),
    )
    for do, refusal in deeds:
        do()
        with pytest.raises(Refused, match=refusal):
            do()
    assert list(Decision.objects.order_by("pk").values_list("pk", "chosen"))[:1] == [(asked.pk, "Berth 4")]
    assert (Decision.objects.count(), MeetingOutcome.objects.count()) == (2, 3)


def test_nothing_comes_of_a_meeting_that_was_cancelled(world, begun):
    point = meeting_points.add(actor=world.boris, meeting=begun, title="Berth")
    meetings.move(actor=world.boris, meeting=begun, version=None, state="cancelled", reason="Fog")
    for do in (
        lambda: meeting_points.decide(actor=world.boris, meeting_point=point, question="", chosen="Yes", why="Deep"),
        lambda: meeting_points.act(actor=world.boris, meeting_point=point, space=world.project.space, title="Call"),
        lambda: meeting_points.note(actor=world.boris, meeting_point=point, text="x", base=""),
    ):
        with pytest.raises(Refused, match="meeting_over"):
            do()


def test_held_with_who_was_there_and_the_minutes_go_to_all_who_are_asked(world, begun):
    with pytest.raises(Refused, match="meeting_not_held"):
        meetings.send(actor=world.boris, meeting=begun, version=None)
    with pytest.raises(Refused, match="meeting_not_asked"):
        meetings.move(actor=world.boris, meeting=begun, version=None, state="held", present=[world.alma])
    held = meetings.move(actor=world.boris, meeting=begun, version=begun.version, state="held", present=[world.boris])
    assert list(held.presences.values_list("user__name", flat=True)) == ["Boris Orlov"]
    meetings.send(actor=world.boris, meeting=held, version=held.version)
    told = Notification.objects.get(user=world.mei, kind="meeting")
    assert told.facts["decisions"] == 0 and told.mail == "digest"
    with pytest.raises(Refused, match="meeting_over"):
        meeting_points.add(actor=world.boris, meeting=held, title="Too late")


def test_minutes_that_changed_after_they_were_sent_wait_to_be_sent_again(world, begun):
    point = meeting_points.add(actor=world.boris, meeting=begun, title="Berth")
    held = meetings.move(actor=world.boris, meeting=begun, version=None, state="held")
    for change in (
        lambda: meeting_points.note(actor=world.boris, meeting_point=point, text="Deep", base=""),
        lambda: meeting_points.act(actor=world.boris, meeting_point=point, space=world.project.space, title="Call"),
        lambda: meeting_points.decide(actor=world.boris, meeting_point=point, question="", chosen="Yes", why="Deep"),
        lambda: meetings.move(actor=world.boris, meeting=held, version=None, state="planned"),
    ):
        meetings.send(actor=world.boris, meeting=held, version=None)
        change()
        held.refresh_from_db()
        assert held.sent_at is None


def test_a_meeting_is_cancelled_with_a_reason_moved_only_ahead_and_not_held_before_it_begins(world, weekly):
    first = weekly.meetings.earliest("starts_at")
    with pytest.raises(Refused, match="reason_needed"):
        meetings.move(actor=world.boris, meeting=first, version=None, state="cancelled")
    with pytest.raises(Refused, match="meeting_ahead"):
        meetings.move(actor=world.boris, meeting=first, version=None, state="held")
    with pytest.raises(Refused, match="meeting_past"):
        meetings.reschedule(actor=world.boris, meeting=first, version=None, starts_at=clock.now() - timedelta(days=1))
    moved = meetings.reschedule(actor=world.boris, meeting=first, version=1, starts_at=clock.now() + timedelta(days=3), minutes=30)
    assert moved.minutes == 30
    with pytest.raises(Stale):
        meetings.reschedule(actor=world.boris, meeting=first, version=1, starts_at=clock.now() + timedelta(days=4))
    meetings.move(actor=world.boris, meeting=moved, version=None, state="cancelled", reason="Fog")
    assert meeting_series.make(weekly) == 0, "a cancelled one is not made again"
    assert set(Notification.objects.filter(kind="meeting").values_list("user__name", flat=True)) == {"Mei Lin", "陈悦"}


def test_points_take_their_place_and_leave_the_agenda(world, begun):
    a, b, c = (meeting_points.add(actor=world.boris, meeting=begun, title=title) for title in "abc")
    meeting_points.place(actor=world.boris, meeting_point=c, version=1, to=1)
    meeting_points.drop(actor=world.boris, meeting_point=a, version=None)
    assert list(MeetingPoint.objects.standing().filter(meeting=begun).values_list("title", flat=True)) == ["c", "b"]
    meeting_points.drop(actor=world.boris, meeting_point=a, version=None, is_dropped=False)
    with pytest.raises(Stale):
        meeting_points.change(actor=world.boris, meeting_point=b, version=9, title="x")
    with pytest.raises(Refused, match="title_empty"):
        meeting_points.add(actor=world.boris, meeting=begun, title=" ")


def test_of_nothing_written_a_series_goes_without_a_trace_of_meetings(world, weekly):
    meeting_series.remove(actor=world.boris, meeting_series=weekly, version=weekly.version)
    assert (MeetingSeries.objects.count(), Meeting.objects.count()) == (0, 0)
