"""What risks come to: against a simulation written here, which knows nothing of ours."""

from datetime import timedelta

import numpy as np
import pytest

from tandem.governance import jobs
from tandem.governance.actions import issues, risk_runs, risk_ties, risks
from tandem.governance.models import RiskRun
from tandem.kit import clock
from tandem.people.models import Role
from tandem.planning import risked
from tandem.planning.risked import Threat
from tandem.product.actions import features
from tandem.work.actions import links, work_items
from tests import make

pytestmark = pytest.mark.django_db
TRIALS = 400_000


def drawn(rng, three, size):
    """The beta distribution behind PERT, drawn by numpy."""
    low, mid, high = map(float, three)
    if low == high:
        return np.full(size, low)
    a, b = 1 + 4 * (mid - low) / (high - low), 1 + 4 * (high - mid) / (high - low)
    return low + (high - low) * rng.beta(a, b, size)


def severities(rng, one, size):
    """Days and money of a risk at one severity: the same share of both distributions."""
    shares = rng.random(size)

    def at(three):
        if not three or three[0] == three[2]:
            return np.full(size, three[0] if three else 0.0)
        return np.quantile(drawn(np.random.default_rng(5), three, 200_000), shares)

    return at(one.days), at(one.money)


def within(span, values):
    """Their P80 lies in our interval of 95 %, widened by the same for theirs: both are samples."""
    theirs = float(np.quantile(values, 0.8))
    width = span["p80_between"][1] - span["p80_between"][0] if isinstance(span, dict) else span.p80_high - span.p80_low
    low = span["p80_between"][0] if isinstance(span, dict) else span.p80_low
    high = span["p80_between"][1] if isinstance(span, dict) else span.p80_high
    return low - width / 4 <= theirs <= high + width / 4


_REGISTER = (
    Threat(1, 0.4, 1, (5, 10, 20), (10_000, 20_000, 60_000)), Threat(2, 0.15, 1, (0, 2, 30), ()), Threat(3, 0.6, 1, (), (1_000, 1_000, 9_000)),
    Threat(4, 0.3, -1, (4, 6, 12), (5_000, 15_000, 20_000)), Threat(5, 0.5, 1, (3, 3, 3), (100, 200, 300)),
)  # fmt: skip


def test_an_exposure_equals_an_independent_simulation():
    found = risked.exposure(_REGISTER, seed=7)
    rng = np.random.default_rng(99)
    days, money = np.zeros(TRIALS), np.zeros(TRIALS)
    for one in _REGISTER:
        happens = rng.random(TRIALS) < one.probability
        each = severities(rng, one, TRIALS)
        days += one.sign * happens * each[0]
        money += one.sign * happens * each[1]
    assert within(found.days, days)
    assert within(found.money, money)
    assert found.days.mean == pytest.approx(days.mean(), abs=0.1)
    assert found.money.mean == pytest.approx(money.mean(), rel=0.02)
    together = ((days <= found.days.p80) & (money <= found.money.p80)).mean()
    assert found.together == pytest.approx(together, abs=0.01)


def test_the_same_register_gives_the_same_figures_and_a_chance_makes_them_less():
    assert risked.exposure(_REGISTER, seed=7) == risked.exposure(_REGISTER, seed=7)
    without = risked.exposure([one for one in _REGISTER if one.sign > 0], seed=7)
    assert without.days.p80 > risked.exposure(_REGISTER, seed=7).days.p80


@pytest.fixture
def plan(db, world):
    """Dig, then pour; painting beside it."""
    made = {
        title: make.work_item(actor=world.boris, project=world.project, title=title, duration_minutes=480 * days) for title, days in (("Dig", 10), ("Pour", 8), ("Paint", 16))
    }
    links.create(actor=world.boris, source=made["Dig"], target=made["Pour"], kind="FS")
    return made


def named(world, title, item=None, **values):
    risk = make.risk(actor=world.boris, space=world.project.space, title=title, **values)
    if item is not None:
        risk_ties.add(actor=world.boris, risk=risk, subject=item)
    return risk


@pytest.fixture
def register(world, plan):
    return [
        named(world, "Rock", plan["Dig"], probability=50, days=[2, 6, 15]), named(world, "Rain", plan["Paint"], probability=70, days=[1, 4, 9]),
        named(world, "Frost", probability=20, days=[5, 5, 5]), named(world, "A second crane", plan["Pour"], kind="chance", probability=40, days=[1, 2, 4]),
    ]  # fmt: skip


def test_the_forecast_with_risks_equals_an_independent_simulation(world, register):
    runs = {run.kind: run for run in risk_runs.compute(world.project.space)}
    figures = runs["network"].figures
    rng = np.random.default_rng(31)

    def happens(risk):
        return (rng.random(TRIALS) < risk.probability / 100) * drawn(rng, risk.days, TRIALS)

    rock, rain, frost, crane = (happens(risk) for risk in register)
    chain = 10 + rock + np.maximum(8 - crane, 0)
    ends = np.maximum(chain, 16 + rain) + frost
    assert within(figures["with"], ends)
    assert figures["with"]["mean"] == pytest.approx(ends.mean(), abs=0.06)
    assert figures["without"]["p80"] == 18
    without_rock = np.maximum(10 + np.maximum(8 - crane, 0), 16 + rain) + frost
    told = {row["risk"]: row for row in figures["each"]}
    assert told[register[0].pk]["p80"] == pytest.approx(float(np.quantile(without_rock, 0.8)), abs=0.2)
    assert told[register[3].pk]["days"] < 0
    assert [abs(row["days"]) for row in figures["each"]] == sorted((abs(row["days"]) for row in figures["each"]), reverse=True)


