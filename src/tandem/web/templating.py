"""The Jinja2 environment of every page: what templates may call."""

from typing import Any

import jinja2
from django.templatetags.static import static
from django.urls import reverse
from django.utils import formats, translation
from django.utils.translation import gettext, ngettext, pgettext
from markupsafe import Markup

from tandem.collaboration import words
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
        static=static,
        url=url,
        htmx_script=htmx_script,
        lang=translation.get_language,
        icon=icon,
        program="Tandem",
        words=words,
    )
    env.filters.update(
        day=day,
        short_day=short_day,
        moment=moment,
        number=number,
        signed=signed,
        markdown=rendered,
        json_data=json_data,
        pairs=pairs,
    )
    return env


def url(name: str, **kwargs: Any) -> str:
    return reverse(name, kwargs=kwargs or None)


def htmx_script() -> Markup:
    return Markup('<script src="{}" defer></script>').format(static("django_htmx/htmx-4.min.js"))


def icon(name: str) -> Markup:
    """One icon of the sprite that the front-end build makes."""
    sprite = static("tandem/dist/icons.svg")
    return Markup('<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>').format(sprite, name)


def day(value: Any) -> str:
    """`2027-02-12`, for tables and where dates are compared."""
    return value.strftime("%Y-%m-%d") if value else ""


def short_day(value: Any) -> str:
    """`12 Feb` / `2月12日`, for prose and lanes."""
    if not value:
        return ""
    if translation.get_language() == "zh-hans":
        return f"{value.month}月{value.day}日"
    return f"{value.day} {value.strftime('%b')}"


def moment(value: Any) -> str:
    if not value:
        return ""
    from django.utils import timezone

    return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")


def number(value: Any, digits: int = 0) -> str:
    return (
        formats.number_format(value, digits, use_l10n=False, force_grouping=True) if value is not None else ""
    )


def signed(value: int | float | None) -> str:
    """`+26`, `−3`: the true minus."""
    if value is None:
        return "–"
    return f"+{value:g}" if value > 0 else f"−{abs(value):g}" if value < 0 else "0"


def pairs(rows: Any) -> list[tuple[Any, str]]:
    """Rows as choices of a select."""
    return [(row.pk, str(row)) for row in rows]


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
