"""A PostgreSQL for the tests, started before Django reads its settings. `TANDEM_TEST_DATABASE_URL` names another."""

import atexit
import contextlib
import gc
import os
import sys
import tempfile
from pathlib import Path

from tandem.config import database
from tests import compiled, migrated

# what is compiled once stays, whatever the environment says of writing bytecode: else each process of the tests, and each server
# and command that they start, would compile all of the program again
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
gc.disable()  # nothing of what is imported and collected is garbage; tests/conftest.py turns it on again

_stack = contextlib.ExitStack()
atexit.register(_stack.close)

os.environ.setdefault("TANDEM_DATA", _stack.enter_context(tempfile.TemporaryDirectory(prefix="tandem-data-")))
Path(os.environ["TANDEM_DATA"]).mkdir(exist_ok=True)
# what one process of the tests compiles, the others and the servers that they start find there, and so does the next run
os.environ.setdefault("NUMBA_CACHE_DIR", compiled.prepare())
given = os.environ.get("TANDEM_TEST_DATABASE_URL")
os.environ["TANDEM_RUNTIME_DATABASE_URL"] = given or _stack.enter_context(database.test_server())
# a server of our own copies its database from the dump of an earlier run
template = migrated.NAME if not given and migrated.make_template(os.environ["TANDEM_RUNTIME_DATABASE_URL"]) else None
