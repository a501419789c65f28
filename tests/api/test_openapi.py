"""The OpenAPI document under review: a change of the API shows up as a change of `openapi.json`."""

import json
import os
from pathlib import Path

from tandem import api

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
