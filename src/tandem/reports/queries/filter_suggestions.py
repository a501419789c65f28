"""What may come next in a filter: the fields, and the values that exist in the scope, as far as the asker sees."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from tandem.kit.text import fold, has_controls
from tandem.people.models import Space, User
from tandem.reports.queries import filter_links, filter_own, own_fields
from tandem.reports.queries.filter_terms import begun, quoted
from tandem.reports.queries.filter_words import CHINESE, FIELDS, NAMES, SORT_NAMES
from tandem.work.models import FieldDefinition, Sprint, State, WorkItem, WorkItemType

MOST = 8
_RECENT = 3000
"Labels and parents are those of the items that changed last: enough to propose, quick at any size."


@dataclass(frozen=True)
class Proposal:
    """`insert` replaces what is being written; `hint` names a meaning (a code for fixed words) or another record."""

    insert: str
    hint: str = ""
    is_code: bool = False


@dataclass(frozen=True)
class Proposals:
    begin: int
    end: int
    rows: list[Proposal]


def proposals(user: Any, text: str, caret: int, spaces: frozenset[int] | None, is_chinese: bool) -> Proposals:
    """For the text before `caret` (in characters); `spaces` narrows the values to a scope."""
    before = text[: max(0, caret)][-2000:] if not has_controls(text) else ""
    start, name, typed, wants_name = begun(before)
    seen = user.visible_space_ids() if spaces is None else spaces & user.visible_space_ids()
    if wants_name:
        rows = _fields(typed, is_chinese)
        rows += _own_fields(typed, seen, user) if len(rows) < MOST else []
    elif name.casefold() in NAMES:
        rows = _values(NAMES[name.casefold()], typed, seen, user, name.isascii())
    else:
        rows = _own_values(name, typed, user, not is_chinese)
    return Proposals(start, len(before), rows[:MOST])


def _fields(typed: str, is_chinese: bool) -> list[Proposal]:
    low = typed.casefold()
    found = []
    for field, others in FIELDS.items():
        if low and any(name.startswith(low) for name in others):
            found.append(Proposal(f"{next(n for n in others if n.startswith(low))}:", field, True))
        elif field.startswith(low):
            found.append(Proposal(f"{CHINESE[field] if is_chinese and not low else field}:", field, True))
    return found


# fixed words: (English, Chinese)
_NOBODY = ("none", "无")
_DATED = [
    ("today", "今天"), ("this-week", "本周"), ("next-week", "下周"), ("this-month", "本月"), ("<2w", "<2周"), (">2w", ">2周"), _NOBODY,
]  # fmt: skip
_PAST = [
    ("today", "今天"),
    (">-3d", ">-3天"),
    ("this-week", "本周"),
    ("last-week", "上周"),
    ("this-month", "本月"),
    ("last-month", "上月"),
]
_HELD = [
    ("assignee", "经办人"), ("due", "截止"), ("label", "标签"), ("priority", "优先级"), ("points", "点数"), ("sprint", "迭代"),
    ("estimate", "估算"), ("logged", "已用工时"), ("remaining", "剩余工时"),
    ("parent", "父项"), ("parts", "下级"), ("linked", "关联"), ("description", "描述"), ("reporter", "报告人"), ("start", "计划开始"), ("finish", "计划完成"),
]  # fmt: skip
_FIXED: dict[str, list[tuple[str, str]]] = {
    "state": [("open", "未完成"), ("to_do", "待办"), ("in_progress", "进行中"), ("done", "已完成")],
    "assignee": [("me", "我"), _NOBODY], "reporter": [("me", "我"), _NOBODY], "label": [_NOBODY], "parent": [_NOBODY],
    "class": [("expedite", "加急"), ("fixed", "固定日期"), ("standard", "标准"), ("intangible", "无形")],
    "priority": [("urgent", "紧急"), ("high", "高"), ("medium", "中"), ("low", "低"), _NOBODY],
    "due": [("overdue", "逾期"), *_DATED], "start": _DATED, "finish": _DATED, "started": [*_PAST, _NOBODY],
    "finished": [*_PAST, _NOBODY], "created": _PAST, "updated": _PAST, "blocked": [("yes", "是"), ("no", "否")],
    "linked": [("blocks", "阻塞"), ("blocked_by", "被阻塞"), ("relates", "相关"), ("duplicates", "重复"), _NOBODY],
    "sprint": [("active", "进行中"), ("future", "未开始"), ("closed", "已结束"), _NOBODY], "has": _HELD, "no": _HELD,
    "is": [("archived", "已归档"), ("awaiting", "待审批"), ("without_result", "无结果")],
    "points": [(">=5", ">=5"), ("1..3", "1..3"), _NOBODY], "progress": [(">=50", ">=50"), ("1..99", "1..99")],
    "estimate": [(">1d", ">1天"), ("2h..1d", "2小时..1天"), _NOBODY], "logged": [(">4h", ">4小时"), (">1d", ">1天"), _NOBODY],
    "remaining": [(">4h", ">4小时"), ("<1d", "<1天"), _NOBODY],
    "sort": [
        (f"{minus}{name}", f"{minus}{next(n for n, of in SORT_NAMES.items() if of == name and not n.isascii())}")
        for name, minus in (("due", ""), ("priority", "-"), ("updated", "-"), ("points", "-"), ("created", "-"), ("rank", ""), ("title", ""))
    ],
}  # fmt: skip


_OWN: dict[str, list[tuple[str, str]]] = {
    FieldDefinition.Kind.PERSON: [("me", "我")], FieldDefinition.Kind.CHECK: [("yes", "是"), ("no", "否")],
    FieldDefinition.Kind.DATE: _DATED[:-1], FieldDefinition.Kind.NUMBER: [(">=5", ">=5"), ("1..3", "1..3")],
    FieldDefinition.Kind.MONEY: [(">=1000", ">=1000")],
}  # fmt: skip


def _values(field: str, typed: str, seen: frozenset[int], user: Any, is_english: bool) -> list[Proposal]:
    low = typed.casefold()
    fixed = [
        Proposal(en if is_english else zh, en, True)
        for en, zh in _FIXED.get(field, [])
        if low in en or low in zh
    ]
    read = _READERS.get(field)
    return fixed + (read(typed, seen, user) if read else [])


def _own_fields(typed: str, seen: frozenset[int], user: Any) -> list[Proposal]:
    """By the beginning of their word or of their name."""
    low = typed.casefold()
    return [
        Proposal(f"{column.said}:", column.name)
        for column in own_fields.columns(user, seen)
        if column.said.startswith(low) or column.name.casefold().startswith(low)
    ]


def _own_values(name: str, typed: str, user: Any, is_english: bool) -> list[Proposal]:
    low, found = typed.casefold(), []
    for field in filter_own.found(user, name)[:MOST]:
        if field.kind == FieldDefinition.Kind.CHOICE:
            found += [Proposal(quoted(one)) for one in field.choices if low in one.casefold()]
        elif field.kind == FieldDefinition.Kind.PERSON:
            found += _people(typed, frozenset(), user)
        fixed = _OWN.get(field.reads_as, [])
        found += [Proposal(en if is_english else zh, en, True) for en, zh in [*fixed, _NOBODY] if low in en or low in zh]
    return list(dict.fromkeys(found))


def _names(rows: Any, typed: str) -> list[Proposal]:
    names = rows.filter(name__icontains=typed).order_by("name").values_list("name", flat=True).distinct()
    return [Proposal(quoted(name)) for name in names[:MOST]]


def _states(typed: str, seen: frozenset[int], user: Any) -> list[Proposal]:
    return _names(State.objects.visible_to(user).active().filter(space_id__among=seen), typed)


def _types(typed: str, seen: frozenset[int], user: Any) -> list[Proposal]:
    return _names(WorkItemType.objects.visible_to(user).active().filter(space_id__among=seen), typed)


def _sprints(typed: str, seen: frozenset[int], user: Any) -> list[Proposal]:
    rows = Sprint.objects.visible_to(user).filter(space_id__among=seen, name__icontains=typed)
    names = rows.order_by("-starts_at", "-id").values_list("name", flat=True)
    return [Proposal(quoted(name)) for name in dict.fromkeys(names[: 4 * MOST])][:MOST]


def _people(typed: str, seen: frozenset[int], user: Any) -> list[Proposal]:
    rows = User.objects.visible_to(user).active().matching(typed).order_by("name")
    return [Proposal(quoted(name)) for name in rows.values_list("name", flat=True)[:MOST]]


def _recent(seen: frozenset[int], user: Any) -> Any:
    rows = WorkItem.objects.visible_to(user).present().unarchived().filter(space_id__among=seen)
    return rows.order_by("-updated_at")


def _labels(typed: str, seen: frozenset[int], user: Any) -> list[Proposal]:
    wanted, counted = fold(typed), {}
    for labels in _recent(seen, user).exclude(labels=[]).values_list("labels", flat=True)[:_RECENT]:
        for label in labels:
            if wanted in fold(label):
                counted[label] = counted.get(label, 0) + 1
    return [Proposal(quoted(label)) for label in sorted(counted, key=lambda one: (-counted[one], one))[:MOST]]


def _projects(typed: str, seen: frozenset[int], user: Any) -> list[Proposal]:
    return _spaces(typed, seen, user, Q(kind="project"))


def _scopes(typed: str, seen: frozenset[int], user: Any) -> list[Proposal]:
    return _spaces(typed, seen, user, ~Q(kind="product"))


def _spaces(typed: str, seen: frozenset[int], user: Any, kind: Q) -> list[Proposal]:
    rows = Space.objects.visible_to(user).filter(
        kind, Q(name__icontains=typed) | Q(key__istartswith=typed), id__in=seen
    )
    return [
        Proposal(quoted(key), name) for key, name in rows.order_by("name").values_list("key", "name")[:MOST]
    ]


def _parents(typed: str, seen: frozenset[int], user: Any) -> list[Proposal]:
    rows = _recent(seen, user).matching(typed).filter(type__level__lt=2)
    return [Proposal(key, title) for key, title in rows.values_list("key", "title")[:MOST]]


def _links(typed: str, seen: frozenset[int], user: Any) -> list[Proposal]:
    return [Proposal(quoted(name)) for name in filter_links.names(user, seen) if typed.casefold() in name.casefold()][:MOST]


_READERS = {
    "state": _states, "type": _types, "sprint": _sprints, "assignee": _people, "reporter": _people, "label": _labels,
    "project": _projects, "in": _scopes, "parent": _parents, "linked": _links,
}  # fmt: skip
