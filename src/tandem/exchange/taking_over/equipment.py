"""Of a plan: its materials as material, and of its resources those that are a piece of equipment here; what its tasks need of them."""

from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from tandem.exchange.records import AssignmentRecord, ResourceRecord
from tandem.exchange.taking_over.context import Taking
from tandem.exchange.taking_over.ledger import Entry
from tandem.resources.actions import equipment_imports
from tandem.resources.actions.equipment_imports import Missing, Wanted
from tandem.resources.models import Equipment

_MOST = Decimal(10) ** 10
_KIND = "equipment_need"


def find(taking: Taking, records: list[ResourceRecord], people: Collection[str], before: Mapping[str, int]) -> dict[str, Equipment]:
    """By resource. A resource that works is a machine where a piece of its name is kept here and no earlier import made a person of it
    (`people`), and where somebody said so; what an earlier import made of it, it stays (`before`). Material and machines that nobody keeps are
    written down in the project."""
    if not records:
        return {}
    known = equipment_imports.known(actor=taking.actor, space=taking.space)
    there_before = Equipment.objects.visible_to(taking.actor).in_bulk(list(before.values()))
    found: dict[str, Equipment] = {}
    missing: dict[str, Missing] = {}
    for record in records:
        kind = Equipment.Kind.MATERIAL if record.kind == "material" else Equipment.Kind.EQUIPMENT
        name, said = _name(record), taking.said.get(record.name)
        there = there_before.get(before.get(record.source_id, 0)) or known.get(name.casefold())
        if record.kind == "work" and record.source_id in people and said == "equipment":
            taking.tally.add(f"Resource {record.name}", "person_before", record.source_id)
        if record.kind == "cost" or (record.kind == "work" and (record.source_id in people or said == "person")):
            continue
        if there is not None and there.kind == kind:
            found[record.source_id] = there
        elif there is None and (record.kind == "material" or said == "equipment"):
            missing.setdefault(name.casefold(), Missing(name, kind, _unit(record), _pieces(record)))
    made = equipment_imports.add_missing(actor=taking.actor, space=taking.space, missing=list(missing.values()), run=taking.run)
    for record in records:
        row = made.get(_name(record).casefold())
        if row is not None and (record.kind == "material") == (row.kind == Equipment.Kind.MATERIAL) and record.kind != "cost" and record.source_id not in people and taking.said.get(record.name) != "person":
            found.setdefault(record.source_id, row)
    return found


def take_needs(taking: Taking, tasks: Mapping[str, list[AssignmentRecord]], items: Mapping[int, Any]) -> set[str]:
    """Of tasks whose assignments are new or differ: `items` by their number here. Returns the keys of those that became needs."""
    wanted: dict[str, Wanted] = {}
    for task, records in tasks.items():
        item = items.get(taking.items[task])
        for record in records if item is not None else ():
            what = taking.equipment.get(record.resource or "")
            if what is not None and (one := _wanted(taking, item, what, record)) is not None:
                wanted[key(record)] = one
    refs = taking.ledger.of_tasks(_KIND, tasks)
    if not wanted and not refs:
        return set()
    before = {at: ref.subject_id for at, ref in refs.items() if at in wanted}
    gone = {ref.subject_id for at, ref in refs.items() if at not in wanted}
    reason = _("As the imported plan has it: %(name)s") % {"name": taking.imported.file_name}
    made = equipment_imports.set_needs(actor=taking.actor, space=taking.space, wanted=wanted, before=before, gone=gone, reason=reason, run=taking.run)
    taking.ledger.drop([ref for at, ref in refs.items() if at not in wanted or at in made])
    taking.ledger.add(_KIND, [Entry(at, row, data={"task": at.rpartition("/")[0]}) for at, row in made.items()])
    taking.ledger.keep(_KIND, [ref for at, ref in refs.items() if at in wanted and at not in made])
    return set(wanted)


def key(record: AssignmentRecord) -> str:
    """Of an assignment within its file."""
    return f"{record.task}/{record.source_id}"


def _wanted(taking: Taking, item: Any, what: Equipment, record: AssignmentRecord) -> Wanted | None:
    first, last = _day(record.start) or _day(item.planned_start), _day(record.finish) or _day(item.planned_finish)
    amount = Decimal(str(record.units)).quantize(Decimal("0.01")) if record.units == record.units and abs(record.units) < _MOST else Decimal(0)
    if first is None or not 0 < amount < _MOST:
        taking.tally.add(f"Assignment {what.name}", "need_undated" if first is None else "need_of_nothing", record.source_id)
        return None
    is_material = what.kind == Equipment.Kind.MATERIAL
    return Wanted(item.pk, what, amount, first, first if is_material or last is None or last < first else last)


def _name(record: ResourceRecord) -> str:
    return " ".join(record.name.split())[:100]


def _unit(record: ResourceRecord) -> str:
    return str(record.fields.get("MaterialLabel") or "") if record.kind == "material" else ""


def _pieces(record: ResourceRecord) -> Decimal | None:
    """Plans say no stock of material, but how many machines there are at a time."""
    units = record.max_units
    if record.kind == "material" or not 0 < units < float(_MOST):
        return None
    return Decimal(str(units)).quantize(Decimal("0.01")) or None


def _day(moment: Any) -> date | None:
    return moment.date() if moment is not None else None
