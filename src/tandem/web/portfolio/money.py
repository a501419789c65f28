"""Money as people read it: `€1.2 m`, `+$3.4 bn`, in Chinese with 万 and 亿; the exact figure stands in the tables."""

from decimal import Decimal

from django.utils.translation import gettext as _

from tandem.kit.dates import is_chinese
from tandem.web.charts import number

_SIGNS = {"EUR": "€", "USD": "$", "GBP": "£", "CNY": "¥", "JPY": "¥"}


def money(value: Decimal | float | None, currency: str, *, signed: bool = False) -> str:
    if value is None:
        return "–"
    size, unit = _scaled(abs(float(value)))
    digits = number(round(size, 2 if size < 10 else 1 if size < 100 else 0))
    return f"{'−' if value < 0 else '+' if signed and value > 0 else ''}{_sign(currency)}{digits}{unit}"


def exact(value: float, currency: str) -> str:
    return f"{'−' if value < 0 else ''}{_sign(currency)}{number(abs(value))}"


def cents(value: Decimal, currency: str) -> str:
    """To the cent, for records."""
    return f"{'−' if value < 0 else ''}{_sign(currency)}{abs(value):,.2f}"


def days(value: float) -> str:
    return _("%(n)s d") % {"n": number(round(float(value)))}


def _sign(currency: str) -> str:
    return _SIGNS.get(currency, f"{currency} " if currency else "")


def _scaled(size: float) -> tuple[float, str]:
    if is_chinese():
        return (size / 1e8, "亿") if size >= 1e8 else (size / 1e4, "万") if size >= 1e4 else (size, "")
    if size >= 999_500_000:
        return size / 1e9, " bn"
    return (size / 1e6, " m") if size >= 999_500 else (size / 1e3, " k") if size >= 1e3 else (size, "")
