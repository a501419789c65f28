"""Equipment and material, and which work items need how much of it when."""

from ninja import Router

from tandem.api import generic
from tandem.api.generic import Noun
from tandem.api.shapes import Reference, body
from tandem.resources.actions import equipment as actions
from tandem.resources.models import Equipment, EquipmentNeed
from tandem.work.models import WorkItem

equipment, equipment_needs = (Router(tags=["resources"]) for _ in range(2))

EQUIPMENT = Noun(
    path="equipment", model=Equipment, word="equipment", shows="id space_id name kind unit available rate currency calendar_id description version created_at", filters="space_id kind",
)  # fmt: skip
generic.reads(equipment, EQUIPMENT)
generic.creates(equipment, EQUIPMENT, body("EquipmentCreate", Equipment, "space name kind unit available rate currency calendar description"), actions.create)
generic.changes(equipment, EQUIPMENT, body("EquipmentChange", Equipment, "name kind unit available rate currency calendar description", partial=True), actions.change)
generic.removes(equipment, EQUIPMENT, actions.remove)

NEEDS = Noun(
    path="equipment-needs", model=EquipmentNeed, word="equipment_need", shows="id space_id item_id equipment_id amount starts_on ends_on override_reason version created_at",
    filters="space_id item_id equipment_id",
)  # fmt: skip
generic.reads(equipment_needs, NEEDS)
generic.creates(
    equipment_needs, NEEDS, body("EquipmentNeedCreate", EquipmentNeed, "amount starts_on ends_on override_reason", item_id=Reference(WorkItem, "item"), equipment_id=Reference(Equipment, "equipment")), actions.need,
)  # fmt: skip
generic.changes(equipment_needs, NEEDS, body("EquipmentNeedChange", EquipmentNeed, "amount starts_on ends_on override_reason", partial=True), actions.correct)
generic.removes(equipment_needs, NEEDS, actions.forget)
