"""Charters: written, signed by two people for two sides, replaced by a next version that both sign again."""

from typing import Any

from django.db import transaction

from tandem.history.record import record
from tandem.kit import clock
from tandem.kit.errors import Refused
from tandem.people import writing
from tandem.people.access import Permission, require
from tandem.people.models import Space, SpaceKind
from tandem.strategy.models import Charter, KeyResult, Kpi
from tandem.strategy.models.charter import Side

_DO = Permission.EDIT_CHARTER
RIGHTS = {Side.PMO.value: Permission.SIGN_FOR_PMO, Side.PRODUCT.value: Permission.SIGN_FOR_PRODUCT}
TEXTS = ("goal", "scope_in", "scope_out", "measures", "assumptions")
FIELDS = ("goal", "scope_in", "scope_out", "measures", "key_result_ids", "kpi_ids", "assumptions")
_UNSIGNED = {"pmo_signed_by": None, "pmo_signed_at": None, "product_signed_by": None, "product_signed_at": None}


def draft(*, actor: Any, space: Space, **values: Any) -> Charter:
    """The first version, or the next one: it begins with what the last one says. One at a time is written."""
    require(actor, _DO, space.pk)
    if space.kind not in (SpaceKind.PROJECT, SpaceKind.PRODUCT):
        raise Refused("charter_of_project_or_product", field="space_id")
    with transaction.atomic():
        Space.objects.select_for_update(no_key=True).get(pk=space.pk)
        last = Charter.objects.filter(space=space).order_by("-number").first()
        if last is not None and not last.is_signed:
            raise Refused("charter_unsigned", number=last.number)
        values = ({name: getattr(last, name) for name in FIELDS} if last else {}) | values
        _check(actor, last, values)
        values = {name: value for name, value in values.items() if value not in ("", [])}
        return writing.create(
            Charter, actor=actor, permission=_DO, verb="charter.drafted", space=space, number=last.number + 1 if last else 1,
            written_by=actor, **values,
        )  # fmt: skip


def change(*, actor: Any, charter: Charter, version: int | None, **values: Any) -> Charter:
    """Until both have signed. A signature was given to other words: it falls away, and the history says so."""
    require(actor, _DO, charter.space_id)
    _refuse_signed(charter)
    _check(actor, charter, values)
    if any(getattr(charter, name) != value for name, value in values.items()):
        values |= {name: value for name, value in _UNSIGNED.items() if getattr(charter, name) is not None}
    return writing.change(charter, actor=actor, permission=_DO, verb="charter.changed", version=version, **values)


def sign(*, actor: Any, charter: Charter, version: int | None, side: str) -> Charter:
    """For one side, by somebody who speaks for it; nobody signs for both. The words signed are those of `version`."""
    require(actor, _right(side), charter.space_id)
    _refuse_signed(charter)
    if charter.signed_by(side):
        raise Refused("side_signed", field="side")
    if actor.pk in (charter.pmo_signed_by_id, charter.product_signed_by_id):
        raise Refused("signed_for_other_side", field="side")
    _require_whole(charter)
    with transaction.atomic():
        charter.write(expected=version, **{f"{side}_signed_by": actor, f"{side}_signed_at": clock.now()})
        record("charter.signed", charter, actor=actor, changes={"side": [None, side], "number": [None, charter.number]})
    return charter


def unsign(*, actor: Any, charter: Charter, version: int | None, side: str) -> Charter:
    """Whoever speaks for a side takes its signature back, until the other side has signed as well."""
    require(actor, _right(side), charter.space_id)
    _refuse_signed(charter)
    if not charter.signed_by(side):
        raise Refused("side_unsigned", field="side")
    with transaction.atomic():
        charter.write(expected=version, **{f"{side}_signed_by": None, f"{side}_signed_at": None})
        record("charter.unsigned", charter, actor=actor, changes={"side": [side, None]})
    return charter


def remove(*, actor: Any, charter: Charter, version: int | None = None) -> None:
    """Only a version that is not signed by both: what was agreed stays."""
    require(actor, _DO, charter.space_id)
    _refuse_signed(charter)
    writing.remove(charter, actor=actor, permission=_DO, verb="charter.removed", version=version)


def _right(side: str) -> Permission:
    if side not in RIGHTS:
        raise Refused("side_unknown", field="side")
    return RIGHTS[side]


def _refuse_signed(charter: Charter) -> None:
    if charter.is_signed:
        raise Refused("charter_signed", number=charter.number)


def _require_whole(charter: Charter) -> None:
    """What both sign says at least what is wanted, what belongs to it and how success is known."""
    if not charter.is_whole:
        raise Refused("charter_incomplete")


def _check(actor: Any, charter: Charter | None, values: dict[str, Any]) -> None:
    """Measures that are added are ones that the actor sees; what was there before stays, seen or not."""
    for name, model in (("key_result_ids", KeyResult), ("kpi_ids", Kpi)):
        if name in values:
            values[name] = list(dict.fromkeys(values[name]))
            new = set(values[name]) - set(getattr(charter, name, ()))
            if model.objects.visible_to(actor).filter(pk__in=new).count() != len(new):
                raise Refused("reference_unknown", field=name)
    for name in TEXTS:
        if len(values.get(name) or "") > 5000:
            raise Refused("out_of_range", field=name)
    if "goal" in values and not values["goal"].strip():
        raise Refused("goal_missing", field="goal")
