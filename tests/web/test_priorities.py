"""The page of priorities and the scores on a feature's page: they say what they rest on, cells are edited where they stand."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tandem.product.actions import scores
from tandem.product.models import Feature, Score
from tandem.web import standing
from tests import make


@pytest.fixture
def rated(world):
    world.model = make.scoring_model(actor=world.alma, space=world.root, method="value-effort", name="Worth")
    world.features = [make.feature(actor=world.chen, product=world.product, title=f"<b>Feature {n}</b>") for n in range(4)]
    for n, feature in enumerate(world.features[:3]):
        scores.create(actor=world.chen, feature=feature, model=world.model, inputs={"value": 9 - n, "effort": {"value": 2 + n, "evidence": "Asked the team"}})
    return world


def page(world):
    return reverse("product_priorities", kwargs={"id": world.product.pk})


def inputs_of(world, feature, **query):
    return reverse("features_inputs", kwargs={"id": feature.pk}) + f"?model={world.model.pk}"


def test_every_mark_leads_to_its_feature_and_the_page_says_how_sure_the_order_is(rated, signed_in):
    text = signed_in(rated.chen).get(page(rated)).content.decode()
    for feature in rated.features[:3]:
        assert text.count(f'href="/features/{feature.pk}/"') == 3, "bar, bubble, row"
    assert "The order is" in text and "Of 100 random variations" in text
    assert "<b>Feature" not in text and "How is this computed?" in text
    assert "Nothing was said yet." in text, "the fourth has no score, none is guessed"


def test_without_a_model_the_page_says_what_one_is(world, signed_in):
    text = signed_in(world.chen).get(page(world)).content.decode()
    assert "New scoring model" in text and f"home={world.product.space_id}" in text


def test_a_cell_is_edited_where_it_stands_and_undone(rated, signed_in):
    client, feature = signed_in(rated.chen), rated.features[3]

    def patch(version, **sent):
        return client.patch(inputs_of(rated, feature), json.dumps(sent), content_type="application/json", headers={"If-Match": f'"{version}"'})

    assert patch(0, value="7", was="").json()["version"] == 1
    answer = patch(1, effort="2", was="").json()
    assert answer["message"].endswith("score 3.5")
    assert patch(1, effort="9", was="3").status_code == 409
    assert patch(1, value="8", was="7").status_code == 200, "nobody touched this one meanwhile"
    assert patch(3, value="11").status_code == 422
    assert client.post(answer["undo"]).status_code == 302
    assert Score.objects.get(feature=feature).value is None
    assert signed_in(rated.dana).patch(inputs_of(rated, feature), "{}", content_type="application/json", headers={"If-Match": '"0"'}).status_code == 404


def test_the_feature_shows_evidence_place_and_how_the_score_came_about(rated, signed_in):
    text = signed_in(rated.chen).get(reverse("features_detail", kwargs={"id": rated.features[1].pk})).content.decode()
    assert "Asked the team" in text and "place 2 in its product" in text and "said what goes into the score" in text


def test_the_order_becomes_the_ranking_and_goes_back(rated, signed_in):
    client, before = signed_in(rated.chen), list(Feature.objects.values_list("pk", flat=True))
    scores.say(actor=rated.chen, feature=rated.features[2], model=rated.model, version=None, inputs={"value": 10, "effort": 1})
    answer = client.post(reverse("product_ranking_adoptions", kwargs={"id": rated.product.pk}), {"model": rated.model.pk}, headers={"Accept": "application/json"})
    assert Feature.objects.first() == rated.features[2]
    client.post(answer.json()["undo"])
    assert list(Feature.objects.values_list("pk", flat=True)) == before


def test_the_form_keeps_lines_and_says_where_the_formula_is_wrong(world, signed_in):
    client, new = signed_in(world.alma), reverse("scoring_models_new")
    sent = {"home": world.product.space_id, "name": "Own", "method": "own", "formula": "value / effrt", "inputs": "value\neffort [person-day]"}
    wrong = client.post(new, sent)
    assert wrong.status_code == 422 and "effrt" in wrong.content.decode() and "effort [person-day]" in wrong.content.decode()
    made = client.post(new, sent | {"formula": "value / effort"}, follow=True)
    assert "person-day" in made.content.decode()
    edit = client.get(made.request["PATH_INFO"] + "edit/").content.decode()
    assert "effort [person-day]" in edit


def test_as_many_queries_for_three_as_for_thirty(rated, signed_in):
    client = signed_in(rated.chen)

    def count():
        standing.forget()
        with CaptureQueriesContext(connection) as found:
            assert client.get(page(rated)).status_code == 200
        return len(found)

    client.get(page(rated))
    few = count()
    for n in range(30):
        feature = make.feature(actor=rated.chen, product=rated.product, title=f"More {n}")
        scores.create(actor=rated.chen, feature=feature, model=rated.model, inputs={"value": 1 + n / 4, "effort": 3})
    assert count() == few
