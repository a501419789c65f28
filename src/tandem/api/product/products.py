"""Products, and the order of their features."""

from typing import Any

from tandem.api import generic
from tandem.api.portfolio.owned import routes_of
from tandem.api.product import feedback_groups
from tandem.api.shapes import Ids, body, words
from tandem.kit.errors import Refused
from tandem.product.actions import products, rankings
from tandem.product.models import Feature, Product

NOUN, router = routes_of("products", Product, "product", products.create, products.change, "description owner vision positioning", "vision positioning")


def _rank(*, actor: Any, product: Product, feature_ids: list[int], reason: str) -> Product:
    """In the order in which they were sent."""
    rows = Feature.objects.visible_to(actor).in_bulk(feature_ids)
    if len(rows) != len(set(feature_ids)):
        raise Refused("reference_unknown", field="feature_ids")
    rankings.adopt(actor=actor, product=product, features=[rows[pk] for pk in feature_ids], reason=reason)
    return product


generic.adds(router, NOUN, "rankings", body("ProductRanking", Product, "", feature_ids=Ids, reason=words(500, 1)), _rank)
feedback_groups.add_routes(router, NOUN)
