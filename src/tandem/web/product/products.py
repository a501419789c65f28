"""Products: what each still owes and what it delivered last."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from tandem.people.access import Permission
from tandem.product.actions import products
from tandem.product.models import Product
from tandem.reports.queries import roadmap
from tandem.reports.queries.roadmap_rows import worst_first
from tandem.web import generic
from tandem.web.portfolio import benefit_panel
from tandem.web.portfolio.owners import noun_for
from tandem.web.product import roadmap_lines as lines
from tandem.web.strategy import contributing

_TO_COME, _DELIVERED = 20, 5


def create(*, actor: Any, home: Any, **values: Any) -> Product:
    return products.create(actor=actor, parent=home, **values)


def change(*, actor: Any, row: Product, version: int | None, **values: Any) -> Product:
    return products.change(actor=actor, product=row, version=version, **values)


def detail(request: HttpRequest, row: Product) -> dict[str, Any]:
    read = roadmap.read(request.user, product_id=row.pk)
    to_come = worst_first([r for r in read.rows if not r.done_on])
    delivered = sorted((r for r in read.rows if r.done_on), key=lambda r: (r.done_on, r.title), reverse=True)
    return {
        "serves": contributing.of(request, row), **benefit_panel.of(request, row), "sentence": lines.sentence(read), "roadmap_url": f"{reverse('roadmap')}?product={row.pk}",
        "to_come": [lines.line(r) for r in to_come[:_TO_COME]], "to_come_count": len(to_come),
        "delivered": [lines.line(r) for r in delivered[:_DELIVERED]], "delivered_count": len(delivered),
    }  # fmt: skip


noun = noun_for(
    slug="products", model=Product, one=_("product"), many=_("Products"), new=_("New product"),
    purpose=_("What we offer, over many projects and years."), detail=detail, detail_template="product/product.html",
    extra=("vision", "positioning"), permission=Permission.EDIT_PRODUCT, kinds=("organisation", "portfolio"), create=create, change=change,
)  # fmt: skip
urls = generic.urls(noun)
