"""The OpenAPI document under review: a change of the API shows up as a change of `openapi.json`."""

import json
import os
from pathlib import Path

import pytest

from tandem import api
from tandem.api import routes as api_routes
from tandem.api.examples import EXAMPLES

pytestmark = pytest.mark.xdist_group("document")  # made once, not in each process
SNAPSHOT = Path(__file__).with_name("openapi.json")


def _now() -> str:
    return (
        json.dumps(
            json.loads(json.dumps(api.document(), default=str)), indent=1, sort_keys=True, ensure_ascii=False
        )
        + "\n"
    )


def test_the_document_is_the_one_that_was_reviewed():
    """After a wanted change: TANDEM_TEST_RENEW=1 pytest tests/api/test_openapi.py, and look at the difference."""
    if os.environ.get("TANDEM_TEST_RENEW"):
        SNAPSHOT.write_text(_now())
    assert SNAPSHOT.read_text() == _now()


def test_the_document_is_openapi_3_1_and_names_every_operation_once():
    document = api.document()
    assert document["openapi"].startswith("3.1")
    names = [one["operationId"] for path in document["paths"].values() for one in path.values()]
    assert len(names) == len(set(names)) > 100


def test_the_document_is_served_without_signing_in(client):
    answer = client.get("/api/v1/openapi.json")
    assert answer.status_code == 200
    assert answer.json()["info"]["title"] == "Tandem"


def test_every_operation_says_what_it_does_and_the_main_nouns_show_an_example():
    document = api.document()
    summaries = {one["operationId"]: one["summary"] for path in document["paths"].values() for one in path.values()}
    assert not {name for name, summary in summaries.items() if not summary or summary == name or "{" in summary}
    assert len(set(summaries.values())) == len(summaries), "two operations say the same"
    schemas = document["components"]["schemas"]
    for name, example in EXAMPLES.items():
        properties = schemas[name]["properties"]
        assert schemas[name]["examples"] == [example]
        assert set(example) <= set(properties), name
        assert set(schemas[name].get("required", ())) <= set(example), name


@pytest.mark.parametrize("name", [name for name in EXAMPLES if name.endswith(("Create", "Change", "Move"))])
def test_the_examples_are_what_the_api_takes(name):
    """Their shapes: which rows the numbers stand for only an installation knows."""
    for _prefix, router in api_routes.api._routers:
        for path in router.path_operations.values():
            for operation in path.operations:
                for model in operation.models:
                    field = model.model_fields.get("payload")
                    if field is not None and field.annotation.__name__ == name:
                        field.annotation(**EXAMPLES[name])
                        return
    raise AssertionError(f"no operation takes {name}")


def test_the_document_is_made_once():
    assert api_routes.api.get_openapi_schema() is api_routes.api.get_openapi_schema(path_prefix="/api/v1/")


def test_errors_come_in_the_content_type_that_the_document_names(client, db):
    answer = client.get("/api/v1/work-items/")
    said = api.document()["paths"]["/api/v1/work-items/"]["get"]["responses"][answer.status_code]["content"]
    assert list(said) == [answer["Content-Type"]]
