"""What daily work adds to the generated set, in its first project: own fields, allowed moves, a sprint, news for the reader,
and one item that has everything that an item can have."""

import json
import random
from datetime import timedelta
from typing import Any

FULL = "everything about it"
"""The label of the item that has everything."""

IMPORTED = "board-that-came-in.json"


def add(reader: Any) -> None:
    """Once per database; through the actions where they do not write an event per item of the project."""
    from tandem.people.models import Space, User
    from tandem.work.models import FieldDefinition, WorkItem

    space = Space.objects.get(key="P1")
    if FieldDefinition.objects.filter(space=space).exists():
        return
    admin, dice = User.objects.get(email="admin@size.example"), random.Random(11)
    _fields(admin, space, dice)
    _moves(admin, space)
    _sprint(admin, space)
    head = WorkItem.objects.filter(space=space, parent=None, removed_at=None).order_by("id").first()
    assert head is not None
    _everything(admin, reader, WorkItem.objects.select_related("space", "state").get(pk=head.pk))
    _news(reader, space)
    _analyzed()


def full_item() -> str:
    from tandem.work.models import WorkItem

    return str(WorkItem.objects.filter(space__key="P1", labels__contains=[FULL]).values_list("key", flat=True)[0])


def imported(reader: Any) -> int:
    """An import of two hundred cards that really came in, into the last project, whose manager the reader is for it."""
    from tandem.exchange.actions import imports
    from tandem.exchange.models import Import
    from tandem.people.actions import spaces
    from tandem.people.models import Role, Space, User

    done = Import.objects.filter(file_name=IMPORTED, state="applied").first()
    if done is not None:
        return int(done.pk)
    admin = User.objects.get(email="admin@size.example")
    space = Space.objects.filter(kind="project").order_by("-id")[0]
    spaces.grant(actor=admin, space=space, user=reader, role=Role.PROJECT_MANAGER)
    row = imports.receive(actor=reader, space=space, into=space, files=[(IMPORTED, [json.dumps(_board(200)).encode()])])
    imports.preview(actor=reader, imported=imports.examine(actor=reader, imported=row))
    return int(imports.carry_out(imported=row).pk)


def _board(count: int) -> dict[str, Any]:
    """A Trello board of eight lists."""
    lists = [{"id": f"l{n}", "name": name, "pos": n} for n, name in enumerate(("Ideas", "Ready", "Design", "Build", "Review", "Test", "Waiting", "Done"))]
    cards = [{"id": f"5581b2a0{n:016x}", "idShort": n, "name": f"Card {n}", "idList": f"l{n % 8}", "pos": n, "closed": False} for n in range(1, count + 1)]
    return {"id": "5581b2a0d0f0f0f0f0f0f0f0", "name": "Board", "lists": lists, "cards": cards, "members": [], "labels": [], "checklists": [], "actions": []}


def _fields(admin: Any, space: Any, dice: random.Random) -> None:
    from tandem.work.actions import fields
    from tandem.work.models import WorkItem

    for name, kind, more in (
        ("Customer", "text", {}), ("Value", "money", {"currency": "EUR"}), ("Area", "choice", {"choices": ["quay", "crane", "gate"], "is_on_cards": True}),
        ("Wanted on", "date", {}), ("Approved", "check", {}),
    ):  # fmt: skip
        fields.create(actor=admin, space=space, name=name, kind=kind, **more)
    keys = {f.name: f.key for f in space_fields(space)}
    rows = list(WorkItem.objects.filter(space=space).only("id", "fields"))
    for row in rows:
        row.fields = {keys["Customer"]: f"Customer {dice.randint(1, 40)}", keys["Value"]: str(dice.randint(1, 90) * 100), keys["Area"]: dice.choice(["quay", "crane", "gate"])}
    WorkItem.objects.bulk_update(rows, ["fields"], batch_size=500)


