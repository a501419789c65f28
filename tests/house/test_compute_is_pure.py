"""The core is plain Python: no Django, no clock but a stopwatch for budgets, no chance that is not seeded, no network."""

import ast
import subprocess
import sys

from tests.house.source import HOUSE, Source, sample, sources

_FORBIDDEN = {
    "django", "ninja", "pydantic", "tandem.kit", "tandem.config", "requests", "httpx", "socket", "urllib", "subprocess",
    "psycopg", "random", "time", "os", "threading",
}  # fmt: skip
_STOPWATCH = {"time.perf_counter", "time.process_time"}
# the worker starts and ends processes, the benchmarks say on which machine they were made, what is compiled stays on one
_PLACES_OF_THE_MACHINE = ("compute/worker.py", "compute/ahead.py", "compute/bench/")
_CLOCK = {"now", "today", "utcnow"}
_CHANCE = {"seed", "rand", "randn", "shuffle", "choice", "random_sample"}


def impurities(source: Source) -> list[str]:
    found = []
    for node in ast.walk(source.tree):
        names = []
        if isinstance(node, ast.Import):
            names = [one.name for one in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
            if names == ["time"]:
                names = [whole for one in node.names if (whole := f"time.{one.name}") not in _STOPWATCH]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            whole = ast.unparse(node.func)
            chance = whole.startswith(("np.random.", "numpy.random.")) and node.func.attr in _CHANCE
            if node.func.attr in _CLOCK or (chance and not source.is_excused(node, "chance")):
                found.append(f"{source.path}:{node.lineno} {whole}()")
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "open":
            found.append(f"{source.path}:{node.lineno} open()")
        for name in names:
            if any(name == one or name.startswith(f"{one}.") for one in _FORBIDDEN):
                found.append(f"{source.path}:{node.lineno} imports {name}")
    return found


def test_the_rule_sees_what_it_should():
    assert impurities(sample("from django.utils import timezone"))
    assert impurities(sample("import random"))
    assert impurities(sample("day = date.today()"))
    assert impurities(sample("np.random.seed(1)"))
    assert impurities(sample("from time import perf_counter, time"))
    assert not impurities(sample("draws = np.random.default_rng(seed)"))
    assert not impurities(sample("from time import perf_counter"))


def test_the_core_asks_nothing_of_the_world():
    inside = [one for one in sources("compute") if not str(one.path).removeprefix("tandem/").startswith(_PLACES_OF_THE_MACHINE)]
    assert len(inside) > 50
    assert not [place for one in inside for place in impurities(one)]


def test_the_core_can_be_imported_where_there_is_no_django():
    names = [
        str(f.relative_to(HOUSE.parent).with_suffix("")).replace("/", ".")
        for f in (HOUSE / "compute").rglob("*.py")
    ]
    names = [name.removesuffix(".__init__") for name in names]
    block = "import sys; sys.modules['django'] = None; sys.modules['ninja'] = None; import importlib\n"
    code = block + "\n".join(f"importlib.import_module({name!r})" for name in sorted(names))
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=HOUSE.parent
    )
    assert told.returncode == 0, told.stderr[-2000:]
