"""Planning benefits, and saying in the end what became of them."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Q

from tandem.history.record import record
from tandem.kit.dates import months_on
from tandem.kit.errors import Refused, Stale
from tandem.people import writing
from tandem.people.access import Permission, require
from tandem.people.models import Space
from tandem.portfolio import amounts
from tandem.portfolio.models import Benefit, BenefitMeasurement, Portfolio, Proposal
from tandem.strategy.models import Kpi, Measurement

_DO = Permission.EDIT_WORK
_S = Benefit.State
MOVES: dict[str, tuple[str, ...]] = {
    _S.PLANNED: (_S.REALISED, _S.MISSED, _S.DROPPED), _S.REALISING: (_S.REALISED, _S.MISSED, _S.DROPPED),
    _S.REALISED: (_S.REALISING,), _S.MISSED: (_S.REALISING,), _S.DROPPED: (_S.PLANNED,),
}  # fmt: skip
_REASONED = (_S.MISSED, _S.DROPPED)


def create(*, actor: Any, space: Space, is_carried: bool = False, **values: Any) -> Benefit:
    """It says what is planned. Of a proposal it stands where the proposal stands. The creator owns it unless they name another."""
    _check(None, values, space_id=None if is_carried else space.pk)
    values.setdefault("owner", actor)
    values.setdefault("currency", currency_of(space))
    return writing.create(Benefit, actor=actor, permission=_DO, verb="benefit.created", space=space, **values)


def change(*, actor: Any, benefit: Benefit, version: int | None, **values: Any) -> Benefit:
    """What it was measured in stays once it is measured."""
    require(actor, _DO, benefit.space_id)
    with transaction.atomic():
        _lock(benefit)
        fixed = {"kind", "currency", "kpi"} if benefit.measurements.exists() else set()
        if name := next((n for n in sorted(fixed) if n in values and values[n] != getattr(benefit, n)), ""):
            raise Refused("benefit_measured", field=name)
        _check(benefit, values, space_id=benefit.space_id)
        return writing.change(benefit, actor=actor, permission=_DO, verb="benefit.changed", version=version, **values)


def remove(*, actor: Any, benefit: Benefit, version: int | None = None) -> None:
    """Only while nothing was measured: what was measured is given up or missed, not removed."""
    require(actor, _DO, benefit.space_id)
    with transaction.atomic():
        _lock(benefit)
        if benefit.measurements.exists():
            raise Refused("benefit_measured")
        writing.remove(benefit, actor=actor, permission=_DO, verb="benefit.removed", version=version)


def _lock(benefit: Benefit) -> Benefit | None:
    """As a measurement does: nobody measures it in between. What is gone is found gone by the write."""
    return Benefit.objects.select_for_update(of=("self",)).filter(pk=benefit.pk).first()


def _is_measured(actor: Any, benefit: Benefit) -> bool:
    """By hand, or by its KPI since it began, as far as the actor sees that."""
    if benefit.kpi_id is None:
        return benefit.measurements.exists()
    found = Measurement.objects.visible_to(actor).filter(kpi=benefit.kpi_id)
    return (found.filter(on__gte=benefit.starts_on) if benefit.starts_on else found).exists()


def move(*, actor: Any, benefit: Benefit, version: int | None, state: str, reason: str = "") -> Benefit:
    """The verdict on it, or its return. That it was missed or given up needs a reason, that it was realised a value. What
    was measured before returns as being realised."""
    require(actor, _DO, benefit.space_id)
    if state not in MOVES[benefit.state]:
        raise Refused("move_unknown", field="state", state=str(benefit.get_state_display()))
    reason = reason.strip()
    if state in _REASONED and not reason:
        raise Refused("benefit_reason_missing", field="reason")
    with transaction.atomic():
        now = _lock(benefit)
        if version is not None and now is not None and now.version != version:
            raise Stale(now)
        is_measured = _is_measured(actor, benefit)
        if state == _S.REALISED and not is_measured:
            raise Refused("benefit_unmeasured", field="state")
        values = {"state": _S.REALISING.value if state == _S.PLANNED and is_measured else state, "reason": reason[:500]}
        shown = {f: [getattr(benefit, f), v] for f, v in values.items() if getattr(benefit, f) != v}
        benefit.write(expected=version, **values)
        record("benefit.moved", benefit, actor=actor, changes=shown)
    return benefit


class Carried(NamedTuple):
    """One benefit of a proposal that went into its project: when it began before, whether the business case made it, and
    when it begins since; decisions of before this was kept have nothing there."""

    benefit_id: int
    began_on: str | None
    is_new: bool
    begins_on: str | None = None


def carry_over(*, actor: Any, proposal: Proposal, space: Space, starts_on: date, title: str) -> list[Carried]:
    """The proposal became a project: its benefits go with it as planned benefits that begin with it. Where it named none,
    the money of its business case becomes one, under `title`."""
    with transaction.atomic():
        rows = list(Benefit.objects.select_for_update().filter(proposal=proposal, space_id=proposal.space_id).order_by("id"))
        found = []
        for row in rows:
            begins = row.starts_on or starts_on
            found.append(Carried(row.pk, row.starts_on and row.starts_on.isoformat(), False, begins.isoformat()))
            _put(actor, row, space, begins)
        if rows or not sum(proposal.benefits):
            return found
        made = create(
            actor=actor, space=space, title=title, kind=Benefit.Kind.MONEY, profile=proposal.benefits, starts_on=starts_on,
            owner=proposal.owner, currency=currency_of(proposal.space), proposal=proposal, is_carried=True,
        )  # fmt: skip
        return [Carried(made.pk, None, is_new=True)]


def take_back(*, actor: Any, proposal: Proposal, carried: Iterable[Carried]) -> None:
    """The decision was taken back: what was carried over returns to the proposal, what the business case made goes."""
    with transaction.atomic():
        rows = Benefit.objects.select_for_update().in_bulk([one.benefit_id for one in carried])
        for one in carried:
            row = rows.get(one.benefit_id)
            if row is not None and one.is_new:
                remove(actor=actor, benefit=row)
            elif row is not None:
                _put(actor, row, proposal.space, date.fromisoformat(one.began_on) if one.began_on else None)


def built_on(carried: Iterable[Carried], since: datetime) -> bool:
    """Whether anybody has measured one of them since, or set another first day that taking it back would overwrite."""
    of = {one.benefit_id: one for one in carried}
    rows = Benefit.objects.select_for_update().filter(pk__in=of).order_by("id")
    moved = [row.pk for row in rows if (known := of[row.pk].begins_on) and (row.starts_on is None or row.starts_on.isoformat() != known)]
    made = [pk for pk, one in of.items() if one.is_new]
    new = Q(benefit__in=made) | Q(benefit__in=of, created_at__gte=since)
    return bool(moved) or BenefitMeasurement.objects.filter(new).exists()


def _put(actor: Any, row: Benefit, space: Space, starts_on: date | None) -> None:
    shown = {"space": [row.space_id, space.pk], "starts_on": [row.starts_on, starts_on]}
    row.write(expected=None, space=space, starts_on=starts_on)
    BenefitMeasurement.objects.filter(benefit=row).update(space=space)
    record("benefit.carried_over", row, actor=actor, changes={f: pair for f, pair in shown.items() if pair[0] != pair[1]})


def currency_of(space: Space) -> str:
    """That of the nearest portfolio above."""
    at: Space | None = space
    while at is not None:
        if found := Portfolio.objects.filter(space=at).values_list("currency", flat=True).first():
            return found
        at = at.parent
    return "EUR"


def _check(row: Benefit | None, values: dict[str, Any], *, space_id: int | None) -> None:
    """The plan can be read: money by quarter, from the first of a month on, or in all by a day; a measure from its baseline
    to a better target."""

    def one(name: str, usual: Any = None) -> Any:
        return values[name] if name in values else getattr(row, name, usual)

    if "profile" in values:
        values["profile"] = amounts.checked(values["profile"], "profile")
    proposal = values.get("proposal")
    if proposal is not None and space_id not in (None, proposal.space_id) and (row is None or row.proposal_id != proposal.pk):
        raise Refused("benefit_of_elsewhere", field="proposal")
    target: Decimal | None = one("target")
    if target is not None and one("target_on") is None:
        raise Refused("target_day_missing", field="target_on")
    if one("kind", Benefit.Kind.MONEY) == Benefit.Kind.MONEY:
        _check_money(one, target)
        if target is not None and sum(one("profile") or []) and ("target" in values or "profile" in values):
            raise Refused("target_beside_profile", field="target")
        if one("profile") and (begins := values.get("starts_on")):
            values["starts_on"] = months_on(begins, 0)
    else:
        _check_measure(one, target)


def _check_money(one: Any, target: Decimal | None) -> None:
    if one("kpi") is not None:
        raise Refused("kpi_of_a_measure", field="kpi")
    if not sum(one("profile") or []) and not target:
        raise Refused("benefit_unplanned", field="profile")
    if target is not None and target <= 0:
        raise Refused("target_not_better", field="target")


def _check_measure(one: Any, target: Decimal | None) -> None:
    baseline = one("baseline")
    if one("profile"):
        raise Refused("profile_of_money", field="profile")
    if target is None:
        raise Refused("target_missing", field="target")
    if baseline is None:
        raise Refused("baseline_missing", field="baseline")
    falls = one("direction", Kpi.Direction.UP) == Kpi.Direction.DOWN
    if target >= baseline if falls else target <= baseline:
        raise Refused("target_not_better", field="target")
