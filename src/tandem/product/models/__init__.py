"""Products, features, releases, promises, and what comes first."""

from tandem.product.models.ballot import Ballot, Vote, Voter
from tandem.product.models.discovery import Competitor, Persona, ResearchNote
from tandem.product.models.experiment import Experiment
from tandem.product.models.feature import Feature
from tandem.product.models.product import Product
from tandem.product.models.promise import Promise
from tandem.product.models.release import Release
from tandem.product.models.roadmap_share import RoadmapShare
from tandem.product.models.scope import Scope
from tandem.product.models.score import Score
from tandem.product.models.scoring_model import ScoringModel

__all__ = [
    "Ballot", "Competitor", "Experiment", "Feature", "Persona", "Product", "Promise", "Release", "ResearchNote", "RoadmapShare", "Scope", "Score",
    "ScoringModel", "Vote", "Voter",
]  # fmt: skip
