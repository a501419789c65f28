"""The filter of every list of work: `state:open assignee:me due:<2w "free text"`, in English or Chinese words."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Q

from tandem.kit import clock
from tandem.kit.errors import Refused
from tandem.kit.text import grams
from tandem.work.models import Assignment, State

_TERM = re.compile(r'\s*(-?)(?:([\w\u4e00-\u9fff]+)[::]("[^"]*"|\S+)|"([^"]*)"|(\S+))')

FIELDS = {
    "state": "state", "状态": "state", "assignee": "assignee", "负责人": "assignee", "type": "type", "类型": "type",
    "label": "label", "标签": "label", "priority": "priority", "优先级": "priority", "due": "due", "到期": "due",
    "project": "project", "项目": "project", "parent": "parent", "父项": "parent", "updated": "updated", "更新": "updated",
    "sprint": "sprint", "迭代": "sprint",
}  # fmt: skip
CATEGORIES = {
    "to_do": [State.Category.TO_DO], "in_progress": [State.Category.IN_PROGRESS], "done": [State.Category.DONE],
    "open": [State.Category.TO_DO, State.Category.IN_PROGRESS], "待办": [State.Category.TO_DO],
    "进行中": [State.Category.IN_PROGRESS], "已完成": [State.Category.DONE],
    "未完成": [State.Category.TO_DO, State.Category.IN_PROGRESS],
}  # fmt: skip
ME, NONE = {"me", "我"}, {"none", "无"}
PRIORITIES = {"urgent": 1, "high": 2, "medium": 3, "low": 4, "紧急": 1, "高": 2, "中": 3, "低": 4}
_SPAN = re.compile(r"^(<=|>=|<|>)?(\d{1,3})([dwm天周月])$")


@dataclass(frozen=True)
class Term:
    field: str
    values: tuple[str, ...]
    is_not: bool
    at: int


def terms(text: str) -> list[Term]:
    """The parts of a filter; free text has the field ''. Raises `Refused` with the place of an unknown word."""
    found = []
    position = 0
    while position < len(text) and text[position:].strip():
        match = _TERM.match(text, position)
        if match is None:
            raise Refused("filter_unreadable", at=position + 1)
        minus, name, value, quoted, word = match.groups()
        if name and name.lower() not in FIELDS:
            raise Refused("filter_field_unknown", field_name=name, at=match.start(2) + 1)
        field = FIELDS[name.lower()] if name else ""
        given = value.strip('"') if name else quoted if quoted is not None else word
        values = tuple(v for v in given.split(",") if v) if field else (given,)
        if values and values != ("",):
            found.append(Term(field, values, bool(minus), match.start() + 1))
        position = match.end()
    return found


def condition(text: str, user: Any) -> Q:
    """The filter as a condition on work items."""
    whole = Q()
    for term in terms(text):
        either = Q()
        for value in term.values:
            either |= _one(term, value, user)
        whole &= ~either if term.is_not else either
    return whole


def _one(term: Term, value: str, user: Any) -> Q:
    low = value.lower()
    if term.field == "":
        found = grams(value)
        return Q(grams__contains=found) if found else Q()
    if term.field == "state":
        return Q(state__category__in=CATEGORIES[low]) if low in CATEGORIES else Q(state__name__iexact=value)
    if term.field == "assignee":
        return _assigned(low, value, user)
    if term.field in ("type", "sprint"):
        return Q(**{"type__name__iexact" if term.field == "type" else "sprints__name__iexact": value})
    if term.field == "label":
        return Q(labels=[]) if low in NONE else Q(labels__contains=[value])
    if term.field == "priority":
        return Q(priority=None) if low in NONE else Q(priority=PRIORITIES.get(low, 0))
    if term.field == "project":
        return Q(space__key__iexact=value) | Q(space__name__iexact=value)
    if term.field == "parent":
        return Q(parent=None) if low in NONE else Q(parent__key__iexact=value)
    return _dated(term, value)


def _assigned(low: str, value: str, user: Any) -> Q:
    if low in NONE:
        return Q(assignments=None)
    rows = Assignment.objects  # house: reads — narrows items that visible_to has chosen
    people = (
        rows.filter(user=user)
        if low in ME
        else rows.filter(Q(user__name__icontains=value) | Q(user__pinyin__contains=low))
    )
    return Q(pk__in=people.values("item_id"))


def _dated(term: Term, value: str) -> Q:
    """`<2w`, `>=2027-01-31`, `2027-01..2027-03`, `none`."""
    column = "due_on" if term.field == "due" else "updated_at__date"
    if value.lower() in NONE:
        return Q(**{f"{column.removesuffix('__date')}": None})
    today = clock.today()
    span = _SPAN.match(value.lower())
    if span:
        days = int(span[2]) * {"d": 1, "天": 1, "w": 7, "周": 7, "m": 30, "月": 30}[span[3]]
        if term.field == "due":
            edge = today + timedelta(days=days)
            return Q(**{f"{column}__gt" if (span[1] or "<").startswith(">") else f"{column}__lte": edge})
        edge = today - timedelta(days=days)
        return Q(**{f"{column}__lt" if (span[1] or "<").startswith(">") else f"{column}__gte": edge})
    if ".." in value:
        first, last = value.split("..", 1)
        return Q(**{f"{column}__gte": _day(first, term), f"{column}__lte": _day(last, term, is_end=True)})
    match = re.match(r"^(<=|>=|<|>)?(.+)$", value)
    assert match is not None
    suffix = {"<": "__lt", "<=": "__lte", ">": "__gt", ">=": "__gte"}.get(match[1] or "", "")
    return Q(**{f"{column}{suffix}": _day(match[2], term)})


def _day(text: str, term: Term, is_end: bool = False) -> date:
    try:
        if re.fullmatch(r"\d{4}-\d{2}", text):
            year, month = int(text[:4]), int(text[5:])
            if not is_end:
                return date(year, month, 1)
            return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
        return date.fromisoformat(text)
    except ValueError:
        raise Refused("filter_date_unreadable", text=text, at=term.at) from None
