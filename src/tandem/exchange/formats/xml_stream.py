"""Walk through a large XML file element by element, in bounded memory,
with every hostile construction refused.
"""

from collections.abc import Collection, Iterator
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from tandem.exchange.formats.sniff import xml_refusal
from tandem.exchange.formats.source import Unreadable

_MAX_DEPTH = 64


def elements(
    path: Path, wanted: Collection[str], also: Collection[str] = (), drop: str = ""
) -> Iterator[Element]:
    """Yield each complete element whose tag is wanted, and thrown away afterwards.

    `also` names tags that are yielded only outside a wanted element; `drop` a namespace taken off tags.
    """
    stack: list[Element] = []
    inside = 0
    try:
        with path.open("rb") as file:
            for event, element in iterparse(file, events=("start", "end"), forbid_dtd=True):
                if event == "start":
                    if drop and element.tag.startswith(drop):
                        element.tag = element.tag[len(drop) :]
                    stack.append(element)
                    inside += element.tag in wanted
                    if len(stack) > _MAX_DEPTH:
                        raise Unreadable("too_deep")
                    continue
                stack.pop()
                if element.tag in wanted:
                    inside -= 1
                    if not inside:
                        yield element
                elif not inside and element.tag in also:
                    yield element
                if not inside:
                    element.clear()
                    if stack:
                        stack[-1].remove(element)
    except DefusedXmlException as error:
        raise Unreadable("xml_unsafe", reason=type(error).__name__) from error
    except ParseError as error:
        raise xml_refusal(error) from error
