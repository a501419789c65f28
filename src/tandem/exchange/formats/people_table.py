"""People, their time off, public holidays, equipment and what work needs of it out of a pasted table, a file or an iCalendar text: plain values, each with its line.

Days that could be read in two ways are refused, never guessed. Of a calendar whole days are read; what lies within a day,
repeats or was cancelled is left out, and counted."""

import csv
import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

HEADS: dict[str, dict[str, tuple[str, ...]]] = {
    "people": {
        "name": ("name", "person", "full name", "姓名", "人员", "名字"), "email": ("email", "e-mail", "mail", "邮箱", "电子邮件"), "department": ("department", "部门"),
        "job_role": ("job role", "role", "position", "job title", "岗位", "角色", "职位"), "starts_on": ("from", "start", "joined", "joining", "start date", "入职日期", "入职", "开始", "从"),
        "ends_on": ("to", "end", "left", "leaving", "end date", "离职日期", "离职", "结束", "至"), "percent": ("share", "share of a full week", "percent", "fte", "占比", "工时占比", "周工时占比"),
        "hours": ("hours", "hours a week", "weekly hours", "周工时", "每周工时"), "kind": ("kind", "type", "类型", "用工类型"), "manager": ("manager", "reports to", "上级", "直属上级", "汇报对象"),
        "calendar": ("calendar", "日历", "工作日历"), "cost": ("cost", "cost of an hour", "cost rate", "小时成本", "成本费率"), "bill": ("bill", "billed for an hour", "bill rate", "计费费率", "小时计费"), "currency": ("currency", "币种", "货币"),
    },
    "time_off": {
        "name": ("name", "person", "姓名", "人员"), "email": ("email", "e-mail", "邮箱", "电子邮件"), "starts_on": ("from", "start", "first day", "开始", "开始日期", "从"),
        "ends_on": ("to", "end", "last day", "until", "结束", "结束日期", "至"), "kind": ("kind", "type", "reason", "类型", "休假类型", "假别"), "note": ("note", "comment", "备注", "说明"),
    },
    "holidays": {"name": ("name", "holiday", "名称", "节日"), "starts_on": ("from", "day", "date", "start", "日期", "开始"), "ends_on": ("to", "end", "结束", "至")},
    "equipment": {
        "equipment": ("name", "equipment", "resource", "resource name", "material", "名称", "设备", "设备名称", "材料", "物料", "资源名称"), "kind": ("kind", "type", "类型", "类别"), "unit": ("unit", "material label", "单位", "计量单位"),
        "available": ("available", "quantity", "pieces", "stock", "数量", "可用数量", "库存"), "rate": ("cost of one", "cost", "rate", "price", "单价", "费率", "成本"), "currency": ("currency", "币种", "货币"),
        "calendar": ("calendar", "日历", "工作日历"), "description": ("description", "notes", "说明", "描述", "备注"),
    },
    "equipment_needs": {
        "item": ("work item", "item", "key", "事项", "工作项", "编号"), "equipment": ("equipment", "name", "resource", "material", "设备", "材料", "物料", "名称"), "amount": ("amount", "quantity", "units", "数量", "用量"),
        "starts_on": ("from", "start", "first day", "开始", "开始日期", "从"), "ends_on": ("to", "end", "last day", "until", "结束", "结束日期", "至"), "override_reason": ("because", "reason", "原因", "理由"),
    },
}  # fmt: skip
_KINDS = {
    "people": {"staff": ("staff", "employee", "internal", "正式员工", "正式", "员工"), "external": ("external", "contractor", "外部人员", "外部", "外包")},
    "time_off": {
        "holiday": ("annual leave", "holiday", "vacation", "leave", "年假", "休假"), "sickness": ("sickness", "sick", "ill", "病假"), "parental": ("parental leave", "parental", "育儿假", "产假", "陪产假"),
        "training": ("training", "培训"), "other": ("other", "其他"),
    },
    "equipment": {"equipment": ("machine", "tool", "设备", "机器", "工具"), "material": ("materials", "材料", "物料", "耗材")},
}  # fmt: skip
_NEEDS = {"people": ("name",), "time_off": ("starts_on",), "holidays": ("starts_on",), "equipment": ("equipment",), "equipment_needs": ("item", "equipment", "amount", "starts_on")}
_NUMBERS = ("percent", "hours", "cost", "bill", "available", "rate", "amount")
MOST = 500
"""Lines of one table: each is written through its rules, while somebody waits."""
_YEAR_FIRST = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T ].*)?")
_DAY_FIRST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})")
_AMOUNT = re.compile(r"\d{1,9}(?:[.,]\d{1,2})?")


@dataclass(frozen=True)
class Line:
    place: int
    values: dict[str, Any]


@dataclass
class Table:
    """What could be read, (place, code, text) of what could not, heads that are not known, and what was left out of a calendar."""

    lines: list[Line] = field(default_factory=list)
    wrong: list[tuple[int, str, str]] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    skipped: int = 0


def read(what: str, text: str) -> Table:
    """A calendar where it begins as one, else a table whose first line names the columns."""
    plain = text.lstrip("\ufeff \r\n")
    if plain[:20].upper().startswith("BEGIN:VCALENDAR"):
        return _calendar(plain) if what in ("time_off", "holidays") else Table(wrong=[(1, "calendar_of_people", "")])
    return _table(what, plain)


