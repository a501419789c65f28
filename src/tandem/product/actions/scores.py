"""Saying the inputs of a feature, with evidence; the score follows in the same transaction."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction

from tandem.compute.priority.evaluate import Gap
from tandem.history.models import Event
from tandem.history.record import record
from tandem.kit import clock
from tandem.kit.errors import Refused, Stale
from tandem.kit.text import has_controls
from tandem.people.access import Permission, require
from tandem.product import scoring
from tandem.product.models import Feature, Score, ScoringModel

_DO = Permission.EDIT_PRODUCT
_PARTS = {"value", "evidence", "link"}
_is_address = URLValidator(schemes=("http", "https"))


def create(*, actor: Any, feature: Feature, model: ScoringModel, inputs: dict[str, Any]) -> Score:
    """The first word on a feature by this model."""
    return say(actor=actor, feature=feature, model=model, version=0, inputs=inputs)


def change(*, actor: Any, score: Score, version: int | None, inputs: dict[str, Any]) -> Score:
    return say(actor=actor, feature=score.feature, model=score.model, version=version, inputs=inputs)


def say(*, actor: Any, feature: Feature, model: ScoringModel, version: int | None, inputs: dict[str, Any]) -> Score:
    """Set some inputs: a number (None takes it back), or value, evidence and link. The model is one that the feature's
    product follows. `version` 0 says that nobody has said anything yet; `Stale` where somebody has."""
    require(actor, _DO, feature.space_id)
    if not ScoringModel.objects.followed_in(feature.space_id).filter(pk=model.pk).exists():
        raise Refused("scoring_model_elsewhere", field="model")
    known = {one.name: one for one in scoring.stored(model.inputs)}
    with transaction.atomic():
        Feature.objects.select_for_update(no_key=True).get(pk=feature.pk)
        row = Score.objects.select_for_update(of=("self",)).filter(feature=feature, model=model).first()
        if version is not None and version != (row.version if row else 0):
            raise Stale(row or Score(feature=feature, model=model, space=feature.space, version=0))
        row = row or Score(feature=feature, model=model, space=feature.space, version=0)
        row.feature, row.model = feature, model
        changes, text = _take(actor, row, known, inputs)
        if not changes and not text:
            return row
        before = row.value
        score(model, [row])
        _keep(row)
        if before != row.value:
            changes["score"] = [before, row.value]
        record("feature.estimated", feature, actor=actor, changes={"scoring_model": [None, model.name], **changes}, text=text)
    return row


def take_back(*, actor: Any, feature: Feature, model: ScoringModel, name: str) -> Score:
    """The undo of one's own last word on an input; not when somebody has said another one since."""
    require(actor, _DO, feature.space_id)
    last = Event.objects.visible_to(actor).of(feature).filter(verb="feature.estimated", changes__has_key=name).newest_first().first()
    row = Score.objects.visible_to(actor).filter(feature=feature, model=model).first()
    now = row.inputs.get(name, {}).get("value") if row else None
    if last is None or last.actor_id != actor.pk or last.changes[name][1] != now:
        raise Refused("said_meanwhile")
    return say(actor=actor, feature=feature, model=model, version=row.version if row else 0, inputs={name: last.changes[name][0]})


def score(model: ScoringModel, rows: Sequence[Score]) -> None:
    """Sets what the formula yields for the inputs of these rows, or why it yields nothing."""
    inputs = scoring.stored(model.inputs)
    found = scoring.computed(scoring.checked(model.formula, inputs), inputs, [row.inputs for row in rows])
    for row, one in zip(rows, found, strict=True):
        is_gap = isinstance(one, Gap)
        row.value = None if is_gap else one  # type: ignore[assignment]
        row.problem, row.missing = (one.code, list(one.missing)) if isinstance(one, Gap) else ("", [])
        row.scored_at = clock.now()


def _keep(row: Score) -> None:
    if row.pk is None:
        row.version = 1
        row.save(force_insert=True)
        return
    row.write(
        expected=None, inputs=row.inputs, value=row.value, problem=row.problem, missing=row.missing, scored_at=row.scored_at
    )


def _take(actor: Any, row: Score, known: dict[str, scoring.Input], given: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Puts what was sent into the row; what that changes, as the history tells it."""
    changes, text = {}, {}
    inputs = {name: dict(one) for name, one in row.inputs.items()}
    for name, sent in given.items():
        if name not in known:
            raise Refused("input_unknown", field=name, name=str(name)[:40], names=", ".join(known))
        before = inputs.get(name, {})
        after = {**before, **_parts(known[name], sent)}
        if after.get("value") != before.get("value"):
            changes[name] = [before.get("value"), after.get("value")]
        for part in ("evidence", "link"):
            if (after.get(part) or "") != (before.get(part) or ""):
                text[part] = [before.get(part) or "", after.get(part) or ""]
        if after != before:
            inputs[name] = after | {"by": actor.pk, "on": clock.now().isoformat()}
    row.inputs = inputs
    return changes, text


def _parts(one: scoring.Input, sent: Any) -> dict[str, Any]:
    given = sent if isinstance(sent, dict) else {"value": sent}
    if set(given) - _PARTS:
        raise Refused("field_unknown", fields=", ".join(sorted(map(str, set(given) - _PARTS))))
    found = dict(given)
    if "value" in found:
        value = found["value"]
        found["value"] = None if value in (None, "") else scoring.number(value, one.name)
        low, high = one.least, one.most
        if found["value"] is not None and not (low if low is not None else -1e300) <= found["value"] <= (high if high is not None else 1e300):
            raise Refused("input_out_of_range", field=one.name, name=one.name, least=_short(low), most=_short(high))
    for part in {"evidence", "link"} & set(found):
        found[part] = str(found[part] or "").strip()
        if has_controls(found[part]) or len(found[part]) > 1000:
            raise Refused("out_of_range", field=part)
    if found.get("link"):
        try:
            _is_address(found["link"])
        except ValidationError:
            raise Refused("link_unreadable", field="link") from None
    return found


def _short(bound: float | None) -> str:
    return "–" if bound is None else f"{bound:g}"
