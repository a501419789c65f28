"""Time logged on work items."""

from typing import Annotated

from ninja import Router
from pydantic import Field

from tandem.api import generic
from tandem.api.generic import Noun
from tandem.api.shapes import Body, Day, Reference, body
from tandem.people.models import User
from tandem.work.actions import time_entries
from tandem.work.models import TimeEntry

router = Router(tags=["work"])
_Minutes = Annotated[int, Field(ge=0, le=10_000_000)]

NOUN = Noun(
    path="time-entries",
    model=TimeEntry,
    word="entry",
    shows="id space_id item_id user_id day minutes note recorded_by_id removed_at version created_at",
    filters="space_id item_id user_id day",
    narrows={
        "since": (Day, lambda rows, day: rows.filter(day__gte=day)),
        "until": (Day, lambda rows, day: rows.filter(day__lte=day)),
    },
    listed=lambda rows: rows.present(),
)

generic.reads(router, NOUN)
generic.creates(
    router, NOUN,
    body(
        "TimeEntryCreate", TimeEntry, "item minutes note", day=(Day, generic.OPTIONAL), user_id=Reference(User, "user", is_needed=False),
        remaining_minutes=(_Minutes, generic.OPTIONAL),
    ),
    time_entries.log,
)  # fmt: skip
generic.changes(router, NOUN, body("TimeEntryChange", TimeEntry, "day minutes note", partial=True), time_entries.change)
generic.removes(router, NOUN, time_entries.remove)
generic.acts(router, NOUN, "restorations", Body, time_entries.restore)
