"""The JSON API under /api/v1/: a file per noun holds its shapes and routes, `generic.py` what they share."""

from typing import Any


def document() -> dict[str, Any]:
    """The OpenAPI 3.1 document of every route."""
    from tandem.api.routes import api

    return dict(api.get_openapi_schema(path_prefix="/api/v1/"))
