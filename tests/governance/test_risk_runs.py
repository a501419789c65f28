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
from tandem.work.actions import links
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


def test_a_run_is_kept_with_seed_and_hash_and_not_made_twice_from_the_same(world, register):
    first = risk_runs.compute(world.project.space)
    again = risk_runs.compute(world.project.space)
    assert [(one.pk, one.version, one.seed, one.inputs_hash) for one in first] == [(one.pk, one.version, one.seed, one.inputs_hash) for one in again]
    risks.change(actor=world.boris, risk=register[0], version=None, probability=60)
    changed = risk_runs.compute(world.project.space)
    assert [one.pk for one in changed] == [one.pk for one in first]
    assert changed[0].inputs_hash != first[0].inputs_hash


def test_what_is_done_delays_nothing_and_closed_risks_do_not_count(world, plan, register):
    from tandem.work.actions import work_items

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
