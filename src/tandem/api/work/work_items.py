"""Work items: the busiest list of the API, read straight from the table."""

from typing import Annotated, Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, Subquery
from ninja import Router
from pydantic import Field

from tandem.api import generic
from tandem.api.generic import Noun
from tandem.api.product.traces import add_trace
from tandem.api.shapes import Body, Reference, body, words
from tandem.kit.types import Id
from tandem.people.models import Space, User
from tandem.product.actions import relocations
from tandem.reports.queries import filter_language, item_history
from tandem.work.actions import archiving, assignments, clones, work_items
from tandem.work.models import Assignment, MoveRequest, State, WorkItem, WorkItemType

router = Router(tags=["work"])
_FIELDS = " ".join(work_items.EDITABLE)
_UNTYPED = " ".join(one for one in work_items.EDITABLE if one != "type")
# lets the item in over a limit that stops; it stays on record
_REASON = (words(500), generic.OPTIONAL)
_Share = Annotated[int, Field(ge=1, le=100)]
_PEOPLE = Reference(User, "assignees", is_many=True)


def _assignees(user: Any) -> Any:
    # house: reads — people of items that were filtered by the asker's spaces before
    return ArraySubquery(Assignment.objects.filter(item=OuterRef("pk")).order_by("id").values("user_id"))


def _shares(user: Any) -> Any:
    """In per cent, in the order of `assignee_ids`."""
    # house: reads — as above
    return ArraySubquery(Assignment.objects.filter(item=OuterRef("pk")).order_by("id").values("share"))


def _awaiting(user: Any) -> Any:
    """The state into which it waits to go until others approve."""
    return Subquery(MoveRequest.objects.visible_to(user).waiting().filter(item=OuterRef("pk")).values("to_state_id")[:1])


NOUN = Noun(
    path="work-items",
    model=WorkItem,
    word="item",
    hangs_on=item_history.around,
    is_held=False,
    shows=(
        "id space_id key number title description description_format type_id state_id parent_id priority service_class "
        "reporter_id labels fields derived rank due_on estimate_points estimate_minutes spent_minutes expected_minutes logged_minutes remaining_minutes "
        "planned_start planned_finish actual_start actual_finish is_given_up duration_minutes percent_complete "
        "is_milestone is_summary is_manual constraint constraint_at deadline_at calendar_id removed_at archived_at "
        "updated_at created_at version"
    ),
    computes={
        "state_name": (str, lambda user: F("state__name")),
        "state_category": (str, lambda user: F("state__category")),
        "assignee_ids": (list[int], _assignees),
        "assignee_shares": (list[int], _shares),
        "awaiting_state_id": (int | None, _awaiting),
    },
    filters="space_id type_id state_id parent_id priority service_class reporter_id key",
    narrows={
        "assignee_id": (Id, lambda rows, person: rows.filter(assignments__user_id=person)),
        "sprint_id": (Id, lambda rows, sprint: rows.filter(sprints=sprint)),
        "label": (words(200, 1), lambda rows, label: rows.filter(labels__contains=[label])),
        "category": (generic.choice(State.Category), lambda rows, value: rows.filter(state__category=value)),
        "archived": (bool, lambda rows, is_archived: rows.filter(archived_at__isnull=not is_archived)),
        "q": (words(200, 1), lambda rows, text: rows.matching(text)),
    },
    # the filter language of the pages; its `sort:` is read and has no effect here, where the order is by id
    asks={"filter": (words(2000, 1), lambda rows, text, user: rows.filter(filter_language.listed(text, user)))},
    listed=lambda rows: rows.present(),
    # archived ones are found by their key, by `archived=true` and by a filter that speaks of them
    usual=({"key", "archived", "filter"}, lambda rows: rows.unarchived()),
)


def _remove(*, actor: Any, item: WorkItem) -> None:
    work_items.remove(actor=actor, item=item, version=item.version)


def _restore(*, actor: Any, item: WorkItem, version: int) -> WorkItem:
    work_items.restore(actor=actor, item=item, version=version)
    return item


generic.reads(router, NOUN)
generic.creates(
    router,
    NOUN,
    body(
        "WorkItemCreate",
        WorkItem,
        f"space {_UNTYPED}",
        assignee_ids=_PEOPLE,
        type_id=Reference(WorkItemType, "type", is_needed=False),
        state_id=Reference(State, "state", is_needed=False),
        override_reason=_REASON,
    ),
    work_items.create,
)
CHANGES = body("WorkItemChange", WorkItem, f"{_FIELDS} state is_given_up", partial=True, assignee_ids=_PEOPLE, override_reason=_REASON)
generic.changes(router, NOUN, CHANGES, work_items.change)
generic.removes(router, NOUN, _remove)
generic.acts(
    router,
    NOUN,
    "moves",
    body(
        "WorkItemMove",
        WorkItem,
        "state",
        after_id=Reference(WorkItem, "after", is_needed=False),
        to_top=(bool, False),
        override_reason=_REASON,
    ),
    work_items.move,
)
generic.acts(router, NOUN, "restorations", Body, _restore)
generic.acts(
    router, NOUN, "shares", body("WorkItemShare", Assignment, "", user_id=Reference(User, "user"), share=_Share), assignments.share
)
generic.acts(router, NOUN, "archivings", Body, archiving.archive)
generic.acts(router, NOUN, "unarchivings", Body, archiving.unarchive)
generic.adds(
    router,
    NOUN,
    "copies",
    body(
        "WorkItemCopy", WorkItem, "", title=(words(1000), generic.OPTIONAL),
        **{f"with_{what}": (bool, generic.OPTIONAL) for what in ("parts", "checklist", "people", "links")},
    ),
    clones.clone,
)  # fmt: skip
_TO = {
    "space_id": Reference(Space, "space"), "type_id": Reference(WorkItemType, "type", is_needed=False),
    "state_id": Reference(State, "state", is_needed=False),
}  # fmt: skip
generic.acts(router, NOUN, "relocations", body("WorkItemRelocation", WorkItem, "", **_TO), relocations.relocate)
add_trace(router, NOUN, "work-item")
