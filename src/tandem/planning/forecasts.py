"""When each feature, release and project will be done: read, compute, store. Nothing changed, nothing written."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import astuple, dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Q

from tandem.compute.forecasting.history import NEEDED, NotEnough
from tandem.compute.forecasting.throughput import Backtest, HowMuch, When, backtest, how_much, when
from tandem.kit.dates import months_on, quarter_start
from tandem.kit.types import Json, Ref
from tandem.people.models import Space, SpaceKind
from tandem.planning import crowding, runs, slips, workdays, worsened
from tandem.planning.models import Forecast, Run
from tandem.planning.pace import Pace, pace_of
from tandem.planning.scope import FEATURE, HOLDING, PROJECT, RELEASE, Reading, Subject
from tandem.portfolio.models import Project
from tandem.product.models import Feature, Release, Scope
from tandem.work.models import Link

_TO_COME = ("p50", "p80", "p95")


@dataclass(slots=True)
class Draft:
    """A subject on its way to a stored forecast."""

    subject: Subject
    on: date
    pace: Pace
    seed: int
    answer: When | NotEnough
    waiting: slips.Waiting | None = None
    planned: tuple[date, date] | None = None
    dates: dict[str, date | None] | None = None
    refusal: Json | None = None
    detail: Json | None = None

    @property
    def start(self) -> date:
        """From when the rest can go on."""
        return self.waiting.ready if self.waiting else self.on

    @property
    def p80(self) -> date | None:
        if not isinstance(self.answer, When) or self.answer.p80 is None:
            return None
        days = workdays.after(self.pace.calendar, self.on)
        return days.at(days.until(self.start) + self.answer.p80)


def compute(space: Space) -> list[Run]:
    """Everything that rests on a space: its project or its product, the products that it delivers for, and those whose
    work waits for it."""
    runs_made = []
    if space.kind == SpaceKind.PROJECT:
        runs_made.append(compute_space(space.pk, list(Project.objects.filter(space=space))))
        waiting = Link.objects.filter(source__space=space, kind__in=HOLDING).exclude(target__space=space)
        concerned = Q(item__space=space) | Q(item__space__in=waiting.values("target__space"))
        homes = Scope.objects.filter(concerned).values_list("space_id", flat=True).distinct()
    else:
        homes = [space.pk]
    for space_id in sorted(set(homes)):
        runs_made.append(compute_space(space_id, roadmap_rows(space_id)))
    return [run for run in runs_made if run is not None]


def compute_all(
    spaces: Iterable[Space] | None = None, step: Callable[[str, int, int], Any] = lambda *_: None
) -> None:
    """Every project by itself, then every product once: what happens each night."""
    if spaces is None:
        spaces = Space.objects.filter(kind__in=(SpaceKind.PROJECT, SpaceKind.PRODUCT))
    ordered = sorted(spaces, key=lambda space: (space.kind != SpaceKind.PROJECT, space.pk))
    projects = {p.space_id: p for p in Project.objects.in_spaces(space.pk for space in ordered)}
    for number, space in enumerate(ordered):
        step("forecast", number, len(ordered))
        if space.pk in projects:
            compute_space(space.pk, [projects[space.pk]])
        elif space.kind == SpaceKind.PRODUCT:
            compute_space(space.pk, roadmap_rows(space.pk))


def roadmap_rows(space_id: int) -> list[Any]:
    """The features and releases of a product that stand on its roadmap."""
    features = Feature.objects.in_spaces([space_id]).on_roadmap().select_related("release")
    releases = Release.objects.in_spaces([space_id]).exclude(state=Release.State.CANCELLED)
    return [*features, *releases]


def compute_space(space_id: int, rows: list[Any]) -> Run | None:
    """One run for the rows of a space. The run before it is returned when it had the same inputs."""
    if not rows:
        return None
    with runs.one_at_a_time(Run.Kind.FORECAST, space_id):
        reading = Reading(rows)
        drafts = draft(reading)
        inputs_hash = runs.digest_of([_inputs(d) for d in drafts])
        before = runs.unchanged(Run.Kind.FORECAST, space_id, inputs_hash)
        if before:
            return before
        _complete(reading, drafts)
        as_of = max((d.on for d in drafts), default=date.min)
        run = runs.finish(
            kind=Run.Kind.FORECAST, space_id=space_id, as_of=as_of, inputs_hash=inputs_hash, problem={},
            seed=runs.seed_of("forecast", space_id), refused=False,
        )  # fmt: skip
        stored = _store(run, drafts)
        runs.tell(run, len(stored))
        worsened.tell(stored, {d.subject.ref: d.subject.promise for d in drafts})
    return run


def draft(reading: Reading) -> list[Draft]:
    """Paces and raw answers; then what waits for what, for which the answers of the others are needed."""
    drafts = {s.ref: _first(reading, s) for s in reading.subjects if not s.is_over}
    finishes: dict[int, date] = {}
    for ref, d in drafts.items():
        if ref.kind == FEATURE and isinstance(d.answer, When) and d.answer.p80 is not None:
            there = workdays.after(d.pace.calendar, d.on).at(d.answer.p80)
            for item in d.subject.open_items:
                finishes[item.id] = min(there, finishes.get(item.id, there))
        if d.pace.remaining and isinstance(d.answer, NotEnough):
            d.planned = reading.planned(d.subject.open_items)
    if any(d.pace.remaining for d in drafts.values()):
        predecessors = reading.predecessors()
        for ref, d in drafts.items():
            if ref.kind != PROJECT and d.pace.remaining and d.pace.is_enough:
                others = {i: day for i, day in finishes.items() if i not in d.subject.root_of}
                d.waiting = slips.waiting_for(d.subject, d.pace, predecessors, others, d.on, d.seed)
    _hold_releases(drafts)
    return list(drafts.values())


def _hold_releases(drafts: dict[Ref, Draft]) -> None:
    """No release ends before the last of its features."""
    parts: dict[int, list[tuple[date, int, int]]] = defaultdict(list)
    for ref, d in drafts.items():
        whole = d.subject.row.release_id if ref.kind == FEATURE else None
        if whole and d.pace.remaining and (finish := d.p80) is not None:
            parts[whole].append((finish, ref.id, d.pace.remaining))
    for ref, d in drafts.items():
        if ref.kind == RELEASE and parts.get(ref.id) and isinstance(d.answer, When) and d.answer.p80 is not None:
            days = workdays.after(d.pace.calendar, d.on)
            d.waiting = slips.waiting_for_part(parts[ref.id], days, d.answer.p80, d.waiting)


def basis_for(subject: Any, on: date | None = None) -> Json:
    """What Tandem knows about a subject on the day when a date for it is promised: goes into the promise.

    A day in the past is read from the history as it stood then.
    """
    reading = Reading([subject])
    found = reading.subjects[0]
    found.promise = None
    today = reading.as_of(found)
    day = min(on or today, today)
    pace = pace_of(reading, found, day, is_now=day == today)
    known: Json = {"as_of": day.isoformat(), "remaining": pace.remaining, "source": pace.source}
    answer = when(pace.history, pace.total, seed=runs.seed_of(*found.ref))
    if isinstance(answer, NotEnough):
        return known | {"refusal": {"code": "not_enough", "found": answer.found, "needed": answer.needed}}
    days = workdays.after(pace.calendar, day)
    known["per_week"] = round(pace.per_week, 2)
    return known | {p: days.at(n).isoformat() for p in _TO_COME if (n := getattr(answer, p)) is not None}


def _first(reading: Reading, subject: Subject) -> Draft:
    on = reading.as_of(subject)
    pace = pace_of(reading, subject, on)
    seed = runs.seed_of(*subject.ref)
    answer: When | NotEnough = NotEnough(pace.history.items)
    if pace.is_enough:
        answer = when(pace.history, pace.total, seed=seed)
    return Draft(subject, on, pace, seed, answer)


def _inputs(d: Draft) -> Any:
    """Everything that the stored row depends on; the items themselves enter by their figures."""
    promise = d.subject.promise
    history = d.pace.history
    items = [(i.id, i.created, i.finished, i.is_done) for i in d.subject.items]
    return [
        *d.subject.ref, d.on, d.pace.source, d.pace.remaining, d.pace.others, d.pace.undated, d.pace.given_up, history.days, history.finished,
        d.pace.whole.finished, runs.digest_of(items), d.waiting and astuple(d.waiting), d.planned,
        promise and (promise.pk, promise.date, promise.given_on, promise.basis, promise.kept_on),
        [d.subject.joined(item) for item in d.subject.items], str(d.pace.calendar),
        workdays.after(d.pace.calendar, d.on).until(d.on + timedelta(days=730)),
    ]  # fmt: skip


def _complete(reading: Reading, drafts: list[Draft]) -> None:
    wanted = {}
    for d in drafts:
        if not d.subject.items:
            d.refusal, d.dates, d.detail = {"code": "no_scope"}, {}, {}
        elif not d.pace.remaining:
            last = max((i.finished for i in d.subject.items if i.finished), default=d.on)
            d.dates, d.detail = dict.fromkeys(_TO_COME, last), {"is_all_done": True, **_basis(d.pace)}
        elif isinstance(d.answer, NotEnough):
            d.refusal = {"code": "not_enough", "found": d.answer.found, "needed": d.answer.needed}
            d.dates, d.detail = {}, _basis(d.pace)
            if d.planned:
                d.detail["plan"] = {"start": str(d.planned[0]), "finish": str(d.planned[1])}
        else:
            _explain(reading, d, d.answer)
        began = [item.started for item in d.subject.items if item.started]
        if began:
            d.detail["began"] = str(min(began))
        promise = d.subject.promise
        due = promise.date if promise else (d.dates or {}).get("p50")
        if due and d.pace.remaining and d.subject.ref.kind != PROJECT:
            wanted[d.subject.ref] = crowding.Wanted(d.subject, due, d.on, d.pace.calendar)
    loads = crowding.demands(reading, wanted)
    for d in drafts:
        if d.subject.ref in loads and d.detail is not None:
            d.detail["load"] = loads[d.subject.ref]


def _explain(reading: Reading, d: Draft, answer: When) -> None:
    days = workdays.after(d.pace.calendar, d.on)
    wait = days.until(d.start)

    def at(number: int | None) -> date | None:
        return days.at(wait + number) if number is not None else None

    d.dates = {"p50": at(answer.p50), "p80": at(answer.p80), "p95": at(answer.p95)}
    d.detail = _basis(d.pace) | {
        "trials": answer.trials,
        "seed": answer.seed,
        "warnings": [{"code": w.code, "value": round(w.value, 3)} for w in answer.warnings],
        "bins": [[str(at(b.first)), str(at(b.last)), b.trials] for b in answer.bins],
        "p80_between": [str(at(answer.p80_low)), str(at(answer.p80_high))],
        "backtest": _backtest(d),
        "days_off": _days_off(d.on, d.dates["p80"], days),
    }
    d.detail["amount"] = _amount(d, answer, days)
    if d.pace.undated:
        d.detail["warnings"].append({"code": "undated", "value": d.pace.undated})
    if d.pace.given_up:
        d.detail["warnings"].append({"code": "given_up", "value": d.pace.given_up})
    if d.waiting:
        d.detail["waiting"] = {**slips.named(d.waiting), "ready": str(d.waiting.ready)}
    if d.subject.promise and d.subject.promise.kept_on is None:
        d.detail["chance"] = answer.chance_within(days.until(d.subject.promise.date) - wait)
        d.detail["slip"] = slips.explain(reading, d.subject, d.pace, d.waiting, d.on, d.seed)


def _amount(d: Draft, answer: When, days: workdays.Workdays) -> Json:
    """How many of the remaining items are done by the promised day, else by the end of the quarter. What the team does
    beside takes its share, and what waits for a predecessor is not done before that is."""
    promise = d.subject.promise
    is_promised = promise is not None and promise.kept_on is None and promise.date > d.on
    by = promise.date if promise and is_promised else _quarter_end(d.on + timedelta(days=1))
    until = days.until(by)
    free = d.pace.remaining - min(d.pace.remaining, d.waiting.items if d.waiting else 0)
    early = _reached(d, answer, until)
    late = _reached(d, answer, max(0, until - days.until(d.start)))
    known: Json = {"by": str(by), "is_promised": is_promised}
    return known | {p: max(min(early[p], free), late[p]) if d.waiting else early[p] for p in _TO_COME}


def _reached(d: Draft, answer: When, within: int) -> dict[str, int]:
    # by the P95 of the whole everything is done in all three: no need to draw further days than that
    found = how_much(d.pace.history, min(within, answer.p95 or within), seed=d.seed)
    assert isinstance(found, HowMuch)
    left, total = d.pace.remaining, d.pace.total
    return {p: min(left, getattr(found, p) * left // total) for p in _TO_COME}


def _quarter_end(day: date) -> date:
    return months_on(quarter_start(day), 3) - timedelta(days=1)


def _basis(pace: Pace) -> Json:
    """The data that it rests on, in the words of a reader: from when, how many, how fast."""
    known: Json = {
        "source": pace.source, "others": pace.others, "found": pace.history.items, "needed": NEEDED,
        "per_week": round(pace.per_week, 2),
    }  # fmt: skip
    if pace.is_own_clock:
        known["own_clock"] = True
    if pace.history.days:
        basis = pace.history.basis()
        known |= {
            "from": str(basis.first), "to": str(basis.last), "working_days": basis.working_days,
            "low": basis.per_week_low, "mean": round(basis.per_week_mean, 2), "high": basis.per_week_high,
        }  # fmt: skip
    return known


def _backtest(d: Draft) -> Json:
    past = backtest(d.pace.whole, seed=d.seed)
    if not isinstance(past, Backtest):
        return {"code": "not_enough", "found": past.found, "needed": past.needed}
    return {"held": [case.held_p80 for case in past.cases], "p50": past.share_p50, "p80": past.share_p80}


def _days_off(on: date, until: date | None, days: workdays.Workdays) -> int:
    """Weekdays without work before the forecast: holidays and other free days."""
    if until is None or until <= on:
        return 0
    span = (until - on).days
    weekdays = sum((on + timedelta(days=n)).weekday() < 5 for n in range(1, span + 1)) if span < 3000 else 0
    return max(0, weekdays - days.between(on, until))


def _store(run: Run, drafts: list[Draft]) -> list[Forecast]:
    """Rows that differ from the current ones; those stay on record, no longer current."""
    current = {
        (kind, id_): (pk, digest)
        for pk, kind, id_, digest in Forecast.objects.filter(is_current=True, space_id=run.space_id)
        .values_list("pk", "subject_kind", "subject_id", "detail__digest")
    }  # fmt: skip
    fresh, old = [], []
    for d in drafts:
        values = {"as_of": d.on, "remaining": d.pace.remaining, "refusal": d.refusal or {}, **(d.dates or {})}
        digest = runs.digest_of([values, d.detail])
        pk, known = current.get((d.subject.ref.kind, d.subject.ref.id), (None, None))
        if known == digest:
            continue
        if pk is not None:
            old.append(pk)
        fresh.append(
            Forecast(
                space_id=run.space_id, run=run, subject_kind=d.subject.ref.kind, subject_id=d.subject.ref.id,
                detail={**(d.detail or {}), "digest": digest}, **values,
            )
        )  # fmt: skip
    Forecast.objects.filter(pk__in=old).update(is_current=False)
    Forecast.objects.bulk_create(fresh, batch_size=500)
    return fresh
