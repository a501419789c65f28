"""Links between work items."""

from ninja import Router

from tandem.api import generic
from tandem.api.generic import Noun
from tandem.api.shapes import body
from tandem.kit.types import Id
from tandem.work.actions import links
from tandem.work.models import Link

router = Router(tags=["work"])
_FIELDS = "kind own_kind lag_minutes lag_percent is_lag_elapsed"

NOUN = Noun(
    path="links",
    model=Link,
    word="link",
    shows=(
        "id space_id source_id target_id kind own_kind_id lag_minutes lag_percent is_lag_elapsed source_name version "
        "created_at"
    ),
    filters="space_id source_id target_id kind own_kind_id",
    narrows={"item_id": (Id, lambda rows, item: rows.touching(item))},
)

generic.reads(router, NOUN)
generic.creates(
    router,
    NOUN,
    body("LinkCreate", Link, f"source target {_FIELDS}"),
    links.create,
)
generic.changes(
    router,
    NOUN,
    body("LinkChange", Link, _FIELDS, partial=True),
    links.change,
)
generic.removes(router, NOUN, links.remove)
