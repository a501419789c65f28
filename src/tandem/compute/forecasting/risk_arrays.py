"""An uncertain network as arrays for the kernel: activities in topological order, links by their successor."""

from collections.abc import Sequence
from hashlib import blake2b
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tandem.compute.errors import Uncomputable
from tandem.compute.forecasting.network_kernel import CURVE_CELLS, LANES, NORMAL_CELLS
from tandem.compute.forecasting.risk_network import RiskNetwork
from tandem.compute.forecasting.three_point import CELLS, REACH, Estimate, curves, normal, tables
from tandem.compute.scheduling.network import Link, LinkType

STRATA_ROWS = 1024
MOST_CORRELATED = 500
Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int32]
Keys = npt.NDArray[np.uint32]


class Model(NamedTuple):
    """n activities by position, R risks, F common factors, T distinct estimates.

    row, key, is_certain, rate, release, centre, short, long (n); tables (T, CELLS + 1) by normal score and curves
    (T, CURVE_CELLS + 1, LANES) by share; normal (NORMAL_CELLS + 1, LANES), and its knots in one ascending row; in-links of j are
    ptr[j]:ptr[j+1] of source, a, lag, b; cost_row and cost_key of the uncertain costs, sure_cost of the others;
    load_ptr (n+R+1), load_factor, load_weight, own (n+R); impacts of risk r are impact_ptr[r]:impact_ptr[r+1],
    rows of tables or -1.
    """

    row: Ints
    key: Keys
    is_certain: npt.NDArray[np.bool_]
    rate: Floats
    release: Floats
    centre: Floats
    short: Floats
    long: Floats
    tables: Floats
    curves: Floats
    ptr: Ints
    source: Ints
    a: Floats
    lag: Floats
    b: Floats
    cost_row: Ints
    cost_key: Keys
    sure_cost: np.float32
    load_ptr: Ints
    load_factor: Ints
    load_weight: Floats
    own: Floats
    factor_key: Keys
    risk_key: Keys
    severity_key: Keys
    risk_bar: Floats
    impact_ptr: Ints
    impact_on: Ints
    impact_time: Ints
    impact_cost: Ints
    impact_is_factor: npt.NDArray[np.bool_]
    normal: Floats
    knots: Floats
    strata: npt.NDArray[np.uint8]


class _Rows:
    """Each distinct estimate once."""

    def __init__(self) -> None:
        self.place: dict[Estimate, int] = {}

    def of(self, estimate: Estimate | None) -> int:
        return -1 if estimate is None else self.place.setdefault(estimate, len(self.place))


def compiled_network(network: RiskNetwork, *, latin: bool, seed: int = 0) -> tuple[Model, list[int]]:
    """Arrays, and for each position the activity's place in the network."""
    order = _topological([a.id for a in network.activities], network.links)
    place = {network.activities[i].id: position for position, i in enumerate(order)}
    activities = [network.activities[i] for i in order]
    rows = _Rows()
    row = np.array([rows.of(a.duration) for a in activities], np.int32)
    uncertain = [a for a in activities if a.cost is not None and not a.cost.is_certain]
    cost_row = np.array([rows.of(a.cost) for a in uncertain], np.int32)
    owed = [r for r in network.risks if r.cost is not None]
    impacts = [
        [(place[i.activity], rows.of(i.time), rows.of(i.cost), i.is_factor) for i in risk.impacts]
        + ([(0, -1, rows.of(risk.cost), False)] if risk in owed else [])
        for risk in network.risks
    ]
    flat = np.array([one for some in impacts for one in some], np.int32).reshape(-1, 4)
    by_score = tables(rows.place)
    quantile = NormalDist().inv_cdf
    short, centre, long = (_at(by_score, quantile(share))[row] for share in (0.1, 0.5, 0.9))
    return Model(
        row, _keys("duration", activities, seed), np.array([a.duration.is_certain for a in activities]),
        np.array([a.cost_per_unit for a in activities], np.float32),
        np.array([a.earliest for a in activities], np.float32), centre, short, long, by_score,
        curves(rows.place, LANES, CURVE_CELLS),
        *_links(network.links, place), cost_row, _keys("cost", uncertain, seed),
        np.float32(sum(a.cost.mid for a in activities if a.cost is not None and a.cost.is_certain)),
        *_loadings(network, place, seed), _keys("risk", network.risks, seed), _keys("severity", network.risks, seed),
        np.array([_bar(r.probability) for r in network.risks], np.float32),
        _ptr([len(some) for some in impacts]), flat[:, 0].copy(), flat[:, 1].copy(), flat[:, 2].copy(),
        flat[:, 3] == 1, *_normal(), _strata() if latin else np.zeros((0, LANES), np.uint8),
    ), order  # fmt: skip


def _normal() -> tuple[Floats, Floats]:
    curve = curves([normal(0, 1)], LANES, NORMAL_CELLS)[0]
    return curve, np.concatenate((curve[:-1].T.ravel(), curve[-1, -1:]))


def _bar(probability: float) -> float:
    if probability in (0, 1):
        return float("inf") if probability == 0 else float("-inf")
    return NormalDist().inv_cdf(1 - probability)


def _topological(names: Sequence[str], links: Sequence[Link]) -> list[int]:
    index = {name: place for place, name in enumerate(names)}
    after: list[list[int]] = [[] for _ in names]
    waiting = [0] * len(names)
    for link in links:
        after[index[link.predecessor]].append(index[link.successor])
        waiting[index[link.successor]] += 1
    order = [i for i in range(len(names)) if not waiting[i]]
    for i in order:
        for j in after[i]:
            waiting[j] -= 1
            if not waiting[j]:
                order.append(j)
    return order


