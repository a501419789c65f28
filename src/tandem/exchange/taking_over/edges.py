"""Links between items. A link that would close a circle of dependencies stays out and is named with its path."""

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from tandem.exchange.models import OutsideLink
from tandem.exchange.records import LinkRecord
from tandem.exchange.taking_over.context import Taking
from tandem.exchange.taking_over.ledger import Entry, digest
from tandem.work.actions import imports, link_kinds, links
from tandem.work.models import Link, LinkKind, WorkItem

_KINDS = {"depends": "blocks", "causes": "relates"}
_BATCH = 1000
_RELATES = re.compile(r"relat|link|关联|相关|链接|verknüpf|bezieh", re.IGNORECASE)
# how Jira reads its usual kinds; its CSV names the kind alone
_READ = {
    "cloners": ("clones", "is cloned by"), "causes": ("causes", "is caused by"), "problem/incident": ("causes", "is caused by"),
    "issue split": ("split to", "split from"), "work item split": ("split to", "split from"), "post-incident reviews": ("reviews", "is reviewed by"),
}  # fmt: skip


def take_links(taking: Taking, records: list[LinkRecord]) -> None:
    inside = [r for r in records if not r.outside_end]
    rows = _rows(taking, inside, _own_kinds(taking, inside))
    closing = _closing(taking, [(sid, link) for sid, link, _ in rows])
    _name_circles(taking, closing)
    rows = [(sid, link, record) for sid, link, record in rows if sid not in closing]
    for start in range(0, len(rows), _BATCH):
        _take_batch(taking, rows[start : start + _BATCH])
    _take_outside(taking, [r for r in records if r.outside_end])


def _own_kinds(taking: Taking, records: list[LinkRecord]) -> dict[str, tuple[LinkKind, bool]]:
    """What the source has named itself becomes a kind of this space: name in small letters → the kind, and whether it reads the
    other way round here. A link that was taken over as a plain relation before stays one."""
    said: dict[str, tuple[str, str, str]] = {}
    for record in records:
        if record.kind in ("relates", "causes") and record.name and not _RELATES.search(record.name):
            name, outward, inward = said.get(record.name.casefold(), (record.name, "", ""))
            said[record.name.casefold()] = name, outward or record.outward, inward or record.inward
    if not said:
        return {}
    names = {}
    for low, (name, outward, inward) in said.items():
        usual = _READ.get(low, (name, name))
        names[low] = outward or usual[0], inward or (usual[1] if not outward or low in _READ else outward)
    kinds = link_kinds.brought(actor=taking.actor, space=taking.space, names=names.values())
    found = {}
    for low, (outward, _inward) in names.items():
        if kind := kinds.get(outward.casefold()):
            found[low] = kind, kind.is_directed and kind.name.casefold() != outward.casefold() == kind.inverse.casefold()
    return found


def _rows(taking: Taking, records: list[LinkRecord], own: dict[str, tuple[LinkKind, bool]]) -> list[tuple[str, Link, LinkRecord]]:
    """Links as they would stand here, each once; a link of an item to itself or to nothing is left out."""
    rows: dict[tuple[Any, ...], tuple[str, Link, LinkRecord]] = {}
    for record in records:
        source, target = taking.items.get(record.source), taking.items.get(record.target)
        name = record.name or record.kind
        if source is None or target is None:
            taking.tally.add(name, "dangling", f"{record.source} → {record.target}")
            continue
        if source == target:
            taking.tally.add(name, "own_link", record.source)
            continue
        kind = _KINDS.get(record.kind, record.kind)
        if record.kind == "depends":
            source, target = target, source
        shown = "" if name == kind else name[:100]
        own_kind, is_turned = own.get(name.casefold(), (None, False)) if record.kind in ("relates", "causes") else (None, False)
        if is_turned:
            source, target = target, source
        link = Link(
            space=taking.space, source_id=source, target_id=target, kind=Link.Kind.OWN if own_kind else kind, own_kind=own_kind, source_name=shown,
            lag_minutes=round(record.lag_minutes), lag_percent=record.lag_percent, is_lag_elapsed=record.lag_is_elapsed,
        )  # fmt: skip
        key = (source, target, link.kind, shown)
        if key in rows:
            taking.tally.add(name, "duplicate", f"{record.source} → {record.target}")
        else:
            rows[key] = (f"{record.source}>{record.target}:{record.kind}:{record.name}", link, record)
    return list(rows.values())


def _take_batch(taking: Taking, rows: list[tuple[str, Link, LinkRecord]]) -> None:
    refs = taking.ledger.known("link", [sid for sid, _, _ in rows])
    present = Link.objects.in_bulk([ref.subject_id for ref in refs.values()])
    drawn = {} if taking.is_new_space else _drawn(link for _, link, _ in rows)
    fresh, found, kept, changed, rewritten = [], [], [], [], []
    for sid, link, record in rows:
        ref, mark = refs.get(sid), digest(record.lag_minutes, record.lag_percent, record.lag_is_elapsed)
        if ref is None:
            same = drawn.get(_key(link))
            (fresh if same is None else found).append(Entry(sid, same or link, mark))
        elif ref.digest == mark or ref.subject_id not in present:
            kept.append(ref)
        else:
            lag = {f: getattr(link, f) for f in ("lag_minutes", "lag_percent", "is_lag_elapsed")}
            rewritten.append((present[ref.subject_id], lag))
            changed.append((ref, mark, {}))
    links.create_many(actor=taking.actor, space=taking.space, links=[entry.subject for entry in fresh])
    imports.rewrite_links(actor=taking.actor, space=taking.space, rows=rewritten)
    taking.ledger.add("link", fresh)
    taking.ledger.add("link", found, counted=False)
    taking.ledger.keep("link", kept)
    taking.ledger.update("link", changed)


