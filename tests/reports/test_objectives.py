"""The tree of objectives counts thousands of features from little of each: what it says is what the roadmap says."""

from datetime import timedelta

import pytest

from tandem.kit import clock
from tandem.planning.models import Forecast, Run
from tandem.product.actions import promises
from tandem.product.models import Feature, Release
from tandem.reports.queries import objectives as reads
from tandem.reports.queries import roadmap, roadmap_briefs
from tandem.strategy.actions import objectives
from tandem.web.product import roadmap_picture as picture
from tests import make

DAY = timedelta(days=1)


@pytest.fixture
def every(world):
    """A feature for each way in which one can stand, and a release."""
    today = clock.today()
    run = Run.objects.create(space=world.product.space, kind="forecast", state="done", as_of=today, inputs_hash="", seed=1, program="0")

    def forecast(row, p50, p80, as_of=today, plan=0):
        detail = {"plan": {"start": str(today), "finish": str(today + plan * DAY)}} if plan else {}
        ends = {"p50": today + p50 * DAY if p50 else None, "p80": today + p80 * DAY if p80 else None}
        Forecast.objects.create(run=run, space=row.space, subject_kind=row._meta.label_lower, subject_id=row.pk, as_of=as_of, detail=detail, **ends)

    def told(row, days, **values):
        return make.promise(actor=world.chen, subject=row, date=today + days * DAY, given_on=today + (min(days, 0) - 90) * DAY, **values)

    rows = {name: make.feature(actor=world.chen, product=world.product, title=name) for name in (
        "bare", "on", "risk", "off", "passed", "kept", "late", "plan", "revised", "two", "taken back", "windowed", "old", "shipped", "declined",
    )}  # fmt: skip
    for name, p50, p80 in (("on", 5, 10), ("risk", 15, 30), ("off", 40, 50), ("kept", 9, 9), ("late", 9, 9)):
        forecast(rows[name], p50, p80)
        told(rows[name], 20)
    promises.keep(actor=world.chen, promise=told(rows["kept"], -5, to_whom="B"), version=None, kept_on=today - 6 * DAY)
    for one in rows["late"].promises.all():
        promises.keep(actor=world.chen, promise=one, version=None, kept_on=today - DAY)
    told(rows["passed"], -3)
    told(rows["plan"], 30)
    forecast(rows["plan"], None, None, plan=33)
    promises.revise(actor=world.chen, promise=told(rows["revised"], 10), version=None, date=today + 25 * DAY, reason="more scope")
    told(rows["two"], 60)
    told(rows["two"], 12, to_whom="B")
    promises.withdraw(actor=world.chen, promise=told(rows["taken back"], 14), version=None, reason="not built")
    forecast(rows["old"], -500, -480, as_of=today - 700 * DAY)
    told(rows["old"], -490)
    Feature.objects.filter(pk=rows["windowed"].pk).update(planned_from=today, planned_to=today + 300 * DAY, planned_precision="month")
    Feature.objects.filter(pk=rows["shipped"].pk).update(state="shipped", shipped_on=today - 9 * DAY)
    Feature.objects.filter(pk=rows["declined"].pk).update(state="declined")
    release = make.release(actor=world.chen, product=world.product)
    Release.objects.filter(pk=release.pk).update(planned_on=today + 400 * DAY)
    return rows


def test_a_brief_stands_and_ends_as_its_row_of_the_roadmap(world, every):
    whole, briefs = roadmap.read(world.alma), roadmap_briefs.read(world.alma)
    said = {row.ref.id: (row.title, row.status, row.ends) for row in whole.rows if row.kind == "feature"}
    assert {row.id: row[1:] for row in briefs.features} == said and every["declined"].pk not in said
    assert {status for _title, status, _ends in said.values()} == {"on", "risk", "off", "done", "none"}
    assert picture.months_until(briefs.last, briefs.today) == picture.axis_of(whole, picture.MONTHS)


def test_the_rows_that_are_shown_are_those_of_the_roadmap(world, every):
    whole, tree = roadmap.read(world.alma), reads.tree(world.alma)
    found = reads.rows(world.alma, [row.pk for row in every.values()], tree.today)
    for row in whole.rows:
        if row.kind == "feature":
            assert (found[row.ref.id].said, found[row.ref.id].today, found[row.ref.id].slip_days) == (row.said, row.today, row.slip_days)


def test_an_objective_stands_as_the_worst_of_what_serves_it_and_its_parts_each_once(world, every):
    top = make.objective(actor=world.alma, title="Top")
    part = make.objective(actor=world.alma, title="Part", parent=top)
    for objective, names in ((top, ("on", "shipped")), (part, ("on", "risk", "late"))):
        for name in names:
            objectives.contribute(actor=world.alma, objective=objective, subject=every[name], weight=50)
    above, below = reads.tree(world.alma).branches
    assert (above.status, above.done, len(above.below), [row.title for row, _w in above.serving]) == ("risk", 2, 4, ["on", "shipped"])
    assert (below.status, below.done, len(below.below), below.depth) == ("risk", 1, 3, 1)


def test_a_stranger_has_no_tree(world, every):
    make.objective(actor=world.alma)
    assert reads.tree(world.dana).branches == [] and roadmap_briefs.read(world.dana).features == []
    assert reads.rows(world.dana, [every["on"].pk], clock.today()) == {}
