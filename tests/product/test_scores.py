"""Scoring models and what features score by them: formulas with places of errors, evidence, history, ranking and the way back."""

import pytest

from tandem.collaboration.models import Job
from tandem.history.models import Event
from tandem.kit.errors import Denied, Hidden, Refused, Stale
from tandem.product import scoring
from tandem.product.actions import features, rankings, scores, scoring_models
from tandem.product.models import Feature, Score, ScoringModel
from tandem.reports.queries import priorities
from tests import make

RICE = {"reach": 1000, "impact": 2, "confidence": 80, "effort": 40}


@pytest.fixture
def rice(world):
    world.one, world.two = (make.feature(actor=world.chen, product=world.product, title=t) for t in ("Bulk booking", "Night rates"))
    world.model = make.scoring_model(actor=world.alma, space=world.root)
    return world


def said(world, feature, **inputs):
    return scores.say(actor=world.chen, feature=feature, model=world.model, version=None, inputs=inputs)


def test_a_known_method_brings_its_formula_and_a_product_below_follows_it(rice):
    assert rice.model.formula == "reach * impact * confidence / effort"
    assert priorities.models(rice.chen, rice.product) == [rice.model], "who sees only the product reads what it is scored by"
    row = said(rice, rice.one, **RICE)
    assert row.value == 1000 * 2 * 0.8 / 40
    event = Event.objects.filter(verb="feature.estimated").get()
    assert event.changes == {
        "scoring_model": [None, "RICE"], "reach": [None, 1000.0], "impact": [None, 2.0], "confidence": [None, 80.0], "effort": [None, 40.0], "score": [None, 40.0],
    }  # fmt: skip


def test_nothing_is_guessed_and_why_there_is_no_score_is_said(rice):
    row = said(rice, rice.one, reach=1000, impact=2)
    assert (row.value, row.problem, row.missing) == (None, "missing", ["confidence", "effort"])
    row = said(rice, rice.one, confidence=80, effort=0)
    assert (row.value, row.problem) == (None, "division_by_zero")


def test_what_one_says_twice_changes_nothing_and_a_stale_word_is_refused(rice):
    row = said(rice, rice.one, **RICE)
    assert said(rice, rice.one, **RICE).version == row.version
    assert Event.objects.filter(verb="feature.estimated").count() == 1
    with pytest.raises(Stale):
        scores.say(actor=rice.chen, feature=rice.one, model=rice.model, version=row.version - 1, inputs={"reach": 5})
    with pytest.raises(Stale):
        scores.create(actor=rice.chen, feature=rice.one, model=rice.model, inputs={"reach": 5})


@pytest.mark.parametrize(
    ("given", "code"),
    [({"reach": -1}, "input_out_of_range"), ({"impact": "nan"}, "input_not_a_number"), ({"impact": True}, "input_not_a_number"),
     ({"effort": "1e300"}, "input_not_a_number"), ({"size": 3}, "input_unknown"), ({"reach": {"value": 1, "link": "javascript:alert(1)"}}, "link_unreadable"),
     ({"reach": {"weight": 1}}, "field_unknown"), ({"reach": {"evidence": "\x00"}}, "out_of_range")],
    ids=["negative", "not finite", "truth", "huge", "unknown", "hostile link", "other part", "control"],
)  # fmt: skip
def test_hostile_inputs_are_refused(rice, given, code):
    with pytest.raises(Refused) as refused:
        said(rice, rice.one, **given)
    assert refused.value.code == code and not Score.objects.exists()


def test_strangers_see_nothing_and_those_who_only_read_say_nothing(rice):
    make.spaces.grant(actor=rice.admin, space=rice.product.space, user=rice.mei, role="stakeholder")
    rice.mei.refresh_from_db()
    for person, problem in ((rice.dana, Hidden), (rice.mei, Denied)):
        with pytest.raises(problem):
            scores.say(actor=person, feature=rice.one, model=rice.model, version=None, inputs={"reach": 1})
    assert not ScoringModel.objects.visible_to(rice.dana).exists()
    with pytest.raises(Denied):
        scoring_models.create(actor=rice.mei, space=rice.product.space, name="Mine")


def test_a_model_of_elsewhere_scores_nothing_here(rice):
    other = make.product(actor=rice.alma, name="Driver")
    model = make.scoring_model(actor=rice.alma, space=other.space, name="Theirs")
    with pytest.raises(Refused, match="scoring_model_elsewhere"):
        scores.say(actor=rice.alma, feature=rice.one, model=model, version=None, inputs={"reach": 1})


def test_ones_own_last_word_is_taken_back_unless_another_has_spoken(rice):
    said(rice, rice.one, **RICE)
    said(rice, rice.one, reach=2000)
    assert scores.take_back(actor=rice.chen, feature=rice.one, model=rice.model, name="reach").value == 40
    said(rice, rice.one, reach=3000)
    scores.say(actor=rice.alma, feature=rice.one, model=rice.model, version=None, inputs={"reach": 10})
    with pytest.raises(Refused, match="said_meanwhile"):
        scores.take_back(actor=rice.chen, feature=rice.one, model=rice.model, name="reach")


def test_a_new_formula_scores_anew_with_one_event_each(rice):
    said(rice, rice.one, **RICE)
    said(rice, rice.two, **RICE | {"effort": 10})
    formula = "reach * impact / effort"
    inputs = rice.model.inputs
    model = scoring_models.change(actor=rice.alma, scoring_model=rice.model, version=1, method="own", formula=formula, inputs=inputs)
    assert sorted(Score.objects.values_list("value", flat=True)) == [50, 200]
    events = Event.objects.filter(verb="feature.rescored")
    assert {e.changes["score"][1] for e in events} == {50, 200} and len({e.run for e in events}) == 1
    with pytest.raises(Refused, match="scoring_model_in_use"):
        scoring_models.remove(actor=rice.alma, scoring_model=model)


