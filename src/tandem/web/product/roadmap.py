"""The roadmap page: promise against forecast for every feature and release, by time or by horizon."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from tandem.people.access import Permission, spaces_where
from tandem.people.models import Team
from tandem.reports.queries import roadmap as reads
from tandem.web import standing
from tandem.web.product import roadmap_peek, roadmap_shares
from tandem.web.product.roadmap_asked import asked_in
from tandem.web.product.roadmap_shown import group_words, shown, switch, switches, with_


@login_required
@require_GET
@standing.page
def page(request: HttpRequest) -> HttpResponse:
    asked = asked_in(request.GET)
    roadmap = reads.read(request.user, product_id=asked.product, team_id=asked.team)
    request.live_topics = [f"space:{p.space_id}" for p in roadmap.products]  # type: ignore[attr-defined]
    teams = list(Team.objects.visible_to(request.user).order_by("name"))
    context = shown(roadmap, asked) | switches(request.GET, asked) | {
        "groups_menu": switch(request.GET, "group", list(group_words().items()), asked.group),
        "products_menu": _choices(request.GET, "product", roadmap.products, asked.product, _("All products")),
        "teams_menu": _choices(request.GET, "team", teams, asked.team, _("All teams")),
        "may_promise": bool(spaces_where(request.user, Permission.GIVE_PROMISE)),
        "may_create": bool(spaces_where(request.user, Permission.EDIT_PRODUCT)),
        "may_share": bool(spaces_where(request.user, Permission.SHARE)),
        "topics": " ".join(request.live_topics),  # type: ignore[attr-defined]
        "here": request.get_full_path(),
        "sort_url": with_(request.GET, sort="" if asked.sort == "slip" else "slip"),
        "past_url": with_(request.GET, past="" if asked.past else "1"),
        "share_query": request.GET.urlencode(),
    }  # fmt: skip
    return render(request, "product/roadmap.html", context)


def _choices(query: QueryDict, name: str, rows: list[Any], current: int | None, everything: str) -> dict[str, Any]:
    entries = [{"label": everything, "href": with_(query, **{name: ""}), "current": current is None}]
    entries += [
        {"label": r.name, "href": with_(query, **{name: str(r.pk)}), "current": r.pk == current} for r in rows
    ]
    return {"text": next((e["label"] for e in entries if e["current"]), everything), "entries": entries}


urls = [path("roadmap/", page, name="roadmap"), *roadmap_peek.urls, *roadmap_shares.urls]
