"""Links by which a roadmap is read without an account: made, listed, taken back, and what they show."""

from datetime import timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from tandem.kit import clock
from tandem.kit.errors import Hidden
from tandem.kit.ids import digest
from tandem.people.access import Permission, may, spaces_where
from tandem.product.actions import roadmaps
from tandem.product.models import Product, RoadmapEdition, RoadmapShare
from tandem.product.models.roadmap_edition import told_below
from tandem.reports.queries import roadmap as reads
from tandem.web import doors
from tandem.web.product import roadmap_editions
from tandem.web.product.roadmap_asked import asked_in
from tandem.web.product.roadmap_shown import shown, switches

_KEPT = ("view", "scale", "sort", "past")
"""What a link remembers of the page on which it was made."""


@login_required
def shares(request: HttpRequest) -> HttpResponse:
    """The links that work; a new one shows its address once."""
    user, secret = request.user, ""
    mine = spaces_where(user, Permission.SHARE)
    products = list(Product.objects.visible_to(user).in_spaces(mine).select_related("space").order_by("name"))
    editions = list(RoadmapEdition.objects.visible_to(user).in_spaces(mine).with_space().order_by("name", "id"))
    if request.method == "POST":
        wanted = request.POST.get("edition", "")
        edition = _chosen(editions, wanted)
        if wanted and edition is None:
            raise Hidden
        shown_space = edition or _chosen(products, request.POST.get("product", ""))
        if shown_space is None:
            raise Hidden
        _row, token = roadmaps.share(
            actor=user, space=shown_space.space, edition=edition, query=_kept(request.POST.get("query", "")), expires_at=_end(request)
        )
        secret = request.build_absolute_uri(reverse("roadmap_shared", kwargs={"token": token}))
    rows = RoadmapShare.objects.visible_to(user).in_spaces(mine).usable().select_related("space", "created_by", "edition")
    return render(request, "product/roadmap_shares.html", {
        "products": products, "editions": editions, "edition": request.GET.get("edition", ""), "secret": secret, "shares": list(rows.order_by("-id")), "lengths": _lengths(),
        "chosen": request.GET.get("product", ""), "query": request.GET.urlencode(),
    })  # fmt: skip


def _chosen(rows: list[Any], text: str) -> Any:
    return next((row for row in rows if str(row.pk) == text), None)


def _lengths() -> list[tuple[int, str]]:
    return [(30, _("for 30 days")), (90, _("for 90 days")), (365, _("for a year")), (0, _("until it is taken back"))]


def _end(request: HttpRequest) -> Any:
    """Ninety days unless another of the offered lengths was chosen; a link is not forgotten for ever by default."""
    text = request.POST.get("days", "90")
    days = next((known for known, _text in _lengths() if str(known) == text), 90)
    return clock.now() + timedelta(days=days) if days else None


def _kept(query: str) -> str:
    asked = QueryDict(query[:500])
    kept = QueryDict(mutable=True)
    kept.update({name: asked[name] for name in _KEPT if asked.get(name)})
    return kept.urlencode()


@login_required
def share_removal(request: HttpRequest, id: int) -> HttpResponse:
    row = doors.find(RoadmapShare.objects, request.user, pk=id)
    if request.method == "POST":
        roadmaps.unshare(actor=request.user, row=row)
    return doors.go_to(request, reverse("roadmap_shares"), _("The link no longer works."))


@never_cache
@require_GET
def shared(request: HttpRequest, token: str) -> HttpResponse:
    """Read-only and without an account: one product, or an edition, as the person who shared it sees it now."""
    # house: reads — the token is the permission
    share = RoadmapShare.objects.select_related("space", "created_by", "edition").filter(digest=digest(token)).first()
    if share is None or not share.is_usable or not may(share.created_by, Permission.SHARE, share.space_id):
        raise Hidden
    response = _edition(request, share) if share.edition else _product(request, share)
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "no-referrer"
    return response


def _edition(request: HttpRequest, share: RoadmapShare) -> HttpResponse:
    """What the edition tells and nothing else: of the address only the layout counts. Of a confidential place nothing leaves
    the house, not even the name of the edition."""
    edition = share.edition
    assert edition is not None
    if share.space_id not in told_below(share.space_id):
        raise Hidden
    view = "horizons" if request.GET.get("view") == "horizons" else "dates"
    language = translation.get_language() if edition.language == RoadmapEdition.Language.READER else edition.language
    with translation.override(language):
        return render(request, "product/edition_shared.html", roadmap_editions.drawn(share.created_by, edition, view))


def _product(request: HttpRequest, share: RoadmapShare) -> HttpResponse:
    """No names of receivers, owners, teams or single work items, and of the objectives only those of the product and of
    the spaces above it."""
    roadmap = reads.read(share.created_by, space_id=share.space_id)
    public = reads.above(share.space)
    roadmap.objectives = [o for o in roadmap.objectives if o.space_id in public]
    for row in roadmap.rows:
        row.items, row.owner, row.team = {}, "", ""
    query = QueryDict(share.query, mutable=True)
    for name, value in request.GET.items():
        query[name] = value
    query["group"] = "objective"
    asked = asked_in(query)
    context = shown(roadmap, asked) | switches(query, asked) | {"product": share.space.name}
    return render(request, "product/roadmap_shared.html", context)


urls = [
    path("roadmap/shares/", shares, name="roadmap_shares"),
    path("roadmap/shares/<int:id>/removals/", share_removal, name="roadmap_share_removals"),
    path("shared/roadmap/<str:token>/", shared, name="roadmap_shared"),
]
