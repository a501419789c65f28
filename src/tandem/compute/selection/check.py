"""The independent checker: every choice passes here before it leaves. Plain Python on the problem, no arrays."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tandem.compute.selection.problem import Of, Problem, Share

_PART = 10_000


@dataclass(frozen=True, slots=True)
class Breach:
    """A rule that a choice breaks: `rule`, who (candidate, role, share or exclusion), when, and by how much."""

    rule: str
    name: str
    period: int | None = None
    over: int = 0


def value(problem: Problem, starts: Mapping[str, int]) -> int:
    """What a choice brings: the sum of the values of its candidates at their starts."""
    return sum(problem.candidates[problem.index[name]].worth(start) for name, start in starts.items())


def breaches(problem: Problem, starts: Mapping[str, int]) -> list[Breach]:
    """All that is wrong with a choice (candidate → start period); empty: it may leave. O(size of the choice)."""
    known = [name for name in starts if name in problem.index]
    found = [Breach("candidate_unknown", name) for name in starts if name not in problem.index]
    found += [
        Breach("window", name, starts[name])
        for name in known
        if starts[name] not in problem.window(problem.candidates[problem.index[name]])
    ]
    if found:
        return found
    return [*_people(problem, starts), *_sums(problem, starts), *_shares(problem, starts)]


def _people(problem: Problem, starts: Mapping[str, int]) -> Iterator[Breach]:
    for candidate in problem.candidates:
        if candidate.mandatory and candidate.id not in starts:
            yield Breach("mandatory", candidate.id)
    for link in problem.prerequisites:
        if link.candidate in starts:
            if link.needs not in starts:
                yield Breach("prerequisite_missing", link.candidate)
            else:
                late = starts[link.needs] + problem.offset(link) - starts[link.candidate]
                if late > 0:
                    yield Breach("prerequisite_late", link.candidate, starts[link.candidate], late)
    for exclusion in problem.exclusions:
        both = len({name for name in exclusion.candidates if name in starts})
        if both > 1:
            yield Breach("exclusion", exclusion.id, None, both - 1)


def _sums(problem: Problem, starts: Mapping[str, int]) -> Iterator[Breach]:
    spent = [0] * problem.periods
    used = {role: [0] * problem.periods for role in problem.capacity}
    for name, start in starts.items():
        candidate = problem.candidates[problem.index[name]]
        for running, money in enumerate(candidate.cost):
            spent[start + running] += money
        for role, demand in candidate.demand.items():
            if role in used:
                for running, units in enumerate(demand):
                    used[role][start + running] += units
    for role, row in used.items():
        for period, units in enumerate(row):
            if units > problem.capacity[role][period]:
                yield Breach("capacity", role, period, units - problem.capacity[role][period])
    left = 0
    for period, cap in enumerate(problem.budget or ()):
        left = cap - spent[period] + (left if problem.carry_over else 0)
        if left < 0:
            yield Breach("budget", "", period, -left)
            left = 0
    for limit in problem.limits:
        total = sum(problem.candidates[problem.index[name]].measures.get(limit.measure, 0) for name in starts)
        if limit.minimum is not None and total < limit.minimum:
            yield Breach("limit_min", limit.measure, None, limit.minimum - total)
        if limit.maximum is not None and total > limit.maximum:
            yield Breach("limit_max", limit.measure, None, total - limit.maximum)


def _shares(problem: Problem, starts: Mapping[str, int]) -> Iterator[Breach]:
    for share in problem.shares:
        inside, whole = share_of(problem, share, starts)
        if share.minimum is not None and inside < share.minimum:
            yield Breach("share_min", share.id, None, share.minimum - inside)
        if share.maximum is not None and inside > share.maximum:
            yield Breach("share_max", share.id, None, inside - share.maximum)
        for rule, part, sign in (("share_least", share.least_part, -1), ("share_most", share.most_part, 1)):
            if part is not None:
                over = sign * (_PART * inside - round(part * _PART) * whole)
                if over > 0:
                    yield Breach(rule, share.id, None, over)


def share_of(problem: Problem, share: Share, starts: Mapping[str, int]) -> tuple[int, int]:
    """Money, value or number that the group of a share takes, and that of all that is chosen."""
    inside = whole = 0
    for name, start in starts.items():
        candidate = problem.candidates[problem.index[name]]
        amount = {Of.MONEY: candidate.money, Of.VALUE: candidate.worth(start), Of.COUNT: 1}[share.of]
        whole += amount
        inside += amount if share.group in candidate.groups else 0
    return inside, whole
