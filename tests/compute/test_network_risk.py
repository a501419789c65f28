"""Monte Carlo over an uncertain network: against closed forms, plain longest paths and a plain list scheduler."""

from dataclasses import replace
from math import comb, sqrt
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.compute.errors import Uncomputable
from tandem.compute.forecasting.levelled_risk import simulate_levelled
from tandem.compute.forecasting.network_risk import simulate
from tandem.compute.forecasting.percentiles import binomial_interval, percentile_of, ranks
from tandem.compute.forecasting.risk_network import (
    Correlation,
    Group,
    Impact,
    RiskEvent,
    RiskNetwork,
    UncertainActivity,
)
from tandem.compute.forecasting.three_point import fixed, lognormal, normal, pert, triangular, uniform
from tandem.compute.scheduling.network import Link, LinkType

MANY = 64_000


def activity(name, duration, **more):
    return UncertainActivity(name, duration, **more)


def value(spread, share):
    return next(p.value for p in spread.percentiles if p.share == share)


# --- estimates


def test_a_triangle_has_the_percentiles_of_its_formula():
    for u in (0.05, 0.25, 0.5, 0.8, 0.99):
        turn = 0.2
        by_hand = 2 + sqrt(u * 10 * 2) if u < turn else 12 - sqrt((1 - u) * 10 * 8)
        assert triangular(2, 4, 12).quantile(u) == pytest.approx(by_hand)


def test_a_lognormal_has_the_three_percentiles_it_was_given_also_mirrored_and_symmetric():
    for points in ((5, 8, 15), (1, 8, 10), (7, 10, 13)):
        found = lognormal(*points)
        assert [found.quantile(u) for u in (0.1, 0.5, 0.9)] == pytest.approx(points, abs=1e-4)


def test_a_pert_beta_has_its_mean_and_variance():
    """Beta(1 + 4/5, 1 + 16/5) on [2, 12] for (2, 4, 12): mean 5, variance 100 * ab / ((a+b)^2 (a+b+1))."""
    a, b = 1.8, 4.2
    u = (np.arange(20_000) + 0.5) / 20_000
    found = pert(2, 4, 12)
    values = np.array([found.quantile(float(share)) for share in u[::20]])
    assert values.mean() == pytest.approx(5.0, abs=0.01)
    assert values.var() == pytest.approx(100 * a * b / ((a + b) ** 2 * (a + b + 1)), rel=0.01)


def test_points_out_of_order_are_refused_with_their_values():
    with pytest.raises(Uncomputable) as refused:
        triangular(5, 4, 12)
    assert (refused.value.code, refused.value.params["value"]) == ("estimate_order", (5, 4, 12))


# --- percentiles and their intervals


def test_ranks_bracket_a_percentile_as_the_binomial_says():
    """Each side misses with at most 2.5 %, and the next rank inwards would miss with more."""
    for count, share in ((30, 0.5), (50, 0.8), (200, 0.95)):
        weights = [comb(count, k) * share**k * (1 - share) ** (count - k) for k in range(count + 1)]
        low, high = ranks(count, share)
        assert sum(weights[:low]) <= 0.025 < sum(weights[: low + 1])
        if high is not None:
            assert sum(weights[high:]) <= 0.025 < sum(weights[high - 1 :])


def test_too_few_trials_leave_a_bound_open():
    found = percentile_of(np.arange(1.0, 21.0), 0.95)
    assert (found.value, found.low, found.high) == (19.0, 17.0, None)


def test_the_interval_of_a_share_is_the_exact_one():
    """Clopper-Pearson for 8 of 10: the published 0.444 to 0.975; for none of 10 up to 1 - 0.025 ** 0.1."""
    assert binomial_interval(8, 10) == pytest.approx((0.4439, 0.9748), abs=1e-4)
    assert binomial_interval(0, 10) == pytest.approx((0.0, 1 - 0.025**0.1), abs=1e-6)


@pytest.mark.parametrize("sampling", ["random", "latin"])
def test_the_interval_covers_the_true_p80_as_often_as_it_says(sampling):
    """Sum of two exponential-like durations is awkward, so the truth is a maximum: x * x = 0.8 for two uniforms."""
    network = RiskNetwork((activity("a", uniform(0, 1)), activity("b", uniform(0, 1))))
    truth, covered = sqrt(0.8), 0
    for seed in range(120):
        p80 = simulate(network, trials=1_024, seed=seed, sampling=sampling, threads=1).end.percentiles[1]
        covered += p80.low <= truth <= p80.high
    assert covered >= 107  # P(fewer | 95 %) < 0.5 %


