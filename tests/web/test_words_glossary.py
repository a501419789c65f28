"""The glossary names every noun and every state of the product, in the words that the pages use."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models
from django.utils import translation

from tests.house.test_models import OURS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "glossary.md"
# rows that only the program reads
UNSPOKEN = {"history.Unsealed", "collaboration.Told", "automation.Followed", "work.Recurred", "planning.EffortStamp"}
# choices that a screen offers, no states of a noun
SETTINGS = {"Theme", "Density"}


def _rows() -> list[list[str]]:
    lines = re.findall(r"^\| (.+) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    return [[cell.strip() for cell in line.split(" | ")] for line in lines if not line.startswith("English")]


def _nouns() -> list[type[models.Model]]:
    found = [m for m in apps.get_models() if m._meta.app_label in OURS and m._meta.label not in UNSPOKEN]
    return sorted(found, key=lambda model: model._meta.label)


@pytest.mark.parametrize("model", _nouns(), ids=lambda model: model._meta.label)
def test_every_noun_is_in_the_glossary(model):
    terms = {part for row in _rows() for part in row[0].split(" / ")}
    with translation.override("en"):
        assert str(model._meta.verbose_name) in terms


def _choices() -> list[type[models.Choices]]:
    fields = [f for m in _nouns() for f in m._meta.get_fields() if getattr(f, "choices", None)]
    owners = set(_nouns())
    inner = [
        one
        for m in owners
        for one in vars(m).values()
        if isinstance(one, type) and issubclass(one, models.Choices)
    ]
    assert fields
    return sorted((one for one in inner if one.__name__ not in SETTINGS), key=lambda one: one.__qualname__)


@pytest.mark.parametrize("choices", _choices(), ids=lambda one: one.__qualname__)
def test_every_state_is_in_the_glossary_as_the_pages_say_it(choices):
    text = PAGE.read_text(encoding="utf-8")
    for language in ("en", "zh-hans"):
        with translation.override(language):
            missing = [str(label) for label in choices.labels if str(label) not in text]
        assert not missing, f"{choices.__qualname__} in {language}: {missing}"


def test_every_term_has_its_chinese_and_its_meaning():
    for row in _rows():
        assert len(row) == 3 and all(row), row
