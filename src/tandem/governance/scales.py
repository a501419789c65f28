"""Which scale holds where: that of the space itself, else of the nearest one above, else the usual one."""

from collections.abc import Iterable

from tandem.governance.assessing import Scale
from tandem.governance.models import RiskScale
from tandem.people.models import Space


def plain(row: RiskScale) -> Scale:
    return Scale(
        tuple(row.probabilities), tuple(row.days), tuple(row.money), row.currency, row.medium_from, row.high_from, dict(row.silence)
    )  # fmt: skip


def rows_for(space_ids: Iterable[int]) -> dict[int, RiskScale | None]:
    """By space the row that holds there; two queries, however many."""
    wanted = set(space_ids)
    if not wanted:
        return {}
    known = {row.space_id: row for row in RiskScale.objects.all()}
    parents = dict(Space.objects.values_list("id", "parent_id")) if known else {}

    def nearest(at: int | None) -> RiskScale | None:
        while at is not None:
            if at in known:
                return known[at]
            at = parents.get(at)
        return None

    return {space: nearest(space) for space in wanted}


def scales_for(space_ids: Iterable[int]) -> dict[int, Scale]:
    usual = plain(RiskScale())
    return {space: plain(row) if row else usual for space, row in rows_for(space_ids).items()}


def scale_of(space_id: int) -> Scale:
    return scales_for([space_id])[space_id]
