"""Names of a catalogue: there is one of each, however it is written."""

from typing import Any

from django.db.models import QuerySet

from tandem.kit.errors import Refused


def free(rows: QuerySet[Any], name: str) -> str:
    """The name without needless blanks; refused when one of the rows has it."""
    plain = " ".join(name.split())
    if not plain:
        raise Refused("title_empty", field="name")
    if rows.filter(name__iexact=plain).exists():
        raise Refused("name_taken", field="name", name=plain)
    return plain
