"""Finishes that are bound by links, by hand: 17:00 and 8:00 the next morning are the same moment of work, over weekends too."""

import pytest

from tandem.compute.scheduling.axis import moment_of
from tandem.compute.scheduling.stored_levelling import level
from tandem.exchange.dates import stored_plan

FF, FS, SF, SS = range(4)
"As MS Project counts them."


def task(uid, hours, start, finish, *links, snet=""):
    told = "".join(f"<PredecessorLink><PredecessorUID>{before}</PredecessorUID><Type>{kind}</Type><LinkLag>{lag * 10}</LinkLag><LagFormat>{form}</LagFormat></PredecessorLink>" for before, kind, lag, form in links)
    bound = f"<ConstraintType>4</ConstraintType><ConstraintDate>{snet}</ConstraintDate>" if snet else ""
    return (
        f"<Task><UID>{uid}</UID><ID>{uid}</ID><Name>T{uid}</Name><Type>0</Type><IsNull>0</IsNull><OutlineNumber>{uid}</OutlineNumber><OutlineLevel>1</OutlineLevel><Milestone>{int(not hours)}</Milestone>"
        f"<Start>{start}</Start><Finish>{finish}</Finish><Duration>PT{hours}H0M0S</Duration>{bound}{told}</Task>"
    )  # fmt: skip


def plan(folder, tasks, people):
    """`people`: of each task who does it."""
    work = "".join(f"<Assignment><UID>{n}</UID><TaskUID>{uid}</TaskUID><ResourceUID>{who}</ResourceUID><Units>1</Units></Assignment>" for n, (uid, who) in enumerate(people.items(), 1))
    days = "".join(
        f"<WeekDay><DayType>{n}</DayType><DayWorking>{int(1 < n < 7)}</DayWorking>"
        + ("<WorkingTimes><WorkingTime><FromTime>08:00:00</FromTime><ToTime>12:00:00</ToTime></WorkingTime><WorkingTime><FromTime>13:00:00</FromTime><ToTime>17:00:00</ToTime></WorkingTime></WorkingTimes>" if 1 < n < 7 else "")
        + "</WeekDay>" for n in range(1, 8)
    )  # fmt: skip
    resources = "".join(f"<Resource><UID>{who}</UID><ID>{who}</ID><Name>P{who}</Name><Type>1</Type><IsNull>0</IsNull><MaxUnits>1</MaxUnits></Resource>" for who in sorted(set(people.values())))
    path = folder / "plan.xml"
    path.write_text(
        '<?xml version="1.0" encoding="UTF-8"?><Project xmlns="http://schemas.microsoft.com/project"><Name>Bounds</Name><StartDate>2026-03-02T08:00:00</StartDate><FinishDate>2026-03-13T17:00:00</FinishDate>'
        f"<CalendarUID>1</CalendarUID><Calendars><Calendar><UID>1</UID><Name>Standard</Name><IsBaseCalendar>1</IsBaseCalendar><BaseCalendarUID>-1</BaseCalendarUID><WeekDays>{days}</WeekDays></Calendar></Calendars>"
        f"<Tasks>{''.join(tasks)}</Tasks><Resources>{resources}</Resources><Assignments>{work}</Assignments></Project>",
        encoding="utf-8",
    )
    return stored_plan(path)


def when(found):
    """Of each task the first and the last moment of its work."""
    return {one.task: tuple(f"{moment_of(at):%a %d %H:%M}" for at in (one.stretches[0][0], one.stretches[-1][1])) for one in found.work}


MON, TUE = ("2026-03-02T08:00:00", "2026-03-02T17:00:00"), ("2026-03-03T08:00:00", "2026-03-03T17:00:00")
FRI, NEXT = ("2026-03-06T08:00:00", "2026-03-06T17:00:00"), ("2026-03-09T08:00:00", "2026-03-09T17:00:00")


@pytest.mark.parametrize(("first", "then", "expected"), [
    (TUE, MON, ("Mon 02 08:00", "Mon 02 17:00")), (NEXT, FRI, ("Fri 06 08:00", "Fri 06 17:00")),
])  # fmt: skip
def test_what_must_not_end_before_something_begins_may_end_the_evening_before(tmp_path, first, then, expected):
    """Start to finish: the first begins in the morning; the other ends when the office closes, not an hour into the next day."""
    tasks = [task(1, 8, *first, snet=first[0]), task(2, 8, *then, (1, SF, 0, 7), snet=then[0])]
    found = level(plan(tmp_path, tasks, {1: 1, 2: 2}))
    assert when(found)["2"] == expected
    assert (found.shifts, found.is_valid) == ((), True)


def test_a_milestone_in_the_morning_lets_go_of_who_ended_the_evening_before(tmp_path):
    tasks = [task(1, 0, TUE[0], TUE[0], snet=TUE[0]), task(2, 8, *MON, (1, FF, 0, 7))]
    assert when(level(plan(tmp_path, tasks, {2: 2})))["2"] == ("Mon 02 08:00", "Mon 02 17:00")


def test_who_is_levelled_to_the_next_day_pulls_nobody_into_it(tmp_path):
    """Two tasks of one person on Monday: one goes to Tuesday. What must end no sooner than that one begins stays on Monday."""
    tasks = [task(1, 8, *MON), task(2, 8, *MON), task(3, 8, *MON, (2, SF, 0, 7))]
    found = level(plan(tmp_path, tasks, {1: 1, 2: 1, 3: 3}))
    days = when(found)
    assert sorted((days["1"], days["2"])) == [("Mon 02 08:00", "Mon 02 17:00"), ("Tue 03 08:00", "Tue 03 17:00")]
    assert days["3"] == ("Mon 02 08:00", "Mon 02 17:00")
    assert len(found.shifts) == 1 and f"{found.shifts[0].until:%a %H:%M}" == "Mon 17:00", "held until the evening, not until the next morning"
    assert (len(found.found), len(found.left), found.days) == (1, 0, 2.0)


def test_a_lead_in_working_time_runs_over_the_night_as_over_any_hour(tmp_path):
    """The second may begin four working hours before the first ends on Tuesday noon: on Tuesday at eight, over no night."""
    tasks = [task(1, 12, MON[0], "2026-03-03T12:00:00"), task(2, 8, *TUE, (1, FS, -8 * 60, 7))]
    assert when(level(plan(tmp_path, tasks, {1: 1, 2: 2})))["2"] == ("Mon 02 13:00", "Tue 03 12:00"), "eight working hours before Tuesday noon is Monday at one"


def test_what_runs_on_the_clock_keeps_the_clock(tmp_path):
    """An elapsed lag of 24 hours after Monday 17:00 is Tuesday 17:00: on Wednesday morning the other begins."""
    tasks = [task(1, 8, *MON), task(2, 8, *TUE, (1, FS, 24 * 60, 8))]
    assert when(level(plan(tmp_path, tasks, {1: 1, 2: 2})))["2"][0] == "Wed 04 08:00"
