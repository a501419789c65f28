"""Experiments: set up before they run, concluded with what came out and what was learned."""

from typing import Any

from tandem.kit.errors import Refused
from tandem.people import writing
from tandem.people.access import Permission, require
from tandem.product.models import Experiment, Product

_DO = Permission.EDIT_PRODUCT
_S = Experiment.Stage


def create(*, actor: Any, product: Product, **values: Any) -> Experiment:
    require(actor, _DO, product.space_id)
    _check(product.pk, None, values)
    return writing.create(Experiment, actor=actor, permission=_DO, verb="experiment.created", space=product.space, product=product, **values)


def change(*, actor: Any, experiment: Experiment, version: int | None, **values: Any) -> Experiment:
    """Once it runs, what would prove it wrong stays as it was said."""
    require(actor, _DO, experiment.space_id)
    if experiment.stage in (_S.RUNNING, _S.CONCLUDED):
        for name in ("hypothesis", "measure", "threshold"):
            if name in values and values[name] != getattr(experiment, name):
                raise Refused("experiment_running", field=name)
    _check(experiment.product_id, experiment, values)
    return writing.change(experiment, actor=actor, permission=_DO, verb="experiment.changed", version=version, **values)


def remove(*, actor: Any, experiment: Experiment, version: int | None = None) -> None:
    writing.remove(experiment, actor=actor, permission=_DO, verb="experiment.removed", version=version)


def _check(product_id: int, row: Experiment | None, values: dict[str, Any]) -> None:
    """What runs has a measure and a threshold; what is concluded says what came out and what was learned, nothing else does."""

    def one(name: str) -> Any:
        return values[name] if name in values else getattr(row, name, None)

    feature, stage = one("feature"), one("stage") or _S.IDEA
    if feature is not None and feature.product_id != product_id:
        raise Refused("other_product", field="feature")
    if one("starts_on") and one("ends_on") and one("ends_on") < one("starts_on"):
        raise Refused("period_reversed", field="ends_on")
    if stage in (_S.RUNNING, _S.CONCLUDED):
        for name in ("measure", "threshold"):
            if not (one(name) or "").strip():
                raise Refused("experiment_unmeasured", field=name)
    if stage == _S.CONCLUDED:
        for name in ("result", "outcome", "learned"):
            if not (one(name) or "").strip():
                raise Refused("experiment_unfinished", field=name)
    elif one("outcome"):
        raise Refused("experiment_not_concluded", field="outcome")
