"""Benefits: who may plan and measure them, what a plan must say, and what becomes of them when a proposal becomes a project."""

from datetime import date, timedelta
from decimal import Decimal as D

import pytest

from tandem.history.models import Event
from tandem.kit import clock
from tandem.kit.errors import Denied, Hidden, Refused, Stale
from tandem.people.models import Role
from tandem.portfolio.actions import benefit_measurements, benefits, portfolios
from tandem.portfolio.models import Benefit
from tandem.reports.queries import benefits as reads
from tandem.strategy.actions import measurements
from tests import make

pytestmark = pytest.mark.django_db


def day(count):
    return clock.today() + timedelta(days=count)


@pytest.fixture
def row(world):
    return make.benefit(actor=world.boris, space=world.project.space)


def measure(row, actor, value, on=-3, **values):
    return benefit_measurements.take(actor=actor, benefit=row, on=day(on), value=D(value), **values)


def verbs(row):
    return list(Event.objects.of(row).order_by("id").values_list("verb", flat=True))


def test_planned_measured_and_realised_with_an_event_each(world, row):
    assert (row.owner, row.state, row.currency) == (world.boris, "planned", "EUR")
    measure(row, world.boris, 20_000)
    row.refresh_from_db()
    assert row.state == "realising"
    benefits.move(actor=world.boris, benefit=row, version=row.version, state="realised")
    assert verbs(row) == ["benefit.created", "benefit.measured", "benefit.moved"]


def test_money_by_quarter_begins_on_the_first_of_a_month(world):
    row = make.benefit(actor=world.boris, space=world.project.space, starts_on=date(2027, 2, 17))
    assert row.starts_on == date(2027, 2, 1)
    measure_of = {"kind": "measure", "baseline": D(4), "target": D(5), "target_on": date(2027, 6, 30)}
    assert make.benefit(actor=world.boris, space=world.project.space, starts_on=date(2027, 2, 17), **measure_of).starts_on == date(2027, 2, 17)


def test_the_currency_is_that_of_the_nearest_portfolio(world):
    home = portfolios.create(actor=world.alma, parent=world.root, name="Asia", currency="CNY").space
    project = make.project(actor=world.alma, name="Canton", parent=home)
    assert make.benefit(actor=world.alma, space=project.space).currency == "CNY"


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"profile": []}, "benefit_unplanned"),
        ({"profile": [0, 0]}, "benefit_unplanned"),
        ({"profile": [], "target": D(5)}, "target_day_missing"),
        ({"profile": [-1]}, "amounts_unreadable"),
        ({"profile": [5], "target": D(5), "target_on": "soon"}, "target_beside_profile"),
        ({"kind": "measure", "baseline": D(4)}, "target_missing"),
        ({"kind": "measure", "target": D(4), "target_on": "soon"}, "baseline_missing"),
        ({"kind": "measure", "baseline": D(4), "target": D(4), "target_on": "soon"}, "target_not_better"),
        ({"kind": "measure", "direction": "down", "baseline": D(4), "target": D(5), "target_on": "soon"}, "target_not_better"),
        ({"kind": "measure", "baseline": D(4), "target": D(5), "target_on": "soon", "profile": [3]}, "profile_of_money"),
    ],
)  # fmt: skip
def test_a_plan_that_says_nothing_is_refused(world, values, code):
    if values.get("target_on") == "soon":
        values = values | {"target_on": day(90)}
    with pytest.raises(Refused, match=code):
        make.benefit(actor=world.boris, space=world.project.space, **values)


def test_the_same_measurement_again_changes_nothing_and_another_corrects_it(world, row):
    first = measure(row, world.boris, 20_000)
    assert measure(row, world.boris, 20_000).pk == first.pk
    assert measure(row, world.boris, 21_000).value == D(21_000)
    assert (row.measurements.count(), verbs(row).count("benefit.measured")) == (1, 2)


def test_what_is_to_come_is_not_measured_nor_what_is_closed(world, row):
    with pytest.raises(Refused, match="day_in_future"):
        measure(row, world.boris, 1, on=1)
    benefits.move(actor=world.boris, benefit=row, version=None, state="dropped", reason="No ships")
    with pytest.raises(Refused, match="benefit_closed"):
        measure(row, world.boris, 1)


def test_its_owner_measures_it_without_being_on_the_team(world, row):
    sponsor = make.user(actor=world.admin, name="Ines", role=Role.STAKEHOLDER, space=world.project.space)
    with pytest.raises(Denied):
        measure(row, sponsor, 1)
    benefits.change(actor=world.boris, benefit=row, version=None, owner=sponsor)
    measure(row, sponsor, 18_000)
    with pytest.raises(Denied):
        benefits.change(actor=sponsor, benefit=row, version=None, profile=[1])


def test_strangers_and_viewers_change_nothing(world, row):
    auditor = make.user(actor=world.admin, name="Olu", role=Role.AUDITOR)
    for user, error in ((world.dana, Hidden), (auditor, Denied)):
        with pytest.raises(error):
            make.benefit(actor=user, space=world.project.space)
        with pytest.raises(error):
            measure(row, user, 1)
        with pytest.raises(error):
            benefits.move(actor=user, benefit=row, version=None, state="realised")
        with pytest.raises(error):
            benefits.remove(actor=user, benefit=row)