def _key(link: Link) -> tuple[int, int, str, str]:
    return link.source_id, link.target_id, link.kind, link.source_name


def _drawn(candidates: Iterable[Link]) -> dict[tuple[int, int, str, str], Link]:
    """Links that people have drawn here already."""
    return {_key(link): link for link in Link.objects.filter(source_id__in=[link.source_id for link in candidates])}


def _take_outside(taking: Taking, records: list[LinkRecord]) -> None:
    """Kept by the key of the other end. An item of an earlier file with that key makes it a real link."""
    entries: dict[str, tuple[LinkRecord, int, str, bool]] = {}
    for record in records:
        is_outward = record.outside_end == "target"
        item = taking.items.get(record.source if is_outward else record.target)
        other = record.target if is_outward else record.source
        if item is not None:
            entries[f"{record.source}>{record.target}:{record.kind}:{record.name}"] = (record, item, other, is_outward)
    refs = taking.ledger.known("outside_link", entries)
    fresh = [
        (sid, OutsideLink(
            space=taking.space, item_id=item, other_key=other[:200], is_outward=is_outward, kind=record.kind,
            source_name=record.name[:100],
        ))
        for sid, (record, item, other, is_outward) in entries.items() if sid not in refs
    ]  # fmt: skip
    OutsideLink.objects.bulk_create([link for _, link in fresh], batch_size=1000)
    taking.ledger.add("outside_link", [Entry(sid, link) for sid, link in fresh])
    taking.ledger.keep("outside_link", list(refs.values()))


def _closing(taking: Taking, rows: list[tuple[str, Link]]) -> dict[str, list[int]]:
    """Links that close a circle with those before them and with those that are here already: id → path of items."""
    graph: dict[int, set[int]] = defaultdict(set)
    if not taking.is_new_space:
        _load_reachable(graph, {link.target_id for _, link in rows if link.kind in Link.ORDERING})
    ordering = [(sid, link.source_id, link.target_id) for sid, link in rows if link.kind in Link.ORDERING]
    whole: dict[int, set[int]] = {at: set(to) for at, to in graph.items()}
    for _, source, target in ordering:
        whole.setdefault(source, set()).add(target)
    circles = _in_circles(whole)
    closing: dict[str, list[int]] = {}
    for sid, source, target in ordering:
        path = _path(graph, target, source, circles) if source in circles and target in circles else None
        if path:
            closing[sid] = [source, *path]
        else:
            graph[source].add(target)
    return closing


def _load_reachable(graph: dict[int, set[int]], wave: set[int]) -> None:
    seen: set[int] = set()
    while wave:
        seen |= wave
        steps = Link.objects.dependencies().filter(source_id__in=list(wave)).values_list("source_id", "target_id")
        wave = set()
        for before, after in steps:
            graph[before].add(after)
            wave |= {after} - seen


def _in_circles(graph: dict[int, set[int]]) -> set[int]:
    """Items that can lie on a circle: peel off, again and again, whatever nothing leads to or nothing follows."""
    left: dict[int, set[int]] = defaultdict(set)
    for at, to in graph.items():
        for other in to:
            left[other].add(at)
    found = set(graph) | set(left)
    for ahead, behind in ((graph, left), (left, graph)):
        loose = {at: len(behind.get(at, set()) & found) for at in found}
        stack = [at for at, count in loose.items() if not count]
        while stack:
            at = stack.pop()
            found.discard(at)
            for other in ahead.get(at, ()):
                if other in found and other in loose:
                    loose[other] -= 1
                    if not loose[other]:
                        stack.append(other)
    return found


def _path(graph: dict[int, set[int]], start: int, end: int, within: set[int]) -> list[int] | None:
    came: dict[int, int | None] = {start: None}
    wave = [start]
    while wave and end not in came:
        following = []
        for at in wave:
            for after in graph.get(at, ()):
                if after in within and after not in came:
                    came[after] = at
                    following.append(after)
        wave = following
    if end not in came:
        return None
    path: list[int] = []
    here: int | None = end
    while here is not None:
        path.append(here)
        here = came[here]
    return path[::-1]


def _name_circles(taking: Taking, closing: dict[str, list[int]]) -> None:
    ids = {item for path in closing.values() for item in path}
    keys = dict(WorkItem.objects.visible_to(taking.actor).filter(pk__in=ids).values_list("id", "key"))
    for path in closing.values():
        taking.tally.add(" → ".join(keys.get(item, "…") for item in path), "link_cycle")
