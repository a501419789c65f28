"""Moving a window of the roadmap as a way out: nothing is done sooner by it; what was told to others is no longer kept, and that is its price."""

from datetime import date
from typing import Any

from django.db.models import Q

from tandem.planning.models import PlanConflict
from tandem.product.models import Feature, Promise
from tandem.strategy.models import Contribution, Objective

MOST = 12
_FEATURE = Feature._meta.label_lower


def way(conflict: PlanConflict, until: date) -> dict[str, Any]:
    """To the day on which the plan ends its work. `promises` and `aims`: open promises about it, and objectives that it serves, whose day
    is before that, each with how many days."""
    return {
        "code": "window", "item": None, "other": None, "other_space": None, "user": None, "slots": 0, "units": 0, "equipment": None, "extra": [], "until": until.isoformat(),
        "delay": 0, "capacity": 0, "promise": 0, "moves": 0, "later": [], "dates": {}, "window": [conflict.subject_kind, conflict.subject_id],
        "promises": _promises(conflict, until), "aims": _aims(conflict, until),
    }  # fmt: skip


def _promises(conflict: PlanConflict, until: date) -> list[list[int]]:
    """Of a release also those about what goes out with it."""
    pk = conflict.subject_id
    about = Q(feature=pk) if conflict.subject_kind == _FEATURE else Q(release=pk) | Q(feature__release=pk)
    rows = Promise.objects.open().filter(about, date__lt=until).order_by("date", "id").values_list("id", "date")
    return [[promise, (until - day).days] for promise, day in rows[:MOST]]


def _aims(conflict: PlanConflict, until: date) -> list[list[int]]:
    rows = Contribution.objects.filter(subject_kind=conflict.subject_kind, subject_id=conflict.subject_id, objective__state=Objective.State.OPEN, objective__ends_on__lt=until)
    return [[pk, (until - day).days] for pk, day in rows.order_by("objective__ends_on", "objective_id").values_list("objective_id", "objective__ends_on")[:MOST]]
