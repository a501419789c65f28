"""What was imported is computed right: the dates of MS Project are found again, old histories have a forecast."""

from pathlib import Path

import pytest

from tandem.exchange import command
from tandem.kit import clock
from tandem.planning import forecasts, schedule
from tandem.planning.models import ComputedDates, Forecast
from tandem.portfolio.models import Project
from tandem.work.models import WorkItem


def take(data_dir: Path, name: str, world) -> Project:
    known = set(Project.objects.values_list("id", flat=True))
    assert command.run([data_dir / name], actor=world.alma.email) == 0
    return Project.objects.exclude(id__in=known).get()


@pytest.mark.parametrize("name", ["sample", "mspdirelations", "mspdiresource", "mspdisplittask", "task-links-project2013-mspdi", "caltest"])
def test_the_dates_that_ms_project_stored_are_computed_again(world, data_dir, name):
    project = take(data_dir, f"msproject/{name}.xml", world)
    run = schedule.compute(project.space)
    assert run.state == "done"
    rows = WorkItem.objects.filter(space=project.space, is_manual=False).select_related("computed")
    minute = {"second": 0, "microsecond": 0}
    wrong = [
        (row.title, row.planned_start, row.computed.start, row.planned_finish, row.computed.finish)
        for row in rows
        if (row.planned_start.replace(**minute), row.planned_finish.replace(**minute))
        != (row.computed.start.replace(**minute), row.computed.finish.replace(**minute))
    ]
    assert not wrong
    assert ComputedDates.objects.in_spaces([project.space_id]).count() == rows.count() > 0


def test_a_board_of_long_ago_is_forecast_as_of_its_last_day(world, data_dir):
    project = take(data_dir, "trello/nebula-agile-2015.json", world)
    forecasts.compute(project.space)
    found = Forecast.objects.of(project).get(is_current=True)
    assert found.as_of.year < clock.today().year - 5
    assert found.p80 or found.refusal["code"] == "not_enough"
    if found.p80:
        assert found.p80 >= found.as_of