def _links(links: Sequence[Link], place: dict[str, int]) -> tuple[Ints, Ints, Floats, Floats, Floats]:
    """A successor starts at s[i] + a * d[i] + lag - b * d[j] or later: a is 1 when the predecessor's finish
    counts (plus a lag in percent), b when the successor's does."""
    ordered = sorted(links, key=lambda link: (place[link.successor], place[link.predecessor]))
    counts = (
        np.bincount([place[link.successor] for link in ordered], minlength=len(place))
        if ordered
        else [0] * len(place)
    )
    percent = np.array([link.lag / 100 if link.lag_is_percent else 0.0 for link in ordered])
    from_finish = np.array([link.type in (LinkType.FS, LinkType.FF) for link in ordered])
    to_finish = np.array([link.type in (LinkType.FF, LinkType.SF) for link in ordered])
    lag = np.array([0.0 if link.lag_is_percent else link.lag for link in ordered], np.float32)
    source = np.array([place[link.predecessor] for link in ordered], np.int32)
    return _ptr(counts), source, (from_finish + percent).astype(np.float32), lag, to_finish.astype(np.float32)


def _loadings(
    network: RiskNetwork, place: dict[str, int], seed: int
) -> tuple[Ints, Ints, Floats, Floats, Keys]:
    """Weights of common factors per member: groups give one factor each; what explicit correlations touch gets
    the Cholesky factor of the whole matrix instead."""
    ordered = sorted(network.activities, key=lambda a: place[a.id])
    members = [("activity", a.id, a.groups) for a in ordered] + [
        ("risk", r.id, r.groups) for r in network.risks
    ]
    strength = {group.id: group.correlation for group in network.groups}
    touched = {name for pair in network.correlations for name in (pair.first, pair.second)}
    groups = {name for _, member, names in members if member in touched for name in names}
    dense = [i for i, (_, member, names) in enumerate(members) if member in touched or groups & set(names)]
    triangle = _triangle([members[i] for i in dense], network, strength)
    factor = {name: len(dense) + i for i, name in enumerate(strength)}
    at = {i: k for k, i in enumerate(dense)}
    weights: list[list[tuple[int, float]]] = []
    own: list[float] = []
    for i, (_, _, names) in enumerate(members):
        if i in at:
            weights.append([(k, float(w)) for k, w in enumerate(triangle[at[i]]) if w])
            own.append(0.0)
        else:
            weights.append([(factor[name], strength[name] ** 0.5) for name in names if strength[name]])
            own.append((1 - sum(strength[name] for name in names)) ** 0.5 if names else 1.0)
    flat = [one for some in weights for one in some]
    keys = [f"correlated {members[i][0]} {members[i][1]}" for i in dense] + [
        f"group {name}" for name in strength
    ]
    return (
        _ptr([len(some) for some in weights]), np.array([f for f, _ in flat], np.int32),
        np.array([w for _, w in flat], np.float32), np.array(own, np.float32), _named(keys, seed),
    )  # fmt: skip


def _triangle(
    members: Sequence[tuple[str, str, tuple[str, ...]]], network: RiskNetwork, strength: dict[str, float]
) -> npt.NDArray[np.float64]:
    if len(members) > MOST_CORRELATED:
        raise Uncomputable("correlated_too_many", value=len(members), most=MOST_CORRELATED)
    matrix = np.eye(len(members))
    for i, (_, _, some) in enumerate(members):
        for k in range(i):
            shared = set(some) & set(members[k][2])
            matrix[i, k] = matrix[k, i] = sum(strength[name] for name in shared)
    index = {name: i for i, (_, name, _) in enumerate(members)}
    for pair in network.correlations:
        i, k = index[pair.first], index[pair.second]
        matrix[i, k] = matrix[k, i] = pair.value
    if not members:
        return matrix
    least = float(np.linalg.eigvalsh(matrix)[0])
    if least < 1e-9:
        names = sorted({name for pair in network.correlations for name in (pair.first, pair.second)})
        raise Uncomputable("correlations_impossible", members=names, value=least)
    return np.asarray(np.linalg.cholesky(matrix), np.float64)


def _ptr(counts: Sequence[int] | npt.NDArray[np.int64]) -> Ints:
    return np.concatenate(([0], np.cumsum(np.array(counts, np.int64)))).astype(np.int32)


def _at(by_score: Floats, score: float) -> Floats:
    at = (score + REACH) / (2 * REACH) * CELLS
    low = int(at)
    return np.asarray(
        by_score[:, low] + np.float32(at - low) * (by_score[:, low + 1] - by_score[:, low]), np.float32
    )


def _keys(kind: str, things: Sequence[object], seed: int) -> Keys:
    return _named([f"{kind} {thing.id}" for thing in things], seed)  # type: ignore[attr-defined]


def _named(names: Sequence[str], seed: int) -> Keys:
    """A variable's key comes from its name and the seed, so that an edit elsewhere leaves its draws alone."""
    begun = blake2b(f"{seed} ".encode(), digest_size=4)

    def key(name: str) -> int:
        whole = begun.copy()
        whole.update(name.encode())
        return int.from_bytes(whole.digest(), "little")

    return np.array([key(name) for name in names], np.uint32)


def _strata() -> npt.NDArray[np.uint8]:
    raw = np.random.PCG64(20).random_raw(STRATA_ROWS * LANES).reshape(STRATA_ROWS, LANES)
    return np.argsort(raw, axis=1).astype(np.uint8)
