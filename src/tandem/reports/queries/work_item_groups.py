"""Groups of which an item may belong to several: by assignee, label, sprint and release. An item stands in each of its groups."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db.models import CharField, Count, F, Func, OuterRef, Q, Sum, TextField, Value
from django.db.models.functions import Cast, Coalesce, Concat, NullIf
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tandem.kit.text import whole_number
from tandem.product.models import Scope
from tandem.reports.queries import work_items as reads
from tandem.work.models import State

GROUPS = {"assignee": gettext_lazy("Assignee"), "label": gettext_lazy("Label"), "sprint": gettext_lazy("Sprint"), "release": gettext_lazy("Release")}
SIZE, FARTHEST = 50, 20_000
_NOBODY = {"assignee": gettext_lazy("Nobody"), "label": gettext_lazy("No label"), "sprint": gettext_lazy("In no sprint"), "release": gettext_lazy("In no release")}


class _Each(Func):
    """One row for each part of an array."""

    function = "unnest"
    output_field = CharField()


_STRINGS: Any = ArrayField(CharField())
_TEXTS: Any = ArrayField(TextField())  # what is put together is text to the database
_BY: dict[str, tuple[Any, Any]] = {
    # name and what tells two of the same name apart
    "assignee": (F("assignments__user__name"), F("assignments__user_id")),
    "sprint": (F("sprints__name"), F("sprints__pk")),
    # who has no label stands in a group as well
    "label": (_Each(Coalesce(NullIf("labels", Value([], _STRINGS)), Value([None], _STRINGS))), Value("", TextField())),
}


# between a release and what tells two of the same name apart: no name holds it
_MARK = "\x1f"


def _by(group: str, user: Any) -> tuple[Any, Any]:
    """An item is in a release itself or through its features, and once however many they are; a release that the reader cannot see
    is none."""
    if group != "release":
        return _BY[group]
    ties = Scope.objects.visible_to(user).filter(Q(release__isnull=False) | Q(feature__release__isnull=False), item=OuterRef("pk"))
    name, number = Coalesce("release__name", "feature__release__name"), Cast(Coalesce("release_id", "feature__release_id"), CharField())
    marks = ArraySubquery(ties.annotate(mark=Concat(name, Value(_MARK), number)).order_by().values("mark").distinct())
    return _Each(Coalesce(NullIf(marks, Value([], _TEXTS)), Value([None], _TEXTS))), Value("", TextField())


@dataclass(frozen=True)
class Placed:
    """An item in one of its groups; `beside` are the names of its others."""

    item: Any
    group: str
    key: Any
    beside: tuple[str, ...]


@dataclass(frozen=True)
class Page:
    rows: list[Placed]
    next: str
    previous: str


@dataclass(frozen=True)
class Line:
    name: str
    items: int
    done: int
    points: float
    sized: int
    "How many of the items have points at all: a sum rests on these."
    logged: int
    "Minutes."


def page(rows: Any, group: str, cursor: str, *, with_fields: bool = False, user: Any = None) -> Page:
    """Rows group by group, fifty a page; the cursor says how many lie before. Whoever has no group stands last."""
    begin = min(whole_number(cursor, 6) or 0, FARTHEST)
    name, key = _by(group, user)
    pairs = list(rows.annotate(group_name=name, group_key=key).order_by(F("group_name").asc(nulls_last=True), "group_key", "pk")
                 .values_list("group_name", "group_key", "pk")[begin : begin + SIZE + 1])  # fmt: skip
    shown = pairs[:SIZE]
    lines = {line.pk: line for line in reads.shown([pk for _name, _key, pk in shown], with_fields=with_fields)}
    names = _names(rows, group, lines, user)
    placed = [
        Placed(lines[pk], named(group, name), key or name, tuple(sorted(named(group, other) for other_key, other in names.get(pk, {}).items() if other_key != (key or name))))
        for name, key, pk in shown
        if pk in lines
    ]
    further = str(begin + SIZE) if len(pairs) > SIZE and begin + SIZE <= FARTHEST else ""
    return Page(placed, further, str(max(begin - SIZE, 0)) if begin else "")


def named(group: str, name: Any) -> str:
    return str(name).partition(_MARK)[0] if name else str(_NOBODY[group])


def _names(rows: Any, group: str, lines: dict[int, Any], user: Any) -> dict[int, dict[Any, str]]:
    """Item → all its groups, by what tells them apart."""
    if group == "label":
        return {pk: {label: label for label in line.labels} for pk, line in lines.items()}
    name, key = _by(group, user)
    found: dict[int, dict[Any, str]] = {}
    for pk, one, other in rows.filter(pk__in=lines).order_by().annotate(group_name=name, group_key=key).values_list("pk", "group_key", "group_name"):
        if one is not None and other is not None:
            found.setdefault(pk, {})[one or other] = other
    return found


def sums(rows: Any, group: str, user: Any = None) -> list[Line]:
    """Per group; an item is counted in each of its groups."""
    name, key = _by(group, user)
    figures = {
        "items": Count("pk"), "done": Count("pk", filter=Q(state__category=State.Category.DONE)),
        "points": Sum("estimate_points", default=0.0), "sized": Count("estimate_points"),
        "logged": Sum("logged_minutes", default=0),
    }  # fmt: skip
    found: Iterable[Any] = rows.order_by().annotate(group_name=name, group_key=key).values("group_name", "group_key").annotate(**figures)
    lines = [Line(named(group, row["group_name"]), row["items"], row["done"], row["points"], row["sized"], row["logged"]) for row in found]
    return sorted(lines, key=lambda line: (-line.items, line.name))


def note() -> str:
    return _("An item of several groups is counted in each of them; the first figure counts it once.")
