"""Strategic themes, with the objectives of each and what they got together."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from tandem.people.access import Permission
from tandem.strategy.actions import themes
from tandem.strategy.models import Theme
from tandem.web import charts, generic
from tandem.web.generic import Column, Fact, Noun
from tandem.web.portfolio import money
from tandem.web.strategy import alignment, alignment_money, theme_sums


class ThemeForm(forms.ModelForm):
    class Meta:
        model = Theme
        fields = ["name", "description"]
        widgets = {"description": forms.Textarea({"rows": 3})}


def create(*, actor: Any, home: Any, **values: Any) -> Theme:
    return themes.create(actor=actor, space=home, **values)


def change(*, actor: Any, row: Theme, version: int | None, **values: Any) -> Theme:
    return themes.change(actor=actor, theme=row, version=version, **values)


def remove(*, actor: Any, row: Theme, version: int | None) -> None:
    themes.remove(actor=actor, theme=row, version=version)


def look_up(request: HttpRequest, rows: list[Any]) -> None:
    found = theme_sums.of(request)
    for row in rows:
        row.sums, row.currency = found.sums.of(row.pk), found.money.currency
        row.records = found.asked.url("alignment_records", theme=row.pk)


def detail(request: HttpRequest, row: Theme) -> dict[str, Any]:
    found = theme_sums.of(request)
    one = found.sums.of(row.pk)
    return {
        "figures": theme_sums.figures(found, row), "basis": alignment.basis(found.work, found.asked), "lines": theme_sums.lines(found, one),
        "records": found.asked.url("alignment_records", theme=row.pk) if one.amount else "", "how": theme_sums.HOW,
        "work_state": theme_sums.state(one.state), "money_state": theme_sums.state(one.money_state),
        "projects": [alignment_money.share(found.money, share) for share in one.shares[: alignment.MOST]], "left": max(0, len(one.shares) - alignment.MOST),
    }  # fmt: skip


noun = Noun(
    slug="themes", model=Theme, one=_("theme"), many=_("Themes"), purpose=_("What the objectives are about, over many periods."),
    columns=(
        Column("name", _("Theme"), lambda r: r.name, "name", is_title=True),
        Column("objectives", _("Objectives"), lambda r: len(r.sums.objectives), is_number=True),
        Column("work", _("Share of the work"), theme_sums.share, is_number=True),
        Column("intended", _("Intended"), lambda r: charts.percent(r.sums.intended / 100) if r.sums.intended else "–", is_number=True),
        Column("state", _("State"), lambda r: theme_sums.state(r.sums.state)),
        Column("money", _("Money"), lambda r: money.money(r.sums.money, r.currency) if r.sums.money else "–", is_number=True),
        Column("money_share", _("Share of the money"), lambda r: charts.percent(r.sums.money_share) if r.sums.money_share is not None else "–", is_number=True),
    ),
    facts=(Fact(_("Where"), lambda r: r.space.name),), related=("space",),
    search=("name", "description"), order="name", text="description", permission=Permission.EDIT_STRATEGY, form=ThemeForm, create=create,
    change=change, remove=remove, home_kinds=("organisation", "portfolio", "product"), is_at_home_in_root=True, look_up=look_up, detail=detail,
    list_extra=theme_sums.above, list_template="strategy/themes.html", list_stands=True, how=theme_sums.HOW,
    detail_template="strategy/theme.html", detail_stands=True, names={"new": _("New theme")},
)  # fmt: skip
urls = generic.urls(noun)
