"""The words of the program: collect them from the source, bring the catalogues up to date, compile them.

`python -m tandem.config.words_command update` after a change of words, `… compile` before a start. Babel does the work:
no gettext programs are needed. English is the source; `zh_Hans` is written by people; `en` holds the few sentences of
libraries that we say in our own way, and is written by hand.
"""

import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from babel.messages import Catalog
from babel.messages.extract import extract, extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

SOURCE = Path(__file__).resolve().parent.parent
LOCALE = SOURCE / "locale"
TEMPLATE = LOCALE / "django.pot"
KEYWORDS: dict[str, Any] = {
    "_": None, "now_": None, "lazy": None, "gettext": None, "gettext_lazy": None, "gettext_noop": None,
    "ngettext": (1, 2), "ngettext_lazy": (1, 2), "pgettext": ((1, "c"), 2), "pgettext_lazy": ((1, "c"), 2),
}  # fmt: skip
JINJA = {"extensions": "jinja2.ext.do", "trimmed": "true", "silent": "false", "newstyle_gettext": "true"}
# where libraries and Django look for words that are none of ours
SKIPPED = ("migrations", "static", "samples", "locale", "__pycache__")


def _read_django(file: BinaryIO, keywords: Any, tags: Any, options: Any) -> Iterator[Any]:
    """Django's own templates: Django writes them as Python, which Babel can read."""
    from django.utils.translation.template import templatize

    code = templatize(file.read().decode())
    yield from extract_python(io.BytesIO(code.encode()), keywords, tags, options)


def _method(path: Path) -> tuple[Any, dict[str, Any]] | None:
    parts = path.relative_to(SOURCE).parts
    if set(parts) & set(SKIPPED):
        return None
    if path.suffix == ".py":
        return "python", {}
    if "account_templates" in parts and path.suffix in (".html", ".txt"):
        return _read_django, {}
    if "templates" in parts and path.suffix in (".html", ".txt"):
        return "jinja2", JINJA
    return None


def collect() -> Catalog:
    """Every message of the source, with the files that say it; without line numbers, which only make noise."""
    catalogue = Catalog(project="Tandem", charset="utf-8", fuzzy=False)
    for path in sorted(SOURCE.rglob("*")):
        found = _method(path) if path.is_file() else None
        if not found:
            continue
        method, options = found
        place = path.relative_to(SOURCE).as_posix()
        with path.open("rb") as file:
            for _line, message, comments, context in extract(method, file, KEYWORDS, ("words:",), options):
                if message and (message if isinstance(message, str) else message[0]):
                    catalogue.add(message, None, [(place, None)], auto_comments=comments, context=context)
    for message in catalogue:
        message.locations = sorted(set(message.locations))
    return catalogue


def catalogue(name: str) -> Catalog:
    with (LOCALE / name / "LC_MESSAGES" / "django.po").open("rb") as file:
        return read_po(file, locale=name)


def _write(path: Path, words: Catalog) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    buffer = io.BytesIO()
    write_po(
        buffer, words, width=110, sort_output=False, ignore_obsolete=True, no_location=True, omit_header=False
    )
    text = "\n".join(
        line
        for line in buffer.getvalue().decode().splitlines()
        if not line.startswith(('"POT-Creation-Date', '"PO-Revision-Date', '"Generated-By', '"Last-Translator'))
    )
    path.write_text(text + "\n", encoding="utf-8")


def update() -> None:
    """Collects the words anew; catalogues keep what is translated and lose what nobody says any more."""
    found = collect()
    _write(TEMPLATE, found)
    path = LOCALE / "zh_Hans" / "LC_MESSAGES" / "django.po"
    chinese = catalogue("zh_Hans") if path.exists() else Catalog(locale="zh_Hans", project="Tandem", fuzzy=False)
    chinese.update(found, no_fuzzy_matching=True)
    _write(path, chinese)
    compile_all()


def compile_all() -> None:
    for source in LOCALE.glob("*/LC_MESSAGES/django.po"):
        draft = source.with_suffix(".mo.new")
        with draft.open("wb") as file:
            write_mo(file, catalogue(source.parent.parent.name))
        draft.replace(source.with_suffix(".mo"))


def missing(words: Catalog) -> list[str]:
    return [str(m.id) for m in words if m.id and (not m.string or not all(_each(m.string)) or m.fuzzy)]


def _each(texts: Any) -> tuple[str, ...]:
    return (texts,) if isinstance(texts, str) else tuple(texts)


def main() -> None:
    what = sys.argv[1] if len(sys.argv) > 1 else "update"
    if what == "compile":
        compile_all()
    elif what == "update":
        update()
    else:
        sys.exit("words_command: update or compile")
    chinese = catalogue("zh_Hans")
    gaps = missing(chinese)
    print(f"{len(chinese)} messages, {len(gaps)} not in Chinese yet")
    for text in gaps:
        print(f"  {text[:100]}")


if __name__ == "__main__":
    main()
