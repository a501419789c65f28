"""Read dates as exports write them, and decide per file whether numeric ones are day/month or month/day.

A numeric date like 7/9/2026 is never guessed: `OrderEvidence` looks at every such value of a file; only when
some value leaves one reading (13/9, 9/13) is the order known. No time zone is ever added.
"""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

from tandem.exchange.formats.source import DateOrder
from tandem.exchange.records import Moment

_MONTHS: dict[str, int] = {}
for _names in (
    "jan feb mar apr may jun jul aug sep oct nov dec",
    "january february march april may june july august september october november december",
    "jan feb mär apr mai jun jul aug sep okt nov dez",
    "januar februar märz april mai juni juli august september oktober november dezember",
    "jan feb mrt apr mei jun jul aug sep okt nov dec",
    "janv févr mars avr mai juin juil août sept oct nov déc",
    "ene feb mar abr may jun jul ago sep oct nov dic",
    "jan fev mar abr mai jun jul ago set out nov dez",
    "gen feb mar apr mag giu lug ago set ott nov dic",
    "янв фев мар апр май июн июл авг сен окт ноя дек",
    "1月 2月 3月 4月 5月 6月 7月 8月 9月 10月 11月 12月",
    "一月 二月 三月 四月 五月 六月 七月 八月 九月 十月 十一月 十二月",
):
    for _i, _name in enumerate(_names.split(), 1):
        _MONTHS.setdefault(_name, _i)

_TIME = (
    r"(?:[T,\s]\s*(?P<half1>上午|下午)?\s*(?P<h>\d{1,2})[:.](?P<mi>\d{2})"
    r"(?:[:.](?P<s>\d{2})(?:[.,]\d{1,9})?)?\s*(?P<half2>[AaPp]\.?[Mm]\.?)?)?"
)
_ZONE = r"\s*(?P<zone>Z|[+-]\d{2}:?\d{2})?"
_ISO = re.compile(r"(?P<y>\d{4})[-/.](?P<mo>\d{1,2})[-/.](?P<d>\d{1,2})" + _TIME + _ZONE)
_HAN = re.compile(
    r"(?P<y>\d{4})\s*年\s*(?P<mo>\d{1,2})\s*月\s*(?P<d>\d{1,2})\s*日?" + _TIME.replace(r"[T,\s]\s*", r"\s*")
)
_DAY_NAME = re.compile(
    r"(?P<d>\d{1,2})[-/.\s]+(?P<name>[^\W\d_]+|\d{1,2}月)\.?[-/,\s]+(?P<y>\d{4}|\d{2})" + _TIME + _ZONE
)
_NAME_DAY = re.compile(
    r"(?P<name>[^\W\d_]+)\.?[-/\s]+(?P<d>\d{1,2})(?:st|nd|rd|th)?[-/,\s]+(?P<y>\d{4}|\d{2})" + _TIME + _ZONE
)
_NUMERIC = re.compile(r"(?P<a>\d{1,2})(?P<sep>[-/.])(?P<b>\d{1,2})(?P=sep)(?P<c>\d{4}|\d{2})" + _TIME + _ZONE)
_RFC = re.compile(r"[A-Za-z]{3}, \d{1,2} [A-Za-z]{3} \d{4} ")


class OrderEvidence:
    """Collects numeric dates and tells their order, None when there are none, or that it must be asked."""

    def __init__(self) -> None:
        self._first_over_12 = self._second_over_12 = False
        self._unsure: dict[str, list[str]] = {}

    def look(self, column: str, text: str) -> None:
        found = _NUMERIC.fullmatch(text.strip())
        if not found:
            return
        a, b = int(found["a"]), int(found["b"])
        if found["sep"] == "." or a > 12 >= b:  # with points the day always stands first
            self._first_over_12 = True
        elif b > 12 >= a:
            self._second_over_12 = True
        elif a != b:
            examples = self._unsure.setdefault(column, [])
            if len(examples) < 3 and text not in examples:
                examples.append(text.strip())

    @property
    def order(self) -> DateOrder | None:
        if self._first_over_12 != self._second_over_12:
            return "dmy" if self._first_over_12 else "mdy"
        return None

    @property
    def must_be_asked(self) -> tuple[str, tuple[str, ...]] | None:
        """The column and examples of dates that nothing in the file decides."""
        if self.order or not self._unsure:
            return None
        column = next(iter(self._unsure))
        return column, tuple(self._unsure[column])


def parse_moment(text: str, order: DateOrder | None = None) -> Moment | None:
    """A date, or a date with a time (aware if the text has an offset);
    None when it cannot be read for certain.
    """
    text = text.strip().replace("\u202f", " ").replace("\u00a0", " ")
    if not text or len(text) > 60:
        return None
    if _RFC.match(text):
        try:
            return parsedate_to_datetime(text)
        except ValueError:
            return None
    for pattern in (_ISO, _HAN):
        if found := pattern.fullmatch(text):
            return _build(int(found["y"]), int(found["mo"]), int(found["d"]), found)
    for pattern in (_DAY_NAME, _NAME_DAY):
        if (found := pattern.fullmatch(text)) and (month := _MONTHS.get(found["name"].lower())):
            return _build(_year(found["y"]), month, int(found["d"]), found)
    if found := _NUMERIC.fullmatch(text):
        return _numeric(found, order)
    return None


def parse_datetime(text: str, order: DateOrder | None = None) -> datetime | None:
    """As `parse_moment`; a bare date becomes its midnight."""
    found = parse_moment(text, order)
    if found is None or isinstance(found, datetime):
        return found
    return datetime(found.year, found.month, found.day)


def _numeric(found: re.Match[str], order: DateOrder | None) -> Moment | None:
    a, b, c = int(found["a"]), int(found["b"]), found["c"]
    if order == "ymd" and len(c) == 2:
        return _build(_year(found["a"]), b, int(c), found)
    if a == b or b > 12 or a > 12:  # only one reading, whatever the rest of the file says
        first_is_day = not b > 12
    elif found["sep"] == ".":
        first_is_day = True
    elif order in ("dmy", "mdy"):
        first_is_day = order == "dmy"
    else:
        return None
    return _build(_year(c), b if first_is_day else a, a if first_is_day else b, found)


def _year(text: str) -> int:
    year = int(text)
    return year if len(text) == 4 else year + (2000 if year < 69 else 1900)


def _build(year: int, month: int, day: int, found: re.Match[str]) -> Moment | None:
    parts = found.groupdict()
    try:
        if parts.get("h") is None:
            return date(year, month, day)
        hour = int(parts["h"])
        half = (parts.get("half2") or parts.get("half1") or "").lower()
        if half:
            if not 0 <= hour <= 12 and half[0] in "ap":
                return None
            hour = hour % 12 + (12 if half[0] in "p下" else 0)
        return datetime(
            year, month, day, hour, int(parts["mi"]), int(parts["s"] or 0), tzinfo=_zone(parts.get("zone"))
        )
    except ValueError:
        return None


def _zone(text: str | None) -> timezone | None:
    if not text:
        return None
    if text == "Z":
        return UTC
    digits = text[1:].replace(":", "")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if text[0] == "-" else offset)
