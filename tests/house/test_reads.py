"""A query of a door starts from who is asking: in web, api and reports each `.objects` is followed by `visible_to(`."""

import ast

from tests.house.source import Source, parents, sample, sources

RULE = "reads"
_MANAGERS = ("objects", "_default_manager", "_base_manager")


def unasked(source: Source) -> list[str]:
    """Places where rows are read without asking for whom."""
    above = parents(source.tree)
    found = []
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute) and node.attr in _MANAGERS:
            step = above.get(node)
            asked = (isinstance(step, ast.Attribute) and step.attr in ("visible_to", "none")) or _is_found(node, above)
            if not asked and not source.is_excused(_statement(node, above), RULE):
                found.append(f"{source.path}:{node.lineno}")
    return found


def _is_found(node: ast.AST, above: dict[ast.AST, ast.AST]) -> bool:
    """`doors.find(rows, user, …)` asks `visible_to` of its first argument."""
    while not isinstance(node, ast.stmt):
        step = above[node]
        if isinstance(step, ast.Call) and step.args and step.args[0] is node:
            return ast.unparse(step.func) == "doors.find"
        node = step
    return False


def _statement(node: ast.AST, above: dict[ast.AST, ast.AST]) -> ast.AST:
    while not isinstance(node, ast.stmt):
        node = above[node]
    return ast.Pass(lineno=node.lineno, end_lineno=node.lineno) if isinstance(node, ast.FunctionDef) else node


def test_the_rule_sees_what_it_should():
    assert not unasked(sample("rows = Risk.objects.visible_to(user).open()"))
    assert not unasked(
        sample("# house: reads — the digest proves who asks\nrow = Token.objects.get(digest=d)")
    )
    assert not unasked(sample("row = doors.find(Risk.objects.select_related('owner'), user, pk=1)"))
    assert unasked(sample("rows = Risk.objects.filter(open=True).visible_to(user)"))
    assert not unasked(sample("row = doors.find(Risk.objects.present(), user, pk=1)"))
    assert unasked(sample("row = find(Risk.objects.present(), user, pk=1)"))
    assert not unasked(sample("rows = Risk.objects.none()"))
    assert unasked(sample("rows = Risk._default_manager.all()"))
    assert unasked(sample("# house: reads\nrows = Risk.objects.all()")), "an escape without a reason is none"


def test_every_query_of_a_door_starts_from_who_asks():
    assert not [place for one in sources("web", "api", "reports") for place in unasked(one)]
