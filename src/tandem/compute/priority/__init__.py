"""What comes first, and why: known scores, own formulas, ballots of many. Light: any app may import it.

    from tandem.compute.priority import formula, rank, columns
    from tandem.compute.priority.ballots import schulze, Ballot

Ballots and disagreement need NumPy and are imported by name."""

from tandem.compute.priority.check import Formula, check, names, scored
from tandem.compute.priority.functions import NUMBER, TEXT, TRUTH, Type
from tandem.compute.priority.kano import KanoResult, kano
from tandem.compute.priority.methods import METHODS, Method, method, quadrants
from tandem.compute.priority.moscow import Moscow, Wish, moscow
from tandem.compute.priority.ranking import Ranked, Ranking, rank
from tandem.compute.priority.units import Unit, unit

__all__ = [
    "METHODS", "NUMBER", "TEXT", "TRUTH", "Formula", "KanoResult", "Method", "Moscow", "Ranked", "Ranking", "Type",
    "Unit", "Wish", "check", "kano", "method", "moscow", "names", "quadrants", "rank", "scored", "unit",
]  # fmt: skip