def network_of(world):
    return next(run.figures for run in risk_runs.compute(world.project.space) if run.kind == "network")


@pytest.mark.parametrize("is_turned", [False, True])
def test_a_chance_and_a_threat_to_the_end_equal_an_independent_simulation_in_either_order(world, plan, is_turned):
    both = [{"title": "Frost", "probability": 70, "days": [4, 8, 12]}, {"title": "Shared booths", "kind": "chance", "probability": 60, "days": [2, 5, 9]}]
    threat, chance = sorted((named(world, **values) for values in (both[::-1] if is_turned else both)), key=lambda risk: -risk.sign)
    figures = network_of(world)
    rng = np.random.default_rng(17)
    frost, booths = ((rng.random(TRIALS) < one.probability / 100) * drawn(rng, one.days, TRIALS) for one in (threat, chance))
    ends = 18 + frost - booths
    assert within(figures["with"], ends)
    assert figures["with"]["mean"] == pytest.approx(ends.mean(), abs=0.06)
    told = {row["risk"]: row for row in figures["each"]}
    assert told[chance.pk]["days"] < 0 < told[threat.pk]["days"]
    assert told[threat.pk]["p80"] == pytest.approx(float(np.quantile(18 - booths, 0.8)), abs=0.2)


def test_a_risk_to_a_feature_strikes_when_its_last_item_is_done_and_a_chance_shortens_it(world, plan):
    feature = make.feature(actor=world.chen, product=world.product, state="building")
    features.add_scope(actor=world.chen, subject=feature, items=[plan["Pour"]])
    threat = named(world, "Frost", probability=99, days=[6])
    risk_ties.add(actor=world.alma, risk=threat, subject=feature)
    assert network_of(world)["with"]["p50"] == 24
    risks.move(actor=world.boris, risk=threat, version=None, state="closed", reason="Over")
    chance = named(world, "Quick cement", kind="chance", probability=99, days=[1])
    risk_ties.add(actor=world.alma, risk=chance, subject=feature)
    figures = network_of(world)
    assert (figures["without"]["p50"], figures["with"]["p50"]) == (18, 17), "pouring waits for the digging, and gains all the same"


def test_chances_for_what_lies_within_each_other_add_up(world, plan):
    named(world, "A grant", kind="chance", probability=99, days=[5])
    for days in (1, 2):
        feature = make.feature(actor=world.chen, product=world.product, state="building", title=f"Berth {days}")
        features.add_scope(actor=world.chen, subject=feature, items=list(plan.values()))
        chance = named(world, f"Quick cement {days}", kind="chance", probability=99, days=[days])
        risk_ties.add(actor=world.alma, risk=chance, subject=feature)
    figures = network_of(world)
    assert (figures["without"]["p50"], figures["with"]["p50"]) == (18, 10)


@pytest.fixture
def epic(world, plan):
    """Around digging and painting; clearing up comes after all of it."""
    parent = make.work_item(actor=world.boris, project=world.project, title="Foundation")
    for title in ("Dig", "Paint"):
        work_items.change(actor=world.boris, item=plan[title], version=None, parent=parent)
    after = make.work_item(actor=world.boris, project=world.project, title="Clear up", duration_minutes=480 * 3)
    links.create(actor=world.boris, source=parent, target=after, kind="FS")
    return parent


def test_a_risk_to_a_container_delays_its_end_and_what_comes_after(world, epic):
    rock = named(world, "Rock", epic, probability=99, days=[10])
    figures = network_of(world)
    assert (figures["without"]["p50"], figures["with"]["p50"]) == (19, 29), "16 days of painting, then clearing up"
    assert [row["risk"] for row in figures["each"]] == [rock.pk]
    row = make.issue(actor=world.boris, space=world.project.space, delay_days=10)
    issues.block(actor=world.boris, issue=row, item=epic)
    assert risk_runs.effect_of(row).plan_days == 10


def test_an_end_inside_another_delays_that_as_well(world, epic):
    whole = make.work_item(actor=world.boris, project=world.project, title="Quay")
    work_items.change(actor=world.boris, item=epic, version=None, parent=whole)
    handed = make.work_item(actor=world.boris, project=world.project, title="Hand over", duration_minutes=480 * 7)
    links.create(actor=world.boris, source=whole, target=handed, kind="FS")
    named(world, "Rock", epic, probability=99, days=[10])
    assert network_of(world)["with"]["p50"] == 33, "16 + 10, then handing over"


