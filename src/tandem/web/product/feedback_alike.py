"""What reads alike: proposed while somebody types, on the page of an entry, and as groups to take up."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tandem.kit.text import has_controls, whole_number
from tandem.people.access import Permission, may
from tandem.product.actions import feedback_groups
from tandem.product.models import Feedback, Product
from tandem.reports.queries import feedback_alike as reads
from tandem.web import doors

MOST_TYPED = 2_000


@login_required
@require_GET
def suggestions(request: HttpRequest) -> HttpResponse:
    """A fragment: entries of the product that read like what stands in the form. Nothing for too few words."""
    chosen = request.GET.get("product", "")
    if not chosen:
        return render(request, "product/feedback_suggestions.html", {"found": []})
    product = doors.find(Product.objects, request.user, pk=whole_number(chosen) or 0)
    title, text = (request.GET.get(name, "")[:MOST_TYPED] for name in ("title", "text"))
    found = [] if has_controls(title + text) else reads.alike(request.user, product, reads.words(title, text) if text else title)
    return render(request, "product/feedback_suggestions.html", {"found": found})


@login_required
def groups(request: HttpRequest) -> HttpResponse:
    """Entries that no feature answers yet, by what reads alike: an idea of each, or one entry for all."""
    user = request.user
    products = list(Product.objects.visible_to(user).order_by("name", "id"))
    chosen = request.GET.get("product", "")
    product = next((p for p in products if str(p.pk) == chosen), products[0] if products and not chosen else None)
    if product is None and products:
        product = doors.find(Product.objects, user, pk=whole_number(chosen) or 0)
    asked = request.GET.get("from", "")
    at_least = next((one for one in reads.THRESHOLDS if str(one) == asked), reads.GROUP_FROM)
    found = reads.groups(user, product, at_least=at_least) if product else None
    context = {
        "products": products, "product": product, "found": found, "at_least": at_least, "thresholds": reads.THRESHOLDS,
        "may_edit": product is not None and may(user, Permission.EDIT_PRODUCT, product.space_id),
    }  # fmt: skip
    return render(request, "product/feedback_groups.html", context)


@login_required
@require_POST
def taken(request: HttpRequest, id: int) -> HttpResponse:
    """A group becomes an idea, or one entry."""
    user: Any = request.user
    product = doors.find(Product.objects, user, pk=id)
    ids = [number for text in request.POST.getlist("entry")[: feedback_groups.MOST + 1] if (number := whole_number(text))]
    entries = list(Feedback.objects.visible_to(user).filter(pk__in=ids, product=product).order_by("id"))
    here = f"{reverse('feedback_groups')}?product={product.pk}"
    if len(ids) == 1 and request.POST.get("do") == "idea":  # from the page of the entry: on to what was made of it
        feature = feedback_groups.accept(actor=user, product=product, entries=entries, title=request.POST.get("title", ""))
        return doors.go_to(request, reverse("features_detail", kwargs={"id": feature.pk}), _("The idea answers it now."))
    if request.POST.get("do") == "unite":
        into = doors.find(Feedback.objects, user, pk=whole_number(request.POST.get("into", "")) or 0)
        kept = feedback_groups.unite(actor=user, product=product, entries=entries, into=into)
        return doors.go_to(request, here, _("They are one entry now: %(title)s") % {"title": kept.title})
    feature = feedback_groups.accept(actor=user, product=product, entries=entries, title=request.POST.get("title", ""))
    undo = reverse("features_removals", kwargs={"id": feature.pk})
    return doors.done(request, here, _("The idea “%(title)s” answers them now.") % {"title": feature.title}, undo)


urls = [
    path("feedback/alike/", suggestions, name="feedback_alike"),
    path("feedback/groups/", groups, name="feedback_groups"),
    path("products/<int:id>/feedback-groups/", taken, name="feedback_groups_taken"),
]
