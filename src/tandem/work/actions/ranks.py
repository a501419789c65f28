"""Where a work item stands among the others of its space: ranks are numbers with room between them."""

from typing import Any

from django.db.models import F, Q

from tandem.kit.errors import Refused
from tandem.people.models import Space
from tandem.work.models import WorkItem

STEP = 1024.0
# below this distance halving would soon run out of digits
_CLOSE = 1e-6
_FEW, _MOST = 64, 4096


def behind(space_id: int, after: WorkItem | None, moved: WorkItem) -> float:
    """The rank right behind `after`; before everything when that is None. Called inside the move's transaction."""
    rows = WorkItem.objects.filter(space_id=space_id).exclude(pk=moved.pk)
    if after is None:
        first = rows.order_by("rank").values_list("rank", flat=True).first()
        return (first if first is not None else STEP) - STEP
    if after.space_id != space_id:
        raise Refused("other_space", field="after")
    following = _following(rows, after).values_list("rank", flat=True).first()
    if following is None:
        return after.rank + STEP
    return (after.rank + following) / 2 if following - after.rank > _CLOSE else _make_room(rows, after)


def _following(rows: Any, after: WorkItem) -> Any:
    same = Q(rank=after.rank, id__gt=after.pk)
    return rows.filter(Q(rank__gt=after.rank) | same).order_by("rank", "id")


def _make_room(rows: Any, after: WorkItem) -> float:
    """The next rows move up a little, as few of them as needed; nobody sees it, so it is no event."""
    Space.objects.select_for_update(no_key=True).get(pk=after.space_id)
    after.refresh_from_db(fields=["rank"])
    count = _FEW
    while True:
        near = list(_following(rows, after).only("id", "rank")[: count + 1])
        if len(near) <= count:
            step = STEP
            break
        beyond = near.pop()
        step = (beyond.rank - after.rank) / (count + 2)
        if step > _CLOSE * 1000:
            break
        if count >= _MOST:  # thousands of equal ranks: what lies beyond moves as a whole
            step = STEP
            break
        count *= 4
    if len(near) == count and step == STEP:
        _shift(rows, near, after.rank + STEP * (count + 2))
    for place, row in enumerate(near, 2):
        row.rank = after.rank + place * step
    WorkItem.objects.bulk_update(near, ["rank"], batch_size=1000)
    return after.rank + step


def _shift(rows: Any, near: list[WorkItem], least: float) -> None:
    rest = _following(rows, near[-1])
    first = rest.values_list("rank", flat=True).first()
    if first is not None and first < least:
        rest.order_by().update(rank=F("rank") + (least - first))
