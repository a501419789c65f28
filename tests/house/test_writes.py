"""What is written is written by an action, so that it is checked and recorded."""

import ast

from tests.house.source import Source, calls, sample, sources

RULE = "writes"
_WRITES = {
    "save", "create", "bulk_create", "bulk_update", "update_or_create", "get_or_create", "aupdate", "acreate", "asave"
}  # fmt: skip
_ON_ROWS = {"update", "delete"}
_ALLOWED = ("/actions/", "people/writing.py", "people/scoping.py", "history/record.py", "history/seal.py", "planning/",
            "exchange/apply.py", "exchange/taking_over/", "samples/", "compute/", "exchange/formats/")  # fmt: skip


def stray(source: Source) -> list[str]:
    """Calls that write rows outside of the rooms that may."""
    found = []
    for call in calls(source):
        if isinstance(call.func, ast.Attribute) and _writes(call) and not source.is_excused(call, RULE):
            found.append(f"{source.path}:{call.lineno} .{call.func.attr}()")
    return found


def _writes(call: ast.Call) -> bool:
    """`save()` and the like on anything but a module of actions; `update` and `delete` on what came out of a query."""
    assert isinstance(call.func, ast.Attribute)
    name, target = call.func.attr, call.func.value
    if name in _WRITES:
        return not isinstance(target, ast.Name) or name == "save"
    if name not in _ON_ROWS:
        return False
    text = ast.unparse(target)
    return any(
        part in text for part in (".objects", "_manager", ".filter(", ".all()", ".exclude(", "visible_to(")
    )


def test_the_rule_sees_what_it_should():
    assert not stray(sample("risks.create(actor=user, title=title)"))
    assert not stray(sample("context.update(title=title)"))
    assert not stray(sample("row.save()  # house: writes — the session's own row"))
    assert stray(sample("risk.save()"))
    assert stray(sample("Risk.objects.create(title=title)"))
    assert stray(sample("Risk.objects.visible_to(user).update(open=False)"))
    assert stray(sample("Risk.objects.filter(pk=1).delete()"))


def test_only_actions_write():
    rest = [one for one in sources() if not any(part in f"/{one.path}" for part in _ALLOWED)]
    assert not [place for one in rest for place in stray(one)]


def test_no_model_hides_a_rule_in_save():
    hidden = [
        f"{one.path}:{node.lineno}"
        for one in sources()
        for node in ast.walk(one.tree)
        if isinstance(node, ast.FunctionDef) and node.name in ("save", "delete") and "models/" in one.path
    ]
    assert not hidden
