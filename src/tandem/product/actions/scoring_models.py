"""Setting up scoring models; a new formula scores anew what was scored by the old one."""

import uuid
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from tandem.collaboration.actions import jobs
from tandem.compute.priority import METHODS
from tandem.history.record import record_many
from tandem.kit.errors import Refused
from tandem.people import writing
from tandem.people.access import Permission, require
from tandem.people.models import Space
from tandem.product import scoring
from tandem.product.actions import scores
from tandem.product.models import Score, ScoringModel

_DO = Permission.EDIT_PRODUCT
RESCORE = "product.rescore"
FEW = 200
"""Scores that are computed anew while one waits; also how many a job computes in one go."""
_OWN = ScoringModel.Method.OWN


def create(*, actor: Any, space: Space, **values: Any) -> ScoringModel:
    """A known method brings its formula and inputs; an own formula names only its inputs."""
    require(actor, _DO, space.pk)
    if space.kind == "project":
        raise Refused("scored_in_products", space=space.name)
    values = _settled(values, None)
    return writing.create(ScoringModel, actor=actor, permission=_DO, verb="scoring_model.created", space=space, **values)


def change(*, actor: Any, scoring_model: ScoringModel, version: int | None, **values: Any) -> ScoringModel:
    """Every score by it is computed anew: few in the same transaction, many in a job that shows its progress."""
    require(actor, _DO, scoring_model.space_id)
    values = _settled(values, scoring_model)
    run = uuid.uuid4()
    with transaction.atomic():
        before = (scoring_model.formula, scoring_model.inputs)
        row = writing.change(
            scoring_model, actor=actor, permission=_DO, verb="scoring_model.changed", version=version, **values
        )
        if (row.formula, row.inputs) != before:
            if Score.objects.filter(model=row)[:FEW].count() < FEW:
                _rescore(actor, row, Score.objects.filter(model=row), run)
            else:
                jobs.start(actor=actor, space=row.space, kind=RESCORE, title=_("Scores by “%(name)s”") % {"name": row.name}, model_id=row.pk)
    return row


def rescore(model_id: int, actor: Any, step: Callable[[str, int, int], Any]) -> None:
    """In parts, each with the formula as it is then: carried out twice, the second time changes nothing."""
    run = uuid.uuid4()
    ids = list(Score.objects.filter(model=model_id).order_by("id").values_list("pk", flat=True))
    for at in range(0, len(ids), FEW):
        step("scoring", at, len(ids))
        with transaction.atomic():
            model = ScoringModel.objects.select_for_update(no_key=True).get(pk=model_id)
            _rescore(actor, model, Score.objects.filter(pk__in=ids[at : at + FEW]), run)


def remove(*, actor: Any, scoring_model: ScoringModel, version: int | None = None) -> None:
    """Not once something was said by it: what people said is kept."""
    require(actor, _DO, scoring_model.space_id)
    if scoring_model.scores.exists():
        raise Refused("scoring_model_in_use")
    writing.remove(scoring_model, actor=actor, permission=_DO, verb="scoring_model.removed", version=version)


def _settled(values: dict[str, Any], row: ScoringModel | None) -> dict[str, Any]:
    method = values.get("method", row.method if row else ScoringModel.Method.RICE)
    ready = None if method == _OWN else METHODS[method]
    is_new_method = row is None or method != row.method
    given = values.get("inputs") or (scoring.as_json(scoring.READY[method]) if ready and is_new_method else row.inputs if row else [])
    inputs = scoring.settled(given)
    if ready and {one.name for one in inputs} != set(ready.columns):
        raise Refused("method_names_inputs", field="inputs", names=", ".join(ready.columns))
    text = ready.formula if ready else " ".join(str(values.get("formula", row.formula if row else "") or "").split())
    scoring.checked(text, inputs)
    return values | {"method": method, "formula": text, "inputs": scoring.as_json(inputs)}


def _rescore(actor: Any, model: ScoringModel, chosen: QuerySet[Score], run: uuid.UUID) -> None:
    """One event for each feature whose score is another one now."""
    rows = list(chosen.select_for_update(of=("self",)).select_related("feature").order_by("id"))
    before = [row.value for row in rows]
    scores.score(model, rows)
    changed = [(row, old) for row, old in zip(rows, before, strict=True) if row.value != old]
    Score.objects.bulk_update(rows, ["value", "problem", "missing", "scored_at"], batch_size=1000)
    events = [(row.feature, {"scoring_model": [None, model.name], "score": [old, row.value]}, {}) for row, old in changed]
    if events:
        record_many("feature.rescored", events, actor=actor, run=run)
