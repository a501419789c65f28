"""What the page of all objectives writes in Python is what the components of every other page write."""

import pytest
from django.template import engines
from django.utils import translation

from tandem.web.strategy import objective_lines

STATES = ("on", "risk", "off", "done", "block", "none", "")


def _component(call: str, **values) -> str:
    return engines["jinja2"].from_string("{% import 'components/status.html' as c %}{{ c." + call + " }}").render(values)


@pytest.fixture(params=["en", "zh-hans"])
def language(request):
    with translation.override(request.param):
        yield request.param


@pytest.mark.parametrize("state", STATES)
def test_a_status_is_the_component(language, state):
    assert objective_lines.word(state) == _component("word(state)", state=state)
    assert objective_lines.status(state, objective_lines.word(state)) == _component("status(state)", state=state)
    assert objective_lines.status(state, "<b>") == _component("status(state, text)", state=state, text="<b>")


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("days", [None, -1200, -2, 0, 1, 26])
def test_a_slip_is_the_component(language, state, days):
    assert objective_lines.slip(days, state) == _component("slip(n, state)", n=days, state=state)
