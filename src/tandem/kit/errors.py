"""The three ways in which Tandem says no. Doors word them; rules only raise them."""

import errno
import traceback
from pathlib import Path
from typing import Any


class Refused(Exception):
    """A rule forbids this. `code` names the rule, `params` fill its sentence, `field` says where to show it."""

    def __init__(self, code: str, *, field: str | None = None, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.field = field
        self.params = params

    def __str__(self) -> str:
        return f"{self.code} {self.params}" if self.params else self.code


class Stale(Refused):
    """Somebody changed the row first. `current` is the row as it stands now."""

    def __init__(self, current: Any = None) -> None:
        super().__init__("stale")
        self.current = current


class Denied(Exception):
    """The asker may see the thing but may not do this to it: 403."""

    def __init__(self, permission: str = "") -> None:
        super().__init__(permission)
        self.permission = permission


class Hidden(Exception):
    """For this asker the thing does not exist: 404."""


class Failed(Exception):
    """What nobody foresaw, told to the log by its kind and place alone: its own words may quote what people wrote."""

    def __init__(self, problem: BaseException) -> None:
        self.code = type(problem).__name__
        places = [f"{Path(at.filename).name}:{at.lineno} {at.name}" for at in traceback.extract_tb(problem.__traceback__)]
        super().__init__(f"{self.code} at " + " > ".join(places[-_PLACES:]))


_PLACES = 12
_FULL_DATABASE, _FULL_DISK = "53100", (errno.ENOSPC, errno.EDQUOT)


def is_full(problem: BaseException) -> bool:
    """Whether the disk of the server, or of its database, has no room left: nothing of the attempt was kept."""
    if isinstance(problem, OSError):
        return problem.errno in _FULL_DISK
    return getattr(problem.__cause__ or problem, "sqlstate", None) == _FULL_DATABASE
