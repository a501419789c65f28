"""The cells of a plain list: what is shown of a value."""

from decimal import Decimal
from types import SimpleNamespace

import pytest

from tandem.web.generic import Column
from tandem.web.generic_rows import body


@pytest.mark.parametrize(("value", "shown"), [
    (Decimal("1234567.50"), "1,234,567.50"), (Decimal("-30000.00"), "-30,000.00"), (Decimal("0.00"), "0.00"), (Decimal("999.99"), "999.99"),
    (None, "–"), (2027, "2027"), ("<b>", "&lt;b&gt;"),
])  # fmt: skip
def test_amounts_are_grouped_and_nothing_else_is_touched(value, shown):
    noun = SimpleNamespace(columns=(Column("amount", "Amount", lambda r: r.value, is_number=True),))
    assert f">{shown}<" in body(noun, [SimpleNamespace(value=value)])
