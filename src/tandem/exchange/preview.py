"""A preview is the real run, rolled back: nothing it shows can differ from what the import will do."""

from dataclasses import replace
from typing import Any

from django.db import transaction

from tandem.exchange.apply import Options, apply, no_step
from tandem.exchange.formats.source import Source
from tandem.exchange.models import Import
from tandem.exchange.taking_over.context import Step


class _Undo(Exception):
    """Ends the transaction of a preview."""


def preview(source: Source, *, actor: Any, imported: Import, options: Options, step: Step = no_step) -> dict[str, Any]:
    report: dict[str, Any] = {}
    try:
        with transaction.atomic():
            seen = replace(options, is_preview=True)
            report = apply(source, actor=actor, imported=imported, options=seen, step=step)
            raise _Undo
    except _Undo:
        pass
    if report["into"]["is_new"]:
        report["into"]["id"] = None
    return report | {"is_preview": True}
