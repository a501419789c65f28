"""Moving a window of the roadmap as a way out: what it does to promises and objectives, to whom it is told, and the request that it becomes."""

from datetime import date, timedelta

import pytest

from tandem.governance.actions import change_drafts
from tandem.planning import window_ways
from tandem.planning.models import PlanConflict
from tandem.product.models import Feature, Release
from tandem.reports.queries import plan_conflicts as reads
from tandem.strategy.actions import objectives
from tests import make

pytestmark = pytest.mark.django_db
ENDS = date(2027, 3, 20)


def conflict(subject, days=10):
    row = PlanConflict.objects.create(
        kind="drift", subject_kind=subject._meta.label_lower, subject_id=subject.pk, space=subject.space, days=days, wanted_on=ENDS - timedelta(days), computed_on=ENDS, detail={"spaces": []}
    )
    row.ways = [window_ways.way(row, ENDS)]
    row.save()
    return row


@pytest.fixture
def feature(world):
    return make.feature(actor=world.chen, product=world.product, title="Cranes", planned_from=date(2027, 3, 1), planned_to=date(2027, 3, 10), planned_precision="day")


def test_promises_and_objectives_whose_day_is_before_it_are_named_with_the_days(world, feature):
    near = make.promise(actor=world.chen, subject=feature, date=date(2027, 3, 15))
    make.promise(actor=world.chen, subject=feature, date=date(2027, 4, 1), to_whom="the port")
    tight = make.objective(actor=world.alma, title="Cranes in spring", starts_on=date(2027, 1, 1), ends_on=date(2027, 3, 18))
    wide = make.objective(actor=world.alma, title="All year", starts_on=date(2027, 1, 1), ends_on=date(2027, 12, 31))
    for one in (tight, wide):
        objectives.contribute(actor=world.alma, objective=one, subject=feature, weight=1)
    way = conflict(feature).ways[0]
    assert (way["promises"], way["aims"], way["until"]) == ([[near.pk, 5]], [[tight.pk, 2]], "2027-03-20")


def test_of_a_release_the_promises_about_what_goes_out_with_it_count_too(world):
    release = make.release(actor=world.chen, product=world.product, planned_on=date(2027, 3, 10))
    inside = make.feature(actor=world.chen, product=world.product, title="Inside", release=release)
    promises = [make.promise(actor=world.chen, subject=one, date=date(2027, 3, 12)) for one in (release, inside)]
    assert conflict(release).ways[0]["promises"] == [[one.pk, 8] for one in promises]


def test_it_becomes_a_request_about_the_roadmap_and_changes_nothing_yet(world, feature):
    release = make.release(actor=world.chen, product=world.product, planned_on=date(2027, 3, 10))
    for subject, kind, name in ((feature, "feature", "planned_to"), (release, "release", "planned_on")):
        row = change_drafts.create(actor=world.chen, space=world.product.space, title="Later", reason="The work", conflict=conflict(subject), way=0)
        assert [(one.kind, one.subject, one.values) for one in row.scenario.changes.all()] == [(kind, subject.pk, {name: "2027-03-20"})]
    assert (Feature.objects.get(pk=feature.pk).planned_to, Release.objects.get(pk=release.pk).planned_on) == (date(2027, 3, 10),) * 2


def test_a_late_promise_that_gives_way_takes_its_day_along(world, feature):
    promise = make.promise(actor=world.chen, subject=feature, date=date(2027, 3, 15))
    row = PlanConflict.objects.create(kind="promise", subject_kind="product.promise", subject_id=promise.pk, space=promise.space, days=5, wanted_on=promise.date, computed_on=ENDS, detail={"spaces": []})
    row.ways = [window_ways.way(row, ENDS) | {"code": "shift"}]
    row.save()
    made = change_drafts.create(actor=world.chen, space=world.product.space, title="Later", reason="The work", conflict=row, way=0)
    assert [(one.kind, one.subject, one.values) for one in made.scenario.changes.all()] == [("promise", promise.pk, {"date": "2027-03-20"})]


def test_an_objective_that_one_may_not_see_is_only_counted(world, feature, signed_in):
    hidden = make.project(actor=world.admin, name="Hidden", is_confidential=True)
    secret = make.objective(actor=world.admin, title="Secret aim", space=hidden.space, starts_on=date(2027, 1, 1), ends_on=date(2027, 3, 18))
    objectives.contribute(actor=world.admin, objective=secret, subject=feature, weight=1)
    row = conflict(feature)
    way = reads.one(world.chen, row).ways[0]
    assert (way.before, way.hidden_before) == ([], 1)
    assert [one[2] for one in reads.one(world.admin, row).ways[0].before] == ["Secret aim"]
    page = signed_in(world.chen).get(f"/plan/conflicts/{row.pk}/").content.decode()
    assert "Secret aim" not in page and "1 promise or objective that you cannot see is for a day before that" in page
    assert "Move its window on the roadmap to end on 2027-03-20" in page and f"/changes/new/?conflict={row.pk}&amp;way=0" in page
