"""Who may speak for which side of a change, and whose voices it takes: the rules of the space, or of the nearest one above that has any."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from tandem.governance.models import ApprovalRule, ChangeRequest, Side, Verdict
from tandem.kit import clock
from tandem.people.access import GRANTS, Permission, may
from tandem.people.models import Space, User
from tandem.people.scoping import members_of
from tandem.planning.actions.plan_commitments import RIGHTS as RIGHTS_OF
from tandem.planning.models import PlanChange
from tandem.portfolio import currencies
from tandem.portfolio.currencies import Rates
from tandem.portfolio.models import Budget

_C, _R = PlanChange.Kind, ApprovalRule.Kind
RIGHTS: dict[str, Permission] = {Side.PRODUCT.value: Permission.SIGN_FOR_PRODUCT, Side.PMO.value: Permission.SIGN_FOR_PMO}
_KINDS: dict[str, str] = {
    _C.ADD: _R.SCOPE, _C.DROP: _R.SCOPE, _C.PROJECT: _R.DATES, _C.AWAY: _R.PEOPLE, _C.BOOK: _R.PEOPLE, _C.BOOKING: _R.PEOPLE, _C.UNBOOK: _R.PEOPLE,
    _C.PROMISE: _R.PROMISE, _C.FEATURE: _R.ROADMAP, _C.RELEASE: _R.ROADMAP,
    _C.COST: _R.MONEY, _C.BUDGET: _R.MONEY, _C.TRANSFER: _R.MONEY,
}  # fmt: skip
_OF_ITEM = {"expected_minutes": _R.SCOPE, "assignees": _R.PEOPLE, "shares": _R.PEOPLE}


@dataclass(frozen=True, slots=True)
class Needed:
    """Voices that it takes from each side, and the line of the table that says so: None where there is no table, or no line fits."""

    voices: dict[str, int]
    rule: ApprovalRule | None = None

    @property
    def sides(self) -> list[str]:
        return [side for side in Side.values if self.voices[side]]


def side_of(kind: str) -> str:
    """Whose yes carries such a change out."""
    return Side.PRODUCT.value if kind in PlanChange.OF_PRODUCT else Side.PMO.value


def kinds_of(changes: Iterable[PlanChange]) -> set[str]:
    """What a change touches, in the words of the rules."""
    found: set[str] = set()
    for change in changes:
        if change.kind == _C.ITEM:
            found |= {str(_OF_ITEM.get(name, _R.DATES)) for name in change.values}
        else:
            found.add(str(_KINDS[change.kind]))
    return found


def touched(side: str, changes: Iterable[PlanChange]) -> set[int]:
    """Where a side is spoken for: the PMO side wherever work or money changes, the product side there as well. That somebody is away
    is kept where they are employed, which is nobody's product and no plan."""
    mine = [change for change in changes if change.kind != _C.AWAY]
    return {change.space_id for change in mine if side == Side.PRODUCT or change.kind not in PlanChange.OF_PRODUCT}


def money_of(changes: Iterable[PlanChange], currency: str, rules: "Rules | None" = None) -> Decimal | None:
    """What is asked for in all, more or less alike; None where a rate is missing."""
    mine, total = [change for change in changes if change.kind in PlanChange.OF_MONEY], Decimal(0)
    if not mine:
        return total
    rules = rules or Rules()
    for change in mine:
        amount = abs(Decimal(change.values["planned" if change.kind == _C.COST else "amount"]))
        found = rules.rates.convert(amount, rules.currency_of(change) or currency, currency, clock.today())
        if found is None:
            return None
        total += found
    return total


def days_of(outcome: dict[str, Any]) -> int | None:
    """By how many days anything moves at most; None where something is planned only before or only afterwards."""
    pairs = [(row[2], row[4]) for row in outcome.get("projects", ())] + [(row[2], row[3]) for row in outcome.get("promises", ())]
    pairs += [(row[1], row[2]) for row in outcome.get("promised", ())]
    pairs += [(before, after) for row in outcome.get("windows", ()) for before, after in zip(row[2] or [None, None], row[3] or [None, None], strict=True) if before != after]
    if any(before is None or after is None for before, after in pairs):
        return None
    return max((abs((date.fromisoformat(after) - date.fromisoformat(before)).days) for before, after in pairs), default=0)


