"""The Jinja2 environment of every page: what templates may call."""

from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any

import jinja2
from django.templatetags.static import static as found_static
from django.urls import reverse
from django.utils import formats, timezone, translation
from django.utils.translation import gettext, ngettext, pgettext
from markupsafe import Markup

from tandem.collaboration import words
from tandem.kit.dates import short_day
from tandem.web import inline_cells, lanes, units
from tandem.web.markdown import rendered


def environment(**options: Any) -> jinja2.Environment:
    """Autoescape on; undefined names fail loudly; `_()` takes named placeholders."""
    env = jinja2.Environment(  # noqa: S701  Django turns autoescape on in the options
        **{
            **options,
            "undefined": jinja2.StrictUndefined,
            "extensions": ["jinja2.ext.i18n", "jinja2.ext.do"],
        },
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.install_gettext_callables(gettext, ngettext, newstyle=True, pgettext=pgettext)  # type: ignore[attr-defined]
    env.globals.update(
        _=said,
        static=static,
        url=url,
        htmx_script=htmx_script,
        lang=translation.get_language,
        icon=icon,
        program="Tandem",
        words=words,
        drawn=lanes,
        inline=inline_cells,
    )
    env.globals["island_words"] = _island_words(env)
    env.filters.update(
        in_words=units.in_words,
        day=day,
        short_day=short_day,
        hours=hours,
        moment=moment,
        number=number,
        signed=signed,
        markdown=rendered,
        json_data=json_data,
        pairs=pairs,
        choice=choice,
        choices_json=inline_cells.choices_json,
        filesizeformat=size,
    )
    return env


@jinja2.pass_context
def said(context: jinja2.runtime.Context, text: str, /, **named: Any) -> Markup:
    """`_()` of the templates. A page calls it hundreds of times: the catalogue is looked up once per page (`speak`),
    and a sentence without placeholders is not formatted."""
    speak = context.get("speak") or speaker()
    words_: Markup = speak(text)
    return words_ % named if named or "%" in words_ else words_


class _Said(dict[str, Markup]):
    """What was said in one language already."""

    def __init__(self, speak: Callable[[str], str]) -> None:
        super().__init__()
        self._speak = speak

    def __missing__(self, text: str) -> Markup:
        if len(self) >= _MOST_SAID:
            self.clear()
        found = self[text] = Markup(self._speak(text))  # noqa: S704  the catalogue is ours
        return found


_MOST_SAID = 20_000


@cache
def _said_in(language: str | None) -> _Said:
    return _Said(translation.trans_real.translation(language).gettext if language else gettext)


def speaker() -> Callable[[str], Markup]:
    """The words of the language that is spoken now."""
    return _said_in(translation.get_language()).__getitem__


def _island_words(env: jinja2.Environment) -> Callable[[], Markup]:
    """The words of the islands stand on every page: rendered once per language."""

    @cache
    def rendered_in(language: str | None) -> Markup:
        return env.get_template("components/words.html").module.island_words()  # type: ignore[attr-defined,no-any-return]

    return lambda: rendered_in(translation.get_language())


# Addresses of files and pages are the same for everybody; making one costs 20 µs, a table asks for hundreds.
@cache
def static(path: str) -> str:
    return found_static(path)


@lru_cache(maxsize=20_000)
def _address(name: str, kwargs: tuple[tuple[str, Any], ...]) -> str:
    return reverse(name, kwargs=dict(kwargs) or None)


def url(name: str, **kwargs: Any) -> str:
    return _address(name, tuple(kwargs.items()))


def htmx_script() -> Markup:
    return Markup('<script src="{}" defer></script>').format(static("django_htmx/htmx-4.min.js"))


@cache
def icon(name: str) -> Markup:
    """One icon of the sprite that the front-end build makes."""
    sprite = static("tandem/dist/icons.svg")
    return Markup('<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>').format(sprite, name)


def day(value: Any) -> str:
    """`2027-02-12`, for tables and where dates are compared."""
    return value.strftime("%Y-%m-%d") if value else ""


def hours(minutes: Any) -> str:
    """`1h 30m`, as it is also typed; nothing for nothing."""
    if minutes is None:
        return ""
    whole, rest = divmod(int(minutes), 60)
    if whole and rest:
        return gettext("%(h)sh %(m)sm") % {"h": whole, "m": rest}
    return gettext("%(h)sh") % {"h": whole} if whole else gettext("%(m)sm") % {"m": rest}


def moment(value: Any) -> str:
    if not value:
        return ""
    return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"


def number(value: Any, digits: int = 0) -> str:
    return (
        formats.number_format(value, digits, use_l10n=False, force_grouping=True) if value is not None else ""
    )


def signed(value: int | float | None) -> str:
    """`+26`, `−3`: the true minus."""
    if value is None:
        return "–"
    return f"+{value:g}" if value > 0 else f"−{abs(value):g}" if value < 0 else "0"


def size(count: int) -> str:
    """`12 B`, `3.4 MB`: the signs are the same in every language."""
    amount, sign = float(count), "B"
    for larger in ("kB", "MB", "GB"):
        if amount < 1000:
            break
        amount, sign = amount / 1000, larger
    return f"{amount:.1f} {sign}".replace(".0 ", " ")


def pairs(rows: Any) -> list[tuple[Any, str]]:
    """Rows as choices of a select."""
    return [(row.pk, str(row)) for row in rows]


def choice(row: Any, field: str) -> str:
    """The word of a field with choices, as `get_…_display` says it; that asks every choice for its word on every row."""
    value = getattr(row, field)
    return _choices(type(row), field, translation.get_language()).get(value) or str(value or "")


@lru_cache(maxsize=500)
def _choices(model: Any, field: str, language: str | None) -> dict[Any, str]:
    return {value: str(word) for value, word in model._meta.get_field(field).flatchoices}


def json_data(value: Any) -> Markup:
    """JSON for a script element: nothing in it can end the element."""
    import orjson

    text = orjson.dumps(value, default=str).decode()
    for char, safe in (
        ("<", "\\u003c"),
        (">", "\\u003e"),
        ("&", "\\u0026"),
        ("\u2028", "\\u2028"),
        ("\u2029", "\\u2029"),
    ):
        text = text.replace(char, safe)
    return Markup(text)  # noqa: S704  escaped just above
