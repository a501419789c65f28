"""Status as shape and word, and slips in days: the same on every page, in both languages."""

import pytest
from django.template import engines
from django.utils import translation


def shown(call: str, **values) -> str:
    return engines["jinja2"].from_string("{% import 'components/status.html' as c %}{{ c." + call + " }}").render(values)


@pytest.mark.parametrize(
    ("state", "english", "chinese"),
    [
        ("on", "On track", "正常"), ("risk", "At risk", "有风险"), ("off", "Off track", "已偏离"), ("done", "Done", "已完成"), ("block", "Blocked", "受阻"),
        ("none", "Not started", "未开始"), ("", "Not started", "未开始"),
    ],
)  # fmt: skip
def test_a_status_is_a_shape_and_a_word(state, english, chinese):
    for language, word in (("en", english), ("zh-hans", chinese)):
        with translation.override(language):
            assert shown("word(state)", state=state) == word
            mark = f'<i class="sh sh-{state or "none"}" aria-hidden="true"></i>'
            assert shown("status(state)", state=state) == f'<span class="st">{mark}<span>{word}</span></span>'


def test_what_people_wrote_is_escaped_in_it():
    assert shown("status('on', text, said=true)", text="<b>").endswith("<span>&lt;b&gt;</span></span>")
    assert 'class="st said"' in shown("status('on', text, said=true)", text="Fine")
    assert 'title="&lt;b&gt;"' in shown("shape('on', title)", title="<b>")


@pytest.mark.parametrize(("days", "size"), [(-1200, "−1200"), (-2, "−2"), (0, "0"), (26, "+26")])
def test_days_have_a_true_sign(days, size):
    with translation.override("en"):
        assert shown("days(n)", n=days) == f'<span class="num">{size} d</span>'
        assert shown("days(n, sign=false)", n=days) == f'<span class="num">{size.lstrip("+")} d</span>'


@pytest.mark.parametrize(("state", "cls"), [("off", "str t-off"), ("risk", "str t-risk"), ("on", "str"), ("", "str")])
def test_a_slip_is_coloured_where_it_is_bad_or_may_become_so(state, cls):
    assert shown("slip(none, state)", state=state) == f'<span class="{cls}">–</span>'
    with translation.override("en"):
        assert shown("slip(3, state)", state=state) == f'<span class="{cls}"><span class="num">+3 d</span></span>'
