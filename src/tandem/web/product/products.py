"""Products."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from tandem.people.access import Permission
from tandem.product.actions import products
from tandem.product.models import Product
from tandem.web import generic
from tandem.web.portfolio.owners import noun_for


def create(*, actor: Any, home: Any, **values: Any) -> Product:
    return products.create(actor=actor, parent=home, **values)


def change(*, actor: Any, row: Product, version: int | None, **values: Any) -> Product:
    return products.change(actor=actor, product=row, version=version, **values)


noun = noun_for(
    slug="products", model=Product, one=_("product"), many=_("Products"), new=_("New product"),
    purpose=_("What we offer, over many projects and years."),
    permission=Permission.EDIT_PRODUCT, kinds=("organisation", "portfolio"), create=create, change=change,
)  # fmt: skip
urls = generic.urls(noun)
