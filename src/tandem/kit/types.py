"""Shared shapes: JSON values, references to a record of any noun, bounded numbers for doors."""

from typing import Annotated, Any, NamedTuple

from pydantic import AfterValidator, Field, StringConstraints

from tandem.kit.text import has_controls

Json = dict[str, Any]

MAX_BIGINT = 2**63 - 1


class Ref(NamedTuple):
    """A record of any noun: `work.workitem`, 12."""

    kind: str
    id: int


def _clean(text: str) -> str:
    if has_controls(text):
        raise ValueError("the text holds a character that cannot be stored (NUL or a lone surrogate)")
    return text


Id = Annotated[int, Field(ge=1, le=MAX_BIGINT)]
Limit = Annotated[int, Field(ge=1, le=200)]
Title = Annotated[
    str, StringConstraints(min_length=1, max_length=500, strip_whitespace=True), AfterValidator(_clean)
]
Text = Annotated[str, StringConstraints(max_length=100_000), AfterValidator(_clean)]