# --- distributions of the end


def test_one_activity_ends_as_its_estimate_says():
    for estimate in (triangular(2, 4, 12), pert(2, 4, 12), lognormal(5, 8, 15), uniform(1, 3)):
        end = simulate(RiskNetwork((activity("a", estimate),)), trials=MANY).end
        for share in (0.5, 0.8, 0.95):
            assert value(end, share) == pytest.approx(estimate.quantile(share), rel=0.005)
        assert end.mean == pytest.approx(estimate.mean, rel=0.005)


def test_two_at_once_end_with_the_later_one():
    network = RiskNetwork((activity("a", uniform(0, 1)), activity("b", uniform(0, 1))))
    found = simulate(network, trials=MANY, sampling="random")
    assert value(found.end, 0.5) == pytest.approx(sqrt(0.5), abs=0.005)
    assert found.end.mean == pytest.approx(2 / 3, abs=0.005)
    assert [one.criticality for one in found.activities] == pytest.approx([0.5, 0.5], abs=0.01)


def test_a_chain_of_normals_adds_their_variances():
    chain = tuple(activity(f"a{i}", normal(10, 2)) for i in range(9))
    links = tuple(Link(f"a{i}", f"a{i + 1}") for i in range(8))
    end = simulate(RiskNetwork(chain, links), trials=MANY).end
    assert (end.mean, end.deviation) == pytest.approx((90, 6), rel=0.01)
    assert value(end, 0.8) == pytest.approx(NormalDist(90, 6).inv_cdf(0.8), rel=0.005)


@pytest.mark.parametrize("how", ["group", "pair", "both"])
def test_correlated_durations_widen_the_sum(how):
    """Var(a + b) = 2 * 4 * (1 + 0.6)."""
    groups = (Group("crew", 0.6 if how == "group" else 0.3),) if how != "pair" else ()
    pairs = (Correlation("a", "b", 0.6),) if how != "group" else ()
    names = ("crew",) if groups else ()
    network = RiskNetwork(
        (activity("a", normal(10, 2), groups=names), activity("b", normal(10, 2), groups=names)),
        (Link("a", "b"),), groups=groups, correlations=pairs,
    )  # fmt: skip
    for sampling in ("latin", "random"):
        end = simulate(network, trials=MANY, sampling=sampling).end
        assert end.deviation**2 == pytest.approx(8 * 1.6, rel=0.03)


def test_correlations_that_cannot_be_together_are_refused():
    three = tuple(activity(name, normal(10, 2)) for name in "abc")
    pairs = (Correlation("a", "b", 0.9), Correlation("b", "c", 0.9), Correlation("a", "c", -0.9))
    with pytest.raises(Uncomputable) as refused:
        simulate(RiskNetwork(three, correlations=pairs))
    assert refused.value.code == "correlations_impossible"
    assert refused.value.params["members"] == ["a", "b", "c"]


# --- risks and cost


def test_a_risk_costs_time_and_money_as_often_as_it_happens():
    risk = RiskEvent(
        "flood", 0.3, (Impact("a", fixed(5), fixed(100)), Impact("b", fixed(2), is_factor=True)), fixed(7)
    )
    network = RiskNetwork(
        (activity("a", fixed(10), cost=fixed(50), cost_per_unit=2.0), activity("b", fixed(4), cost=uniform(0, 20))),
        (Link("a", "b"),), (risk,),
    )  # fmt: skip
    found = simulate(network, trials=MANY)
    assert set(np.unique(found.ends)) == {14.0, 23.0}
    share = found.risks[0]
    assert share.happened == pytest.approx(0.3, abs=0.005)
    assert (share.end_with, share.end_without) == pytest.approx((23, 14))
    # 50 + 2 * 10 + 10 and with the flood 5 more units at 2, 100 and 7
    assert share.cost_without == pytest.approx(80, rel=0.005)
    assert share.cost_with == pytest.approx(80 + 10 + 107, rel=0.005)
    assert found.chance(end=14) == pytest.approx(0.7, abs=0.005)
    assert found.chance(end=14, cost=80) == pytest.approx(0.35, abs=0.01)


