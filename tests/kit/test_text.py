"""Names of files that somebody sent."""

import pytest

from tandem.kit.http import attachment_header, is_local_path
from tandem.kit.text import file_name


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("plan.pdf", "plan.pdf"), ("图纸 3.png", "图纸 3.png"), ("a/b/../c.txt", "c.txt"), ("C:\\x\\y.doc", "y.doc"), (".env", "env"),
        ("", "file"), ("...", "file"), ("a\r\nSet-Cookie: x", "aSet-Cookie: x"), ("\u202egpj.exe", "gpj.exe"), ("x" * 500, "x" * 150),
    ],
)  # fmt: skip
def test_a_name_keeps_its_ending_and_loses_what_could_mislead(given, shown):
    assert file_name(given) == shown


@pytest.mark.parametrize("name", ['a"b.txt', "a\r\nX: y", "图.png", "a;b=c"])
def test_a_name_cannot_leave_its_header(name):
    header = attachment_header(name)
    assert "\r" not in header and "\n" not in header
    assert header.count('"') == 2
    assert header.isascii()


@pytest.mark.parametrize(
    "target",
    ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)", "\\/evil", "/a\n/b", "", "evil", "/%0d\t"],
)
def test_only_paths_of_our_own_are_gone_back_to(target):
    assert not is_local_path(target)
