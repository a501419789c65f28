"""Plans of MS Project with resources: the over-loads that the file shows are found, levelled and explained; how long the plan then is."""

import functools
import json
import os
from collections import defaultdict
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from tandem.compute.scheduling.axis import moment_of
from tandem.compute.scheduling.stored_levelling import Levelled, level
from tandem.config import compute_commands
from tandem.exchange import levelled
from tandem.exchange.dates import stored_plan
from tandem.exchange.formats import mpxj
from tests.compute.priority.test_schemas import faults, schema
from tests.conftest import DATA
from tests.exchange import overload_count
from tests.house.source import ROOT

PAGE = ROOT / "docs" / "reference" / "ms-project-levelling.md"
FOLDER = DATA / "msproject"
FILES = [path for path in sorted(FOLDER.glob("*")) if path.suffix in (".xml", ".mpp", ".mpx", ".xer", ".planner", ".gan")]
PLAIN = [path for path in FILES if path.suffix == ".xml" and "schemas.microsoft.com/project" in path.read_text("utf-8", "replace")[:2000]]
OVERLOADED = {"mspdiresource.xml": 1, "sample.mpp": 2, "project1.planner": 2, "findvid-2014.gan": 2}
"""Over-loads by file, by eye; all other files have none."""
BROKEN_BY_HAND = {"slack9.mpp": [("link", "11", "9")]}
"""A milestone that must finish a day before what it follows does: so it stands in the file."""
BY_MS_PROJECT = (".mpp",)
"""With the MSPDI files: what MS Project wrote, which says itself who is over-allocated."""
LEVELLED_BEFORE = "multi-mp_j30_a2_nr1.mpp"

pytestmark = [pytest.mark.skipif(not FILES, reason="no real files on this machine")]
needs_java = pytest.mark.skipif(not mpxj.is_there(), reason="the extra mpp or Java is not there")
QUICK = {*PLAIN, *(FOLDER / name for name in (*OVERLOADED, *BROKEN_BY_HAND))}
"""The others are read by a Java of their own each, and have no over-load: the long tests ask them."""


def _marks(path: Path) -> list[pytest.MarkDecorator]:
    return ([] if path in PLAIN else [needs_java]) + ([] if path in QUICK else [pytest.mark.slow])


cases = pytest.mark.parametrize("path", [pytest.param(path, id=path.name, marks=_marks(path)) for path in FILES])
as_it_stands = functools.cache(lambda path: level(stored_plan(path)))


@pytest.fixture(scope="module")
def as_xml(tmp_path_factory):
    """The file as MS Project's XML: as it is, or as MPXJ writes it."""
    folder, made = tmp_path_factory.mktemp("plans"), {}

    def of(path: Path) -> Path:
        if path in PLAIN:
            return path
        if path not in made:
            made[path] = folder / f"{path.name}.xml"
            mpxj.convert(path, made[path])
        return made[path]

    return of


@cases
def test_over_loads_are_those_that_an_independent_count_finds(path: Path, as_xml):
    expected = overload_count.count(as_xml(path))
    found = as_it_stands(path).found
    assert len(expected) == OVERLOADED.get(path.name, 0)
    assert [(one.resource, one.start, one.finish, one.units, one.tasks) for one in found] == expected


@cases
def test_who_is_over_loaded_is_who_ms_project_flags(path: Path, as_xml):
    if path not in PLAIN and path.suffix not in BY_MS_PROJECT:
        pytest.skip("written by another program, which flags nobody")
    said = overload_count.said(as_xml(path))
    assert {one.resource for one in as_it_stands(path).found} == said.flagged == said.peaks


@cases
def test_levelled_nobody_has_too_much_and_each_shift_has_its_reason(path: Path):
    found = as_it_stands(path)
    _held(found)
    assert [(one.code, one.task, one.other) for one in found.broken] == BROKEN_BY_HAND.get(path.name, [])


@pytest.mark.slow
@needs_java
def test_a_plan_that_was_levelled_with_ms_project_gets_shorter_from_nothing():
    """Two projects of 30 on shared resources (MPSPLIB), levelled by a priority rule within MS Project: 74 days."""
    path = FOLDER / LEVELLED_BEFORE
    as_given = as_it_stands(path)
    assert as_given.found == ()
    assert as_given.days == as_given.stored_days == 74
    again = level(stored_plan(path), freed=True)
    _held(again)
    assert len(again.found) > 20, "without the given starts everybody clashes"
    assert again.stored_days == 74
    assert again.days <= 70


