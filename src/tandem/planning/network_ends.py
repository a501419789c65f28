"""What risks hit as a whole: the end of a project, of a feature, of a container of items. Threats put such an end off; chances let its
work begin sooner by what is gained."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from tandem.compute.forecasting.risk_network import RiskEvent, UncertainActivity
from tandem.compute.forecasting.three_point import fixed
from tandem.compute.scheduling.network import Link, LinkType
from tandem.planning.range_work import RangeWork

_WHOLE = "space:"


def ended(work: RangeWork, risks: Iterable[RiskEvent]) -> frozenset[int]:
    """The containers whose own end a risk may put off, with those around them."""
    found: set[int] = set()
    for name in _hit(risks):
        if name.startswith("item:") and (at := int(name.removeprefix("item:"))) in work.below:
            found.update((at, *_around(work, at)))
    return frozenset(found)


def ends(work: RangeWork, node_of: dict[int, str], risks: Iterable[RiskEvent]) -> dict[str, list[str]]:
    """As risks name it, the activities that each of these ends waits for."""
    hit, known = _hit(risks), frozenset(node_of.values())
    found: dict[str, set[str]] = defaultdict(set)
    for task in work.tasks.values():
        if (name := f"{_WHOLE}{task.space_id}") in hit:
            found[name].add(node_of[task.id])
    inner = {f"feature:{pk}": items for pk, items in work.features.items()} | {f"item:{pk}": items for pk, items in work.below.items()}
    for name, items in inner.items():
        inside = {node_of[item] for item in items if item in node_of}
        if name in hit and name not in known and inside:
            found[name] |= inside
    return {name: sorted(nodes) for name, nodes in sorted(found.items())}


def node(name: str) -> str:
    """The activity without length that stands for such an end; of a container the one to which links lead as well."""
    return name.replace("item:", "after:")


def tie(work: RangeWork, found: dict[str, list[str]], activities: Iterable[UncertainActivity], links: list[Link]) -> None:
    """Each end waits for its work, and for the ends of what lies inside it."""
    links += [Link(one, node(name), LinkType.FS) for name, nodes in found.items() for one in nodes]
    there = {end for link in links for end in (link.predecessor, link.successor)} | {one.id for one in activities}
    for name, nodes in found.items():
        if name.startswith(_WHOLE):
            continue
        links += [Link(node(name), whole, LinkType.FS) for whole, own in found.items() if whole.startswith(_WHOLE) and not set(own).isdisjoint(nodes)]
        if name.startswith("item:"):
            links += [Link(node(name), f"after:{pk}", LinkType.FS) for pk in _around(work, int(name.removeprefix("item:"))) if f"after:{pk}" in there]


class Sooner:
    """What chances for such an end let begin sooner. That would be before today: so the network begins `offset` days before. Work that has
    a day keeps it."""

    def __init__(self, found: dict[str, list[str]], risks: Iterable[RiskEvent], activities: list[UncertainActivity], links: list[Link]) -> None:
        self.entries: dict[str, list[str]] = {}
        gains: dict[str, float] = defaultdict(float)
        for risk in risks:
            for impact in risk.impacts:
                if impact.activity in found and impact.time is not None and impact.time.low < 0:
                    gains[impact.activity] -= impact.time.low
        self.offset = sum(gains.values())
        dated = {one.id for one in activities if one.earliest}
        freed = {one for name in gains for one in found[name]} - dated
        activities[:] = [one if one.id in freed else replace(one, earliest=one.earliest + self.offset) for one in activities]
        self._gained: dict[str, float] = defaultdict(float)
        for name in sorted(gains, key=lambda one: (not one.startswith(_WHOLE), one)):
            self._free(name, gains[name], [one for one in found[name] if one not in dated], activities, links)

    def _free(self, name: str, gain: float, inside: Sequence[str], activities: list[UncertainActivity], links: list[Link]) -> None:
        """At each way into the work stands an activity as long as what may be gained, begun that much sooner."""
        own, ways = frozenset(inside), self.entries.setdefault(name, [])

        def way(before: float = 0.0) -> str:
            ways.append(f"sooner_{name}@{len(ways)}")
            activities.append(UncertainActivity(ways[-1], fixed(gain), earliest=self.offset - gain - before))
            return ways[-1]

        crossing = [] if name.startswith(_WHOLE) else [link for link in links if link.successor in own and link.predecessor not in own and not link.lag_is_percent]
        for link in crossing:
            links.remove(link)
            entry = way(self._gained[link.successor])
            into = LinkType.SS if link.type in (LinkType.SS, LinkType.SF) else LinkType.FS
            links.append(Link(link.predecessor, entry, into, link.lag - gain))
            links.append(Link(entry, link.successor, LinkType.FF if link.type in (LinkType.FF, LinkType.SF) else LinkType.FS))
        led = {link.successor for link in links}
        free = [one for one in inside if name.startswith(_WHOLE) or one not in led]
        if free:
            first = way()
            links += [Link(first, one, LinkType.FS) for one in free]
        for one in inside:
            self._gained[one] += gain


def placed(risks: Iterable[RiskEvent], names: dict[str, str], sooner: Sooner) -> tuple[tuple[RiskEvent, ...], int]:
    """Impacts on the activities that hold what they name; what is done or elsewhere is hit no more. Threats first: a length never falls
    below nothing, and what a chance takes away does not hang on the order in which they were named."""
    found, lost = [], 0
    for risk in risks:
        kept = []
        for impact in risk.impacts:
            is_gain = impact.time is not None and impact.time.low < 0
            at = sooner.entries[impact.activity] if is_gain and impact.activity in sooner.entries else [names[impact.activity]] if impact.activity in names else []
            kept += [replace(impact, activity=one) for one in at]
            lost += not at
        found.append(replace(risk, impacts=tuple(kept)))
    return tuple(sorted(found, key=lambda risk: any(one.time is not None and one.time.low < 0 for one in risk.impacts))), lost


def _hit(risks: Iterable[RiskEvent]) -> frozenset[str]:
    return frozenset(impact.activity for risk in risks for impact in risk.impacts)


def _around(work: RangeWork, container: int) -> list[int]:
    found: list[int] = []
    at = work.parents.get(container)
    while at is not None and at not in found:
        found.append(at)
        at = work.parents.get(at)
    return found
