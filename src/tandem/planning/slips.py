"""Why a promise slips, in calendar days that add up, and the ways out, each with the date that it would bring.

Compute answers in working days since the promise; here they become dates, and the differences of dates are what people
read: 12 Feb promised, 10 Mar forecast, 26 days.
"""

from dataclasses import dataclass
from datetime import date
from math import ceil
from typing import Any

import numpy as np

from tandem.compute.forecasting.history import NEEDED, WEEK, NotEnough
from tandem.compute.forecasting.slip import PromiseCase, Slip, slip
from tandem.compute.forecasting.throughput import percentile, simulate
from tandem.kit.types import Json
from tandem.planning import workdays
from tandem.planning.pace import Pace, pace_of
from tandem.planning.scope import Predecessors, Reading, Subject
from tandem.planning.status import status_of

AT = 80


@dataclass(frozen=True, slots=True)
class Waiting:
    """The predecessor that holds a scope up longest: from when its items can go on, and when they were to have.

    With `feature_id` it is a part that holds its whole up: the feature of a release that ends last. `without` it the
    release could not end before that day.
    """

    item_id: int
    ready: date
    wanted: date | None
    items: int
    feature_id: int = 0
    without: date | None = None


def waiting_for(
    subject: Subject, pace: Pace, predecessors: Predecessors, finishes: dict[int, date], on: date, seed: int
) -> Waiting | None:
    """Of all open predecessors outside the scope the one that costs most. `finishes`: item → forecast of its holder.

    Only what stands behind it has to wait, the rest is done meanwhile: hence `ready` is the day from which all of the
    rest, at the usual pace, would end as late as that part does.
    """
    days = workdays.after(pace.calendar, on)
    rest = _p80(pace, pace.total, seed)
    worst: Waiting | None = None
    for source, behind in sorted(predecessors.of(subject).items()):
        wanted = predecessors.wanted(source)
        there = max(finishes.get(source) or predecessors.computed.get(source) or wanted or on, on)
        own = _p80(pace, round(len(behind) / pace.share) if pace.share else 0, seed)
        ready = days.at(max(0, days.until(there) + own - rest))
        if ready > on and (worst is None or ready > worst.ready):
            then = days.at(max(0, days.until(wanted) + own - rest)) if wanted else None
            worst = Waiting(source, ready, then, len(behind))
    return worst


def waiting_for_part(
    finishes: list[tuple[date, int, int]], days: workdays.Workdays, p80: int, waiting: Waiting | None
) -> Waiting | None:
    """A release is not there before its last feature: `finishes` are their P80, id and open items. Where the items of the
    whole would be done sooner, `ready` shifts all of it to that day."""
    own = days.until(waiting.ready) if waiting else 0
    ordered = sorted(finishes, reverse=True)
    finish, feature_id, items = ordered[0]
    if days.until(finish) - p80 <= own:
        return waiting
    without = ordered[1][0] if len(ordered) > 1 else None
    return Waiting(0, days.at(days.until(finish) - p80), None, items, feature_id, without)


def explain(reading: Reading, subject: Subject, pace: Pace, waiting: Waiting | None, on: date, seed: int) -> Json:
    """The slip of the subject's promise as the page shows it; empty without a promise or without enough history."""
    promise = subject.promise
    if promise is None or not pace.is_enough or not pace.remaining:
        return {}
    zero = min(promise.given_on, on)
    days = workdays.after(pace.calendar, zero)
    then = pace_of(reading, subject, zero, is_now=False)
    case = _case(subject, pace, then, waiting, on, days)
    found = slip(case, at=AT, seed=seed)
    if isinstance(found, NotEnough):
        return {}
    steps = _steps(found, promise, days, _now_slower(case, pace, seed))
    finished = max(0, case.remaining_then + case.added - case.remaining)
    assumed, weeks = round(_assumed(case, pace, then), 1), max(days.between(zero, on), 1) / WEEK
    shown = {
        "promise": promise.pk,
        "promised": promise.date.isoformat(),
        "days": (steps[-1] - promise.date).days,
        "given": steps[0].isoformat(),
        "is_reckoned": "p80" not in promise.basis,  # nothing was computed on that day, this is what would have been
        "causes": [
            {"code": "scope_added", "days": (steps[1] - steps[0]).days, "items": case.added},
            {
                "code": "progress", "days": (steps[2] - steps[1]).days, "present": round(finished / weeks, 1),
                "assumed": assumed,
            },
            {
                "code": "throughput", "days": (steps[3] - steps[2]).days, "present": round(pace.per_week, 1),
                "assumed": assumed,
            },
            {"code": "predecessor", "days": (steps[4] - steps[3]).days, **named(waiting)},
            {"code": "reserve", "days": (steps[0] - promise.date).days},
        ],
    }  # fmt: skip
    return shown | {"ways": _ways(case, found, pace, waiting, promise.date, on, seed)}