def test_two_who_change_it_at_once_do_not_overwrite_each_other(world, row):
    seen = row.version
    benefits.change(actor=world.boris, benefit=Benefit.objects.get(pk=row.pk), version=seen, title="Less diesel")
    with pytest.raises(Stale):
        benefits.move(actor=world.boris, benefit=row, version=seen, state="realised")


def test_realised_needs_a_value_and_what_was_measured_returns_as_being_realised(world, row):
    with pytest.raises(Refused, match="benefit_unmeasured"):
        benefits.move(actor=world.boris, benefit=row, version=None, state="realised")
    benefits.move(actor=world.boris, benefit=row, version=None, state="dropped", reason="No ships")
    benefits.move(actor=world.boris, benefit=row, version=None, state="planned")
    assert row.state == "planned"
    measure(row, world.boris, 20_000)
    row.refresh_from_db()
    benefits.move(actor=world.boris, benefit=row, version=None, state="dropped", reason="No ships")
    benefits.move(actor=world.boris, benefit=row, version=None, state="planned")
    assert row.state == "realising"


def test_what_was_measured_is_not_removed_nor_made_something_else(world, row):
    measure(row, world.boris, 20_000)
    with pytest.raises(Refused, match="benefit_measured"):
        benefits.remove(actor=world.boris, benefit=row)
    with pytest.raises(Refused, match="benefit_measured"):
        benefits.change(actor=world.boris, benefit=row, version=None, currency="USD")


@pytest.mark.parametrize("state", ["missed", "dropped"])
def test_a_bad_end_needs_a_reason(world, row, state):
    with pytest.raises(Refused, match="benefit_reason_missing"):
        benefits.move(actor=world.boris, benefit=row, version=None, state=state, reason=" ")
    benefits.move(actor=world.boris, benefit=row, version=None, state=state, reason="The ships stayed away")
    with pytest.raises(Refused, match="move_unknown"):
        benefits.move(actor=world.boris, benefit=row, version=None, state="realised")


def test_a_measure_is_taken_from_its_kpi_for_those_who_see_it(world):
    closed = make.project(actor=world.alma, name="Closed", is_confidential=True)
    kpi = make.kpi(actor=world.alma, space=closed.space)
    row = make.benefit(
        actor=world.alma, space=world.project.space, kind="measure", baseline=D(400), target=D(250), target_on=day(-10), direction="down", kpi=kpi, starts_on=day(-60)
    )
    for on, value in ((-90, 410), (-5, 280)):
        measurements.take(actor=world.alma, kpi=kpi, on=day(on), value=D(value))
    with pytest.raises(Refused, match="benefit_from_kpi"):
        measure(row, world.alma, 1)
    seen, hidden = (Benefit.objects.select_related("kpi").get(pk=row.pk) for _n in range(2))
    reads.look_up(world.alma, [seen])
    reads.look_up(world.boris, [hidden])
    assert (seen.points, seen.realised.share, seen.realised.state) == ([(day(-5), D(280))], 0.8, "risk")
    assert (hidden.is_kpi_hidden, hidden.points, hidden.realised.share, hidden.realised.is_overdue) == (True, [], None, False)


def test_what_is_overdue_is_told_to_its_owner_alone(world, row):
    make.benefit(actor=world.boris, space=world.project.space, title="Later", starts_on=day(30))
    assert [one.title for one in reads.overdue(world.boris)] == [row.title]
    assert reads.overdue(world.alma) == []
    measure(row, world.boris, 90_000)
    assert reads.overdue(world.boris) == []


def test_a_whole_counts_money_by_currency_and_leaves_out_what_was_given_up(world, row):
    measure(row, world.boris, 75_000)
    make.benefit(actor=world.boris, space=world.project.space, title="Dollars", currency="USD", profile=[10], starts_on=day(10))
    gone = make.benefit(actor=world.boris, space=world.project.space, title="Gone")
    benefits.move(actor=world.boris, benefit=gone, version=None, state="dropped", reason="No")
    rows = list(Benefit.objects.visible_to(world.boris).select_related("kpi"))
    reads.look_up(world.boris, rows)
    found = reads.whole(rows)
    euro, dollar = found.sums["EUR"], found.sums["USD"]
    assert (found.count, found.measured, euro.measured, euro.planned, euro.share) == (2, 1, D(75_000), D(150_000), 0.5)
    assert (dollar.measured, dollar.planned, dollar.share) == (None, None, None)


def test_what_nobody_measured_does_not_lower_the_share_of_what_was(world, row):
    """Of two benefits of 150,000 one came in full: all of what was measured, not half."""
    make.benefit(actor=world.boris, space=world.project.space, title="Unmeasured")
    measure(row, world.boris, 150_000)
    rows = list(Benefit.objects.visible_to(world.boris).select_related("kpi"))
    reads.look_up(world.boris, rows)
    euro = reads.whole(rows).sums["EUR"]
    assert (euro.count, euro.measured_count, euro.whole, euro.share) == (2, 1, D(300_000), 1.0)
