"""Selections as JSON: docs/reference/schemas/selection-problem.schema.json and selection-result.schema.json."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from tandem.compute.errors import Uncomputable
from tandem.compute.selection.frontier import Point
from tandem.compute.selection.problem import (
    Candidate,
    Exclusion,
    Limit,
    Of,
    Prerequisite,
    Problem,
    Rule,
    Share,
)
from tandem.compute.selection.solve import Selection

T = TypeVar("T")


def problem_of(document: Any) -> Problem:
    """A problem from parsed JSON; `Uncomputable` names the place and the value of what cannot be read."""
    if not isinstance(document, Mapping):
        raise Uncomputable("not_an_object", candidate=None, value=type(document).__name__)
    parts = {
        "candidates": Candidate,
        "prerequisites": Prerequisite,
        "exclusions": Exclusion,
        "shares": Share,
        "limits": Limit,
    }
    given = dict(document)
    for name, kind in parts.items():
        if not isinstance(given.get(name, []), list):
            raise Uncomputable("not_a_list", candidate=None, field=name, value=given[name])
        given[name] = tuple(_read(kind, one) for one in given.get(name, []))
    return _read(Problem, given)


def _read(kind: type[T], given: Any) -> T:
    if not isinstance(given, Mapping):
        raise Uncomputable("not_an_object", candidate=None, value=given)
    who = given.get("id", given.get("candidate"))
    hints = get_type_hints(kind)
    known = {one.name for one in fields(kind) if one.init}  # type: ignore[arg-type]
    values: dict[str, Any] = {}
    for name, value in given.items():
        if name not in known:
            raise Uncomputable("field_unknown", candidate=who, field=name, value=value)
        values[name] = _value(hints[name], value, who, name)
    try:
        return kind(**values)
    except (TypeError, AttributeError) as error:
        raise Uncomputable("field_missing_or_wrong", candidate=who, value=str(error)) from error


def _value(hint: Any, value: Any, who: Any, name: str) -> Any:
    if hint in (Of, Rule):
        try:
            return hint(value)
        except ValueError:
            raise Uncomputable("word_unknown", candidate=who, field=name, value=value) from None
    expected = {str: str, bool: bool}.get(hint)
    if expected is not None and not isinstance(value, expected):
        raise Uncomputable("field_wrong", candidate=who, field=name, value=value)
    choices = (hint, *get_args(hint)) if value is not None else ()
    for kind in choices:
        if get_origin(kind) is tuple:
            return _row(kind, value, who, name)
        if get_origin(kind) is Mapping:
            if not isinstance(value, Mapping):
                raise Uncomputable("field_wrong", candidate=who, field=name, value=value)
            each = get_args(kind)[1]
            return {key: _value(each, one, who, f"{name} {key}") for key, one in value.items()}
    return value


def _row(hint: Any, value: Any, who: Any, name: str) -> tuple[Any, ...]:
    """A list as the tuple that is asked for: a word is no list of its letters."""
    wrong = not isinstance(value, list | tuple)
    if wrong or (get_args(hint)[0] is str and not all(isinstance(one, str) for one in value)):
        raise Uncomputable("field_wrong", candidate=who, field=name, value=value)
    return tuple(value)


def document_of(problem: Problem) -> dict[str, Any]:
    """A problem as JSON can hold it; `problem_of` reads it back."""
    return {
        "periods": problem.periods,
        "candidates": [asdict(one) for one in problem.candidates],
        "budget": problem.budget,
        "carry_over": problem.carry_over,
        "capacity": dict(problem.capacity),
        "prerequisites": [asdict(one) for one in problem.prerequisites],
        "exclusions": [asdict(one) for one in problem.exclusions],
        "shares": [asdict(one) for one in problem.shares],
        "limits": [asdict(one) for one in problem.limits],
    }


def result_of(problem: Problem, selection: Selection, frontier: tuple[Point, ...] = ()) -> dict[str, Any]:
    """A selection (and a frontier) as JSON."""
    found: dict[str, Any] = {
        "value": selection.value,
        "bound": selection.bound,
        "gap": selection.gap,
        "proven": selection.proven,
        "seconds": round(selection.seconds, 3),
        "moves": selection.moves,
        "engine": selection.engine,
        "valid": True,
        "starts": dict(selection.starts),
        "rejected": [one.id for one in problem.candidates if one.id not in selection.starts],
    }
    if frontier:
        found["frontier"] = [
            {
                "level": one.level,
                "value": one.selection.value if one.selection else None,
                "bound": one.bound,
                "gap": one.gap,
                "state": one.state,
                "starts": dict(one.selection.starts) if one.selection else {},
            }
            for one in frontier
        ]
    return found
