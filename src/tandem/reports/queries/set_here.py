"""What a project has set, read along with the row that needs it: its fields and its allowed moves are few, and a query of
their own costs more than they do."""

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject

from tandem.reports.queries.moves import Own, own_of
from tandem.work.models import FieldDefinition, Transition, WorkItemType

_FIELD = (
    "id space_id name key word kind choices depends_on branches currency is_required is_on_cards is_several formula how summed is_deep result origin_id retired_at type_ids"
)
_RULE = "space_id from_state_id to_state_id type_id roles approvals"
_TYPE = "id state_ids start_id"


def row(names: str) -> JSONObject:
    return JSONObject(**{name: name for name in names.split()})


def beside(space: str = "space_id") -> dict[str, Any]:
    """For `annotate` of rows that `visible_to` was asked of; `space` is the column of the row that names its space."""
    # house: reads — who sees the row sees what its space has set
    own = WorkItemType.objects.filter(space=OuterRef(space)).exclude(state_ids=[])
    return {**fields_and_rules(space), "own_workflows_there": ArraySubquery(own.values(row=row(_TYPE)))}


def fields_and_rules(space: str = "space_id") -> dict[str, Any]:
    """The same without the workflows of types, for who reads the types as well."""
    # house: reads — who sees the row sees what its space has set
    fields = FieldDefinition.objects.filter(space=OuterRef(space)).with_types().in_order()
    # house: reads — who sees the row sees what its space has set
    rules = Transition.objects.filter(space=OuterRef(space))
    return {"fields_there": ArraySubquery(fields.values(row=row(_FIELD))), "rules_there": ArraySubquery(rules.values(row=row(_RULE)))}


def fields_of(row: Any) -> list[FieldDefinition]:
    """The fields of its space, retired ones too: what is retired is no field of a source either."""
    found = []
    for values in row.fields_there:
        field = FieldDefinition(**{name: value for name, value in values.items() if name != "type_ids"})
        field.type_ids = values["type_ids"]  # type: ignore[attr-defined]
        found.append(field)
    return found


def rules_of(row: Any) -> list[Transition]:
    return [Transition(**values) for values in row.rules_there]


def own_workflows_of(row: Any) -> Own:
    return own_of(WorkItemType(**values) for values in row.own_workflows_there)
