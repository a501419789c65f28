"""What reads alike, in English and Chinese, without a model: near-duplicates, groups, and the likes of one text.

    from tandem.compute.likeness import Index, groups, pairs

Any app may import it; the compiled loops are loaded on first use."""

from tandem.compute.likeness.calibration import Calibration, Point, calibrate, disturbed
from tandem.compute.likeness.groups import Group, Pair, groups, pairs
from tandem.compute.likeness.index import ALIKE, SAME, Alike, Index

__all__ = [
    "ALIKE", "SAME", "Alike", "Calibration", "Group", "Index", "Pair", "Point", "calibrate", "disturbed", "groups",
    "pairs",
]  # fmt: skip
