"""The four dates of a row drawn on its lane, and the lines behind it. In Python, not as macros: a roadmap draws
hundreds of them, each of a dozen marks, and a macro call costs ten times a function call."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from markupsafe import Markup, escape

Span = tuple[float, float]


def lane(
    *, state: str = "none", promise: float | None = None, p50: float | None = None, p80: float | None = None,
    p95: float | None = None, base: Span | None = None, work: Span | None = None, was: Span | None = None, plan: Span | None = None,
    window: Span | None = None, actual: float | None = None, today: float | None = None, old: Sequence[float] = (), miles: Sequence[float] = (), mini: bool = False,
    two: bool = False, label: str = "",
) -> Markup:  # fmt: skip
    """Positions are percent of the width; None is not drawn. `label` is read out instead of the picture."""
    parts = [_mark("m-today", today)]
    for name, span in (("m-window", window), ("m-base", base), ("m-work", work), ("m-range was", was), ("m-plan", plan)):
        if span:
            parts.append(_box(name, *span))
    if p50 is not None and p80 is not None:
        parts.append(_box("m-range", p50, p80))
    if p80 is not None and p95 is not None and p95 > p80:
        parts.append(_box("m-whisk", p80, p95))
    if promise is not None and (p50 is not None or base):
        parts.append(_mark("m-stem", promise))
    parts += [_mark("m-promise old", x) for x in old]
    parts += [_mark("m-mile", x) for x in miles]
    parts += [_mark("m-promise", promise), _mark("m-actual", actual)]
    read_out = f' role="img" aria-label="{escape(label)}"' if label else ""
    cls = f"lane c-{escape(state)}{' mini' if mini else ''}{' two' if two else ''}"
    return Markup(f'<div class="{cls}"{read_out}>{"".join(parts)}</div>')  # noqa: S704  numbers, and words escaped above


def _at(x: float) -> float:
    return min(max(x, 0.0), 100.0)


def _mark(cls: str, x: float | None) -> str:
    return "" if x is None else f'<i class="{cls}" style="--x:{_at(x):.2f}%"></i>'


def _box(cls: str, a: float, b: float) -> str:
    return f'<i class="{cls}" style="--x:{_at(a):.2f}%;--w:{_at(max(min(b, 100) - max(a, 0), 0.4)):.2f}%"></i>'


def columns(months: Sequence[dict[str, Any]]) -> str:
    """The CSS columns that every part of one axis shares."""
    return _columns(tuple(m["days"] for m in months))


@lru_cache(maxsize=200)
def _columns(days: tuple[int, ...]) -> str:
    return " ".join(["1fr"] * len(days) if len(set(days)) == 1 else [f"{d}fr" for d in days])


def gridlines(months: Sequence[dict[str, Any]]) -> Markup:
    return _gridlines(tuple((m["days"], bool(m.get("quarter"))) for m in months))


@lru_cache(maxsize=200)
def _gridlines(months: tuple[tuple[int, bool], ...]) -> Markup:
    lines = "".join('<span class="q"></span>' if quarter else "<span></span>" for _days, quarter in months)
    return Markup('<div class="gridl" style="--cols:{}" aria-hidden="true">{}</div>').format(
        _columns(tuple(days for days, _quarter in months)),
        Markup(lines),  # noqa: S704  written here
    )
