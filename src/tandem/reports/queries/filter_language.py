"""The filter of every list of work: `state:open assignee:me due:<2w "free text"`, in English or Chinese words."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Q

from tandem.kit import clock
from tandem.kit.errors import Refused
from tandem.kit.text import search_grams
from tandem.work.models import Assignment, Block, Link, State

_VALUE = r'(?:"[^"]*"|[^\s"])+'
_TERM = re.compile(rf'\s*(-?)(?:([\w\u4e00-\u9fff]+)[::]({_VALUE})?|"([^"]*)"|(\S+))')
_PART = re.compile(r'((?:"[^"]*"|[^,,"])+)')

FIELDS = {
    "state": "state", "状态": "state", "assignee": "assignee", "负责人": "assignee", "经办人": "assignee", "type": "type", "类型": "type",
    "label": "label", "标签": "label", "priority": "priority", "优先级": "priority", "due": "due", "到期": "due",
    "project": "project", "项目": "project", "parent": "parent", "父项": "parent", "updated": "updated", "更新": "updated",
    "sprint": "sprint", "迭代": "sprint", "points": "points", "点数": "points", "created": "created", "创建": "created",
    "finished": "finished", "完成": "finished", "reporter": "reporter", "报告人": "reporter", "blocked": "blocked", "受阻": "blocked",
    "key": "key", "编号": "key", "class": "class", "服务类别": "class",
}  # fmt: skip
CATEGORIES = {
    "to_do": [State.Category.TO_DO], "todo": [State.Category.TO_DO], "in_progress": [State.Category.IN_PROGRESS],
    "done": [State.Category.DONE], "open": [State.Category.TO_DO, State.Category.IN_PROGRESS], "待办": [State.Category.TO_DO],
    "进行中": [State.Category.IN_PROGRESS], "已完成": [State.Category.DONE],
    "未完成": [State.Category.TO_DO, State.Category.IN_PROGRESS],
}  # fmt: skip
ME, NONE = {"me", "我"}, {"none", "无"}
YES, NO = {"yes", "是"}, {"no", "否"}
OVERDUE, TODAY = {"overdue", "逾期"}, {"today", "今天"}
PRIORITIES = {"urgent": 1, "high": 2, "medium": 3, "low": 4, "紧急": 1, "高": 2, "中": 3, "低": 4}
CLASSES = {
    "expedite": "expedite", "fixed": "fixed_date", "fixed_date": "fixed_date", "standard": "standard", "intangible": "intangible",
    "加急": "expedite", "固定日期": "fixed_date", "标准": "standard", "无形": "intangible",
}  # fmt: skip
_KEY = re.compile(r"^[A-Za-z][A-Za-z0-9]{0,9}-\d+$")
_SPAN = re.compile(r"^(<=|>=|<|>)?(\d{1,3})([dwm天周月])$")
_COMPARED = re.compile(r"^(<=|>=|<|>)?(.+)$")
_SIDES = {"<": "__lt", "<=": "__lte", ">": "__gt", ">=": "__gte"}
_DATES = {"due": "due_on", "updated": "updated_at__date", "created": "created_at__date", "finished": "actual_finish__date"}


@dataclass(frozen=True)
class Term:
    field: str
    values: tuple[str, ...]
    is_not: bool
    at: int
    text: str = ""


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
        given = value or "" if name else quoted if quoted is not None else word
        parts = (v.replace('"', "").strip() for v in _PART.findall(given))
        values = tuple(v for v in parts if v) if field else (given,)
        if values and values != ("",):
            text_of = match[0].strip()
            found.append(Term(field, values, bool(minus), match.end() - len(text_of) + 1, text_of))
        position = match.end()
    return found


def without(text: str, term: Term) -> str:
    """The filter when this term is taken away."""
    return " ".join(t.text for t in terms(text) if t.at != term.at)


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
    if term.field in _DATES:
        return _dated(term, value)
    return _READERS[term.field](term, value, value.lower(), user)


def _free(term: Term, value: str, low: str, user: Any) -> Q:
    found = search_grams(value)
    words = Q(grams__contains=found) if found else Q()
    return words & Q(key__istartswith=value) if _KEY.match(value) else words


def _state(term: Term, value: str, low: str, user: Any) -> Q:
    return Q(state__category__in=CATEGORIES[low]) if low in CATEGORIES else Q(state__name__iexact=value)


def _assigned(term: Term, value: str, low: str, user: Any) -> Q:
    if low in NONE:
        return Q(assignments=None)
    rows = Assignment.objects  # house: reads — narrows items that visible_to has chosen
    people = rows.filter(user=user) if low in ME else rows.filter(_named("user__", value, low))
    return Q(pk__in=people.values("item_id"))


def _named(before: str, value: str, low: str) -> Q:
    return Q(**{f"{before}name__icontains": value}) | Q(**{f"{before}pinyin__contains": low})


def _reported(term: Term, value: str, low: str, user: Any) -> Q:
    if low in NONE:
        return Q(reporter=None)
    return Q(reporter=user) if low in ME else _named("reporter__", value, low)


def _labelled(term: Term, value: str, low: str, user: Any) -> Q:
    return Q(labels=[]) if low in NONE else Q(labels__contains=[value])


def _prioritised(term: Term, value: str, low: str, user: Any) -> Q:
    if low not in PRIORITIES and low not in NONE:
        raise _unknown(term, value, "urgent, high, medium, low, none")
    return Q(priority=None) if low in NONE else Q(priority=PRIORITIES[low])


def _in_project(term: Term, value: str, low: str, user: Any) -> Q:
    return Q(space__key__iexact=value) | Q(space__name__iexact=value)


def _under(term: Term, value: str, low: str, user: Any) -> Q:
    return Q(parent=None) if low in NONE else Q(parent__key__iexact=value)


def _sized(term: Term, value: str, low: str, user: Any) -> Q:
    """`points:>=3`, `points:1..5`, `points:none`."""
    if low in NONE:
        return Q(estimate_points=None)
    try:
        if ".." in value:
            first, last = value.split("..", 1)
            return Q(estimate_points__gte=float(first), estimate_points__lte=float(last))
        match = _COMPARED.match(value)
        return Q(**{f"estimate_points{_SIDES.get(match[1] or '', '')}": float(match[2])})  # type: ignore[index]
    except ValueError:
        raise _unknown(term, value, "3, >=3, 1..5, none") from None


def _blocked(term: Term, value: str, low: str, user: Any) -> Q:
    """People said so, or something open that must be finished first blocks it."""
    if low not in YES | NO:
        raise _unknown(term, value, "yes, no")
    open_ends = Link.objects.filter(  # house: reads — narrows items that visible_to has chosen
        kind="blocks", source__removed_at=None
    ).exclude(source__state__category=State.Category.DONE)
    said = Block.objects.open()  # house: reads — narrows items that visible_to has chosen
    held = (Q(pk__in=open_ends.values("target_id")) | Q(pk__in=said.values("item_id"))) & ~Q(state__category=State.Category.DONE)
    return held if low in YES else ~held


def _classed(term: Term, value: str, low: str, user: Any) -> Q:
    if low not in CLASSES:
        raise _unknown(term, value, "expedite, fixed, standard, intangible")
    return Q(service_class=CLASSES[low])


def _plain(column: str) -> Callable[[Term, str, str, Any], Q]:
    return lambda term, value, low, user: Q(**{f"{column}__iexact": value})


_READERS: dict[str, Callable[[Term, str, str, Any], Q]] = {
    "": _free, "state": _state, "assignee": _assigned, "reporter": _reported, "label": _labelled, "priority": _prioritised,
    "project": _in_project, "parent": _under, "points": _sized, "blocked": _blocked, "class": _classed,
    "type": _plain("type__name"), "sprint": _plain("sprints__name"), "key": _plain("key"),
}  # fmt: skip


def _unknown(term: Term, value: str, allowed: str) -> Refused:
    return Refused("filter_value_unknown", text=value, at=term.at, allowed=allowed)


def _dated(term: Term, value: str) -> Q:
    """`<2w`, `>=2027-01-31`, `2027-01..2027-03`, `overdue`, `today`, `none`."""
    column, low, today = _DATES[term.field], value.lower(), clock.today()
    if low in NONE:
        return Q(**{f"{column.removesuffix('__date')}": None})
    if low in TODAY:
        return Q(**{column: today})
    if low in OVERDUE and term.field == "due":
        return Q(due_on__lt=today) & ~Q(state__category=State.Category.DONE)
    span = _SPAN.match(low)
    if span:
        days = int(span[2]) * {"d": 1, "天": 1, "w": 7, "周": 7, "m": 30, "月": 30}[span[3]]
        is_more = (span[1] or "<").startswith(">")
        if term.field == "due":
            return Q(**{f"{column}__gt" if is_more else f"{column}__lte": today + timedelta(days=days)})
        return Q(**{f"{column}__lt" if is_more else f"{column}__gte": today - timedelta(days=days)})
    if ".." in value:
        first, last = value.split("..", 1)
        return Q(**{f"{column}__gte": _day(first, term), f"{column}__lte": _day(last, term, is_end=True)})
    match = _COMPARED.match(value)
    assert match is not None
    side, text = match[1] or "", match[2]
    if not side and re.fullmatch(r"\d{4}-\d{2}", text):
        return Q(**{f"{column}__gte": _day(text, term), f"{column}__lte": _day(text, term, is_end=True)})
    return Q(**{f"{column}{_SIDES.get(side, '')}": _day(text, term, is_end=side in ("<=", ">"))})


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
