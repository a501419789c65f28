"""The strategy map: one picture from objectives to projects, as wide as the work that flows; each band opens its records."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tandem.reports.queries import alignment_money as money_reads
from tandem.reports.queries import strategy_map as reads
from tandem.reports.queries import unaligned
from tandem.reports.queries.alignment import Alignment
from tandem.reports.queries.strategy_map import Key, Map
from tandem.web import sankey, standing
from tandem.web.sankey import Flow, Node
from tandem.web.strategy import alignment, alignment_money
from tandem.web.strategy.alignment import Asked
from tandem.web.templating import url as address

MOST_ENDS = 50
"""Projects of which hours, people and money are told."""
MOST = (9, 9, 14)
"""Nodes in a column; the rest stand together as one."""
_LAST = (reads.DIRECT, reads.UNSEEN, reads.REST, reads.NOTHING)
_PAGES = {
    reads.OBJECTIVE: "objectives_detail", reads.PRODUCT: "products_detail", reads.PROGRAMME: "programmes_detail",
    reads.PORTFOLIO: "portfolios_detail", reads.PROJECT: "projects_detail",
}  # fmt: skip
NAME = (46, 46, 26)
"""Signs of a name in each column."""


@login_required
@standing.page
def page(request: HttpRequest) -> HttpResponse:
    a, found, view = _read(request)
    whole = view.whole
    context = {
        "asked": a, "picture": view.picture() if whole.rows else None, "basis": alignment.basis(found, a), "table": view.table(),
        "ends": _ends(request, a, found, view), "lede": view.lede(found.amount), "back": a.url(), "computed_at": found.computed_at,
        "periods": [
            {"label": label, "href": a.url("strategy_map", period=name), "current": name == a.period} for name, label in alignment.PERIOD_WORDS.items()
        ],
    }  # fmt: skip
    return render(request, "strategy/strategy_map.html", context)


def _ends(request: HttpRequest, a: Asked, found: Alignment, view: "_View") -> list[list[Any]]:
    """The projects at the right edge, those with most work first."""
    ordered = sorted(((key, value) for key, value in view.sums[-1].items() if key[0] == reads.PROJECT), key=lambda pair: -pair[1])[:MOST_ENDS]
    names = {key[1]: (view.name(key, len(MOST) - 1), view.amount(value)) for key, value in ordered}
    return alignment_money.ends(money_reads.ends(request.user, list(names), since=a.since, to_come=a.to_come, at=found.version), names) if names else []


def _read(request: HttpRequest, *, in_parts: bool = False) -> tuple[Asked, Alignment, "_View"]:
    a = alignment.asked(request)
    found = alignment.read(request, a)
    asked: dict[str, Any] = {"since": a.since, "to_come": a.to_come, "within": a.within, "product": a.product.pk if a.product else None}
    whole = reads.read(request.user, found.measure, **asked) if in_parts else reads.drawn(request.user, found.measure, MOST, **asked, at=found.version)
    return a, found, _View(a, whole, found.measure)


@login_required
def band_records(request: HttpRequest) -> HttpResponse:
    """The records behind one band: exactly the work that it is as wide as."""
    a, found, view = _read(request, in_parts=True)
    flow = next((one for one in view.flows if view.key_of(one) == request.GET.get("band", "")), None)
    rows = [] if flow is None else unaligned.records(
        request.user, found.measure, objectives=None, since=a.since, to_come=a.to_come, within=a.within,
        product=a.product.pk if a.product else None, parts=view.parts_of(flow),
    )  # fmt: skip
    # a band that is not drawn any more has nothing behind it
    title = str(_("Strategy map")) if flow is None else f"{view.name(flow.source, flow.column)} → {view.name(flow.target, flow.column + 1)}"  # type: ignore[arg-type]
    shown = alignment.record_rows(found, a, rows) | {"title": title, "objective": None, "back": a.url("strategy_map"), "back_name": _("Strategy map")}
    return render(request, "strategy/alignment_records.html", shown)


class _View:
    def __init__(self, a: Asked, whole: Map, measure: str) -> None:
        self.asked, self.whole, self.measure = a, whole, measure
        self.sums = whole.sums
        self.kept = [reads.largest(s, most) for s, most in zip(whole.sums, MOST, strict=True)]
        self.grouped = [len(s.keys() - kept) for s, kept in zip(whole.sums, self.kept, strict=True)]
        self.flows = self._flows()

    def _shown(self, keys: Iterable[Key]) -> list[Key]:
        return [key if key in kept else reads.REST for key, kept in zip(keys, self.kept, strict=True)]

    def key_of(self, one: Flow) -> str:
        """How the address of its records names a band."""
        return ".".join([str(one.column), *(f"{kind}-{pk}" for kind, pk in (one.source, one.target))])  # type: ignore[misc]

    def parts_of(self, one: Flow) -> list[reads.Part]:
        pairs = ((self._shown(keys), part) for (*keys, _value), part in zip(self.whole.rows, self.whole.parts, strict=True))
        return [part for shown, part in pairs if (shown[one.column], shown[one.column + 1]) == (one.source, one.target)]

    def _flows(self) -> list[Flow]:
        found: dict[tuple[int, Key, Key], float] = defaultdict(float)
        for *keys, value in self.whole.rows:
            shown = self._shown(keys)
            for column in range(len(shown) - 1):
                found[column, shown[column], shown[column + 1]] += value
        return [Flow(column, source, target, value) for (column, source, target), value in found.items()]

    def picture(self) -> dict[str, Any]:
        drawn = sankey.lay_out(self.flows, _LAST)
        return {
            "width": drawn.width, "height": drawn.height, "nodes": [self._node(n) for n in drawn.nodes],
            "bands": [
                {"path": b.path, "is_loose": b.flow.source == reads.NOTHING, "href": self._records(b.flow), "title": self._title(b.flow)}
                for b in sorted(drawn.bands, key=lambda b: -b.flow.value)
            ],
        }  # fmt: skip

    def _node(self, n: Node) -> dict[str, Any]:
        name, said = self.name(n.key, n.column), self.amount(n.value)  # type: ignore[arg-type]
        most = NAME[n.column]
        short = name if len(name) <= most else f"{name[: most - 1]}…"
        return {
            "x": n.x, "y": n.y, "height": n.height, "width": sankey.NODE, "text_x": n.x + sankey.NODE + 5, "text_y": round(n.y + n.height / 2 + 3.5, 1),
            "text": f"{short} · {said}" if n.column == len(MOST) - 1 else short, "title": f"{name}: {said}", "href": self.url(n.key),  # type: ignore[arg-type]
        }  # fmt: skip

    def amount(self, value: float) -> str:
        return alignment.amount(value, self.measure)

    def name(self, key: Key, column: int) -> str:
        if key == reads.REST:
            count = self.grouped[column]
            return ngettext("%(n)s other", "%(n)s others", count) % {"n": count}
        if key in (reads.NOTHING, reads.DIRECT, reads.UNSEEN):
            words = {reads.NOTHING: _("Serves nothing"), reads.DIRECT: _("No product or programme"), reads.UNSEEN: _("an item that you cannot see")}
            return words[key]
        return self.whole.names[key]

    def url(self, key: Key) -> str:
        if key == reads.NOTHING:
            return self.asked.url("alignment_records", objective="none")
        return address(_PAGES[key[0]], id=key[1]) if key[0] in _PAGES else self.asked.url(all=1)

    def _title(self, one: Flow) -> str:
        source, target = self.name(one.source, one.column), self.name(one.target, one.column + 1)  # type: ignore[arg-type]
        return f"{source} → {target}: {self.amount(one.value)}"

    def _records(self, one: Flow) -> str:
        return self.asked.url("strategy_map_records", band=self.key_of(one))

    def table(self) -> list[list[Any]]:
        """The same for reading and for keys: every band, the widest first."""
        return [
            [self.name(f.source, f.column), self.name(f.target, f.column + 1), {"text": self.amount(f.value), "href": self._records(f)}]  # type: ignore[arg-type]
            for f in sorted(self.flows, key=lambda f: (f.column, -f.value))
        ]

    def lede(self, amount: float) -> str:
        if not self.sums[0] or not amount:
            return _("No work of this period is known yet.")
        key, most = max(self.sums[0].items(), key=lambda pair: pair[1])
        said = {"name": self.name(key, 0), "share": f"{round(100 * most / amount)} %"}
        if key == reads.NOTHING:
            return _("The largest part of the work serves nothing: %(share)s.") % said
        return _("The largest part of the work serves “%(name)s”: %(share)s.") % said


urls = [
    path("strategy-map/", page, name="strategy_map"),
    path("strategy-map/records/", band_records, name="strategy_map_records"),
]
