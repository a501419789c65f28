"""Every page's address."""

from django.shortcuts import render
from django.urls import URLPattern, path

from tandem.web import home, palette
from tandem.web.collaboration import jobs
from tandem.web.people import account, people, teams
from tandem.web.portfolio import portfolios, programmes, projects
from tandem.web.product import features, products, promises, releases
from tandem.web.strategy import objectives
from tandem.web.work import boards, calendars, plans, work_item, work_items


def _styleguide(request):  # type: ignore[no-untyped-def]
    return render(request, "styleguide.html")


urlpatterns: list[URLPattern] = [
    *home.urls, *palette.urls, *account.urls, *people.urls, *teams.urls, *objectives.urls, *portfolios.urls, *programmes.urls,
    *projects.urls, *products.urls, *features.urls, *releases.urls, *promises.urls, *work_items.urls, *work_item.urls, *boards.urls, *plans.urls,
    *calendars.urls, *jobs.urls,
    path("styleguide/", _styleguide, name="styleguide"),
]  # fmt: skip

import importlib, importlib.util  # noqa

for _m, _names in {
    "tandem.web.product.roadmap": [("roadmap/", "roadmap")],
    "tandem.web.exchange.imports": [("imports/", "imports"), ("imports/new/", "imports_new")],
}.items():
    if importlib.util.find_spec(_m):
        urlpatterns += importlib.import_module(_m).urls
    else:
        urlpatterns += [path(a, _styleguide, name=n) for a, n in _names]
