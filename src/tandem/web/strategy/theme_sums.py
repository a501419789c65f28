"""What themes got, in words: columns of their list, the sentence above it, the figures of one."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from markupsafe import Markup

from tandem.reports.queries import alignment_money as money_reads
from tandem.reports.queries import theme_sums as reads
from tandem.reports.queries.alignment import Alignment
from tandem.reports.queries.alignment_money import Money
from tandem.reports.queries.theme_sums import Sum, Sums
from tandem.strategy.models import Theme
from tandem.web import charts
from tandem.web.portfolio import money
from tandem.web.strategy import alignment
from tandem.web.strategy.alignment import Asked

HOW = (
    gettext_lazy("An objective counts under its own theme, else under that of the nearest objective above it that has one, so that every piece of work and money counts once."),
    gettext_lazy("Work and money are those of the alignment page: what serves what is said there. The shares are of all work of the period, and of all money of open projects."),
    gettext_lazy("Intended is what the open objectives of the theme ought to get together; what is intended for a part with another theme counts there and not above. More or less than intended: by more than 5 points and by more than a quarter of it."),
    gettext_lazy("A share of the work leads to the records behind it; the money of a theme leads to its projects."),
)  # fmt: skip


class Read:
    """Work, money and their sums, read once for a page and its columns."""

    def __init__(self, request: HttpRequest) -> None:
        self.asked: Asked = alignment.asked(request)
        self.work: Alignment = alignment.read(request, self.asked)
        self.money = money_reads.read(request.user, self.asked.within) if self.has_money else Money()
        themes = Theme.objects.visible_to(request.user).values_list("pk", flat=True)
        self.sums: Sums = reads.read(self.work, self.money, themes)

    @property
    def has_money(self) -> bool:
        """What is spent is known of projects, and not of the part of one that is for a product."""
        return self.asked.product is None


def of(request: HttpRequest) -> Read:
    known = request.__dict__.setdefault("_theme_sums", {})
    if "read" not in known:
        known["read"] = Read(request)
    return known["read"]  # type: ignore[no-any-return]


def above(request: HttpRequest) -> dict[str, Any]:
    """What stands above the list."""
    found = of(request)
    return {
        "lede": _lede(found), "basis": _basis(found), "computed_at": found.work.computed_at,
        "periods": [
            {"label": label, "href": found.asked.url("themes", period=name), "current": name == found.asked.period}
            for name, label in alignment.PERIOD_WORDS.items()
        ],
    }  # fmt: skip


def _basis(found: Read) -> str:
    said = alignment.basis(found.work, found.asked)
    return f"{said} · {_('intended shares are of all work')}" if found.work.is_part else said


def _lede(found: Read) -> str:
    sums = found.sums
    if sums.themed is None:
        return _("Too little work to say what themes get: %(found)s items, %(needed)s needed.") % {
            "found": round(found.work.whole.items), "needed": alignment.reads.NEEDED_ITEMS
        }  # fmt: skip
    said = {"themed": charts.percent(sums.themed), "themeless": charts.percent(sums.themeless), "unserved": charts.percent(sums.unserved)}
    return _("%(themed)s of the work serves a theme, %(themeless)s objectives without one, %(unserved)s nothing.") % said


def share(row: Any) -> Any:
    """The share of the work, which leads to its records."""
    text = charts.percent(row.sums.share) if row.sums.share is not None else "–"
    return Markup('<a href="{}">{}</a>').format(row.records, text) if row.sums.amount else text


def state(found: str) -> Any:
    shown = alignment.STATE_SHAPES.get(found)
    return shown() if shown else ""


def figures(found: Read, row: Theme) -> list[dict[str, Any]]:
    """The strip of one theme."""
    one = found.sums.of(row.pk)
    return [
        {
            "label": _("Share of the work"), "value": charts.percent(one.share) if one.share is not None else "–",
            "note": alignment.amount(one.amount, found.work.measure),
        },
        {"label": _("Intended"), "value": charts.percent(one.intended / 100) if one.intended else "–", "note": _("intended shares are of all work") if found.work.is_part else _("for its open objectives together")},
        *([{
            "label": _("Share of the money"), "value": charts.percent(one.money_share) if one.money_share is not None else "–",
            "note": money.money(one.money, found.money.currency) if one.money else _("no open project says what it costs"),
        }] if found.has_money else []),
        {"label": _("Objectives"), "value": len(one.objectives), "note": ""},
    ]  # fmt: skip


def lines(found: Read, one: Sum) -> list[dict[str, Any]]:
    """Its objectives with what each got by itself, the most first."""
    work = found.work
    return [
        {
            "objective": o, "amount": alignment.amount(work.own.get(o.pk, 0.0), work.measure), "records": found.asked.url("alignment_records", objective=o.pk, alone=1),
            "share": charts.percent(work.own.get(o.pk, 0.0) / work.amount) if work.is_enough else "–",
            "money": money.money(gets, found.money.currency) if (gets := sum(share.money for share in found.money.own.get(o.pk, []))) else "–",
        }
        for o in sorted(one.objectives, key=lambda o: (-work.own.get(o.pk, 0.0), o.starts_on, o.pk))
    ]  # fmt: skip
