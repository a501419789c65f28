"""Change requests as a reader sees them: for which side each waits and since when, and what it would do beyond the plan."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from statistics import median
from typing import Any

from tandem.governance import lent_voices, sides
from tandem.governance.models import ChangeRequest, Risk, Side, Verdict
from tandem.kit import clock
from tandem.people.access import Permission, spaces_where
from tandem.people.scoping import know_all
from tandem.planning.actions import plan_scenarios
from tandem.planning.models import PlanChange, PlanConflict
from tandem.planning.plan_refusals import IMPOSSIBLE, Why
from tandem.portfolio.models import Project
from tandem.product.models import Feature, Promise, Release
from tandem.reports.queries import plan_conflicts
from tandem.reports.queries.plan_scenarios import ChangeLine
from tandem.strategy.models import Objective

_LATELY = 90
MOST_LOOKED_AT = 300
"So many waiting requests are looked through for those on which somebody can say something."
Window = tuple[date | None, date | None]


@dataclass(slots=True)
class Voices:
    """What one side has said in this round, and how many voices it takes."""

    side: str
    needed: int
    said: list[Verdict]
    counted: int

    @property
    def is_missing(self) -> bool:
        return self.counted < self.needed


@dataclass(frozen=True, slots=True)
class RangeLine:
    """P50, P80 and the working days of the P80 that open risks are behind, of the end of a project; None where nothing can be said."""

    project: Project
    before: tuple[date, date, float] | None
    after: tuple[date, date, float] | None

    @property
    def days(self) -> int | None:
        """By how many calendar days the P80 moves."""
        return (self.after[1] - self.before[1]).days if self.before and self.after else None


@dataclass(frozen=True, slots=True)
class Otherwise:
    """One figure that two pictures show otherwise: as [as the plan stood, with the change]; None where one of them says nothing of it."""

    kind: str
    name: str
    currency: str
    before: list[Any] | None
    now: list[Any] | None


@dataclass(slots=True)
class Wider:
    """What a change does beyond dates of work: each with what it is about, before and afterwards."""

    promised: list[tuple[Promise, date, date]] = field(default_factory=list)
    windows: list[tuple[str, Any, Window, Window]] = field(default_factory=list)
    money: list[tuple[str, Project, str, Decimal, Decimal]] = field(default_factory=list)
    conflicts_new: list[tuple[str, str, int]] = field(default_factory=list)
    conflicts_gone: list[tuple[str, str, int]] = field(default_factory=list)
    ranges: list[RangeLine] = field(default_factory=list)
    # each with what of it hangs on the change
    objectives: list[tuple[Objective, list[str]]] = field(default_factory=list)
    risks: list[Risk] = field(default_factory=list)
    unseen: int = 0


def look_up(rows: list[Any]) -> dict[int, list[PlanChange]]:
    """`voices` and `waits_days` of each row, in a few queries. Gives the content of those that wait, by its scenario: not to be shown."""
    waiting = [row for row in rows if row.is_waiting]
    said: dict[int, list[Verdict]] = defaultdict(list)
    for one in _said(waiting):
        said[one.request_id].append(one)
    know_all({person for found in said.values() for one in found for person in (one.by, one.voice_of)})
    content: dict[int, list[PlanChange]] = defaultdict(list)
    # house: reads — of which kinds a change is, which decides whose voice it takes; nothing of it is shown
    for change in PlanChange.objects.filter(scenario__in=[row.scenario_id for row in waiting]).order_by("id"):
        content[change.scenario_id].append(change)
    rules = sides.Rules() if waiting else None
    for row in rows:
        row.voices = _voices(row, said[row.pk], content[row.scenario_id], rules) if rules and row.is_waiting else []
        row.waits_days = (clock.now() - row.asked_at).days if row.is_waiting and row.asked_at else None
    return content


def _said(rows: Iterable[ChangeRequest]) -> list[Verdict]:
    known = {row.pk: row.round for row in rows}
    found = Verdict.objects.filter(request__in=known).select_related("by", "for_whom", "delegation").order_by("id")  # house: reads — of rows that the reader sees
    return [one for one in found if one.round == known[one.request_id]]


def _voices(row: ChangeRequest, said: list[Verdict], changes: list[PlanChange], rules: sides.Rules) -> list[Voices]:
    needed, standing = rules.needed(row, changes), sides.standing(said, row, changes)
    return [Voices(side, needed.voices[side], [one for one in said if one.side == side], len(standing[side])) for side in Side.values]


def past(user: Any, row: ChangeRequest) -> list[Verdict]:
    """What was said of earlier contents, and of this one, the newest first."""
    return list(Verdict.objects.visible_to(user).filter(request=row).select_related("by", "for_whom").order_by("-id")[:40])


def trouble(row: ChangeRequest, lines: list[ChangeLine]) -> Why | None:
    """Why what both sides had accepted could not be carried out, by the lines that the reader sees: more than that it could not be only
    where they may know it."""
    if not row.trouble:
        return None
    return next((one.problem for one in lines if one.change.pk == row.trouble[1] and one.problem), (IMPOSSIBLE, {}))


def waiting_for(user: Any, most: int) -> list[ChangeRequest]:
    """Those on which the person can say something now, for themself or in somebody's place: computed, seen whole, of a side whose voice is missing."""
    mine, lent = spaces_where(user, Permission.SIGN_FOR_PMO) | spaces_where(user, Permission.SIGN_FOR_PRODUCT), lent_voices.Lent()
    rows = ChangeRequest.objects.visible_to(user).waiting().unspoken_by(user)
    rows = rows.filter(space_id__among=mine | lent.below(user))
    found = list(rows.select_related("space", "scenario", "author").order_by("asked_at", "id")[:MOST_LOOKED_AT])
    if not found:
        return []
    content = look_up(found)
    seen = set(PlanChange.objects.visible_to(user).filter(scenario__in=content).values_list("id", flat=True))
    return [row for row in found if _may_judge(user, row, content[row.scenario_id], seen, lent)][:most]


