"""Products."""

from tandem.api.portfolio.owned import routes_of
from tandem.product.actions import products
from tandem.product.models import Product

NOUN, router = routes_of("products", Product, "product", products.create, products.change)
