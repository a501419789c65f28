"""Products, features, releases, promises."""

from tandem.product.models.feature import Feature
from tandem.product.models.product import Product
from tandem.product.models.promise import Promise
from tandem.product.models.release import Release
from tandem.product.models.roadmap_share import RoadmapShare
from tandem.product.models.scope import Scope

__all__ = ["Feature", "Product", "Promise", "Release", "RoadmapShare", "Scope"]