def space_fields(space: Any) -> Any:
    from tandem.work.models import FieldDefinition

    return FieldDefinition.objects.filter(space=space)


def _moves(admin: Any, space: Any) -> None:
    """Every move is allowed by a rule of its own: the pages have rules to read and leave nothing out for them."""
    from tandem.work.actions import transitions
    from tandem.work.models import State

    states = list(State.objects.filter(space=space))
    for origin in states:
        for target in states:
            if origin.pk != target.pk:
                transitions.create(actor=admin, space=space, from_state=origin, to_state=target)


def _sprint(admin: Any, space: Any) -> None:
    """A running sprint of forty, one behind it of twenty."""
    from tandem.kit import clock
    from tandem.work.actions import sprint_scope, sprints
    from tandem.work.models import WorkItem

    rows = list(WorkItem.objects.filter(space=space, removed_at=None, type__level=2).exclude(state__category="done").order_by("rank")[:60])
    for n, (name, items) in enumerate((("Sprint 1", rows[:40]), ("Sprint 2", rows[40:]))):
        begins = clock.now() + timedelta(days=14 * n - 3)
        sprint = sprints.create(actor=admin, space=space, name=name, starts_at=begins, ends_at=begins + timedelta(days=11))
        sprint_scope.put(actor=admin, items=[(i, None) for i in items], sprint=sprint)
        if n == 0 and items:
            sprints.start(actor=admin, sprint=sprint, version=None)


def _everything(admin: Any, reader: Any, item: Any) -> None:
    """Checklist, branches, what blocked it, files, comments with reactions, links, its own history."""
    from tandem.automation.models import Development
    from tandem.collaboration.actions import comments
    from tandem.collaboration.models import Attachment
    from tandem.work.actions import blocks, checklists, links, work_items
    from tandem.work.models import WorkItem

    for n in range(6):
        comments.add(actor=admin if n % 2 else reader, subject=item, body=f"Remark {n}: the **crane** waits for the quay, see [the plan](https://example.org/{n}).")
    others = list(WorkItem.objects.filter(space=item.space_id, removed_at=None).exclude(pk=item.pk).order_by("-id")[:5])
    for other in others:
        links.create(actor=admin, source=item, target=other, kind="relates")
    item = work_items.change(
        actor=admin, item=item, version=None, labels=[FULL], description="What is to be done, and **why**.\n\n- one\n- two\n- three", due_on=None
    )
    checklists.add(actor=admin, item=item, text="\n".join(f"Step {n}" for n in range(6)))
    if item.state.category != "done":
        block = blocks.start(actor=admin, item=item, reason="No crane", kind="supplier")
        blocks.end(actor=admin, block=block, version=None)
    about = {"space_id": item.space_id, "subject_kind": "work.workitem", "subject_id": item.pk, "author": admin}
    Attachment.objects.bulk_create(Attachment(name=f"drawing-{n}.pdf", mime="application/pdf", size=1000, url=f"https://example.org/{n}", **about) for n in range(3))
    Development.objects.bulk_create(
        Development(space_id=item.space_id, item=item, kind=kind, url=f"https://git.example.org/{n}", title=f"Berth {n}", reference=f"feature/{n}")
        for n, kind in enumerate(("branch", "commit", "commit", "merge_request"))
    )


def _news(reader: Any, space: Any, count: int = 80) -> None:
    """Unread, about forty items of the project."""
    from tandem.collaboration.models import Notification
    from tandem.history.models import Event

    events = Event.objects.filter(space=space, subject_kind="work.workitem", verb="work_item.created").order_by("-id")[: count // 2]
    Notification.objects.bulk_create(
        Notification(
            space=space, user=reader, kind=kind, subject_kind="work.workitem", subject_id=event.subject_id, mark=f"{kind}:{event.pk}", event=event,
            why="assigned", happened_at=event.occurred_at,
        )
        for event in events for kind in ("assigned", "change")
    )  # fmt: skip


def _analyzed() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