def test_an_opportunity_never_makes_a_duration_negative():
    risk = RiskEvent("reuse", 1.0, (Impact("a", fixed(-9)),))
    assert simulate(RiskNetwork((activity("a", fixed(4)),), risks=(risk,))).end.most == 0


def test_risks_of_one_group_come_together():
    """Two events of 0.5 with correlated scores: P(both) = 1/4 + arcsin(rho) / (2 pi) = 1/3 at 0.5."""
    risks = tuple(
        RiskEvent(name, 0.5, (Impact("a", fixed(days)),), groups=("site",))
        for name, days in (("r", 1), ("s", 2))
    )
    network = RiskNetwork((activity("a", fixed(0)),), risks=risks, groups=(Group("site", 0.5),))
    ends = simulate(network, trials=MANY, sampling="random").ends
    assert (ends == 3).mean() == pytest.approx(1 / 3, abs=0.01)


def test_a_risk_that_never_and_one_that_always_happens_have_one_side_only():
    risks = (RiskEvent("never", 0.0), RiskEvent("always", 1.0, (Impact("a", fixed(1)),)))
    never, always = simulate(RiskNetwork((activity("a", fixed(4)),), risks=risks)).risks
    assert (never.happened, never.end_with, never.end_without) == (0.0, None, 5.0)
    assert (always.happened, always.end_with, always.end_without) == (1.0, 5.0, None)


# --- what drives the end


def test_the_tornado_names_what_moves_the_end():
    network = RiskNetwork(
        (
            activity("wide", uniform(5, 15)),
            activity("narrow", uniform(9, 11)),
            activity("aside", uniform(0, 1)),
        ),
        (Link("wide", "narrow"),),
    )
    found = simulate(network, trials=MANY)
    wide, narrow, aside = found.activities
    assert [one.activity for one in found.tornado(2)] == ["wide", "narrow"]
    # the lowest and highest tenth of a uniform are on average 5 % and 95 % of the way
    assert (wide.end_when_short, wide.end_when_long) == pytest.approx((15.5, 24.5), abs=0.05)
    assert wide.cruciality == pytest.approx(10 / sqrt(10**2 + 2**2), abs=0.01)
    assert wide.sensitivity == pytest.approx(wide.cruciality, abs=0.01)
    assert (narrow.criticality, aside.criticality) == (1.0, 0.0)
    assert abs(aside.cruciality) < 0.02


def by_longest_path(durations, links, earliest=None):
    """Independent: relax starts until nothing moves; then who has no slack, by trying to delay each one."""
    n = len(durations)

    def end(extra):
        start = [float((earliest or [0] * n)[i]) + extra.get(i, 0) for i in range(n)]
        for _ in range(n + 1):
            for i, j, kind, lag in links:
                a = durations[i] if kind in (LinkType.FS, LinkType.FF) else 0
                b = durations[j] if kind in (LinkType.FF, LinkType.SF) else 0
                start[j] = max(start[j], start[i] + a + lag - b)
        return start, max(s + d for s, d in zip(start, durations, strict=True))

    start, last = end({})
    critical = [end({i: start[i] + 1 - float((earliest or [0] * n)[i])})[1] > last for i in range(n)]
    return last, critical


nets = st.integers(2, 9).flatmap(
    lambda n: st.tuples(
        st.lists(st.integers(0, 9), min_size=n, max_size=n),
        st.lists(
            st.tuples(
                st.integers(0, n - 1),
                st.integers(0, n - 1),
                st.sampled_from(list(LinkType)),
                st.integers(-3, 4),
            ).filter(lambda link: link[0] < link[1]),
            max_size=12,
        ),
        st.lists(st.integers(0, 6), min_size=n, max_size=n),
    )
)


@settings(max_examples=60, deadline=None)
@given(nets)
def test_all_links_with_lags_and_releases_give_the_longest_path_and_its_activities(net):
    durations, links, earliest = net
    made = RiskNetwork(
        tuple(
            activity(str(i), fixed(d), earliest=e)
            for i, (d, e) in enumerate(zip(durations, earliest, strict=True))
        ),
        tuple(Link(str(i), str(j), kind, lag) for i, j, kind, lag in links),
    )
    last, critical = by_longest_path(durations, links, earliest)
    found = simulate(made, trials=64)
    assert found.end.least == found.end.most == last
    assert [one.criticality == 1 for one in found.activities] == critical


