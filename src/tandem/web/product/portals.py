"""The portal of a product from inside: its address and settings, and what waits to be let through."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tandem.kit.text import whole_number
from tandem.people.access import Permission, may
from tandem.product.actions import portals
from tandem.product.models import Feedback, Portal, PortalComment, Product
from tandem.web import doors

SHOWN = 100


@login_required
def portal(request: HttpRequest, id: int) -> HttpResponse:
    user: Any = request.user
    product = doors.find(Product.objects, user, pk=id)
    row = Portal.objects.visible_to(user).open().filter(product=product).first()
    request.live_topics = [f"space:{product.space_id}"]  # type: ignore[attr-defined]
    waiting = Feedback.objects.visible_to(user).waiting().filter(product=product).order_by("id")
    comments = PortalComment.objects.visible_to(user).filter(feedback__product=product).select_related("feedback")
    context = {
        "product": product, "portal": row, "waiting": list(waiting[:SHOWN]), "comments": list(comments.waiting().order_by("id")[:SHOWN]),
        "shown": list(comments.shown().order_by("-id")[:20]), "topic": f"space:{product.space_id}",
        "address": request.build_absolute_uri(reverse("portal_shared", kwargs={"token": row.token})) if row else "",
        "may_share": may(user, Permission.SHARE, product.space_id), "may_edit": may(user, Permission.EDIT_PRODUCT, product.space_id),
    }  # fmt: skip
    return render(request, "product/portal.html", context)


@login_required
@require_POST
def settings(request: HttpRequest, id: int) -> HttpResponse:
    """Open it, change it, close it."""
    user: Any = request.user
    product = doors.find(Product.objects.select_related("space"), user, pk=id)
    given = {"intro": request.POST.get("intro", "")[:2000], **{name: request.POST.get(name) == "on" for name in ("is_indexed", "is_embeddable")}}
    here, do = reverse("portal", kwargs={"id": product.pk}), request.POST.get("do")
    if do == "open":
        portals.open_portal(actor=user, product=product, **given)
        return doors.go_to(request, here, _("The portal is open."))
    row = doors.find(Portal.objects, user, product=product)
    if do == "close":
        portals.close(actor=user, portal=row)
        return doors.go_to(request, here, _("The address no longer works."))
    portals.change(actor=user, portal=row, version=doors.version_in(request), **given)
    return doors.go_to(request, here, _("Saved."))


@login_required
@require_POST
def verdicts(request: HttpRequest, id: int) -> HttpResponse:
    """Let an entry or a comment through, or turn it away."""
    user: Any = request.user
    product = doors.find(Product.objects, user, pk=id)
    here, is_shown = reverse("portal", kwargs={"id": product.pk}), request.POST.get("do") == "show"
    if number := whole_number(request.POST.get("comment", "")):
        comment = doors.find(PortalComment.objects.filter(feedback__product=product), user, pk=number)
        portals.decide_comment(actor=user, comment=comment, is_shown=is_shown)
    else:
        row = doors.find(Feedback.objects.filter(product=product), user, pk=whole_number(request.POST.get("entry", "")) or 0)
        portals.decide(actor=user, feedback=row, is_shown=is_shown)
    return doors.go_to(request, here, _("It stands on the portal.") if is_shown else _("It stays inside."))


urls = [
    path("products/<int:id>/portal/", portal, name="portal"),
    path("products/<int:id>/portal-settings/", settings, name="portal_settings"),
    path("products/<int:id>/portal-verdicts/", verdicts, name="portal_verdicts"),
]