def _may_judge(user: Any, row: Any, changes: list[PlanChange], seen: set[int], lent: lent_voices.Lent) -> bool:
    if any(one.pk not in seen for one in changes):
        return False
    if row.state == ChangeRequest.State.SUBMITTED and row.scenario.computed_of != plan_scenarios.digest(changes):
        return False
    missing = [one.side for one in row.voices if one.is_missing] or [one.side for one in row.voices if one.needed]
    heard = {one.voice_of.pk for side in row.voices for one in side.said if sides.is_still_lent(one, row)}
    if user.pk not in heard and any(sides.may_speak(user, row, side, changes) for side in missing):
        return True
    return any(one.delegate_id == user.pk and one.giver_id not in heard and side in missing for side, one in lent_voices.takers(row, changes, lent))


def redrawn(user: Any, row: ChangeRequest) -> tuple[list[Otherwise], int]:
    """What a newer picture shows otherwise than the one that was said yes to, of what the reader sees, and how much more."""
    rows = row.redrawn or []
    priced = spaces_where(user, Permission.SEE_COSTS)
    projects = {one.space_id: one.name for one in Project.objects.visible_to(user).filter(space_id__in=[r[1] for r in rows if r[0] in ("project", "cost", "budget")])}
    promises = {one.pk: str(one) for one in Promise.objects.visible_to(user).filter(pk__in=[r[1] for r in rows if r[0] == "promise"]).select_related("feature", "release")}
    conflicts = [r for r in rows if r[0].startswith("conflict") and r[4] in user.visible_space_ids()]
    names = plan_conflicts.titles(user, [(r[1], r[2], r[3]) for r in conflicts])
    found = []
    for kind, *about, before, now in rows:
        name = promises.get(about[0]) if kind == "promise" else projects.get(about[0])
        if kind in ("cost", "budget") and about[0] not in priced:
            name = None
        if kind.startswith("conflict") and [kind, *about, before, now] in conflicts:
            name = f"{PlanConflict.Kind(about[0]).label} {names[about[0], about[1], about[2]]}".strip()
        if name is not None:
            found.append(Otherwise(kind, name, about[1] if kind in ("cost", "budget") else "", before, now))
    return found, len(rows) - len(found)


def medians(user: Any) -> dict[str, float]:
    """Days from the question to the answer of each side, of what was said lately."""
    since = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    found: dict[str, list[float]] = defaultdict(list)
    rows = Verdict.objects.visible_to(user).order_by("-id").values_list("side", "asked_at", "created_at")[:1000]
    for side, asked, given in rows:
        if (since - given).days <= _LATELY:
            found[side].append((given - asked).total_seconds() / 86400)
    return {side: median(values) for side, values in found.items()}