def test_a_lag_in_percent_follows_the_drawn_duration():
    links = (Link("a", "b", LinkType.SS, 50, lag_is_percent=True),)
    found = simulate(
        RiskNetwork((activity("a", uniform(8, 12)), activity("b", fixed(20))), links), trials=MANY
    )
    assert (found.end.least, found.end.most) == pytest.approx((24, 26), abs=0.01)


# --- the same answer


def mixed_network():
    return RiskNetwork(
        tuple(activity(f"a{i}", triangular(1, 2 + i % 5, 12), groups=("g",) if i % 3 == 0 else (), cost=uniform(1, 2),
                       demand=(("crew", 1 + i % 2),)) for i in range(40)),
        tuple(Link(f"a{i}", f"a{j}") for i in range(40) for j in (i + 2, i + 5) if j < 40),
        (RiskEvent("r", 0.2, (Impact("a3", uniform(1, 4)), Impact("a9", fixed(1.5), is_factor=True)), groups=("g",)),),
        (Group("g", 0.4),), (Correlation("a1", "a2", -0.5),), {"crew": 4},
    )  # fmt: skip


@pytest.mark.parametrize("engine", [simulate, simulate_levelled])
def test_the_number_of_threads_changes_no_bit(engine):
    one, three = (engine(mixed_network(), trials=3_000, seed=5, threads=count) for count in (1, 3))
    assert (one.ends.tobytes(), one.costs.tobytes()) == (three.ends.tobytes(), three.costs.tobytes())
    assert (one.activities, one.risks, one.end) == (three.activities, three.risks, three.end)
    assert engine(mixed_network(), trials=3_000, seed=6).ends.tobytes() != one.ends.tobytes()


def test_an_activity_that_is_added_aside_leaves_the_draws_of_the_others():
    network = mixed_network()
    wider = replace(network, activities=(activity("new", uniform(0, 0.5)), *network.activities))
    assert simulate(wider).ends.tobytes() == simulate(network).ends.tobytes()


def test_draws_of_different_activities_and_of_neighbouring_trials_have_nothing_in_common():
    """Correlations of 30 uniform durations over 6,400 trials: none beyond five standard errors."""
    for sampling in ("latin", "random"):
        alone = [
            simulate(RiskNetwork((activity(f"x{k}", uniform(0, 1)),)), trials=6_400, sampling=sampling).ends
            for k in range(30)
        ]
        assert np.abs(np.corrcoef(alone) - np.eye(30)).max() < 5 / sqrt(6_400)
        assert max(abs(np.corrcoef(one[:-1], one[1:])[0, 1]) for one in alone) < 5 / sqrt(6_400)
        assert max(np.abs(np.sort(one) - (np.arange(6_400) + 0.5) / 6_400).max() for one in alone) < 2 / sqrt(
            6_400
        )


def test_more_trials_begin_with_the_same_ones():
    few, many = (simulate(mixed_network(), trials=count).ends for count in (640, 6_400))
    assert (many[:640] == few).all()


def test_latin_sampling_moves_the_mean_less_than_independent_trials_do():
    network = mixed_network()
    spread = {
        sampling: np.std(
            [simulate(network, trials=640, seed=s, sampling=sampling).end.mean for s in range(30)]
        )
        for sampling in ("latin", "random")
    }
    assert spread["latin"] < 0.8 * spread["random"]


# --- levelled


def plain_sgs(durations, demands, capacities, links, order):
    """Independent: place one after the other, slot by slot."""
    used: dict[tuple[int, int], int] = {}
    start: dict[int, int] = {}

    def clashes(j, t):
        return any(
            used.get((r, u), 0) + units > capacities[r]
            for r, units in enumerate(demands[j])
            for u in range(t, t + durations[j])
        )

    for j in order:
        t = 0
        for i, k, kind, lag in links:
            if k == j:
                a = durations[i] if kind in (LinkType.FS, LinkType.FF) else 0
                b = durations[j] if kind in (LinkType.FF, LinkType.SF) else 0
                t = max(t, start[i] + a + lag - b)
        while clashes(j, t):
            t += 1
        for r, units in enumerate(demands[j]):
            for u in range(t, t + durations[j]):
                used[r, u] = used.get((r, u), 0) + units
        start[j] = t
    return max(start[j] + durations[j] for j in order)


