"""Cost lines as a table that people paste or save: heads in English or Chinese, dates and amounts as they write them."""

import csv
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from tandem.portfolio.models import CostLine, Portfolio

_HEADS = {
    "title": ("what for", "title", "description", "item", "用途", "名称", "说明"), "kind": ("kind of cost", "kind", "type", "费用类别", "类别", "类型"),
    "treatment": ("treatment", "capex/opex", "capex opex", "处理方式", "资本性/费用性", "支出性质"), "cost_centre": ("cost centre", "cost center", "成本中心"),
    "supplier": ("supplier", "vendor", "供应商"), "reference": ("reference", "order", "po", "invoice", "单号", "订单号", "编号"),
    "month": ("month", "period", "date", "月份", "期间", "日期"), "currency": ("currency", "币种", "货币"), "planned": ("planned", "plan", "计划"),
    "committed": ("committed", "ordered", "已承付", "承付"), "actual": ("actual", "paid", "spent", "实际"), "forecast": ("forecast", "expected", "预测"),
}  # fmt: skip
_KINDS = {"labour": ("labour", "labor", "人工"), "purchase": ("purchase", "采购"), "travel": ("travel", "差旅"), "equipment": ("equipment", "equipment and material", "设备", "设备与材料"), "other": ("other", "其他")}
_TREATMENTS = {"capex": ("capex", "capital", "capital expenditure", "资本性", "资本性支出"), "opex": ("opex", "operating", "operating expenditure", "费用性", "费用性支出")}
_MONTH = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})(?:\s*[-/.月].*)?$")
_THOUSANDS = re.compile(r"-?[1-9]\d{0,2}(?:(?:,\d{3})+|(?:\.\d{3})+)")
_SIGNS = re.compile(r"[\s€$£¥￥']")


class Read(NamedTuple):
    """The lines that could be read, and (line number, code, text) of what could not."""

    rows: list[dict[str, Any]]
    wrong: list[tuple[int, str, str]]
    left_out: list[str]


def read(text: str, currency: str = "EUR") -> Read:
    """The first line names the columns; tabs, semicolons or commas part them. Without a column the currency is the given one."""
    lines = [line for line in text.lstrip("\ufeff").splitlines() if line.strip()]
    if not lines:
        return Read([], [(1, "empty", "")], [])
    mark = max("\t;,", key=lines[0].count)
    try:
        table = list(csv.reader(lines, delimiter=mark))
    except csv.Error:  # a quotation mark that nothing closes swallows the rest
        return Read([], [(1, "title", "")], [])
    places = {name: at for at, head in enumerate(table[0]) if (name := _column(head))}
    left_out = [head.strip() for head in table[0] if head.strip() and not _column(head)]
    missing = [name for name in ("title", "month") if name not in places]
    if missing:
        return Read([], [(1, f"head_{name}", "") for name in missing], left_out)
    rows, wrong = [], []
    for number, cells in enumerate(table[1:], 2):
        try:
            rows.append(dict(_values({name: cells[at].strip() for name, at in places.items() if at < len(cells)}, currency)))
        except _Unreadable as problem:
            wrong.append((number, problem.code, problem.text[:60]))
    return Read(rows, wrong, left_out)


class _Unreadable(Exception):
    def __init__(self, code: str, text: str) -> None:
        super().__init__(code)
        self.code, self.text = code, text


def _values(cells: dict[str, str], currency: str) -> Iterator[tuple[str, Any]]:
    if not cells.get("title"):
        raise _Unreadable("title", "")
    if len(cells["title"]) > 200:
        raise _Unreadable("title", cells["title"])
    yield "currency", _currency(cells.get("currency", "") or currency)
    for name, text in cells.items():
        if name == "month":
            yield name, _month(text)
        elif name in ("planned", "committed", "actual", "forecast"):
            if text:
                yield name, _amount(text)
        elif name == "kind":
            yield name, _word(text, _KINDS, CostLine.Kind.PURCHASE, name)
        elif name == "treatment":
            yield name, _word(text, _TREATMENTS, CostLine.Treatment.OPEX, name)
        elif name != "currency":
            yield name, text


def _column(head: str) -> str:
    plain = " ".join(head.casefold().split())
    return next((name for name, known in _HEADS.items() if plain in known), "")


def _word(text: str, known: dict[str, tuple[str, ...]], usual: str, code: str) -> str:
    if not text:
        return usual
    found = next((value for value, names in known.items() if text.casefold() in names), None)
    if found is None:
        raise _Unreadable(code, text)
    return found


def _currency(text: str) -> str:
    if text.upper() not in {code for code, _name in Portfolio.CURRENCIES}:
        raise _Unreadable("currency", text)
    return text.upper()


def _month(text: str) -> date:
    match = _MONTH.match(text)
    if not match or not (1900 <= int(match[1]) <= 2199 and 1 <= int(match[2]) <= 12):
        raise _Unreadable("month", text)
    return date(int(match[1]), int(match[2]), 1)


def _amount(text: str) -> Decimal:
    """`1,234.50`, `1.234,50`, `1234`: the last of the marks parts the cents when two or fewer digits follow it; `1234.567`, `0.500` and `1,234.567` could be more
    or less than they look, and are refused."""
    plain = _SIGNS.sub("", text).replace("−", "-")
    last = max(plain.rfind(","), plain.rfind("."))
    if last >= 0 and len(plain) - last - 1 <= 2:
        plain = re.sub(r"[.,]", "", plain[:last]) + "." + plain[last + 1 :]
    elif _THOUSANDS.fullmatch(plain):
        plain = re.sub(r"[.,]", "", plain)
    elif last >= 0:
        raise _Unreadable("amount", text)
    try:
        value = Decimal(plain)
    except InvalidOperation:
        raise _Unreadable("amount", text) from None
    if not value.is_finite() or abs(value) >= Decimal(10) ** 12:
        raise _Unreadable("amount", text)
    return value.quantize(Decimal("0.01"))
