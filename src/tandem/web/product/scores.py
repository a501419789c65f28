"""The scores on a feature's page: what was said, with which evidence, and what follows; cells that are edited where they stand."""

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tandem.collaboration import words
from tandem.history.models import Event
from tandem.kit.errors import Refused, Stale
from tandem.kit.text import whole_number
from tandem.people.access import Permission, may, require
from tandem.people.models import User
from tandem.product import scoring
from tandem.product.actions import scores
from tandem.product.models import Feature, Score, ScoringModel
from tandem.reports.queries import priorities
from tandem.web import charts, doors, histories
from tandem.web.product.scoring_models import address
from tandem.web.work import inline

_VERBS = ("feature.estimated", "feature.rescored")


def of(user: Any, feature: Feature) -> dict[str, Any]:
    """For the feature's page: each model that its product follows, with what was said by it."""
    models = priorities.models(user, feature.product)
    own = priorities.with_places(user, feature.product, Score.objects.visible_to(user).filter(feature=feature, model__in=models))
    rows: dict[int, Any] = {row.model_id: row for row in own}
    shown = [_shown(feature, model, rows.get(model.pk)) for model in models if model.pk in rows or model == models[0]]
    people = {i["by"] for one in shown for i in one["inputs"] if i["by"]}
    names = dict(User.objects.visible_to(user).filter(pk__in=people).values_list("pk", "name"))
    for one in shown:
        for row in one["inputs"]:
            row["by"] = names.get(row["by"], "")
    events = Event.objects.visible_to(user).of(feature).filter(verb__in=_VERBS).newest_first()[:50]
    return {
        "scored": shown, "may_score": may(user, Permission.EDIT_PRODUCT, feature.space_id),
        "score_events": histories.lines(events, user) if rows else [],
    }  # fmt: skip


def _shown(feature: Feature, model: ScoringModel, row: Any) -> dict[str, Any]:
    said = row.inputs if row else {}
    inputs = [
        {"input": one, "value": written(said.get(one.name, {}).get("value")), "evidence": said.get(one.name, {}).get("evidence", ""),
         "link": said.get(one.name, {}).get("link", ""), "by": said.get(one.name, {}).get("by"), "on": str(said.get(one.name, {}).get("on", ""))[:10]}
        for one in scoring.stored(model.inputs)
    ]  # fmt: skip
    is_scored = row is not None and row.value is not None
    return {
        "model": model, "row": row, "inputs": inputs, "version": row.version if row else 0, "url": cell_url(feature.pk, model),
        "score": charts.number(round(row.value, 2)) if row and row.value is not None else "", "why_not": why_not(row),
        "place": row.better + 1 if row and row.value is not None else None,
        "parts": priorities.explained(model, said) if is_scored else None, "order_url": address(feature.product, model),
    }  # fmt: skip


def why_not(row: Score | None) -> str:
    """Why a feature has no score."""
    if row is None:
        return _("Nothing was said yet.")
    if row.problem == "missing":
        return _("Still to be said: %(names)s.") % {"names": ", ".join(row.missing)}
    if row.problem == "division_by_zero":
        return _("The formula would divide by zero.")
    return _("The formula has no answer for these numbers.") if row.problem else ""


def cell_url(feature_id: int, model: ScoringModel) -> str:
    return f"{reverse('features_inputs', kwargs={'id': feature_id})}?model={model.pk}"


def written(value: Any) -> str:
    """As it is typed: 0.5, 1200."""
    return "" if value is None else f"{float(value):.10g}"


@login_required
@require_http_methods(["PATCH", "POST"])
def inputs(request: HttpRequest, id: int) -> HttpResponse:
    """PATCH: one input, as a cell sends it. POST: value, evidence and link of the input `name`, as a form sends them."""
    row = doors.find(Feature.objects.select_related("product", "space"), request.user, pk=id)
    require(request.user, Permission.EDIT_PRODUCT, row.space_id)
    if request.method == "PATCH":
        return _cell(request, row)
    name = request.POST.get("name", "")[:60]
    given = {part: request.POST[part] for part in ("value", "evidence", "link") if part in request.POST}
    scores.say(actor=request.user, feature=row, model=_model(request), version=doors.version_in(request), inputs={name: given})
    return doors.done(request, reverse("features_detail", kwargs={"id": row.pk}), _("Saved."), _undo_url(row, _model(request), name))


def _cell(request: HttpRequest, row: Feature) -> HttpResponse:
    sent = inline.sent_by(request)
    if isinstance(sent, JsonResponse):
        return sent
    given, version = sent
    was = given.pop("was", None) if isinstance(given, dict) else None
    name = next(iter(given), "") if isinstance(given, dict) else ""
    try:
        if len(given) != 1:
            raise Refused("change_unknown")
        model = _model(request)
        try:
            score = scores.say(actor=request.user, feature=row, model=model, version=version, inputs=given)
        except Stale as problem:
            if was is None or _value(problem.current, name) != str(was):
                raise
            score = scores.say(actor=request.user, feature=row, model=model, version=problem.current.version, inputs=given)
    except Stale as problem:
        return JsonResponse({"message": words.refusal("stale", {}), "theirs": _value(problem.current, name), **_answer(problem.current, name)}, status=409)
    except Refused as problem:
        return JsonResponse({"message": words.refusal(problem.code, problem.params), "code": problem.code}, status=422)
    said = _("%(title)s: score %(score)s") % {"title": row.title[:60], "score": charts.number(round(score.value, 2))} if score.value is not None else _("Saved.")
    return JsonResponse(_answer(score, name) | {"message": said, "undo": _undo_url(row, model, name)})


def _value(score: Score, name: str) -> str:
    return written(score.inputs.get(name, {}).get("value"))


def _answer(score: Score, name: str) -> dict[str, Any]:
    value = _value(score, name)
    return {"value": value, "shown": value or "–", "version": score.version}


def _undo_url(row: Feature, model: ScoringModel, name: str) -> str:
    return f"{reverse('features_input_undos', kwargs={'id': row.pk})}?{urlencode({'model': model.pk, 'name': name})}"


@login_required
@require_POST
def input_undos(request: HttpRequest, id: int) -> HttpResponse:
    """The address behind “Undo”: one's own last word on an input is taken back."""
    row = doors.find(Feature.objects.select_related("product", "space"), request.user, pk=id)
    require(request.user, Permission.EDIT_PRODUCT, row.space_id)
    scores.take_back(actor=request.user, feature=row, model=_model(request), name=request.GET.get("name", "")[:60])
    return doors.done(request, reverse("features_detail", kwargs={"id": row.pk}), _("Taken back."))


def _model(request: HttpRequest) -> ScoringModel:
    number = whole_number(request.GET.get("model", "")) or 0
    found = ScoringModel.objects.visible_to(request.user).filter(pk=number).first()
    if found is None:
        raise Refused("scoring_model_elsewhere")
    return found


urls = [
    path("features/<int:id>/inputs/", inputs, name="features_inputs"),
    path("features/<int:id>/inputs/undos/", input_undos, name="features_input_undos"),
]
