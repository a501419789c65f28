"""A plan leaves as MS Project's XML and comes back as it was: read by our reader, and by MPXJ where it is installed."""

from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tandem.exchange import ms_project
from tandem.exchange.formats import open_source
from tandem.exchange.models import ExternalReference
from tandem.people.models import Space
from tandem.planning.calendars import wall_clock
from tandem.work.models import Assignment, BaselineDate, CalendarException, Link, WorkingCalendar, WorkItem
from tests import make
from tests.conftest import DATA
from tests.drawn import drawn
from tests.exchange.files import take_over

FILES = sorted((DATA / "msproject").glob("*.xml"))
pytestmark = pytest.mark.django_db
_COLUMNS = (
    "title", "type__name", "state__name", "planned_start", "planned_finish", "actual_start", "actual_finish", "duration_minutes", "is_duration_elapsed", "percent_complete",
    "is_milestone", "is_summary", "is_manual", "constraint", "constraint_at", "deadline_at", "calendar__name", "description", "parent__title", "archived_at",
)  # fmt: skip
_OF_PLAN = ("outline_level", "work_minutes", "is_active", "is_external", "ignores_resource_calendar", "task_type", "is_effort_driven", "priority", "leveling_delay_minutes", "stop", "resume", "gaps")
_OF_WORK = ("name", "kind", "units", "work_minutes", "actual_work_minutes", "start", "finish", "delay_minutes", "leveling_delay_minutes", "contour")


def export(asker, space, folder: Path) -> Path:
    path = folder / "out.xml"
    path.write_text("".join(ms_project.written(asker, space)), encoding="utf-8")
    return path


def as_told(space: Space) -> dict[str, object]:
    """Everything that a plan is made of, without the numbers of rows."""
    items = list(WorkItem.objects.filter(space=space, removed_at=None).order_by("rank", "id"))
    place = {one.pk: at for at, one in enumerate(items)}
    rows = WorkItem.objects.filter(pk__in=place).order_by("rank", "id").values_list(*_COLUMNS)
    links = Link.objects.filter(target__in=items).values_list("source_id", "target_id", "kind", "lag_minutes", "lag_percent", "is_lag_elapsed")
    calendars = {
        (one.name, tuple((str(d), tuple(map(tuple, h))) for d, h in sorted(one.week.items())), one.base.name if one.base else "", tuple(_exceptions(one)))
        for one in space_calendars(space)
    }
    resources = ExternalReference.objects.filter(space=space, kind="resource").order_by("id").values_list("source_id", "data")
    return {
        "resources": [(source, sorted(data.items(), key=str)) for source, data in resources],
        "rows": list(rows),
        "plans": [{key: one.plan.get(key) for key in _OF_PLAN} for one in items],
        "work": [sorted(([work.get(key) for key in _OF_WORK] for work in one.plan.get("assignments", ())), key=str) for one in items],
        "people": sorted((place[a.item_id], a.user.name, a.share) for a in Assignment.objects.filter(item__in=items).select_related("user")),
        "links": sorted((place[source], place[target], *rest) for source, target, *rest in links),
        "calendars": calendars,
        "baselines": sorted((place[b.item_id], b.baseline.number, str(b.start), str(b.finish), b.duration_minutes) for b in BaselineDate.objects.filter(item__in=items).select_related("baseline")),
    }


def space_calendars(space):
    return WorkingCalendar.objects.filter(space=space)


def _exceptions(calendar):
    rows = CalendarException.objects.filter(calendar=calendar).order_by("starts_on", "ends_on")
    return [(str(one.starts_on), str(one.ends_on), one.name, tuple(map(tuple, one.hours))) for one in rows]


@pytest.mark.skipif(not FILES, reason="no real files on this machine")
@pytest.mark.parametrize("path", drawn(FILES, 4, name=lambda path: path.name, kind=lambda path: path.parent.name))
def test_a_real_plan_comes_back_without_difference(world, path, tmp_path):
    try:
        first = take_over(path, actor=world.alma)
    except Exception as refusal:
        pytest.skip(f"not a plan that is read: {refusal}")
    space = Space.objects.get(pk=first["into"]["id"])
    before = as_told(space)
    out = export(world.alma, space, tmp_path)
    text = out.read_text(encoding="utf-8").replace("<Name>", "<Name>Copy of ", 1).replace("<GUID>", "<WasGUID>", 1).replace("</GUID>", "</WasGUID>", 1)
    (tmp_path / "copy.xml").write_text(text, encoding="utf-8")
    second = take_over(tmp_path / "copy.xml", actor=world.alma)
    assert second["into"]["id"] != space.pk
    after = as_told(Space.objects.get(pk=second["into"]["id"]))
    for part in before:
        assert after[part] == before[part], part


