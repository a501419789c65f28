"""Walk through chosen arrays of a large JSON object, one entry at a time, in bounded memory."""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import ijson
from ijson.common import ObjectBuilder

from tandem.exchange.formats.sniff import json_refusal
from tandem.exchange.formats.source import Unreadable

_MAX_DEPTH = 64


def entries(path: Path, wanted: Collection[str], scalars: bool = False) -> Iterator[tuple[str, Any]]:
    """(name of the array, entry) for each wanted array at the root; with `scalars` also (key,
    value) of plain values.
    """
    prefixes = {f"{name}.item": name for name in wanted}
    builder: ObjectBuilder | None = None
    depth = 0
    inside = ""
    try:
        with path.open("rb") as file:
            for prefix, event, value in ijson.parse(file, use_float=True):
                opens, closes = event in ("start_map", "start_array"), event in ("end_map", "end_array")
                depth += opens - closes
                if depth > _MAX_DEPTH:
                    raise Unreadable("too_deep")
                if builder is not None:
                    builder.event(event, value)
                    if closes and prefix == inside:
                        yield prefixes[inside], builder.value
                        builder = None
                elif event == "start_map" and prefix in prefixes:
                    builder, inside = ObjectBuilder(), prefix
                    builder.event(event, value)
                elif scalars and depth == 1 and not (opens or closes) and event != "map_key":
                    yield prefix, value
    except ijson.JSONError as error:
        raise json_refusal(error) from error
    except UnicodeDecodeError as error:
        raise Unreadable("json_broken", f"byte {error.start}", reason="UTF-8") from error
