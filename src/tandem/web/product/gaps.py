"""What a product builds that nobody asked for, and what is asked of it that nobody builds."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from tandem.product.models import Product
from tandem.reports.queries import gaps as reads
from tandem.reports.queries.gaps import Gaps
from tandem.web import doors


@login_required
@require_GET
def page(request: HttpRequest, id: int) -> HttpResponse:
    user: Any = request.user
    product = doors.find(Product.objects.select_related("space"), user, pk=id)
    found = reads.read(user, product)
    spaces = {product.space_id} | {one.project.space_id for one in found.loose}
    request.live_topics = topics = [f"space:{pk}" for pk in sorted(spaces)]  # type: ignore[attr-defined]
    return render(request, "product/gaps.html", {"row": product, "found": found, "topics": " ".join(topics), "sentence": _sentence(found)})


def _sentence(found: Gaps) -> str:
    if found.is_empty:
        return _("Nothing to compare yet: the product has no open feature, no work and no feedback that you may see.")
    built, asked = [], []
    if found.idle_count:
        built.append(ngettext("%(n)s feature", "%(n)s features", found.idle_count) % {"n": found.idle_count})
    if found.loose_count:
        built.append(ngettext("%(n)s open work item", "%(n)s open work items", found.loose_count) % {"n": found.loose_count})
    if found.waiting_count:
        asked.append(ngettext("%(n)s feature without work", "%(n)s features without work", found.waiting_count) % {"n": found.waiting_count})
    if found.unlinked_count:
        asked.append(ngettext("%(n)s entry that no feature answers", "%(n)s entries that no feature answers", found.unlinked_count) % {"n": found.unlinked_count})
    parts = []
    if built:
        parts.append(_("Nobody asked for %(what)s.") % {"what": " + ".join(built)})
    if asked:
        parts.append(_("Asked for and not built: %(what)s.") % {"what": " + ".join(asked)})
    return " ".join(parts) or _("Everything that is built was asked for, and what was asked for is built.")


urls = [path("products/<int:id>/gaps/", page, name="product_gaps")]
