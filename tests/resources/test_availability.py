"""What time people have: calendars, part time, joining and leaving, time off; the same for sprints, workload and load."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tandem.collaboration.models import Notification
from tandem.history.models import Event, EventText
from tandem.kit import clock
from tandem.kit.errors import Denied, Hidden, Refused, Stale
from tandem.people.models import Role
from tandem.planning.availability import available_hours
from tandem.reports.queries import load, load_groups, sprints
from tandem.resources.actions import bookings, departments, employments, time_off
from tandem.resources.models import Employment, TimeOff
from tandem.work.actions import calendars, work_items
from tandem.work.actions import sprints as sprint_actions
from tandem.work.models import WorkItem
from tests import make

MON, SUN = date(2026, 3, 2), date(2026, 3, 15)
"""Two weeks without holidays, ten working days."""


@pytest.fixture
def org(world):
    calendars.create(actor=world.alma, space=world.root, name="Harbour", is_default=True)
    return world


def _employ(world, person, **values):
    return employments.create(actor=world.alma, space=world.root, person=person, **{"starts_on": date(2025, 1, 1), **values})


def _days(person, first=MON, last=SUN) -> float:
    return available_hours([person.pk], first, last).person_days(person.pk, first, last)


def test_somebody_of_whom_nothing_is_written_works_full_time(org):
    have = available_hours([org.mei.pk], MON, SUN)
    assert have.hours(org.mei.pk, MON, SUN) == 80
    assert _days(org.mei) == 10


def test_part_time_joining_and_leaving(org):
    _employ(org, org.mei, percent=60, ends_on=date(2026, 3, 6))
    assert _days(org.mei) == pytest.approx(3)
    _employ(org, org.mei, starts_on=date(2026, 3, 12))
    assert _days(org.mei) == pytest.approx(3 + 2)
    assert available_hours([org.mei.pk], date(2024, 1, 1), date(2024, 1, 31)).minutes[org.mei.pk].sum() == 0, "not here yet"


def test_a_calendar_of_ones_own_with_shifts_and_moved_working_days(org):
    china = calendars.create(actor=org.alma, space=org.root, name="Ningbo", country="CN")
    night = calendars.create(actor=org.alma, space=org.root, name="Night", week={str(n): [[1320, 1440]] if n <= 6 else [] for n in range(1, 8)})
    _employ(org, org.mei, calendar=china)
    _employ(org, org.boris, calendar=night, percent=50)
    have = available_hours([org.mei.pk, org.boris.pk], MON, SUN)
    assert have.hours(org.boris.pk, MON, SUN) == 12, "two hours of six nights, half of them, two weeks"
    feast = available_hours([org.mei.pk], date(2026, 2, 9), date(2026, 2, 28))
    works = {MON.fromordinal(date(2026, 2, 9).toordinal() + n) for n, minutes in enumerate(feast.minutes[org.mei.pk]) if minutes}
    assert date(2026, 2, 14) in works and date(2026, 2, 28) in works, "Saturdays on which China works for the Spring Festival"
    assert not works & {date(2026, 2, day) for day in range(16, 21)}


def test_approved_time_off_takes_days_and_halves(org):
    _employ(org, org.mei, manager=org.boris)
    asked = time_off.ask(actor=org.mei, person=org.mei, starts_on=date(2026, 3, 4), ends_on=date(2026, 3, 9), ends_half=True)
    assert _days(org.mei) == 10, "asked for is not yet away"
    time_off.decide(actor=org.boris, time_off=asked, version=None, is_approved=True)
    assert _days(org.mei) == pytest.approx(10 - 3.5)
    assert available_hours([org.mei.pk], MON, SUN).away[org.mei.pk].sum() == 3.5 * 480
    time_off.withdraw(actor=org.mei, time_off=TimeOff.objects.get())
    assert _days(org.mei) == 10


def test_of_a_yes_and_a_withdrawal_at_once_one_counts(org):
    _employ(org, org.mei, manager=org.boris)
    asked = time_off.ask(actor=org.mei, person=org.mei, starts_on=MON, ends_on=MON)
    seen = TimeOff.objects.get(pk=asked.pk)
    time_off.withdraw(actor=org.mei, time_off=asked)
    with pytest.raises(Stale):
        time_off.decide(actor=org.boris, time_off=seen, version=None, is_approved=True)
    assert TimeOff.objects.get(pk=asked.pk).state == TimeOff.State.WITHDRAWN


def test_nobody_decides_about_themselves_nor_does_a_colleague(org):
    _employ(org, org.mei, manager=org.boris)
    asked = time_off.ask(actor=org.mei, person=org.mei, starts_on=MON, ends_on=MON)
    own = time_off.ask(actor=org.alma, person=org.alma, starts_on=MON, ends_on=MON)
    assert own.state == TimeOff.State.ASKED, "who manages resources does not approve their own"
    for actor, row in ((org.mei, asked), (org.chen, asked), (org.dana, asked), (org.alma, own)):
        with pytest.raises((Denied, Hidden)):
            time_off.decide(actor=actor, time_off=row, version=None, is_approved=True)
    with pytest.raises((Denied, Hidden)):
        time_off.ask(actor=org.chen, person=org.mei, starts_on=SUN, ends_on=SUN)
    with pytest.raises(Refused):
        time_off.decide(actor=org.boris, time_off=asked, version=None, is_approved=False)


def test_twice_on_a_day_is_once(org):
    time_off.ask(actor=org.mei, person=org.mei, starts_on=MON, ends_on=SUN)
    with pytest.raises(Refused) as problem:
        time_off.ask(actor=org.mei, person=org.mei, starts_on=SUN, ends_on=SUN)
    assert problem.value.code == "away_already"


def test_why_is_told_to_few_and_stands_in_no_history(org, signed_in):
    _employ(org, org.mei, manager=org.boris)
    row = time_off.ask(actor=org.mei, person=org.mei, starts_on=MON, ends_on=SUN, kind="sickness", note="A broken leg")
    for person, sees in ((org.mei, True), (org.boris, True), (org.alma, True), (org.chen, False), (org.dana, False)):
        assert TimeOff.objects.visible_to(person).filter(pk=row.pk).exists() is sees, person
        answer = signed_in(person).get(f"/time-off/{row.pk}/")
        assert answer.status_code == (200 if sees else 404)
        assert (b"broken leg" in answer.content) is sees
    told = Event.objects.filter(subject_kind="resources.timeoff")
    assert told.count() == 1 and "sick" not in str(list(told.values_list("changes"))) and not EventText.objects.filter(event__in=told).exists()


def test_sprints_workload_and_load_count_the_same_time(org):
    _employ(org, org.mei, percent=50, manager=org.boris)
    time_off.ask(actor=org.boris, person=org.mei, starts_on=MON, ends_on=date(2026, 3, 3))
    have = available_hours([org.mei.pk], MON, SUN)
    assert load.of(org.alma, [org.mei.pk], MON, 2).courses[org.mei.pk].time.sum() == have.hours(org.mei.pk, MON, SUN) == 32
    with clock.held_at(datetime(2026, 3, 1, 9, tzinfo=UTC)):
        sprint = make.sprint(actor=org.boris, project=org.project, begins=1, days=12)
        sprint_actions.set_people(actor=org.boris, sprint=sprint, version=None, people=[(org.mei, 100, 0)])
        place = sprints.people(org.boris, [sprint], sprints.calendar_of(org.project.space_id))[sprint.pk][0]
    assert (place.working_days, place.days, place.known_off) == (10, 4, 6)


def test_bookings_and_work_of_one_project_are_not_added(org):
    booked = bookings.create(actor=org.alma, subject=org.project, person=org.mei, starts_on=MON, ends_on=SUN, percent=Decimal(50), is_hard=True)
    with clock.held_at(datetime(2026, 3, 1, 9, tzinfo=UTC)):
        at = [datetime(day.year, day.month, day.day, 8, tzinfo=UTC) for day in (MON, date(2026, 3, 6))]
        make.work_item(actor=org.boris, project=org.project, assignees=[org.mei], estimate_minutes=60 * 30, planned_start=at[0], planned_finish=at[1])
        course = load.of(org.alma, [org.mei.pk], MON, 2).courses[org.mei.pk]
    assert (course.firm.tolist(), course.work.round(6).tolist(), course.load.round(6).tolist()) == ([20, 20], [30, 0], [30, 20])
    assert {c.row_id for c in course.causes if c.kind == "booking"} == {booked.pk}


def test_hours_of_what_one_does_not_see_count_without_its_name(org):
    hidden = make.project(actor=org.alma, name="Merger", key="MRG")
    bookings.create(actor=org.alma, subject=hidden, person=org.mei, starts_on=MON, ends_on=SUN, percent=Decimal(100), is_hard=True)
    course = load.of(org.boris, [org.mei.pk], MON, 2).courses[org.mei.pk]
    assert course.load.tolist() == [40, 40]
    assert [(c.title, c.is_seen) for c in course.causes] == [("", False)]


def test_as_many_queries_for_many_as_for_one(org):
    people = [make.user(actor=org.admin, name=f"P{n}") for n in range(8)]
    for person in people:
        _employ(org, person)
        bookings.create(actor=org.alma, subject=org.project, person=person, starts_on=MON, ends_on=SUN, percent=Decimal(50))
    counts = []
    for some in (people[:1], people):
        with CaptureQueriesContext(connection) as asked:
            load.of(org.alma, [p.pk for p in some], MON, 12)
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 11


@pytest.mark.parametrize("by", ["people", "roles", "teams"])
def test_the_page_of_load_shows_everybody_and_leads_to_the_causes(org, signed_in, by):
    bookings.create(actor=org.alma, subject=org.project, person=org.mei, starts_on=clock.today(), ends_on=clock.today() + timedelta(days=30), percent=Decimal(100), is_hard=True)
    answer = signed_in(org.alma).get(f"/load/?by={by}")
    assert answer.status_code == 200
    if by == "people":
        assert f"/people/{org.mei.pk}/load/?on=" in answer.text
        assert org.project.name in signed_in(org.alma).get(f"/people/{org.mei.pk}/load/").text
        assert signed_in(org.dana).get(f"/people/{org.mei.pk}/load/").status_code == 404
        assert "Mei" not in signed_in(org.dana).get("/load/").text.split("<main")[1]


def test_a_department_out_of_sight_narrows_to_nobody_and_who_left_is_not_in_it(org, signed_in):
    sales = departments.create(actor=org.alma, space=org.root, name="Sales")
    gone, here = (make.user(actor=org.admin, name=name, role=Role.MEMBER) for name in ("Gone", "Here"))
    today = clock.today()
    employments.create(actor=org.alma, space=org.root, person=gone, starts_on=today - timedelta(days=90), ends_on=today - timedelta(days=5), department=sales)
    employments.create(actor=org.alma, space=org.root, person=here, starts_on=today + timedelta(days=30), department=sales)
    assert set(load_groups.chosen(org.alma, department=str(sales.pk), on=today)) == {here}
    hidden = make.project(actor=org.alma, name="Merger")
    apart = departments.create(actor=org.alma, space=hidden.space, name="Apart")
    Employment.objects.filter(person=here).update(space=hidden.space, department=apart)
    assert not load_groups.chosen(org.boris, department=str(apart.pk), on=today).exists()
    for name in ("role", "team", "skill", "department"):
        assert signed_in(org.alma).get("/load/", {name: "²"}).status_code == 200


def test_who_is_to_answer_hears_that_it_waits_and_who_asked_hears_the_answer(org, signed_in):
    _employ(org, org.mei, manager=org.boris)
    soon = clock.today() + timedelta(30)
    row = time_off.ask(actor=org.mei, person=org.mei, starts_on=soon, ends_on=soon, kind="sickness", note="A broken leg")
    assert [one.user for one in Notification.objects.filter(subject_kind="resources.timeoff")] == [org.boris], "though Boris does not see the space in which Mei is kept"
    page = signed_in(org.boris).get("/inbox/").text
    assert "Mei Lin asks for time off" in page and f"/time-off/{row.pk}/" in page and "broken leg" not in page
    time_off.decide(actor=org.boris, time_off=row, version=None, is_approved=True)
    assert "is approved" in signed_in(org.mei).get("/inbox/").text
    own = time_off.ask(actor=org.boris, person=org.boris, starts_on=soon, ends_on=soon)
    heard = Notification.objects.filter(subject_id=own.pk, subject_kind="resources.timeoff")
    assert {one.user for one in heard} == {org.alma, org.admin}, "no manager: those who manage resources there"
    with clock.held_at(datetime(2026, 1, 5, 9, tzinfo=UTC)):
        past = time_off.ask(actor=org.mei, person=org.mei, starts_on=MON, ends_on=MON)
    assert not Notification.objects.filter(subject_id=past.pk).exists(), "a simulation is no news"


@pytest.mark.parametrize(("planned", "due", "hours"), [
    ((None, None), 5, [10, 0]), ((None, 12), None, [0, 10]), ((None, None), 3, [10, 0]), ((2, 13), None, [5, 5]), ((23, 27), None, [0, 0]),
    ((23, None), 5, [10, 0]), ((None, None), None, [0, 0]), ((10, 9), None, [0, 10]),
], ids=["only due", "only a planned finish", "due and late", "planned over both weeks", "behind the window", "no finish, but due", "no date at all", "a finish before the start"])  # fmt: skip
def test_work_lies_in_the_weeks_in_which_it_is_planned_or_due(org, planned, due, hours):
    """Ten hours of Mei's, seen on Monday the second of March, or two days later where it is late."""
    start, finish = (datetime(2026, 3, day, 8, tzinfo=UTC) if day else None for day in planned)
    with clock.held_at(datetime(2026, 3, 4 if due == 3 else 2, 6, tzinfo=UTC)):
        row = make.work_item(actor=org.admin, project=org.project, title="Quay", estimate_minutes=600)
        work_items.change(actor=org.admin, item=row, version=None, assignees=[org.mei], due_on=date(2026, 3, due) if due else None)
        WorkItem.objects.filter(pk=row.pk).update(planned_start=start, planned_finish=finish)
        found = load.of(org.mei, [org.mei.pk], MON, 2).courses[org.mei.pk]
    assert found.work.tolist() == pytest.approx(hours)


def test_who_is_away_all_the_time_has_the_work_on_the_days_that_they_would_work(org):
    with clock.held_at(datetime(2026, 3, 2, 6, tzinfo=UTC)):
        time_off.ask(actor=org.admin, person=org.mei, starts_on=MON, ends_on=SUN, kind="sickness")
        row = make.work_item(actor=org.admin, project=org.project, title="Quay", estimate_minutes=600)
        work_items.change(actor=org.admin, item=row, version=None, assignees=[org.mei])
        WorkItem.objects.filter(pk=row.pk).update(planned_start=datetime(2026, 3, 2, 8, tzinfo=UTC), planned_finish=datetime(2026, 3, 13, 17, tzinfo=UTC))
        found = load.of(org.mei, [org.mei.pk], MON, 2).courses[org.mei.pk]
    assert found.work.tolist() == pytest.approx([5, 5])


def test_nobody_has_no_load(org):
    assert load.of(org.mei, [], MON, 2).courses == {}
