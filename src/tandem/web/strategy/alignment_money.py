"""Money on the alignment page, and what stands at the end of the strategy map, in words."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tandem.reports.queries import alignment_money as reads
from tandem.reports.queries.alignment import Line, judged
from tandem.web import charts
from tandem.web.portfolio import money
from tandem.web.templating import url

SHOWN, MOST = 12, 500


def panel(found: reads.Money, effort: list[Line], is_part: bool) -> dict[str, Any]:
    """`effort`: the lines of the work, by which the share of the money is compared as well."""
    of_work = {line.objective.pk: line.share for line in effort}
    return {
        "found": found, "sentence": _sentence(found), "notes": _notes(found), "whole": money.money(found.whole, found.currency) if found.whole else "",
        "rows": [_row(found, line, of_work.get(line.objective.pk), is_part) for line in found.lines[:MOST]],
        "unserved": _nothing(found) if found.unserved else None, "hidden": money.money(found.hidden, found.currency) if found.hidden else "",
    }  # fmt: skip


def _sentence(found: reads.Money) -> str:
    if not found.whole:
        return _("No open project says what it costs: write a project report or the costs of a business case, and the shares of the money stand here.")
    text = ngettext("%(money)s of %(n)s open project; %(share)s serve no objective.", "%(money)s of %(n)s open projects; %(share)s serve no objective.", found.projects)
    return text % {"money": money.money(found.whole, found.currency), "n": found.projects, "share": charts.percent(found.unserved_money / found.whole)}


def _notes(found: reads.Money) -> list[str]:
    notes = []
    if found.silent:
        notes.append(ngettext("%(n)s open project says no cost and is left out.", "%(n)s open projects say no cost and are left out.", found.silent) % {"n": found.silent})
    if found.apart:
        notes.append(ngettext("%(n)s is in another currency, or in none, and is left out.", "%(n)s are in another currency, or in none, and are left out.", found.apart) % {"n": found.apart})
    return notes


def _row(found: reads.Money, line: reads.Line, of_work: float | None, is_part: bool) -> dict[str, Any]:
    intended = None if is_part else line.objective.intended_share
    off = round(100 * line.share - intended) if intended else None
    return {
        "title": line.objective.title, "depth": line.depth, "url": url("objectives_detail", id=line.objective.pk), "share": charts.percent(line.share),
        "intended": charts.percent(intended / 100) if intended else "–", "off": f"{'+' if off > 0 else '−' if off < 0 else ''}{abs(off)}" if off is not None else "",
        "state": judged(line.share, intended), "of_work": charts.percent(of_work), "money": money.money(line.money, found.currency),
        "shares": [share(found, one) for one in line.shares[:SHOWN]], "more": max(0, len(line.shares) - SHOWN),
    }  # fmt: skip


def _nothing(found: reads.Money) -> dict[str, Any]:
    return {
        "share": charts.percent(found.unserved_money / found.whole), "money": money.money(found.unserved_money, found.currency),
        "shares": [share(found, one) for one in found.unserved[:SHOWN]], "more": max(0, len(found.unserved) - SHOWN),
    }  # fmt: skip


def share(found: reads.Money, one: reads.Share) -> dict[str, Any]:
    basis = _("newest report") if one.cost.basis == "report" else _("business case")
    return {"name": one.project.name, "url": url("projects_detail", id=one.project.pk), "money": money.money(one.money, found.currency), "basis": basis}


def ends(found: dict[int, reads.End], names: dict[int, tuple[str, str]]) -> list[list[Any]]:
    """A row for each project of the map: its work, hours, people and money; a dash for what nobody recorded."""
    rows = []
    for pk, (name, work) in names.items():
        one = found.get(pk)
        if one is not None:
            hours = _("%(n)s h") % {"n": charts.number(round(one.minutes / 60))} if one.minutes else "–"
            cost = money.money(one.cost.money, one.cost.currency) if one.cost else "–"
            link = {"text": name, "href": url("projects_detail", id=pk)}
            rows.append([link, work, hours, charts.number(one.people) if one.people else "–", cost])
    return rows
