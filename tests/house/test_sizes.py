"""A file or function that has grown asks to be split. The list of those that may stay large only gets shorter."""

import ast

from tests.house.source import sources

MOST_LINES, MOST_IN_FUNCTION = 400, 60

# what is larger today, with its size: mend and take out; never add
LARGE_FILES: dict[str, int] = {}
LONG_FUNCTIONS: dict[str, int] = {
    "compute/scheduling/kernel.py:backward": 98,  # one compiled loop each: calls between them would cost
    "compute/scheduling/kernel.py:forward": 76,
}


def _long_functions() -> dict[str, int]:
    found = {}
    for one in sources():
        for node in ast.walk(one.tree):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                size = (node.end_lineno or node.lineno) - node.lineno + 1
                if size > MOST_IN_FUNCTION:
                    found[f"{one.path}:{node.name}"] = size
    return found


def test_no_file_is_longer_than_a_reader_can_hold():
    found = {one.path: len(one.lines) for one in sources() if len(one.lines) > MOST_LINES}
    assert {path: size for path, size in found.items() if size > LARGE_FILES.get(path, 0)} == {}


def test_no_function_is_longer_than_a_screen():
    assert {
        name: size for name, size in _long_functions().items() if size > LONG_FUNCTIONS.get(name, 0)
    } == {}


def test_the_lists_of_exceptions_only_shrink():
    found, sizes = _long_functions(), {one.path: len(one.lines) for one in sources()}
    assert not [path for path in LARGE_FILES if sizes.get(path, 0) <= MOST_LINES]
    assert not [name for name in LONG_FUNCTIONS if name not in found]