class Rules:
    """The tables of approvals, read once for many requests."""

    def __init__(self) -> None:
        self.parents = dict(Space.objects.values_list("id", "parent_id"))
        self.lines: dict[int, list[ApprovalRule]] = {}
        for line in ApprovalRule.objects.order_by("rank"):
            self.lines.setdefault(line.space_id, []).append(line)

    @cached_property
    def rates(self) -> Rates:
        return currencies.rates()

    @cached_property
    def budgets(self) -> dict[int, str]:
        return dict(Budget.objects.values_list("project_id", "currency"))

    def currency_of(self, change: PlanChange) -> str:
        """A cost without a currency is in euros, as a cost line is; a budget keeps the one that it has, empty where there is none."""
        if change.values.get("currency"):
            return str(change.values["currency"])
        return "EUR" if change.kind == _C.COST else self.budgets.get(change.subject, "")

    def needed(self, request: ChangeRequest, changes: list[PlanChange]) -> Needed:
        """By the picture as it is, and by the strictest of the places that it touches: to raise it elsewhere makes nothing easier. What one
        side alone can carry out by hand never goes past it; without a table each side has one voice."""
        own = {side_of(change.kind) for change in changes}
        lines = {space: self._line(space, request, changes) for space in {request.space_id, *touched(Side.PRODUCT.value, changes)}}
        found = {
            Side.PRODUCT.value: max(line.product_voices if line else 1 for line in lines.values()),
            Side.PMO.value: max(line.pmo_voices if line else 1 for line in lines.values()),
        }
        return Needed({side: max(count, 1 if side in own else 0) for side, count in found.items()}, lines[request.space_id])

    def _line(self, space_id: int, request: ChangeRequest, changes: list[PlanChange]) -> ApprovalRule | None:
        return next((line for line in self.table(space_id) if self._fits(line, request, changes)), None)

    def _fits(self, rule: ApprovalRule, request: ChangeRequest, changes: list[PlanChange]) -> bool:
        if rule.kinds and not kinds_of(changes) <= set(rule.kinds):
            return False
        if rule.days_most is not None:
            days = days_of(request.scenario.outcome) if request.scenario.outcome else None  # nobody knows yet
            if days is None or days > rule.days_most:
                return False
        if rule.money_most is not None:
            money = money_of(changes, rule.currency, self)
            if money is None or money > rule.money_most:
                return False
        return True

    def table(self, space_id: int) -> list[ApprovalRule]:
        """The lines of the nearest space that has any, on the way up."""
        at: int | None = space_id
        while at is not None and at not in self.lines:
            at = self.parents.get(at)
        return self.lines[at] if at is not None else []


def needed(request: ChangeRequest, changes: list[PlanChange]) -> Needed:
    return Rules().needed(request, changes)


def wrote(request: ChangeRequest, changes: Iterable[PlanChange]) -> set[int]:
    """Who wrote any of it, or carried it out before the others were asked: they do not judge it."""
    return {request.author_id, *request.writers, *(change.by_id for change in changes), *([request.applied_by_id] if request.applied_by_id else [])}


def speaks_there(user: Any, request: ChangeRequest, side: str) -> bool:
    """Whether the person speaks for the side where the request was raised."""
    return side in RIGHTS and may(user, RIGHTS[side], request.space_id)


def may_speak(user: Any, request: ChangeRequest, side: str, changes: Iterable[PlanChange]) -> bool:
    """There, and wherever the change touches something of the side."""
    return speaks_there(user, request, side) and all(may(user, RIGHTS[side], space) for space in touched(side, changes))


def standing(verdicts: Iterable[Verdict], request: ChangeRequest, changes: list[PlanChange]) -> dict[str, list[Verdict]]:
    """Of each side the yeses of this round that still count: whoever lost the right, or the account, has said nothing any more."""
    found: dict[str, list[Verdict]] = {side: [] for side in Side.values}
    for one in verdicts:
        if one.round == request.round and one.answer == Verdict.Answer.YES and may_speak(one.voice_of, request, one.side, changes) and is_still_lent(one, request):
            found[one.side].append(one)
    return found


def is_still_lent(one: Verdict, request: ChangeRequest) -> bool:
    """What was said in somebody's place stands while the voice is not taken back, and whoever said it has an account and sees the request.
    What does not stand is as if it had not been said: the voice is its owner's again."""
    if one.delegation is None:
        return True
    return one.voided_at is None and one.delegation.withdrawn_at is None and one.by.is_active and request.is_seen_by(one.by)


def may_carry(user: Any, change: PlanChange) -> bool:
    """Whether the person could do it by hand, as far as rights go."""
    if change.kind == _C.AWAY and user.pk == change.subject:
        return False
    return all(may(user, permission, change.space_id) for permission in RIGHTS_OF[change.kind])


def stand_in(change: PlanChange) -> Any:
    """As whom a change is rehearsed before anybody has said yes: who wrote it if they could do it, else the first who could."""
    if may_carry(change.by, change):
        return change.by
    needed = set(RIGHTS_OF[change.kind])
    roles = [role for role, held in GRANTS.items() if needed <= held]
    ids = members_of(change.space_id).filter(role__in=roles).order_by("user_id").values_list("user_id", flat=True)
    people = [one for one in User.objects.filter(pk__in=list(ids)).order_by("pk") if may_carry(one, change)]
    return people[0] if people else change.by
