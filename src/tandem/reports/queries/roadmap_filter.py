"""Which rows of the roadmap an edition tells of: `product:Shipper state:planned,building -horizon:later "night"`, in
English or Chinese words, by the grammar of the filter language."""

from collections.abc import Callable, Iterable

from tandem.product.models import Feature, Release
from tandem.product.models.window import HORIZONS
from tandem.reports.queries.filter_terms import Part, Term, refused, terms
from tandem.reports.queries.roadmap_rows import Row

FIELDS: dict[str, tuple[str, ...]] = {
    "state": ("状态",), "horizon": ("时间段",), "kind": ("类别",), "product": ("产品",), "release": ("发布",), "team": ("团队",), "owner": ("负责人",),
}  # fmt: skip
_NAMES = {name: field for field, others in FIELDS.items() for name in (field, *others)}
_KINDS = {"feature": "feature", "release": "release", "特性": "feature", "发布": "release"}
_STATES = {value: value for value in (*Feature.State.values, *Release.State.values)} | {
    "想法": "idea", "已计划": "planned", "进行中": "building", "已交付": "shipped", "已发布": "released",
}  # fmt: skip
_HORIZONS = {value: value for value, _label in HORIZONS} | {"当前": "now", "下一步": "next", "以后": "later"}
_CODED: dict[str, tuple[dict[str, str], Callable[[Row], str]]] = {
    "state": (_STATES, lambda row: row.state), "horizon": (_HORIZONS, lambda row: row.horizon), "kind": (_KINDS, lambda row: row.kind),
}  # fmt: skip
_NAMED: dict[str, Callable[[Row], str]] = {
    "product": lambda row: row.product, "release": lambda row: row.release, "team": lambda row: row.team, "owner": lambda row: row.owner,
}  # fmt: skip


def checked(text: str) -> str:
    """The filter as it is kept; raises `Refused` with the place of what cannot be read."""
    for term in terms(text):
        _condition(term)
    return text


def matching(rows: Iterable[Row], text: str) -> list[Row]:
    """Rows that fulfil every term; raises `Refused` as `checked` does."""
    conditions = [_condition(term) for term in terms(text)]
    return [row for row in rows if all(holds(row) for holds in conditions)]


def _condition(term: Term) -> Callable[[Row], bool]:
    # the grammar gives back the names of the fields of work items that a word stands for; ours are looked up as written
    written = term.text.lstrip("-").replace("：", ":").partition(":")[0].casefold() if term.field else ""
    field = _NAMES.get(written, "") if term.field else ""
    if term.field and not field:
        raise refused("filter_value_unknown", term.at, len(written), text=written, allowed=", ".join(FIELDS))
    tests = [_test(field, part) for part in term.parts]
    return lambda row: any(test(row) for test in tests) is not term.is_not


def _test(field: str, part: Part) -> Callable[[Row], bool]:
    value = part.value.casefold()
    if field in _CODED:
        known, of = _CODED[field]
        if value not in known:
            raise refused("filter_value_unknown", part.at, part.length, text=part.value, allowed=", ".join(sorted(set(known.values()))))
        return lambda row: of(row) == known[value]
    if field:
        name = _NAMED[field]
        return lambda row: name(row).casefold() == value
    return lambda row: value in row.title.casefold()
