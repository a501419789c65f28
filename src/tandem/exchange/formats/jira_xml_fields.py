"""What the elements of one item in Jira's XML hold: own fields, custom fields, sprints, points, rank."""

from collections.abc import Iterator
from datetime import datetime
from xml.etree.ElementTree import Element

from tandem.exchange.formats.moments import parse_moment
from tandem.exchange.formats.source import clean, digest, number
from tandem.exchange.records import Moment, Value

# Fields that Jira computes anew on each view ("56 minutes ago"), or that show who looked at what.
COMPUTED = (
    "com.atlassian.jira.toolkit:", "com.atlassian.jira.ext.charting:", ":devsummary", "gh-global-rank",
    "scripted-field", "sd-approvals", ":vertical-slider", "jira-development-integration",
)  # fmt: skip


def identity(item: Element) -> tuple[str, str]:
    element = item.find("key")
    key = clean(element.text) if element is not None else ""
    return (element.get("id") if element is not None else "") or key or digest(
        clean(item.findtext("title"))
    ), key


def custom(item: Element, ending: str) -> Iterator[Element]:
    for field in item.findall("customfields/customfield"):
        if (field.get("key") or "").endswith(ending):
            yield field


def values(field: Element) -> tuple[str, ...]:
    found = [clean(value.text) for value in field.iter("customfieldvalue")]
    if not found:
        found = [clean(field.findtext("customfieldvalues"))]
    return tuple(value for value in found if value)


def sprints(item: Element) -> Iterator[tuple[str, str]]:
    for field in custom(item, "gh-sprint"):
        for value in field.iter("customfieldvalue"):
            if name := clean(value.text):
                yield value.get("id") or name, name


def points(item: Element) -> float | None:
    for field in item.findall("customfields/customfield"):
        if clean(field.findtext("customfieldname")).lower() in ("story points", "story point estimate"):
            return next((number(value) for value in values(field)), None)
    return None


def rank(item: Element) -> str | None:
    for field in custom(item, "gh-lexo-rank"):
        if clean(field.findtext("customfieldname")).lower() == "rank":
            return next(iter(values(field)), None)
    return None


def due(item: Element) -> Moment | None:
    text = clean(item.findtext("due"))
    found = parse_moment(text)
    return found.date() if isinstance(found, datetime) and "00:00:00" in text else found


def minutes(item: Element, tag: str) -> float | None:
    element = item.find(tag)
    seconds = number(element.get("seconds") or "") if element is not None else None
    return None if seconds is None else seconds / 60


def texts(item: Element, path: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(clean(found.text) for found in item.findall(path) if clean(found.text)))


def fields(item: Element) -> dict[str, Value]:
    """Custom fields a person filled in, and the few own fields of Jira without a column here."""
    found: dict[str, Value] = {}
    for tag, name in (("environment", "Environment"), ("security", "Security Level")):
        if text := clean(item.findtext(tag)):
            found[name] = text
    if (votes := number(item.findtext("votes") or "")) and votes > 0:
        found["Votes"] = int(votes)
    if affected := texts(item, "version"):
        found["Affects versions"] = affected
    for field in item.findall("customfields/customfield"):
        kind, name = field.get("key") or "", clean(field.findtext("customfieldname"))
        own = kind.endswith(("gh-sprint", "gh-epic-link", "gh-lexo-rank")) or name.lower() == "story points"
        if own or any(part in kind for part in COMPUTED):
            continue
        if given := values(field):
            found[name] = given[0] if len(given) == 1 else given
    return found
