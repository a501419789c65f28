"""Portfolios."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from tandem.people.access import Permission
from tandem.portfolio.actions import portfolios
from tandem.portfolio.models import Portfolio
from tandem.web import generic
from tandem.web.generic import Fact
from tandem.web.portfolio import benefit_panel
from tandem.web.portfolio.owners import noun_for
from tandem.web.strategy import contributing


def create(*, actor: Any, home: Any, **values: Any) -> Portfolio:
    return portfolios.create(actor=actor, parent=home, **values)


def change(*, actor: Any, row: Portfolio, version: int | None, **values: Any) -> Portfolio:
    return portfolios.change(actor=actor, portfolio=row, version=version, **values)


def detail(request: HttpRequest, row: Portfolio) -> dict[str, Any]:
    return {"serves": contributing.of(request, row), **benefit_panel.of(request, row)}


noun = noun_for(
    slug="portfolios", model=Portfolio, one=_("portfolio"), many=_("Portfolios"), new=_("New portfolio"),
    purpose=_("Projects and programmes that are chosen and watched together."),
    permission=Permission.EDIT_PORTFOLIO, kinds=("organisation",), create=create, change=change,
    detail=detail, detail_template="portfolio/portfolio.html",
    extra=("discount_rate", "currency"), facts=(Fact(_("Discount rate"), lambda r: f"{r.discount_rate.normalize():f} %"), Fact(_("Currency"), lambda r: r.currency)),
)  # fmt: skip
urls = generic.urls(noun)
