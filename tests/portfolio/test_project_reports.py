"""Reports of projects: one for each day and source, what has moved is computed, and the source's own word stays beside it."""

from datetime import date, timedelta
from decimal import Decimal as D

import pytest

from tandem.history.models import Event
from tandem.kit import clock
from tandem.kit.errors import Denied, Hidden, Refused, Stale
from tandem.portfolio.actions import project_reports
from tandem.portfolio.actions.project_reports import Reported
from tandem.portfolio.courses import Point, course, state_of
from tandem.portfolio.models import ProjectReport
from tandem.reports.queries import project_reports as reads
from tests import make


def point(number: int, finish=None, budget=None, **values) -> Point:
    return Point(number, date(2019, number, 1), finish, budget=None if budget is None else D(budget), **values)


def test_slip_and_growth_count_from_the_first_report_and_from_the_one_before():
    found = course([point(1, date(2020, 1, 1), 100), point(2, date(2020, 3, 1), 130), point(3, None, None), point(4, date(2020, 2, 1), 120)])
    assert [step.slip for step in found.steps] == [0, 60, None, 31]
    assert [step.slip_step for step in found.steps] == [None, 60, None, -29]
    assert [step.growth for step in found.steps] == [0, 30, None, 20]
    assert (found.slip, found.growth, found.growth_share) == (31, 20, 0.2)
    assert not found.differences


def test_the_original_of_the_source_is_where_it_counts_from():
    found = course([point(1, date(2020, 1, 11), 110, original_finish=date(2020, 1, 1), original_budget=D(100), stated_slip=10, stated_growth=D(12))])
    assert (found.slip, found.growth, found.base_finish) == (10, 10, date(2020, 1, 1))
    assert not found.differences, "two units of money are rounding"


def test_what_the_source_states_otherwise_is_listed_and_reconciles():
    found = course([
        point(1, date(2020, 1, 1), stated_slip_step=5), point(2, date(2020, 1, 31), stated_slip_step=30),
        point(3, date(2020, 2, 10), stated_slip_step=9, stated_slip=44),
    ])  # fmt: skip
    assert [(d.code, int(d.ours), int(d.theirs)) for d in found.differences] == [("slip_before", 0, 5), ("slip_step", 10, 9), ("slip", 40, 44)]
    assert found.slip + found.slip_before + found.slip_otherwise == found.stated_slip


def test_without_a_date_or_a_cost_nothing_is_computed():
    found = course([point(1), point(2)])
    assert (found.slip, found.growth, found.growth_share) == (None, None, None)
    assert state_of(found.steps[0]) == "none"
    alone = course([point(1, date(2020, 1, 1), 100)])
    assert (alone.slip, alone.growth, state_of(alone.steps[0])) == (None, None, "none"), "one date says nothing of what moved"
    assert course([point(1, budget=0), point(2, budget=5)]).growth_share is None, "no share of nothing"


def test_the_rating_of_the_source_is_its_state_else_how_late_it_became():
    assert [state_of(course([point(1, rating=r)]).steps[0]) for r in (5, 4, 3, 2, 1)] == ["on", "on", "risk", "off", "off"]
    late = course([point(1, date(2020, 1, 1)), point(2, date(2020, 1, 31)), point(3, date(2020, 2, 1)), point(4, date(2021, 1, 1))])
    assert [state_of(step) for step in late.steps] == ["on", "on", "risk", "off"]


@pytest.mark.django_db
def test_a_report_is_written_corrected_and_removed_with_its_history(world):
    report = make.project_report(actor=world.boris, project=world.project, said="on")
    changed = project_reports.change(actor=world.boris, project_report=report, version=1, said="risk", budget=D(500_000_000))
    assert changed.version == 2
    assert Event.objects.get(verb="project_report.changed").changes["said"] == ["on", "risk"]
    with pytest.raises(Stale):
        project_reports.change(actor=world.alma, project_report=report, version=1, said="off")
    project_reports.remove(actor=world.boris, project_report=changed, version=2)
    assert not ProjectReport.objects.exists()
    assert Event.objects.filter(verb="project_report.removed").count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(("values", "code"), [
    ({"on": None}, "reported_already"), ({"days": -1}, "day_in_future"), ({"currency": ""}, "currency_missing"),
    ({"currency": "eur"}, "currency_malformed"), ({"planned_start": date(2029, 1, 1)}, "period_reversed"),
])  # fmt: skip
def test_what_cannot_be_is_refused_in_words(world, values, code):
    make.project_report(actor=world.boris, project=world.project)
    back = values.pop("days", 9)
    on = None if values.pop("on", 0) is None else clock.today() - timedelta(days=back)
    with pytest.raises(Refused, match=code):
        make.project_report(actor=world.boris, project=world.project, on=on, **values)


@pytest.mark.django_db
def test_who_does_not_plan_does_not_report(world):
    for person, problem in ((world.mei, Denied), (world.dana, Hidden)):
        with pytest.raises(problem):
            make.project_report(actor=person, project=world.project)
        with pytest.raises(problem):
            project_reports.take_many(actor=person, rows=[Reported(world.project, {"on": date(2019, 1, 1)})], source="x")
    assert not ProjectReport.objects.exists()


@pytest.mark.django_db
def test_many_at_once_are_new_corrected_or_the_same(world):
    def rows(*finishes):
        return [Reported(world.project, {"on": date(2019, n, 1), "planned_finish": f}) for n, f in enumerate(finishes, 1)]

    first, later = date(2020, 1, 1), date(2020, 2, 1)
    assert project_reports.take_many(actor=world.alma, rows=rows(first, first), source="NYC") == (2, 0, 0)
    assert project_reports.take_many(actor=world.alma, rows=rows(first, later, later), source="NYC") == (1, 1, 1)
    (line,) = reads.of_project(world.alma, world.project)
    assert (line.source, line.course.slip) == ("NYC", 31)
    assert reads.of_project(world.dana, world.project) == []
    verbs = Event.objects.filter(verb__startswith="project_report.").values_list("verb", flat=True)
    assert sorted(verbs) == ["project_report.changed"] + 3 * ["project_report.created"]


@pytest.mark.django_db
def test_sources_are_not_mixed(world):
    for source, budget in (("NYC", 100), ("", 900)):
        make.project_report(actor=world.alma, project=world.project, source_name=source, budget=D(budget))
    assert {(line.source, line.course.growth) for line in reads.of_project(world.alma, world.project)} == {("NYC", None), ("", None)}
