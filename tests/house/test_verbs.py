"""The table of verbs and the actions agree: what is recorded stands in it, and what stands in it is recorded."""

import re

from tandem.history.verbs import VERBS
from tests.house.source import sources

_WORD = re.compile(r'"([a-z_]+\.[a-z_]+)"')

def _written() -> set[str]:
    found: set[str] = set()
    for one in sources():
        if one.path not in ("history/verbs.py", "history/method_verbs.py", "history/people_verbs.py"):
            found |= set(_WORD.findall(one.text))
    return found


def test_every_verb_of_the_table_is_recorded_somewhere():
    assert set(VERBS) - _written() == set()


def test_every_recorded_verb_stands_in_the_table():
    used: set[str] = set()
    for one in sources():
        used |= set(re.findall(r'(?:record(?:_many)?\(\s*|verb=)"([a-z_.]+)"', one.text))
    assert used - set(VERBS) == set()


def test_every_verb_reads_as_a_sentence():
    assert all(str(sentence) and str(sentence)[0].islower() for sentence in VERBS.values())


def test_every_refusal_has_its_sentence():
    from tandem.collaboration.words import REFUSALS

    used = {code for one in sources() for code in re.findall(r'Refused\(\s*"([a-z_]+)"', one.text)}
    assert used - set(REFUSALS) == set()