def wider(user: Any, outcome: dict[str, Any]) -> Wider:
    found = Wider()
    _promised(user, outcome, found)
    _windows(user, outcome, found)
    _money(user, outcome, found)
    for name, rows in (("conflicts_new", found.conflicts_new), ("conflicts_gone", found.conflicts_gone)):
        rows += _conflicts(user, outcome.get(name, []), found)
    _ranges(user, outcome, found)
    _objectives(user, outcome, found)
    found.risks = list(Risk.objects.visible_to(user).filter(pk__in=outcome.get("risks", ())).order_by("title", "id"))
    found.unseen += len(outcome.get("objectives", ())) - len(found.objectives) + len(outcome.get("risks", ())) - len(found.risks)
    return found


def _ranges(user: Any, outcome: dict[str, Any], found: Wider) -> None:
    rows = outcome.get("ranges", [])
    known = {one.space_id: one for one in Project.objects.visible_to(user).filter(space_id__in=[row[0] for row in rows]).select_related("space")}
    found.ranges = [RangeLine(known[space], _range(before), _range(after)) for space, before, after in rows if space in known]


def _range(told: list[Any] | None) -> tuple[date, date, float] | None:
    return (date.fromisoformat(told[0]), date.fromisoformat(told[1]), float(told[2])) if told else None


def _objectives(user: Any, outcome: dict[str, Any], found: Wider) -> None:
    ties = outcome.get("ties", [])
    names = plan_conflicts.titles(user, [("", kind, pk) for _objective, kind, pk in ties])
    hangs: dict[int, list[str]] = defaultdict(list)
    for objective, kind, pk in ties:
        if name := names["", kind, pk]:
            hangs[objective].append(name)
    rows = Objective.objects.visible_to(user).filter(pk__in=outcome.get("objectives", ())).order_by("title", "id")
    found.objectives = [(one, sorted(hangs[one.pk])) for one in rows]


def _promised(user: Any, outcome: dict[str, Any], found: Wider) -> None:
    rows = outcome.get("promised", [])
    known = {one.pk: one for one in Promise.objects.visible_to(user).filter(pk__in=[row[0] for row in rows]).select_related("feature", "release")}
    found.promised = [(known[pk], date.fromisoformat(before), date.fromisoformat(after)) for pk, before, after in rows if pk in known and before and after]
    found.unseen += sum(row[0] not in known for row in rows)


def _windows(user: Any, outcome: dict[str, Any], found: Wider) -> None:
    rows = outcome.get("windows", [])
    known: dict[tuple[str, int], Any] = {}
    for kind, model in (("feature", Feature), ("release", Release)):
        wanted = [row[1] for row in rows if row[0] == kind]
        known |= {(kind, one.pk): one for one in model.objects.visible_to(user).filter(pk__in=wanted)} if wanted else {}
    found.windows = [(kind, known[kind, pk], _window(before), _window(after)) for kind, pk, before, after in rows if (kind, pk) in known]
    found.unseen += len(rows) - len(found.windows)


def _money(user: Any, outcome: dict[str, Any], found: Wider) -> None:
    """Sums of projects, to who may see costs there."""
    rows = [("cost", *row) for row in outcome.get("costs", ())] + [("budget", *row) for row in outcome.get("budgets", ())]
    priced = spaces_where(user, Permission.SEE_COSTS)
    known = {one.space_id: one for one in Project.objects.visible_to(user).filter(space_id__in={row[1] for row in rows} & priced)}
    found.money = [(kind, known[space], currency, Decimal(before or 0), Decimal(after or 0)) for kind, space, currency, before, after in rows if space in known]


def _conflicts(user: Any, rows: list[list[Any]], found: Wider) -> list[tuple[str, str, int]]:
    """(kind, what it is about, days) of those in spaces that the reader sees. What the change itself makes new has no name yet."""
    seen = [row for row in rows if row[3] in user.visible_space_ids()]
    found.unseen += len(rows) - len(seen)
    names = plan_conflicts.titles(user, [(row[0], row[1], row[2]) for row in seen])
    return [(str(PlanConflict.Kind(row[0]).label), names[row[0], row[1], row[2]], row[4]) for row in seen]


def _window(days: list[str | None] | None) -> Window:
    first, last = days or (None, None)
    return date.fromisoformat(first) if first else None, date.fromisoformat(last) if last else None
