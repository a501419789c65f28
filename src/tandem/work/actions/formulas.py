"""The rules of fields that are computed: what a formula or a roll-up may say, and that nothing runs in a circle."""

from typing import Any

from tandem.compute.errors import Uncomputable
from tandem.compute.priority import names
from tandem.kit.errors import Refused
from tandem.work.actions import inheritance
from tandem.work.models import FieldDefinition
from tandem.work.models.formula import BUILT_IN, checked, name_of, sources

_K, _How = FieldDefinition.Kind, FieldDefinition.How


def settled(space_id: int, kind: str, values: dict[str, Any], field: FieldDefinition | None = None) -> dict[str, Any]:
    """`values` with what belongs to the kind, checked against the other fields of the space; `field` is the one that changes."""
    blank = {"formula": "", "how": "", "summed": "", "is_deep": True, "result": ""}
    if kind not in (_K.FORMULA, _K.ROLLUP):
        return values | blank
    rows = inheritance.known(space_id)
    known = sources(one for one in rows if field is None or one.pk != field.pk)
    values = values | {"is_required": False, "is_several": False}
    if kind == _K.FORMULA:
        text = " ".join(str(values.get("formula") or "").split())
        if not text:
            raise Refused("formula_empty", field="formula")
        formula, result = checked(text, _with_itself(known, field))
        _check_circle(field, rows, set(formula.columns))
        return values | blank | {"formula": text, "result": result}
    how, summed = str(values.get("how") or ""), str(values.get("summed") or "").strip()
    summed = next((name for name, (chinese, _kind, _column) in BUILT_IN.items() if chinese == summed), summed)
    if how not in _How.values:
        raise Refused("choice_unknown", field="how")
    result, money = _K.NUMBER.value, ""
    if summed or how != _How.COUNT:
        source = _with_itself(known, field).get(summed)
        if source is None:
            raise Refused("rollup_name", field="summed", found=summed, allowed=", ".join(n for n in known if n.isascii()))
        fits = {_How.SUM: (_K.NUMBER,), _How.AVERAGE: (_K.NUMBER,), _How.COUNT: _K.values}.get(_How(how), (_K.NUMBER, _K.DATE))
        if source.kind not in fits:
            raise Refused("rollup_kind", field="summed", found=summed)
        if how != _How.COUNT:
            is_money = source.field is not None and source.field.reads_as == _K.MONEY
            result, money = (_K.MONEY, source.field.currency) if is_money and source.field else (source.kind, "")
        _check_circle(field, rows, {summed})
    return values | blank | {"how": how, "summed": summed, "is_deep": bool(values.get("is_deep", True)), "result": result, "currency": money}


def _with_itself(known: dict[str, Any], field: FieldDefinition | None) -> dict[str, Any]:
    """A field that names itself is told that it runs in a circle, not that there is no such field."""
    return known | (sources([field]) if field is not None else {})


def _check_circle(field: FieldDefinition | None, rows: list[FieldDefinition], used: set[str]) -> None:
    if field is None:
        return
    named = {name_of(one): one for one in rows}

    def way(names_: set[str], path: list[str]) -> None:
        for one in (named[name] for name in sorted(names_) if name in named):
            if one.pk == field.pk:
                raise Refused("formula_circle", field="formula", path=" → ".join([*path, one.name]))
            if one.name not in path and one.is_computed:
                way(uses(one), [*path, one.name])

    way(used, [field.name])


def uses(field: FieldDefinition) -> set[str]:
    """The names that it is computed from."""
    if field.kind == _K.ROLLUP:
        return {field.summed} if field.summed else set()
    try:
        return set(names(field.formula)) if field.kind == _K.FORMULA else set()
    except Uncomputable:
        return set()


def check_unused(actor: Any, field: FieldDefinition) -> None:
    """What others are computed from stays; those that the actor cannot see are not named."""
    spaces = [field.space_id, *FieldDefinition.objects.filter(origin=field).values_list("space_id", flat=True)]
    rows = FieldDefinition.objects.filter(space_id__in=spaces).active().exclude(pk=field.pk)
    seen = actor.visible_space_ids()
    users = {one.name if one.space_id in seen else "…" for one in rows if name_of(field) in uses(one)}
    if users:
        raise Refused("field_used", name=field.name, users=", ".join(sorted(users)))
