"""The components that a table says hundreds of times, written in Python: a macro's call costs ten times as much.

Templates take them from `components/table.html`, `components/panel.html` and `components/status.html`, as all others."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup, escape

# the same address, name and label stand in many cells; `typed`: what is marked as safe is not what is not
_safe = lru_cache(maxsize=4000, typed=True)(escape)


def edit(
    value: Any, url: str, name: str, version: int, label: str, kind: str = "text", options: Any = (), shown: Any = ""
) -> Markup:  # fmt: skip
    """An inline cell. Sends PATCH {name: value} with If-Match: version; the answer {value, shown, version} or
    409 {message, theirs}."""
    words = escape(shown or value or "–")
    choices = f" data-options='{choices_json(options)}'" if options else ""
    return Markup(  # noqa: S704  every part is escaped, or ours
        f'<span data-edit tabindex="-1" role="button" data-url="{_safe(url)}" data-name="{_safe(name)}" '
        f'data-version="{version}" data-kind="{_safe(kind)}" data-value="{_plain(value)}" '
        f'aria-label="{_safe(label)}: {words}"{choices}>{words}</span>'
    )


def edit_as(
    shown: Markup, value: Any, url: str, name: str, version: int, label: str, kind: str, of: str = "", cls: str = "",
    spoken: str = "",
) -> Markup:  # fmt: skip
    """An inline cell that shows something else than its value: people, labels, a pencil."""
    return Markup(  # noqa: S704  every part is escaped, or ours
        f'<span data-edit tabindex="-1" role="button"{_given("class", cls)} data-url="{_safe(url)}" '
        f'data-name="{_safe(name)}" data-version="{version}" data-kind="{_safe(kind)}" data-value="{_plain(value)}"'
        f'{_given("data-of", of)} aria-label="{_safe(label)}: '
        f'{escape(spoken or shown.striptags())}">{shown}</span>'
    )


def edit_people(people: Sequence[dict[str, Any]], url: str, name: str, version: int, label: str) -> Markup:
    """An inline cell of people: what `people_marks` shows, their ids as its value."""
    ids, names = ",".join(str(p["id"]) for p in people), ", ".join(p["name"] for p in people)
    return edit_as(people_marks(people), ids, url, name, version, label, "people", spoken=names or "–")


def people_marks(people: Iterable[dict[str, Any]]) -> Markup:
    """Their marks beside each other; a dash for nobody."""
    return Markup("").join(avatar(p["name"], p["initials"]) for p in people) or Markup('<span class="sub">–</span>')


def select(pk: int, label: str) -> Markup:
    """The box of a row of the table whose bulk bar is `bulk`."""
    return Markup(  # noqa: S704
        f'<td class="sel"><input type="checkbox" name="ids" value="{pk}" form="bulk" data-select aria-label="{escape(label)}"></td>'
    )


def avatar(name: str = "", initials: str = "", large: bool = False, src: str = "") -> Markup:
    """A person as a mark with initials, or a picture; nobody as an empty one."""
    wide = " l" if large else ""
    if not name:
        nobody = escape(gettext("Nobody"))
        return Markup(  # noqa: S704
            f'<span class="av none{wide}" title="{nobody}" role="img" aria-label="{nobody}"></span>'
        )
    said = escape(name)
    begin = f'<span class="av{wide}" title="{said}" role="img" aria-label="{said}"'
    if src:
        return Markup(f'{begin}><img src="{escape(src)}" alt=""></span>')  # noqa: S704
    return Markup(f'{begin} data-initials="{escape(initials or name[:1])}"></span>')  # noqa: S704


def _plain(value: Any) -> str:
    return "" if value is None else escape(value)


def _given(attribute: str, value: str) -> str:
    return f' {attribute}="{escape(value)}"' if value else ""


def choices_json(options: Any) -> Markup:
    """Choices for an attribute between single quotation marks. Every row of a table offers the same ones."""
    return _choices_json(tuple(map(tuple, options)))


@lru_cache(maxsize=2000)
def _choices_json(options: tuple[tuple[Any, ...], ...]) -> Markup:
    return htmlsafe_json_dumps(options)


def shape(state: str, title: str = "") -> Markup:
    return Markup(f'<i class="sh sh-{escape(state or "none")}"{_given("title", title)} aria-hidden="true"></i>')  # noqa: S704


def word(state: str) -> str:
    if state == "on":
        return gettext("On track")
    if state == "risk":
        return gettext("At risk")
    if state == "off":
        return gettext("Off track")
    if state == "done":
        return gettext("Done")
    return gettext("Blocked") if state == "block" else gettext("Not started")


def status(state: str, text: str = "", said: bool = False) -> Markup:
    return Markup(f'<span class="st{" said" if said else ""}">{shape(state)}<span>{escape(text or word(state))}</span></span>')  # noqa: S704


def days(n: int, sign: bool = True) -> Markup:
    size = f"{'−' if n < 0 else '+' if sign and n > 0 else ''}{abs(n)}"
    return Markup(f'<span class="num">{escape(gettext("{n} d").replace("{n}", size))}</span>')  # noqa: S704


def slip(n: int | None, state: str = "") -> Markup:
    cls = f"str t-{state}" if state in ("off", "risk") else "str"
    return Markup(f'<span class="{cls}">{"–" if n is None else days(n)}</span>')  # noqa: S704
