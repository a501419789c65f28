"""What WebDAV and CalDAV say and hear (RFC 4918, 4791, 6578): bodies of strangers read safely, answers written."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree.ElementTree import Element, ParseError, SubElement, register_namespace, tostring

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring
from django.http import HttpRequest, HttpResponse

from tandem.kit.text import on_one_line, whole_number
from tandem.reports.exports.ical import Entry

DAV, CAL, SERVER = "{DAV:}", "{urn:ietf:params:xml:ns:caldav}", "{http://calendarserver.org/ns/}"
OURS = "{urn:tandem:dav}"
LARGEST = 512 * 1024
"Bytes of a body: room for the addresses of all entries of the largest calendar."
MOST_NAMES, NAMES_LONGEST = 100, 8_000
"What is not there is answered by its name, once for each entry."
MOST_WRITTEN = 24_000_000
"Characters of an answer: all entries of the largest calendar with texts of some length."
for prefix, space in (("D", DAV), ("C", CAL), ("CS", SERVER), ("T", OURS)):
    register_namespace(prefix, space[1:-1])


class Wrong(Exception):
    """An answer that is no success: `condition` names the rule that does not hold (RFC 4918 §16)."""

    def __init__(self, status: int, condition: Element | None = None, said: str = "") -> None:
        super().__init__(said)
        self.status, self.condition, self.said = status, condition, said


@dataclass(frozen=True)
class Resource:
    """Something with an address; a property is made when somebody asks for it, `quiet` ones only when they are named."""

    href: str
    properties: Mapping[str, Callable[[], Element]]
    quiet: frozenset[str] = frozenset()


def made(name: str, *children: Element, text: str = "") -> Element:
    one = Element(name)
    one.text = on_one_line(text) or None
    one.extend(children)
    return one


def href(address: str) -> Element:
    return made(f"{DAV}href", text=address)


def body_of(request: HttpRequest) -> Element | None:
    """The XML that was sent; None when nothing was. No DTD, no entity, nothing large. Raises `Wrong`."""
    if (whole_number(request.META.get("CONTENT_LENGTH") or "0") or 0) > LARGEST:
        raise Wrong(413)
    if not request.body.strip():
        return None
    try:
        found: Element = fromstring(request.body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, LookupError, ValueError):
        raise Wrong(400, said="The body is no XML that is read here.") from None
    return found


def names_in(asked: Element | None) -> list[str] | None:
    """The properties that are asked for by name; None for the usual ones."""
    prop = None if asked is None else asked.find(f"{DAV}prop")
    if prop is None:
        return None
    if len(prop) > MOST_NAMES:
        raise Wrong(400, said=f"More than {MOST_NAMES} properties are asked for.")
    names = list(dict.fromkeys(one.tag for one in prop))
    if sum(map(len, names)) > NAMES_LONGEST:
        raise Wrong(400, said=f"The names of the properties have more than {NAMES_LONGEST} characters.")
    return names


def told(one: Resource, names: list[str] | None, only_names: bool = False) -> Element:
    """A `response` with what there is under 200 and what there is not under 404."""
    wanted = [name for name in one.properties if name not in one.quiet] if names is None else names
    there, missing = Element(f"{DAV}prop"), Element(f"{DAV}prop")
    for name in wanted:
        if name in one.properties:
            there.append(Element(name) if only_names else one.properties[name]())
        else:
            SubElement(missing, name)
    parts = [made(f"{DAV}propstat", prop, _status(code)) for prop, code in ((there, "200 OK"), (missing, "404 Not Found")) if len(prop)]
    return made(f"{DAV}response", href(one.href), *(parts or [made(f"{DAV}propstat", there, _status("200 OK"))]))


def gone(address: str) -> Element:
    return made(f"{DAV}response", href(address), _status("404 Not Found"))


def _status(code: str) -> Element:
    return made(f"{DAV}status", text=f"HTTP/1.1 {code}")


def answer(status: int, root: Element) -> HttpResponse:
    # a bare CR would be read as a line's end like LF alone; calendars end their lines with both
    text = tostring(root, encoding="unicode").replace("\r", "&#13;")
    return HttpResponse(f'<?xml version="1.0" encoding="utf-8"?>\n{text}', status=status, content_type="application/xml; charset=utf-8")


def many(responses: Iterable[Element], *more: Element) -> HttpResponse:
    """Counted while it grows. Raises `Wrong` beyond `MOST_WRITTEN`."""
    root, written = Element(f"{DAV}multistatus"), 0
    for one in responses:
        written += sum(len(part.tag) + len(part.text or "") for part in one.iter())
        if written > MOST_WRITTEN:
            raise Wrong(507, made(f"{DAV}number-of-matches-within-limits"), "The answer would be too large: ask for fewer entries or properties.")
        root.append(one)
    root.extend(more)
    return answer(207, root)


def failure(problem: Wrong) -> HttpResponse:
    if problem.condition is None:
        return HttpResponse(problem.said, status=problem.status, content_type="text/plain; charset=utf-8")
    said = [made(f"{OURS}message", text=problem.said)] if problem.said else []
    return answer(problem.status, made(f"{DAV}error", problem.condition, *said))


def filter_of(query: Element) -> Callable[[Entry], bool]:
    """Which entries a `calendar-query` wants: kinds of components and a range of time. Raises `Wrong` for other conditions."""
    outer = query.find(f"{CAL}filter/{CAL}comp-filter")
    if outer is None or outer.get("name", "").upper() != "VCALENDAR":
        raise Wrong(403, made(f"{CAL}valid-filter"), "A filter begins with VCALENDAR.")
    if len(outer) == 0:
        return lambda _entry: True
    inner = outer.find(f"{CAL}comp-filter")
    if inner is None or len(outer) > 1:
        raise Wrong(403, made(f"{CAL}supported-filter"), "Entries are found by their kind and their time.")
    if inner.get("name", "").upper() != "VEVENT" or inner.find(f"{CAL}is-not-defined") is not None:
        return lambda _entry: False
    if any(one.tag != f"{CAL}time-range" for one in inner):
        raise Wrong(403, made(f"{CAL}supported-filter"), "Entries are found by their kind and their time.")
    span = inner.find(f"{CAL}time-range")
    if span is None:
        return lambda _entry: True
    begin, end = _moment(span.get("start"), datetime.min), _moment(span.get("end"), datetime.max)
    return lambda entry: entry.begins < end and entry.ends > begin


def _moment(text: str | None, else_: datetime) -> datetime:
    try:
        return (datetime.strptime(text, "%Y%m%dT%H%M%SZ") if text else else_).replace(tzinfo=UTC)
    except ValueError:
        raise Wrong(403, made(f"{CAL}valid-filter"), "A moment is written in UTC: 20270401T090000Z.") from None
