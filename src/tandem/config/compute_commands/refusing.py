"""How every command says that something has no answer: the code and its values, as JSON where JSON was asked for."""

import json
import sys
from typing import Any, NoReturn

import click


def refuse(fault: Any, as_json: bool, words: str | None = None) -> NoReturn:
    """End with 1 after a fault on standard error: `{"error": code, …values}`, or in words (default: code and values)."""
    if as_json:
        click.echo(json.dumps({"error": fault.code, **fault.params}, default=str, ensure_ascii=False), err=True)
        sys.exit(1)
    raise click.ClickException(words or str(fault)) from None
