"""Ways out where a skill is missing, somebody goes on leave or has more to do than they can: somebody else, one more, later, without the
work. Each is planned anew."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from tandem.people.models import User
from tandem.people.scoping import members_of
from tandem.planning import levelling, open_work, plan_people, plan_trials
from tandem.planning.models import PlanConflict
from tandem.planning.open_work import OpenWork
from tandem.planning.plan_axis import SLOTS
from tandem.planning.plan_problem import Away
from tandem.planning.plan_staffing import levels
from tandem.planning.plan_trials import Trial
from tandem.planning.plan_why import KeptPlan
from tandem.product.models import Promise
from tandem.resources.models import Employment, SkillNeed, TimeOff

MOST_PEOPLE, SHOWN, MOST_DATES = 4, 6, 2000
HIRED = -1
"""Somebody who is not there yet: full time, and busy with nothing else."""
_WHOLE_DAY = 480


@dataclass(eq=False)
class _Option:
    code: str
    work: OpenWork
    to: int | None = None
    person_days: float = 0.0
    away: Away = ()
    also: tuple[int, ...] = ()


@dataclass(eq=False)
class _Case:
    """A conflict with what it rests on: the open work, the plan that stands, the items, and who would leave them."""

    conflict: PlanConflict
    work: OpenWork
    before: KeptPlan
    today: date
    items: list[int]
    gone: int | None
    leave: TimeOff | None = None

    @property
    def away(self) -> Away:
        """Leave that was asked for is looked at as if it were granted."""
        if self.leave is None or self.leave.state != TimeOff.State.ASKED:
            return ()
        return ((self.leave.person_id, self.leave.starts_on, self.leave.ends_on),)


def compute(conflict: PlanConflict) -> tuple[int | None, list[dict[str, Any]]]:
    """The number of the plan that was asked, and the ways out with their effects, the one that delays others least first."""
    plan = levelling.compute()
    before = levelling.kept(plan.pk) if plan else None
    case = _case(conflict, before) if before is not None else None
    if plan is None or case is None:
        return None if plan is None else plan.pk, []
    base = plan_trials.end_days(case.before.inputs, case.before.finishes)
    stands = plan_trials.tried(case.work, case.today, case.before).dates()
    ways = [_told(case, option, plan_trials.tried(option.work, case.today, case.before, option.away), base, stands) for option in _options(case)]
    ways.sort(key=price_of)
    return plan.pk, ways[:SHOWN]


def price_of(way: dict[str, Any]) -> tuple[int, int, int]:
    """By what ways out are ordered: how late it makes others, how many more people it needs, how much later others end."""
    return sum(one["late"] for one in way["later"]), way["capacity"], sum(one["slots"] for one in way["later"])


def _case(conflict: PlanConflict, before: KeptPlan) -> _Case | None:
    work = open_work.read()
    known = {item.id for item in work.items}
    if conflict.kind == PlanConflict.Kind.OVERLOAD:
        return _overloaded(conflict, work, before)
    leave = TimeOff.objects.filter(pk=conflict.subject_id).first() if conflict.kind == PlanConflict.Kind.LEAVE else None
    several = conflict.kind in (PlanConflict.Kind.LEAVE, PlanConflict.Kind.LEAVER)
    items = [pk for pk in (conflict.detail.get("items", ()) if several else [conflict.detail.get("item")]) if pk in known]
    if not items or (conflict.kind == PlanConflict.Kind.LEAVE and leave is None):
        return None
    gone = conflict.subject_id if conflict.kind == PlanConflict.Kind.LEAVER else leave.person_id if leave else None
    return _Case(conflict, work, before, before.inputs.day_one, items, gone, leave)


def _overloaded(conflict: PlanConflict, work: OpenWork, before: KeptPlan) -> _Case | None:
    """What the person is planned to do in that week in the project where it was asked, but for what has begun."""
    week, user = conflict.wanted_on, conflict.subject_id
    if week is None:
        return None
    space_of = {item.id: item.space_id for item in work.items}
    items = [pk for pk in _planned(work, user, week) if space_of[pk] == conflict.space_id]
    return _Case(conflict, work, before, before.inputs.day_one, items, user) if items else None


def _planned(work: OpenWork, user: int, week: date) -> list[int]:
    """What somebody is planned to do in a week, in every project."""
    mine = [item for item in work.items if not item.is_begun and any(who == user for who, _share in work.people.get(item.id, ()))]
    return [item.id for item in mine if item.planned_start and item.planned_finish and item.planned_start < week + timedelta(days=7) and item.planned_finish >= week]


def _options(case: _Case) -> list[_Option]:
    if case.conflict.kind == PlanConflict.Kind.OVERLOAD:
        return _relieving(case)
    days = sum((item.minutes or _WHOLE_DAY) for item in case.work.items if item.id in set(case.items)) / _WHOLE_DAY
    found = [_Option("hand_over", plan_trials.handed_over(case.work, case.items, case.gone, who), who) for who in _others(case)]
    found.append(_Option("hire", plan_trials.handed_over(case.work, case.items, case.gone, HIRED), None, days))
    if case.leave is not None:
        found.append(_Option("wait", _later(case.work, case.items, case.leave.ends_on + timedelta(days=1)), None, 0.0, case.away))
    found.append(_Option("drop", plan_trials.dropped(case.work, case.items), None, 0.0, case.away))
    return found


def _relieving(case: _Case) -> list[_Option]:
    """The dates of the levelled plan, in which nobody does two things at once; the rest only where it is enough to end the conflict."""
    user, week = case.conflict.subject_id, case.conflict.wanted_on
    assert week is not None
    found = [_Option("replan", case.work, also=tuple(_planned(case.work, user, week)))]
    spared = replace(case.work, items=[item for item in case.work.items if item.id not in set(case.items)])
    if plan_people.is_overloaded(spared, user, week, case.today):
        return found
    days = sum((item.minutes or _WHOLE_DAY) for item in case.work.items if item.id in set(case.items)) / _WHOLE_DAY
    found += [_Option("hand_over", plan_trials.handed_over(case.work, case.items, case.gone, who), who) for who in _others(case)]
    found.append(_Option("hire", plan_trials.handed_over(case.work, case.items, case.gone, HIRED), None, days))
    return [*found, _Option("drop", plan_trials.dropped(case.work, case.items))]


def _later(work: OpenWork, items: list[int], day: date) -> OpenWork:
    chosen = set(items)
    held = [one._replace(release=max(day, one.release or day)) if one.id in chosen and not one.is_begun else one for one in work.items]
    return replace(work, items=held)


def _others(case: _Case) -> list[int]:
    """Who has what the items ask for, is there at that time and works in their projects already, first; of equals who has least to do."""
    needs = list(SkillNeed.objects.filter(item__in=case.items).values_list("skill_id", "level"))
    mine = {who for pk in case.items for who, _share in case.work.people.get(pk, ())} | ({case.gone} if case.gone else set())
    spaces = {item.space_id for item in case.work.items if item.id in set(case.items)}
    load: dict[int, float] = {}
    near = set()
    for item in case.work.items:
        for who, _share in case.work.people.get(item.id, ()):
            load[who] = load.get(who, 0.0) + (item.minutes or _WHOLE_DAY)
            near |= {who} if item.space_id in spaces else set()
    if needs:
        have = levels({skill for skill, _level in needs}, case.today)
        able = {who for who, _skill in have if all(have.get((who, skill), 0) >= level for skill, level in needs)}
    else:
        able = near
    for space in spaces:  # who cannot open the work cannot do it
        able &= set(members_of(space).filter(user__in=able).values_list("user_id", flat=True))
    able &= set(User.objects.filter(pk__in=able, is_active=True, is_placeholder=False).values_list("id", flat=True))
    able -= mine | _not_there(able, case)
    return sorted(able, key=lambda who: (who not in near, load.get(who, 0.0), who))[:MOST_PEOPLE]


def _not_there(people: set[int], case: _Case) -> set[int]:
    """Whose terms end, or who is on leave themselves, when they would be needed."""
    first, last = _when(case)
    terms = Employment.objects.filter(person__in=people)
    there = set(terms.during(first, last).values_list("person_id", flat=True))
    over = set(terms.values_list("person_id", flat=True)) - there
    if case.conflict.kind not in (PlanConflict.Kind.LEAVE, PlanConflict.Kind.OVERLOAD):
        return over
    states = (TimeOff.State.ASKED, TimeOff.State.APPROVED)
    return over | set(TimeOff.objects.filter(person__in=people, state__in=states).during(first, last).values_list("person_id", flat=True))


def _when(case: _Case) -> tuple[date, date]:
    """From when to when somebody else would be needed."""
    conflict = case.conflict
    if case.leave is not None:
        return case.leave.starts_on, case.leave.ends_on
    if conflict.kind == PlanConflict.Kind.OVERLOAD and conflict.wanted_on:
        return conflict.wanted_on, conflict.wanted_on + timedelta(days=6)
    if conflict.kind == PlanConflict.Kind.LEAVER and conflict.computed_on:
        return (max(conflict.computed_on, case.today),) * 2  # up to its very end
    return case.today, case.today


def _told(case: _Case, option: _Option, trial: Trial, base: dict[tuple[str, int], date], stands: dict[int, plan_trials.Span]) -> dict[str, Any]:
    later = _later_than(trial, base)
    dates = {pk: span for pk, span in trial.dates().items() if stands.get(pk) != span or (pk in {*case.items, *option.also} and option.code != "drop")}
    first = case.items[0] if len(case.items) == 1 else None
    return {
        "code": option.code, "item": first, "other": None, "other_space": None, "user": option.to if option.to and option.to > 0 else case.gone, "slots": 0, "units": 0,
        "extra": [], "until": (case.leave.ends_on + timedelta(days=1)).isoformat() if case.leave else None, "delay": 0, "capacity": round(option.person_days * 32),
        "promise": 0, "moves": len(dates), "later": later[:12], "items": case.items, "gone": case.gone, "to": option.to,
        "shares": {str(pk): plan_trials.share_of(case.work, pk, case.gone) for pk in case.items} if option.to else {},
        "dates": {str(pk): [first_.isoformat(), last.isoformat()] for pk, (first_, last) in sorted(dates.items())[:MOST_DATES]},
    }  # fmt: skip


def _later_than(trial: Trial, base: dict[tuple[str, int], date]) -> list[dict[str, Any]]:
    """Projects and promises that end later than in the plan that stands: by how many slots, and how many of them beyond their date."""
    inputs, now = trial.made.inputs, trial.end_days()
    due: dict[tuple[str, int], date] = dict(_dues(trial))
    found = []
    for key, day in now.items():
        was = base.get(key)
        if was is None or day <= was:
            continue
        slots = SLOTS * plan_trials.working_days(inputs.ordinals, was, day)
        late = SLOTS * max(0, plan_trials.working_days(inputs.ordinals, max(was, due[key]), day)) if key in due else 0
        found.append({key[0]: key[1], "slots": slots, "late": late})
    return sorted(found, key=lambda one: (-one["late"], -one["slots"]))


def _dues(trial: Trial) -> list[tuple[tuple[str, int], date]]:
    inputs = trial.made.inputs
    spaces = zip(inputs.project.tolist(), inputs.project_due.tolist(), strict=True)
    found = [(("space", pk), trial.made.axis.day((due - 1) // SLOTS)) for pk, due in spaces if due >= 0]
    promised = dict(Promise.objects.open().values_list("id", "date"))
    return [*found, *((("promise", pk), on) for pk, on in promised.items())]