def _table(what: str, text: str) -> Table:
    rows = [line for line in text.splitlines() if line.strip()]
    if not rows:
        return Table(wrong=[(1, "empty", "")])
    mark = max("\t;,", key=rows[0].count)
    try:
        cells = list(csv.reader(rows, delimiter=mark, strict=True))
    except csv.Error:
        return Table(wrong=[(1, "quotes", "")])
    known = HEADS[what]
    heads = [next((name for name, words in known.items() if _folded(head) in words), "") for head in cells[0]]
    found = Table(left_out=[head.strip() for head, name in zip(cells[0], heads, strict=True) if not name and head.strip()])
    if missing := [name for name in _NEEDS[what] if name not in heads]:
        return Table(wrong=[(1, f"head_{name}", "") for name in missing], left_out=found.left_out)
    if what == "time_off" and not {"name", "email"} & set(heads):
        return Table(wrong=[(1, "head_name", "")], left_out=found.left_out)
    if len(cells) > MOST + 1:
        return Table(wrong=[(MOST + 2, "too_many", str(MOST))])
    for place, row in enumerate(cells[1:], 2):
        given = {name: cell.strip() for name, cell in zip(heads, row, strict=False) if name and cell.strip()}
        try:
            found.lines.append(Line(place, {name: _value(what, name, cell) for name, cell in given.items()}))
        except ValueError as problem:
            code, cell = problem.args
            found.wrong.append((place, code, cell[:60]))
    return found


def _value(what: str, name: str, text: str) -> Any:
    if name in ("starts_on", "ends_on"):
        return _day(text)
    if name == "kind":
        kind = next((value for value, words in _KINDS[what].items() if _folded(text) in words or _folded(text) == value), None)
        if kind is None:
            raise ValueError("kind", text)
        return kind
    if name in _NUMBERS:
        plain = text.removesuffix("%").removesuffix("h").strip()
        if not _AMOUNT.fullmatch(plain):
            raise ValueError("number", text)
        return plain.replace(",", ".")
    return " ".join(text.split())[: 300 if name != "description" else None]


def _day(text: str) -> date:
    if found := _YEAR_FIRST.fullmatch(text):
        year, month, day = int(found[1]), int(found[2]), int(found[3])
    elif found := _DAY_FIRST.fullmatch(text):
        first, second, year = int(found[1]), int(found[3]), int(found[4])
        if found[2] != "." and first <= 12 and second <= 12 and first != second:
            raise ValueError("two_ways", text)
        day, month = (first, second) if found[2] == "." or first > 12 else (second, first)
    else:
        raise ValueError("day", text)
    try:
        return date(year, month, day)
    except ValueError:
        raise ValueError("day", text) from None


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _calendar(text: str) -> Table:
    """RFC 5545, of which whole days are needed: the end is the day after the last one."""
    found, place = Table(), 0
    event: dict[str, tuple[str, str]] | None = None
    for number, (name, params, value) in _properties(text):
        if (name, value.upper()) == ("BEGIN", "VEVENT"):
            event, place = {}, number
        elif (name, value.upper()) == ("END", "VEVENT") and event is not None:
            line = _event(event)
            if line is None:
                found.skipped += 1
            else:
                found.lines.append(Line(place, line))
            event = None
            if len(found.lines) > MOST:
                return Table(wrong=[(place, "too_many", str(MOST))])
        elif event is not None:
            event.setdefault(name, (params, value))
    return found


def _properties(text: str) -> list[tuple[int, tuple[str, str, str]]]:
    """Folded lines joined; name, parameters and value of each."""
    joined: list[tuple[int, str]] = []
    for number, line in enumerate(text.splitlines(), 1):
        if line[:1] in (" ", "\t") and joined:
            joined[-1] = (joined[-1][0], joined[-1][1] + line[1:])
        else:
            joined.append((number, line))
    found = []
    for number, line in joined:
        head, _colon, value = line.partition(":")
        name, _semicolon, params = head.partition(";")
        found.append((number, (name.upper(), params.upper(), value.strip())))
    return found


def _event(event: dict[str, tuple[str, str]]) -> dict[str, Any] | None:
    start, end = event.get("DTSTART", ("", ""))[1], event.get("DTEND", ("", ""))[1]
    status = event.get("STATUS", ("", ""))[1].upper()
    if not re.fullmatch(r"\d{8}", start) or "RRULE" in event or status == "CANCELLED" or (end and not re.fullmatch(r"\d{8}", end)):
        return None
    try:
        first = date(int(start[:4]), int(start[4:6]), int(start[6:]))
        last = date(int(end[:4]), int(end[4:6]), int(end[6:])) - timedelta(1) if end else first
    except ValueError:
        return None
    if last < first:
        return None
    said = event.get("SUMMARY", ("", ""))[1]
    summary = re.sub(r"\\([,;\\])", r"\1", said).replace("\\n", " ").replace("\\N", " ")[:200]
    who = next((event[name][1].casefold().removeprefix("mailto:") for name in ("ATTENDEE", "ORGANIZER") if name in event), "")
    return {"starts_on": first, "ends_on": last, "summary": " ".join(summary.split()), **({"email": who} if who else {})}