def test_a_task_asked_for_by_hand_stays_and_says_so(tmp_path):
    text = (FOLDER / "mspdiresource.xml").read_text(encoding="utf-8")
    at = text.index("<Name>Task A</Name>")
    (tmp_path / "by-hand.xml").write_text(text[:at] + text[at:].replace("<Priority>500</Priority>", "<Priority>1000</Priority>", 1), encoding="utf-8")
    found = level(stored_plan(tmp_path / "by-hand.xml"))
    assert len(found.found) == len(found.left) == 1, "a task that is never to be levelled clashes as before"
    assert not [one for one in found.shifts if one.resource]


def test_the_command_tells_it_in_words_and_as_data():
    path = str(FOLDER / "mspdiresource.xml")
    told = CliRunner().invoke(compute_commands.compute, ["level", path])
    assert told.exit_code == 0, told.output
    assert "over-loads: 1\n  2006-08-28 08:00 – 2006-08-29 17:00  Wade Golden  200% of 100%: Task A, Completed Task" in told.output
    assert "2006-08-25 08:00 → 2006-08-30 08:00  Task A: Wade Golden is held by Completed Task until 2006-08-29 17:00" in told.output
    data = json.loads(CliRunner().invoke(compute_commands.compute, ["level", path, "--json"]).output)
    whole = schema("level-output")
    assert faults(data, whole, whole) == []
    assert len(data["shifts"]) == 2


def test_the_same_seed_gives_the_same_plan():
    plan = stored_plan(FOLDER / "mspdiresource.xml")
    assert levelled.as_data(level(plan, seed=3)) == levelled.as_data(level(plan, seed=3))


@pytest.mark.slow
@needs_java
def test_the_published_table_is_what_comes_out(as_xml):
    table = "\n".join(_table(as_xml))
    page = PAGE.read_text(encoding="utf-8")
    before, rest = page.split("<!-- table -->\n")[0], page.split("<!-- /table -->")[1]
    if os.environ.get("TANDEM_TEST_RENEW"):
        PAGE.write_text(f"{before}<!-- table -->\n{table}\n<!-- /table -->{rest}", encoding="utf-8")
    assert table in PAGE.read_text(encoding="utf-8"), "TANDEM_TEST_RENEW=1 writes it anew"


def _held(found: Levelled) -> None:
    """Counted minute by minute in the levelled plan: nobody has more than there is, but in what was worked already."""
    assert found.is_valid
    assert found.left == ()
    load: dict[tuple[str, datetime], float] = defaultdict(float)
    for piece in found.work:
        for first, last in piece.stretches:
            for at in range(first, last, 60):
                load[piece.resource, moment_of(at)] += piece.units
    over = {key for key, units in load.items() if units > found.stored.resources[key[0]].max_units + 1e-9}
    assert all(any(one.resource == who and one.start <= at < one.finish for one in found.worked) for who, at in over)
    names = {task.id for task in found.stored.tasks}
    for one in found.shifts:
        assert one.code not in ("nothing", "time_zero"), one
        assert one.start > one.stored
        if one.code == "capacity":
            assert one.resource in found.stored.resources
            assert one.holders
        if one.code == "link":
            assert one.holders
        assert set(one.holders) <= names
    if found.found and not found.worked:
        clashing = {task for one in found.found for task in one.tasks}
        assert clashing & {one.task for one in found.shifts if one.code == "capacity"}, "somebody who clashed had to give way"


def _table(as_xml):
    yield "| file | assignments | over-loads in the file | in work done already | left | begin later | days in the file | days levelled | ratio |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for path in FILES:
        count = overload_count.assigned(as_xml(path)) if overload_count.said(as_xml(path)) else 0
        if count:
            yield _row(path.name, count, level(stored_plan(path)))
    yield _row(f"{LEVELLED_BEFORE} `--again`", 240, level(stored_plan(FOLDER / LEVELLED_BEFORE), freed=True))


def _row(name: str, count: int, found: Levelled) -> str:
    figures = (count, len(found.found), len(found.worked), len(found.left), len(found.shifts), f"{found.stored_days:g}", f"{found.days:g}", f"{found.ratio:.3f}")
    return f"| {name} | " + " | ".join(map(str, figures)) + " |"