@settings(max_examples=60, deadline=None)
@given(nets, st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), min_size=9, max_size=9))
def test_each_levelled_trial_is_a_serial_schedule(net, demands):
    durations, links, _ = net
    order = list(range(len(durations)))  # links lead from smaller to larger numbers, so this list is feasible
    made = RiskNetwork(
        tuple(
            activity(str(i), fixed(d), demand=(("crew", demands[i][0]), ("crane", demands[i][1])))
            for i, d in enumerate(durations)
        ),
        tuple(Link(str(i), str(j), kind, lag) for i, j, kind, lag in links),
        capacities={"crew": 3, "crane": 2},
    )
    found = simulate_levelled(made, trials=64, priority=tuple(map(str, order)))
    assert found.end.least == found.end.most == plain_sgs(durations, demands, (3, 2), links, order)
    assert max(one.criticality for one in found.activities) == 1.0


def test_with_capacity_for_all_levelling_changes_nothing_but_rounding():
    ample = replace(mixed_network(), capacities={"crew": 100})
    free, levelled = simulate(ample), simulate_levelled(ample, slots_per_unit=100)
    assert np.abs(free.ends - levelled.ends).max() < 0.2
    assert free.costs.tobytes() == levelled.costs.tobytes()


def test_a_chain_through_a_person_is_critical():
    """b waits for a's person only; c is short and free."""
    made = RiskNetwork(
        (
            activity("a", fixed(3), demand=(("p", 1),)),
            activity("b", fixed(4), demand=(("p", 1),)),
            activity("c", fixed(5)),
        ),
        capacities={"p": 1},
    )
    found = simulate_levelled(made, trials=64)
    assert found.end.most == 7
    assert [one.criticality for one in found.activities] == [1.0, 1.0, 0.0]


def test_less_capacity_never_ends_earlier_on_one_machine():
    ends = [
        simulate_levelled(replace(mixed_network(), capacities={"crew": units}), trials=256).end.mean
        for units in (2, 100)
    ]
    assert ends[0] > ends[1]


# --- refused


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"activities": ()}, "no_activities"),
        ({"activities": (activity("a", fixed(1)), activity("a", fixed(2)))}, "activity_twice"),
        ({"activities": (activity("a", uniform(-1, 2)),)}, "duration_negative"),
        ({"links": (Link("a", "z"),)}, "link_unknown"),
        ({"links": (Link("a", "b"), Link("b", "a"))}, "cycle"),
        ({"risks": (RiskEvent("r", 1.5),)}, "probability"),
        ({"risks": (RiskEvent("r", 0.5, (Impact("z"),)),)}, "activity_unknown"),
        ({"groups": (Group("g", 1.0),)}, "group_correlation"),
        ({"activities": (activity("a", fixed(1), groups=("g",)),)}, "group_unknown"),
        ({"correlations": (Correlation("a", "z", 0.1),)}, "correlation_unknown"),
    ],
)
def test_what_cannot_be_is_refused_by_name(change, code):
    two = {"activities": (activity("a", fixed(1)), activity("b", fixed(2)))}
    with pytest.raises(Uncomputable) as refused:
        RiskNetwork(**(two | change))
    assert refused.value.code == code


def test_a_demand_above_the_capacity_names_activity_resource_and_units():
    made = RiskNetwork((activity("a", fixed(1), demand=(("crew", 3),)),), capacities={"crew": 2})
    with pytest.raises(Uncomputable) as refused:
        simulate_levelled(made)
    assert refused.value.params == {"activity": "a", "resource": "crew", "value": 3}


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: triangular(1, 2, 1e300), "estimate_too_large"),
        (lambda: fixed(10**400), "estimate_too_large"),
        (lambda: pert(1, 2, 3, weight=1e9), "estimate_too_large"),
        (lambda: RiskNetwork((activity("a", fixed(1), earliest=1e16),)), "earliest"),
        (lambda: RiskNetwork((activity("a", fixed(1), cost_per_unit=-1e16),)), "cost_too_large"),
        (lambda: RiskNetwork((activity("a", fixed(1), demand=(("r", 10**16),)),)), "demand_too_large"),
        (lambda: RiskNetwork((activity("a", fixed(1)), activity("b", fixed(1))), (Link("a", "b", lag=1e16),)), "lag_too_large"),
    ],
)  # fmt: skip
def test_what_is_too_large_to_compute_with_is_refused(make, code):
    with pytest.raises(Uncomputable) as refused:
        make()
    assert refused.value.code == code
