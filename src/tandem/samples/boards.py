"""Two boards with columns, limits, classes of service and something that blocks: what the others look like, once laid out."""

from datetime import timedelta
from typing import Any

from tandem.kit import clock
from tandem.people.models import Space
from tandem.samples.words import Language, Pair, say
from tandem.work.actions import (
    blocks,
    columns,
    link_kinds,
    links,
    states,
    type_workflows,
    wip_limits,
    work_items,
)
from tandem.work.models import Block, LinkKind, State, WorkItem

_POLICY: Pair = (
    "A card leaves when\n\n- somebody else has read it\n- its tests run\n- its help page is written",
    "满足以下条件后卡片方可离开：\n\n- 他人已评审\n- 测试通过\n- 帮助页面已写好",
)
_REASONS: tuple[tuple[str, Pair], ...] = (
    (Block.Kind.SUPPLIER, ("the carrier has not sent its tariff", "承运商尚未发来运价表")),
    (Block.Kind.DECISION, ("which ports come first is not decided", "先上哪些港口尚未决定")),
)
_CAUSES: tuple[Pair, Pair] = (("causes", "导致"), ("is caused by", "起因于"))
_INCIDENT: Pair = ("Incident", "故障")
BOARDS = 2


def lay_out(actor: Any, language: Language) -> None:
    """The busiest projects: a column for each state, a limit a little above what is begun, one expedite lane."""
    busy = Space.objects.filter(kind="project").order_by("id")
    spaces = sorted(busy, key=lambda s: -_doing(s).count())[:BOARDS]
    for space in spaces:
        _board(actor, space, language)
    if spaces:
        _incidents(actor, spaces[0], language)
        _causes(actor, spaces[0], language)


def _incidents(actor: Any, space: Space, language: Language) -> None:
    """A type with a workflow of its own: it is worked on from the first minute, and then it is done."""
    of_category = {s.category: s for s in reversed(State.objects.filter(space=space).active().in_order())}
    begun, done = of_category.get(State.Category.IN_PROGRESS), of_category.get(State.Category.DONE)
    if begun is None or done is None:
        return
    kind = states.add_type(actor=actor, space=space, name=say(_INCIDENT, language))
    type_workflows.choose(actor=actor, type=kind, version=None, uses=[begun, done], start=begun)


def _causes(actor: Any, space: Space, language: Language) -> None:
    """A kind of link of the organisation's own, and one link that has it: what was finished last caused what is begun."""
    top = Space.objects.get(parent=None)
    name, inverse = (say(pair, language) for pair in _CAUSES)
    link_kinds.create(actor=actor, space=top, name=name, inverse=inverse)
    kind = LinkKind.objects.get(space=space, name=name)
    cause = WorkItem.objects.finished().filter(space=space).order_by("-actual_finish", "-id").first()
    effect = _doing(space).order_by("id").first()
    if cause and effect:
        links.create(actor=actor, source=cause, target=effect, kind="own", own_kind=kind)


def _doing(space: Space) -> Any:
    return WorkItem.objects.open().filter(space=space, state__category=State.Category.IN_PROGRESS)


def _board(actor: Any, space: Space, language: Language) -> None:
    made = columns.lay_out(actor=actor, space=space)
    begun = [c for c in made if c.states.filter(category=State.Category.IN_PROGRESS).exists()]
    for place, column in enumerate(begun):
        count = _doing(space).filter(state__column=column).count()
        most = max(1, count + (1, -1, 0)[place % 3])
        wip_limits.create(actor=actor, space=space, most=most, column=column, stops=place == 0)
    if begun:
        columns.change(actor=actor, column=begun[-1], version=None, policy=say(_POLICY, language))
    wip_limits.create(actor=actor, space=space, most=1, lane="class:expedite", stops=True)
    wip_limits.create(actor=actor, space=space, most=_doing(space).count() + 1)
    items = list(_doing(space).order_by("actual_start")[:4])
    for item, (kind, reason) in zip(items, _REASONS, strict=False):
        row = blocks.start(actor=actor, item=item, kind=kind, reason=say(reason, language))
        since = max(item.actual_start or row.since, clock.now() - timedelta(days=9))
        Block.objects.filter(pk=row.pk).update(since=since)
    if len(items) > 2:
        work_items.change(actor=actor, item=items[2], version=None, service_class="expedite")
    waiting = WorkItem.objects.open().filter(space=space, state__category=State.Category.TO_DO).in_backlog_order()
    for item in waiting[2:4]:
        values = {"service_class": "fixed_date", "due_on": item.due_on or clock.today() + timedelta(days=6)}
        work_items.change(actor=actor, item=item, version=None, **values)
