"""One typed line as a work item: “Login fails on Safari !high @boris ^next sprint #auth 3d”, in English or Chinese.

`!` priority, `@` person, `^` sprint or day, `#` label, `~` estimate, which needs no mark at the end of the line. What is
not understood stays in the title and is said; what stands in quotation marks is taken as it is.
"""

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tandem.kit import clock
from tandem.kit.text import fold
from tandem.people.models import User
from tandem.people.scoping import members_of
from tandem.reports.queries.filter_dates import period
from tandem.reports.queries.filter_words import ME, PRIORITIES
from tandem.work.models import Sprint, WorkItem

MOST_TEXT, MOST_WORDS, MOST_LABELS, MOST_MARKS, DAY_MINUTES = 1000, 4, 20, 30, 480
_MARKS = {"！": "!", "＠": "@", "＾": "^", "…": "^", "＃": "#", "～": "~"}
_LITERAL = re.compile(r'"([!@^#~！＠＾＃～…][^"]*|\d[^"\s]*)"')
# a mark begins a word; the wide ones also stand right behind Chinese
_MARK = re.compile(r'(?:(?<!\S)[!@^#~]|[！＠＾＃～]|……?)(?="[^"]+"|[^\s!@^#~！＠＾＃～…"])')
_WORD = re.compile(r'\s*([^\s！＠＾＃～…]+)')
_QUOTED = re.compile(r'"([^"]+)"')
_ESTIMATE = re.compile(r"(\d{1,3}(?:[.,]\d{1,2})?)(m|min|h|d|w|p|pt|分钟|小时|天|周|点)", re.IGNORECASE)
_UNITS = {"m": 1, "min": 1, "分钟": 1, "h": 60, "小时": 60, "d": DAY_MINUTES, "天": DAY_MINUTES, "w": 5 * DAY_MINUTES, "周": 5 * DAY_MINUTES}
_NEXT = {"next", "next sprint", "下个迭代", "下一迭代", "下一个迭代", "下迭代"}
_CURRENT = {"sprint", "this sprint", "current sprint", "current", "本迭代", "当前迭代", "这个迭代", "迭代"}
_WEEKDAYS = {name: n for n, names in enumerate((
    ("mon", "monday", "周一", "星期一"), ("tue", "tuesday", "周二", "星期二"), ("wed", "wednesday", "周三", "星期三"),
    ("thu", "thursday", "周四", "星期四"), ("fri", "friday", "周五", "星期五"), ("sat", "saturday", "周六", "星期六"),
    ("sun", "sunday", "周日", "星期日", "周天", "星期天"),
)) for name in names}  # fmt: skip
_CHINESE_DAY = re.compile(r"(\d{1,2})月(\d{1,2})[日号]?")


@dataclass
class Piece:
    """Something that was read: where it stands in the text, what it says in words; a `problem` when it was not understood."""

    kind: str
    start: int
    end: int
    said: str
    problem: bool = False


@dataclass
class Line:
    """The title that is left, the values for a new work item (`sprint` among them), and what was read."""

    title: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    pieces: list[Piece] = field(default_factory=list)


@dataclass
class _Reading:
    user: Any
    space_id: int
    values: dict[str, Any] = field(default_factory=dict)


def read(text: str, user: Any, space_id: int) -> Line:
    """What the line says, for this person and this space: only people and sprints that they see are found."""
    text = text[:MOST_TEXT]
    literals = [m.span() for m in _LITERAL.finditer(text)]
    reading, line, at, count = _Reading(user, space_id), Line(), 0, 0
    for match in _MARK.finditer(text):
        start = match.start()
        if start < at or any(a <= start < b for a, b in literals):
            continue
        count += 1
        if count > MOST_MARKS:  # each may ask the database; the rest is title
            break
        kind = _MARKS.get(match[0][0], match[0][0])
        end, said = _READERS[kind](reading, text, match.end())
        if end:
            line.pieces.append(Piece(_KINDS[kind], start, end, said))
            at = end
        elif said:
            word = _WORD.match(text, match.end())
            line.pieces.append(Piece(_KINDS[kind], start, word.end() if word else match.end(), said, problem=True))
    _read_last_word(reading, text, line)
    line.values = reading.values
    line.title = _rest(text, [p for p in line.pieces if not p.problem])
    return line


def has_marks(text: str) -> bool:
    return _MARK.search(text) is not None


def _rest(text: str, pieces: list[Piece]) -> str:
    kept, at = [], 0
    for piece in sorted(pieces, key=lambda p: p.start):
        kept.append(text[at : piece.start])
        at = piece.end
    whole = "".join([*kept, text[at:]])
    return " ".join(_LITERAL.sub(r"\1", whole).split())


def _phrases(text: str, start: int) -> list[tuple[int, str]]:
    """What may belong to a mark: the quoted words, or the next one to four words, the longest first."""
    if quoted := _QUOTED.match(text, start):
        return [(quoted.end(), quoted[1].strip())] if quoted[1].strip() else []
    found, at = [], start
    while len(found) < MOST_WORDS and (word := _WORD.match(text, at)):
        if word[1][0] in "!@^#~\"" and found:
            break
        at = word.end()
        found.append((at, " ".join(text[start:at].split())))
    return found[::-1]


def _priority(reading: _Reading, text: str, start: int) -> tuple[int, str]:
    for end, phrase in _phrases(text, start)[-1:]:
        number = PRIORITIES.get(phrase.casefold()) or (int(phrase) if phrase in ("1", "2", "3", "4") else 0)
        if number:
            reading.values["priority"] = number
            return end, str(WorkItem.Priority(number).label)
    return 0, _("no priority: urgent, high, medium or low")