@pytest.mark.skipif(not FILES, reason="no real files on this machine")
def test_read_into_its_own_project_it_makes_nothing_twice(world, tmp_path):
    path = DATA / "msproject" / "sample.xml"
    space = Space.objects.get(pk=take_over(path, actor=world.alma)["into"]["id"])
    again = take_over(export(world.alma, space, tmp_path), actor=world.alma)
    assert again["into"]["id"] == space.pk
    assert (again["created"], again["left_behind"]) == (0, 0)


@pytest.mark.skipif(not FILES, reason="no real files on this machine")
def test_people_keep_their_numbers_so_that_nobody_gets_the_work_of_another(world, tmp_path):
    text = (DATA / "msproject" / "sample.xml").read_text(encoding="utf-8")
    for old, new in (("1", "7"), ("2", "3")):
        text = text.replace(f"<Resource><UID>{old}</UID>", f"<Resource><UID>{new}</UID>").replace(f"<ResourceUID>{old}</ResourceUID>", f"<ResourceUID>{new}</ResourceUID>")
    (tmp_path / "given.xml").write_text(text, encoding="utf-8")
    space = Space.objects.get(pk=take_over(tmp_path / "given.xml", actor=world.alma)["into"]["id"])
    before = as_told(space)
    assert {source for source, _data in before["resources"]} == {"7", "3"}
    take_over(export(world.alma, space, tmp_path), actor=world.alma)
    after = as_told(space)
    assert (after["people"], after["work"], after["resources"]) == (before["people"], before["work"], before["resources"])


def test_as_many_queries_for_many_tasks_and_people_as_for_few(world):
    def add(many):
        for n in range(many):
            make.work_item(actor=world.boris, project=world.project, title=f"Step {n}", assignees=[world.mei, world.boris])

    def count():
        with CaptureQueriesContext(connection) as queries:
            "".join(ms_project.written(world.boris, world.project.space))
        return len(queries)

    add(2)
    few = count()
    add(15)
    assert count() == few <= 20


def test_a_plan_made_here_leaves_with_its_tree_links_people_and_what_ms_project_has_no_place_for(world, tmp_path):
    whole = make.work_item(actor=world.boris, project=world.project, title="Whole & part")
    part = make.work_item(actor=world.boris, project=world.project, title="First\x07 <part>", parent=whole, estimate_minutes=960, assignees=[world.mei])
    then = make.work_item(actor=world.boris, project=world.project, title="Then", state="In progress")
    make.link(actor=world.boris, source=part, target=then, kind="FS", lag_minutes=480)
    source = open_source(export(world.boris, world.project.space, tmp_path))
    records = list(source.records())
    items = {one.title: one for one in records if type(one).__name__ == "ItemRecord"}
    assert items["First <part>"].parent_source_id == items["Whole & part"].source_id
    assert items["First <part>"].plan.duration_minutes == 960
    assert items["First <part>"].fields == {"Key": part.key, "State": part.state.name, "Type": part.type.name}
    link = next(one for one in records if type(one).__name__ == "LinkRecord")
    assert (link.source, link.target, link.kind, link.lag_minutes) == (items["First <part>"].source_id, items["Then"].source_id, "FS", 480)
    assert [one.name for one in records if type(one).__name__ == "ResourceRecord"] == [world.mei.name]
    assert wall_clock(part.planned_start) is None


def test_nobody_gets_the_plan_of_a_project_that_they_do_not_see(world, signed_in):
    make.work_item(actor=world.boris, project=world.project, title="Secret step")
    path = f"/plans/{world.project.space.key}/plan.xml"
    assert signed_in(world.dana).get(path).status_code == 404
    answer = signed_in(world.boris).get(path)
    assert answer["Content-Disposition"].endswith('-plan.xml"')
    assert b"Secret step" in b"".join(answer.streaming_content)


@pytest.mark.skipif(not FILES, reason="no real files on this machine")
@pytest.mark.parametrize("name", drawn(["sample.xml", "task-links-project2013-mspdi.xml", "task-baselines-project2010-mspdi.xml"], 3))
def test_mpxj_reads_the_same_out_of_it(world, name, tmp_path):
    """MPXJ, which others have written and test against MS Project itself, as the independent reader."""
    from tests.exchange import mpxj

    space = Space.objects.get(pk=take_over(DATA / "msproject" / name, actor=world.alma)["into"]["id"])
    out = export(world.alma, space, tmp_path)
    assert mpxj.told(out) == mpxj.told(DATA / "msproject" / name)
