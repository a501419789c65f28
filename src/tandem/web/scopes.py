"""The scope switcher: what the person may look at, from the organisation down, each with the page that shows it best."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _

from tandem.people.models import Space
from tandem.portfolio.models import Portfolio, Programme, Project
from tandem.product.models import Product
from tandem.web.templating import url

# more than that is found by the palette
MOST_OF_A_KIND = 40


@login_required
def scopes(request: HttpRequest) -> HttpResponse:
    user, page = request.user, request.GET.get("page", "")
    groups = [
        (_("Portfolios"), _detailed(Portfolio, user, "portfolios_detail")),
        (_("Programmes"), _detailed(Programme, user, "programmes_detail")),
        (_("Projects"), [(name, url("plan" if page == "plan" else "board", key=key)) for name, key in _named(Project, user, "space__key")]),
        (_("Products"), [(name, f"{url('roadmap')}?product={pk}") for name, pk in _named(Product, user, "pk")]),
    ]  # fmt: skip
    return render(request, "scopes.html", {"groups": [(title, rows) for title, rows in groups if rows]})


def _detailed(model: Any, user: Any, page: str) -> list[tuple[str, str]]:
    return [(name, url(page, id=pk)) for name, pk in _named(model, user, "pk")]


def _named(model: Any, user: Any, field: str) -> Any:
    return model.objects.visible_to(user).order_by("name").values_list("name", field)[:MOST_OF_A_KIND]


def name_of(request: HttpRequest) -> str:
    """The project whose board or plan is shown; empty elsewhere."""
    found = request.resolver_match
    key = found.kwargs.get("key", "") if found and found.url_name in ("board", "plan") else ""
    if not key:
        return ""
    return Space.objects.visible_to(request.user).filter(key=key).values_list("name", flat=True).first() or ""


urls = [path("scopes/", scopes, name="scopes")]
