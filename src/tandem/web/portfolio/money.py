"""Money as people read it: `€1.2 m`, `120 k`, in Chinese with 万 and 亿; the exact figure stands in the tables."""

from django.utils.translation import gettext as _

from tandem.web.charts import number
from tandem.web.templating import is_chinese

_SIGNS = {"EUR": "€", "USD": "$", "GBP": "£", "CNY": "¥", "JPY": "¥"}


def money(value: float, currency: str) -> str:
    sign = _SIGNS.get(currency, f"{currency} ")
    size, unit = _scaled(abs(value))
    digits = number(round(size, 2 if size < 10 else 1 if size < 100 else 0))
    return f"{'−' if value < 0 else ''}{sign}{digits}{unit}"


def exact(value: float, currency: str) -> str:
    sign = _SIGNS.get(currency, f"{currency} ")
    return f"{'−' if value < 0 else ''}{sign}{number(abs(value))}"


def percent(share: float) -> str:
    return f"{number(round(100 * share, 1))} %"


def days(value: float) -> str:
    return _("%(n)s d") % {"n": number(round(float(value)))}


def _scaled(size: float) -> tuple[float, str]:
    if is_chinese():
        return (size / 1e8, "亿") if size >= 1e8 else (size / 1e4, "万") if size >= 1e4 else (size, "")
    return (size / 1e6, " m") if size >= 999_500 else (size / 1e3, " k") if size >= 1e3 else (size, "")
