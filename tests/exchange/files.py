"""How the import tests run a file: straight through the writer, without a job."""

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tandem.exchange.apply import Options, apply
from tandem.exchange.formats import ReadOptions, open_source
from tandem.exchange.models import Import

UTC = ZoneInfo("UTC")


def take_over(path: Path, *, actor: Any, into: Any = None, read: ReadOptions | None = None, **options: Any) -> dict[str, Any]:
    source = open_source(path, options=read)
    space = into or actor_root()
    imported = Import.objects.create(space=space, owner=actor, file_name=path.name)
    return apply(source, actor=actor, imported=imported, options=Options(zone=UTC, into=into, **options))


def actor_root() -> Any:
    from tandem.people.models import Space

    return Space.objects.get(parent=None)
