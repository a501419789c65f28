"""Signals are banned: what happens is written where it happens."""

import ast

from tests.house.source import Source, sample, sources


def uses(source: Source) -> list[str]:
    found = []
    for node in ast.walk(source.tree):
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        names += [one.name for one in node.names] if isinstance(node, (ast.Import, ast.ImportFrom)) else []
        if any("signals" in name or name == "django.dispatch" for name in names):
            found.append(f"{source.path}:{node.lineno}")
    return found


def test_the_rule_sees_what_it_should():
    assert uses(sample("from django.db.models.signals import post_save"))
    assert uses(sample("from django.dispatch import receiver"))
    assert not uses(sample("import signal"))


def test_nobody_listens_to_signals():
    assert not [place for one in sources() for place in uses(one)]
