"""Who is writing in which field just now: said to the live pages, kept nowhere."""

import json
from typing import Any

from django.db import connection

from tandem.people.access import Permission, require
from tandem.work.models import WorkItem

CHANNEL = "tandem_editing"
MAX_FIELD = 120


def tell(*, actor: Any, item: WorkItem, field: str, is_over: bool = False) -> None:
    """Whoever may change the item says that a field of it stands open with them, again every few seconds, and when it
    is closed. Pages of the item's space hear it at once; no row is written, and who says nothing more is forgotten."""
    require(actor, Permission.EDIT_WORK, item.space_id)
    said = {
        "space": item.space_id, "item": item.pk, "key": item.key, "field": field[:MAX_FIELD], "who": actor.pk, "name": actor.name,
        "is_over": is_over,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, json.dumps(said)])
