"""Programmes."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from tandem.people.access import Permission
from tandem.portfolio.actions import programmes
from tandem.portfolio.models import Programme
from tandem.web import generic
from tandem.web.portfolio import benefit_panel
from tandem.web.portfolio.owners import noun_for
from tandem.web.strategy import contributing


def create(*, actor: Any, home: Any, **values: Any) -> Programme:
    return programmes.create(actor=actor, parent=home, **values)


def change(*, actor: Any, row: Programme, version: int | None, **values: Any) -> Programme:
    return programmes.change(actor=actor, programme=row, version=version, **values)


def detail(request: HttpRequest, row: Programme) -> dict[str, Any]:
    return {"serves": contributing.of(request, row), **benefit_panel.of(request, row)}


noun = noun_for(
    slug="programmes", model=Programme, one=_("programme"), many=_("Programmes"), new=_("New programme"),
    purpose=_("Projects that only together bring their benefit."),
    permission=Permission.EDIT_PORTFOLIO, kinds=("organisation", "portfolio"), create=create, change=change,
    detail=detail, detail_template="portfolio/owner.html",
)  # fmt: skip
urls = generic.urls(noun)