def test_many_scores_are_computed_anew_in_a_job_that_shows_its_progress(rice, monkeypatch):
    monkeypatch.setattr(scoring_models, "FEW", 2)
    features_ = [rice.one, rice.two, *(make.feature(actor=rice.chen, product=rice.product, title=f"More {n}") for n in range(3))]
    for feature in features_:
        said(rice, feature, **RICE)
    inputs = rice.model.inputs
    before = set(Score.objects.values_list("value", flat=True))
    scoring_models.change(actor=rice.alma, scoring_model=rice.model, version=1, method="own", formula="reach * impact / effort", inputs=inputs)
    assert set(Score.objects.values_list("value", flat=True)) == before, "not while somebody waits for the page"
    job = Job.objects.get(kind=scoring_models.RESCORE)
    assert (job.owner, job.space_id) == (rice.alma, rice.model.space_id)
    steps = []
    for _twice in range(2):
        scoring_models.rescore(rice.model.pk, rice.alma, lambda *step: steps.append(step))
    assert steps[:3] == [("scoring", 0, 5), ("scoring", 2, 5), ("scoring", 4, 5)]
    assert set(Score.objects.values_list("value", flat=True)) == {50}
    assert Event.objects.filter(verb="feature.rescored").count() == 5, "carried out again it changes nothing"


@pytest.mark.parametrize(
    ("formula", "code", "at"),
    [("value / ", "formula_unreadable", 8), ("value / days + 3 EUR", "score_units", None), ("value / effrt", "formula_name", 9),
     ("normalise(value)", "score_compares", 1), ("3 * 4", "score_constant", None), ("", "formula_empty", None), ("value > 3", "formula_not_a_number", None)],
    ids=["broken", "units", "name", "compares", "constant", "empty", "truth"],
)  # fmt: skip
def test_a_formula_is_refused_at_its_place(world, formula, code, at):
    inputs = [{"name": "value"}, {"name": "days", "unit": "person-day"}]
    with pytest.raises(Refused) as refused:
        make.scoring_model(actor=world.alma, space=world.product.space, method="own", formula=formula, inputs=inputs)
    assert refused.value.code == code
    assert at is None or refused.value.params["at"] == at


def test_inputs_are_written_in_lines_and_read_back(world):
    text = "value 1..10: what shippers gain\neffort [person-day]\n价值：说明"
    found = scoring.settled(scoring.read_lines(text))
    assert [(i.name, i.unit, i.least, i.most) for i in found] == [("value", "", 1, 10), ("effort", "person-day", None, None), ("价值", "", None, None)]
    assert scoring.settled(scoring.read_lines("\n".join(i.line for i in found))) == found
    for wrong in ("value\nvalue", "a b c", "3x", "x [furlong]", "x 5..1", "and"):
        with pytest.raises(Refused):
            scoring.settled(scoring.read_lines(wrong))


def test_features_take_an_order_with_one_event_each_and_go_back(rice):
    third = make.feature(actor=rice.chen, product=rice.product, title="Price list")
    ranks = [f.rank for f in (rice.one, rice.two, third)]
    run = rankings.adopt(actor=rice.chen, product=rice.product, features=[third, rice.one], reason="Shippers wait")
    assert list(Feature.objects.filter(product=rice.product)) == [third, rice.two, rice.one], "who was not named stays"
    assert Event.objects.filter(verb="feature.ranked", run=run).count() == 2
    assert rankings.undo(actor=rice.chen, run=run) == 2
    assert [Feature.objects.get(pk=f.pk).rank for f in (rice.one, rice.two, third)] == ranks
    with pytest.raises(Refused, match="ranked_meanwhile"):
        rankings.undo(actor=rice.chen, run=run)
    with pytest.raises(Hidden):
        rankings.undo(actor=rice.alma, run=run)


def test_an_order_is_of_one_product_and_says_why(rice):
    other = make.feature(actor=rice.alma, product=make.product(actor=rice.alma, name="Driver"))
    for order, reason in (([rice.one, rice.one], "x"), ([rice.one, other], "x"), ([rice.one, rice.two], " "), ([rice.one], "x")):
        with pytest.raises(Refused):
            rankings.adopt(actor=rice.alma, product=rice.product, features=order, reason=reason)
    with pytest.raises(Hidden):
        rankings.adopt(actor=rice.dana, product=rice.product, features=[rice.one, rice.two], reason="x")


def test_the_order_says_how_firm_it_is_and_leaves_out_what_is_done(rice):
    said(rice, rice.one, **RICE)
    said(rice, rice.two, **RICE | {"effort": 39})
    done = make.feature(actor=rice.chen, product=rice.product, title="Done")
    said(rice, done, **RICE | {"effort": 1})
    features.change(actor=rice.chen, feature=done, version=None, state="shipped")
    found = priorities.read(rice.chen, rice.product, rice.model)
    assert [row.feature for row in found.best] == [rice.two, rice.one]
    assert found.axes == ("effort", "reach · impact · confidence")
    assert found.ranking.sensitivity.draws == 100 and set(found.ranges) == {rice.one.pk, rice.two.pk}
    again = priorities.read(rice.chen, rice.product, rice.model)
    assert again.ranking == found.ranking
