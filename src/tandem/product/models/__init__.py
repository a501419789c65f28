"""Products, features, releases, promises, feedback and who gives it."""

from tandem.product.models.customer import Customer, Segment
from tandem.product.models.feature import Feature
from tandem.product.models.feedback import Feedback, FeedbackLetter, FeedbackLink, FeedbackVote
from tandem.product.models.portal import Portal, PortalComment
from tandem.product.models.product import Product
from tandem.product.models.promise import Promise
from tandem.product.models.release import Release
from tandem.product.models.roadmap_share import RoadmapShare
from tandem.product.models.scope import Scope

__all__ = [
    "Customer", "Feature", "Feedback", "FeedbackLetter", "FeedbackLink", "FeedbackVote", "Portal", "PortalComment", "Product", "Promise", "Release",
    "RoadmapShare", "Scope", "Segment",
]  # fmt: skip
