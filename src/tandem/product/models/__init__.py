"""Products, features, releases, promises, feedback and who gives it, and what comes first."""

from tandem.product.models.ballot import Ballot, Vote, Voter
from tandem.product.models.customer import Customer, Segment
from tandem.product.models.discovery import Competitor, Persona, ResearchNote
from tandem.product.models.experiment import Experiment
from tandem.product.models.feature import Feature
from tandem.product.models.feedback import Feedback, FeedbackLetter, FeedbackLink, FeedbackVote
from tandem.product.models.portal import Portal, PortalComment
from tandem.product.models.product import Product
from tandem.product.models.promise import Promise
from tandem.product.models.release import Release
from tandem.product.models.release_check import ReleaseCheck
from tandem.product.models.roadmap_edition import RoadmapEdition
from tandem.product.models.roadmap_share import RoadmapShare
from tandem.product.models.scope import Scope
from tandem.product.models.score import Score
from tandem.product.models.scoring_model import ScoringModel

__all__ = [
    "Ballot", "Competitor", "Customer", "Experiment", "Feature", "Feedback", "FeedbackLetter", "FeedbackLink", "FeedbackVote", "Persona", "Portal", "PortalComment",
    "Product", "Promise", "Release", "ReleaseCheck", "ResearchNote", "RoadmapEdition", "RoadmapShare", "Scope", "Score", "ScoringModel", "Segment", "Vote", "Voter",
]  # fmt: skip