def test_lengths_are_read_as_they_were_said(world):
    make.work_item(actor=world.boris, project=world.project, duration_minutes=21 * 480, is_duration_elapsed=True)
    named(world, "Frost", probability=20, days=[5])
    assert network_of(world)["without"]["p80"] == 5, "seven days by the clock"


def test_work_with_dates_and_no_duration_lasts_from_one_to_the_other(world):
    start = clock.today() + timedelta(days=7 - clock.today().weekday())
    make.work_item(actor=world.boris, project=world.project, planned_start=start, planned_finish=start + timedelta(days=11))
    named(world, "Frost", probability=20, days=[5])
    assert network_of(world)["without"]["p80"] == 10


def test_what_touches_another_project_delays_nothing_here(world, plan):
    other = make.project(actor=world.alma, name="Other")
    risk = make.risk(actor=world.alma, space=world.project.space, probability=99, days=[9])
    risk_ties.add(actor=world.alma, risk=risk, subject=other)
    assert network_of(world)["each"] == []
    risk_ties.add(actor=world.alma, risk=risk, subject=world.project)
    assert network_of(world)["with"]["p50"] == 27


def test_a_run_is_kept_with_seed_and_hash_and_not_made_twice_from_the_same(world, register):
    first = risk_runs.compute(world.project.space)
    again = risk_runs.compute(world.project.space)
    assert [(one.pk, one.version, one.seed, one.inputs_hash) for one in first] == [(one.pk, one.version, one.seed, one.inputs_hash) for one in again]
    risks.change(actor=world.boris, risk=register[0], version=None, probability=60)
    changed = risk_runs.compute(world.project.space)
    assert [one.pk for one in changed] == [one.pk for one in first]
    assert changed[0].inputs_hash != first[0].inputs_hash


def test_what_is_done_delays_nothing_and_closed_risks_do_not_count(world, plan, register):
    work_items.change(actor=world.boris, item=plan["Paint"], version=None, state=make.state_of(world.project, "done"))
    for risk in register[2:]:
        risks.move(actor=world.boris, risk=risk, version=None, state="closed", reason="Over")
    figures = next(one for one in risk_runs.compute(world.project.space) if one.kind == "network").figures
    assert [row["risk"] for row in figures["each"]] == [register[0].pk]


def test_a_scope_counts_what_stands_below_but_nothing_of_a_confidential_space(world, register):
    closed = make.project(actor=world.alma, name="Closed", is_confidential=True)
    make.risk(actor=world.alma, space=closed.space, probability=99, days=[400], money=[10**9])
    whole = risk_runs.compute(world.root)[0]
    own = next(one for one in risk_runs.compute(world.project.space) if one.kind == "exposure")
    assert (whole.risks, whole.figures["days"]["p80"]) == (4, pytest.approx(own.figures["days"]["p80"], abs=0.5))


def test_money_without_a_rate_is_left_out_and_said(world):
    make.risk(actor=world.boris, space=world.project.space, currency="JPY")
    run = next(one for one in risk_runs.compute(world.project.space) if one.kind == "exposure")
    assert (run.left_out, run.figures["money"]["p80"]) == (1, 0)


def test_a_register_that_became_empty_is_nothing_and_one_that_never_was_has_no_run(world):
    assert risk_runs.compute(world.project.space) == []
    row = make.risk(actor=world.boris, space=world.project.space)
    risk_runs.compute(world.project.space)
    risks.move(actor=world.boris, risk=row, version=None, state="closed", reason="Over")
    assert risk_runs.compute(world.project.space)[0].figures["days"]["p80"] == 0


def test_each_day_has_its_point(world, register):
    run = risk_runs.compute(world.project.space)[0]
    RiskRun.objects.filter(pk=run.pk).update(as_of=clock.today() - timedelta(days=1))
    risk_runs.compute(world.project.space)
    assert RiskRun.objects.filter(kind="exposure", space=world.project.space).count() == 2


def test_who_sees_the_risks_may_ask_and_one_job_runs_at_a_time(world, register):
    guest = make.user(actor=world.admin, name="Ines", role=Role.STAKEHOLDER, space=world.project.space)
    job = risk_runs.ask(actor=guest, space=world.project.space, title="Risks")
    assert risk_runs.ask(actor=world.boris, space=world.project.space, title="Risks").pk == job.pk


def test_the_jobs_do_what_they_are_asked_for(world, register):
    job = risk_runs.ask(actor=world.boris, space=world.project.space, title="Risks")
    jobs.compute_risks(space_id=world.project.space_id, job_id=job.pk)
    job.refresh_from_db()
    assert (job.state, job.result_url) == ("done", f"/risks/exposure/?in={world.project.space.key}")
    issue = make.issue(actor=world.boris, space=world.project.space, delay_days=3)
    issues.block(actor=world.boris, issue=issue, item=make.work_item(actor=world.boris, project=world.project, title="Cure", duration_minutes=480 * 30))
    jobs.issue_effect(issue_id=issue.pk)
    issue.refresh_from_db()
    assert issue.plan_days == 3
    jobs.issue_effect(issue_id=issue.pk + 1)  # gone meanwhile
    jobs.nightly(0)
    assert RiskRun.objects.filter(space=world.root, kind="exposure").count() == 1
    jobs.remind(0)