def _person(reading: _Reading, text: str, start: int) -> tuple[int, str]:
    problem = ""
    for end, phrase in _phrases(text, start):
        person, problem = _who(reading, phrase, is_whole=end != _phrases(text, start)[-1][0])
        if person is not None:
            people = reading.values.setdefault("assignees", [])
            if person not in people:
                people.append(person)
            return end, person.name
    return 0, problem


def _who(reading: _Reading, phrase: str, is_whole: bool) -> tuple[Any, str]:
    """The one person whose name or pinyin begins so; several are narrowed to those of the project. Of several words
    the whole name is asked for."""
    if phrase.casefold() in ME:
        return reading.user, ""
    wanted = fold(phrase)
    rows = User.objects.visible_to(reading.user).active().matching(phrase.split()[0])[:200]
    whole = [u for u in rows if fold(u.name) == wanted]
    found = whole or ([] if is_whole else [u for u in rows if any(w.startswith(wanted) for w in [*fold(u.name).split(), *u.pinyin.split(), fold(u.name)])])
    if len(found) > 1:
        here = set(members_of(reading.space_id).values_list("user_id", flat=True))
        found = [u for u in found if u.pk in here] or found
    if len(found) == 1:
        return found[0], ""
    if found:
        return None, _("several people: %(names)s") % {"names": ", ".join(u.name for u in found[:4])}
    return None, _("nobody of this name")


def _when(reading: _Reading, text: str, start: int) -> tuple[int, str]:
    for end, phrase in _phrases(text, start):
        low = phrase.casefold()
        if sprint := _sprint(reading, low):
            reading.values["sprint"] = sprint
            return end, sprint.name
        if day := _day(low):
            reading.values["due_on"] = day
            return end, _("due %(day)s") % {"day": day.isoformat()}
    return 0, _("neither an open sprint nor a day")


def _sprint(reading: _Reading, low: str) -> Sprint | None:
    rows = Sprint.objects.visible_to(reading.user).open().filter(space=reading.space_id).in_order()
    if low in _CURRENT:
        return rows.running().first()
    if low in _NEXT:
        return rows.filter(state=Sprint.State.FUTURE).first()
    return next((s for s in rows[:50] if fold(s.name) == fold(low)), None)


def _day(low: str) -> date | None:
    """A day, the last day of a named month, the Friday of a named week, a weekday to come."""
    today = clock.today()
    if match := _CHINESE_DAY.fullmatch(low):
        try:
            day = date(today.year, int(match[1]), int(match[2]))
            return day if day >= today else day.replace(year=today.year + 1)
        except ValueError:
            return None
    is_next = low.startswith(("next ", "下")) and low.removeprefix("next ").removeprefix("下") in _WEEKDAYS
    name = low.removeprefix("next ").removeprefix("下") if is_next else low
    if name in _WEEKDAYS:
        monday = today - timedelta(days=today.weekday()) + timedelta(days=7)
        return monday + timedelta(days=_WEEKDAYS[name]) if is_next else today + timedelta(days=(_WEEKDAYS[name] - today.weekday() - 1) % 7 + 1)
    if low.isdigit():
        return None
    found = period(low.replace(" ", "-"))
    if found is None:
        return None
    first, last = found
    return last - timedelta(days=2) if (last - first).days == 6 else last


def _label(reading: _Reading, text: str, start: int) -> tuple[int, str]:
    """A word, or several in quotation marks; `#12` is a number, no label."""
    for end, phrase in _phrases(text, start)[-1:]:
        phrase = phrase.rstrip(",;，；")[:200]
        labels = reading.values.get("labels", [])
        if phrase and not phrase.isdigit() and len(labels) < MOST_LABELS:
            reading.values["labels"] = list(dict.fromkeys([*labels, phrase]))
            return end, phrase
    return 0, ""


def _effort(reading: _Reading, text: str, start: int) -> tuple[int, str]:
    for end, phrase in _phrases(text, start)[-1:]:
        if said := _estimate(reading, phrase):
            return end, said
    return 0, ""


def _estimate(reading: _Reading, word: str) -> str:
    match = _ESTIMATE.fullmatch(word)
    if match is None:
        return ""
    number, unit = float(match[1].replace(",", ".")), match[2].casefold()
    if unit in ("p", "pt", "点"):
        reading.values["estimate_points"] = number
        return ngettext("%(n)s point", "%(n)s points", round(number)) % {"n": f"{number:g}"}
    reading.values["estimate_minutes"] = round(number * _UNITS[unit])
    return _("estimate %(text)s") % {"text": word}


def _read_last_word(reading: _Reading, text: str, line: Line) -> None:
    """`3d` needs no mark where only marks follow: at the end of the line or before the terms there."""
    if any(p.kind == "estimate" for p in line.pieces):
        return
    end, pieces = len(text.rstrip()), sorted((p for p in line.pieces if not p.problem), key=lambda p: -p.start)
    for piece in [*pieces, None]:
        begin = piece.end if piece else 0
        gap = text[begin:end]
        if gap.strip():
            word = re.search(r"(?<!\S)(\S+)\s*$", gap)
            if word and word[1] != text.strip() and (said := _estimate(reading, word[1])):
                line.pieces.append(Piece("estimate", begin + word.start(1), begin + word.end(1), said))
            return
        end = piece.start if piece else 0


_KINDS = {"!": "priority", "@": "person", "^": "when", "#": "label", "~": "estimate"}
_READERS = {"!": _priority, "@": _person, "^": _when, "#": _label, "~": _effort}