def _case(subject: Subject, pace: Pace, then: Pace, waiting: Waiting | None, on: date, days: Any) -> PromiseCase:
    """Both sides of the comparison carry the others of today: what the team does beside is not this promise's scope."""
    promise = subject.promise
    assert promise is not None
    finished = sum(1 for item in subject.items if item.finished and item.finished > days.base)
    known = promise.basis.get("remaining")
    had = known if known is not None else then.remaining
    same_source = then.source == pace.source and then.is_enough
    assumed = None
    if not same_source:
        per_week = promise.basis.get("per_week") or (then.per_week if then.is_enough else None)
        assumed = per_week / WEEK / pace.share if per_week else None
    return PromiseCase(
        promised=days.until(promise.date),
        today=days.until(on),
        remaining_then=had + pace.others,
        added=pace.remaining + finished - had,
        remaining=pace.total,
        history=pace.history,
        history_then=then.history if same_source else None,
        assumed_per_day=assumed,
        # the P80 on record was computed as if nothing had to be waited for: all of the wait came on top of it
        ready_then=days.until(waiting.wanted) if waiting and waiting.wanted and not promise.basis.get("p80") else 0,
        ready=days.until(waiting.ready) if waiting else 0,
    )


def _steps(found: Slip, promise: Any, days: Any, slower: int) -> tuple[date, date, date, date, date]:
    """The forecast at each stage: as given, with today's scope, with what was done until today, with today's pace for
    the rest, with the predecessor. `slower`: the part of the pace's days that lies in the time to come.

    When the P80 of that day is on record, it is the one that is shown; what was done takes up the difference.
    """
    scope, pace, predecessor, reserve = (cause.days for cause in found.causes)
    given = found.promised + reserve
    now = given + scope + pace
    known = promise.basis.get("p80")
    if known:
        given = days.until(date.fromisoformat(known))
    return (
        days.at(given), days.at(given + scope), days.at(now - slower), days.at(now), days.at(now + predecessor)
    )  # fmt: skip


def _now_slower(case: PromiseCase, pace: Pace, seed: int) -> int:
    """Working days that the rest takes longer at today's pace than at the one that was assumed."""
    rest = _p80(pace, case.remaining, seed)
    if case.history_then is not None:
        then = np.sort(simulate(case.history_then, case.remaining, seed=seed))
        return rest - percentile(then, AT / 100)
    if case.assumed_per_day:
        return rest - ceil(case.remaining / case.assumed_per_day - 1e-9)
    return 0


def _ways(
    case: PromiseCase, found: Slip, pace: Pace, waiting: Waiting | None, promised: date, on: date, seed: int
) -> list[Json]:
    """Each way with its date at P80, the days that it wins, and the status that the promise would have then."""
    days = workdays.after(pace.calendar, on)
    start = max(on, waiting.ready) if waiting else on
    now = days.at(days.until(start) + _p80(pace, pace.total, seed))
    if now <= promised:
        return []

    def way(code: str, left: int, begin: date, **more: Any) -> Json:
        base = days.until(begin)
        p50, p80 = (days.at(base + _percentile(pace, left, share, seed)) for share in (0.5, AT / 100))
        status = status_of(promised, p50, p80, today=on)
        return {"code": code, "date": p80.isoformat(), "days": (p80 - now).days, "status": status, **more}

    ways = []
    if waiting and waiting.feature_id:
        left = max(0, pace.total - waiting.items)
        next_last = days.until(waiting.without or on) - _p80(pace, left, seed)
        ways.append(way("move_out", left, days.at(max(0, next_last)), feature=waiting.feature_id, items=waiting.items))
    elif waiting:
        ways.append(way("predecessor", pace.total, on, item=waiting.item_id))
    out = found.ways_out.items_to_take_out
    if out and promised > on:
        for items in sorted({max(1, out // 2), min(out, pace.remaining)}):
            ways.append(way("take_out", pace.total - items, start, items=items, of=pace.remaining))
    needed = found.ways_out.needed_per_week
    if needed and promised > on and needed * pace.share <= 2 * pace.per_week:
        ways.append({
            "code": "speed_up", "date": promised.isoformat(), "days": (promised - now).days, "status": "on",
            "needed": round(needed * pace.share, 1), "present": round(pace.per_week, 1),
        })  # fmt: skip
    ways.append({"code": "revise", "date": now.isoformat(), "days": 0, "status": "on"})
    return ways


def named(waiting: Waiting | None) -> Json:
    if waiting and waiting.feature_id:
        return {"feature": waiting.feature_id, "items": waiting.items}
    return {"item": waiting.item_id, "items": waiting.items} if waiting else {}


def _assumed(case: PromiseCase, pace: Pace, then: Pace) -> float:
    """Items per week for this scope, as they could be expected when the promise was given."""
    if case.assumed_per_day:
        return case.assumed_per_day * WEEK * pace.share
    return case.history_then.per_day * WEEK * pace.share if case.history_then else pace.per_week


def _p80(pace: Pace, items: int, seed: int) -> int:
    return _percentile(pace, items, AT / 100, seed)


def _percentile(pace: Pace, items: int, share: float, seed: int) -> int:
    if items <= 0 or pace.history.items < NEEDED:
        return 0
    return percentile(np.sort(simulate(pace.history, items, seed=seed)), share)
