"""Broken, hostile and foreign files are refused with a reason and, where there is one, a place; never half read."""

import json
import tracemalloc
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.exchange.formats import Unreadable, detect, mpxj, open_source
from tandem.exchange.formats import limits as bounds
from tandem.exchange.formats.reasons import NOTES, UNREADABLE, WHY_NOT_TAKEN

JIRA = "Summary,Issue key,Issue id,Issue Type,Status,Description"
BOMB = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
PLAN = '<Project xmlns="http://schemas.microsoft.com/project">'


@pytest.fixture(autouse=True)
def _without_mpxj(monkeypatch):
    """As on a machine without the extra: what only MPXJ reads is refused."""
    monkeypatch.setattr(mpxj, "is_there", lambda: False)


@pytest.fixture
def refusal(tmp_path):
    def of(name: str, content: bytes | str) -> Unreadable:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        with pytest.raises(Unreadable) as caught:
            list(open_source(path).records())
        assert "%(" not in str(caught.value), "every placeholder is filled"
        assert caught.value.code in UNREADABLE
        return caught.value

    return of


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.csv", "", "empty"),
        ("a.csv", " \n \n", "empty"),
        ("plan.mpp", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "not_read"),
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old_excel"),
        ("plan.mpx", "MPX,Microsoft Project,4.0,ANSI\n", "not_read"),
        ("plan.xer", "ERMHDR\t8.0\t2016\n", "not_read"),
        ("plan.gan", '<?xml version="1.0"?><project name="x" version="2.6"/>', "not_read"),
        ("plan.planner", '<?xml version="1.0"?><project name="x" mrproject-version="2"/>', "not_read"),
        ("p6.xml", '<APIBusinessObjects xmlns="http://xmlns.oracle.com/Primavera/x"/>', "not_read"),
        ("a.pdf", b"%PDF-1.7 ...", "binary"),
        ("renamed.csv", b"\x89PNG\r\n\x1a\n", "binary"),
        ("a.csv", b"Title,Status\nx,\x00\x01\x02\n", "text_binary"),
        ("login.xml", "<!DOCTYPE html><html><body>Sign in</body></html>", "html"),
        (
            "feed.xml",
            "<rss><channel><title>News</title><item><title>x</title></item></channel></rss>",
            "feed",
        ),
        ("other.xml", "<orders><order/></orders>", "xml_unknown"),
        ("a.json", "[1, 2]", "json_unknown"),
        ("a.json", '{"hello": 1}', "json_unknown"),
        ("a.json", '{"startAt": 0, "issues": []}', "jira_json"),
        ("one column.csv", "Title\na\nb\n", "no_table"),
        ("header only.csv", "Title,Status\n", "no_rows"),
        ("header only.csv", JIRA + "\n", "no_rows"),
    ],
)
def test_foreign_and_empty_files_are_named(refusal, name, content, code):
    assert refusal(name, content).code == code


@pytest.mark.parametrize("head", [BOMB, OUTSIDE], ids=["bomb", "outside"])
@pytest.mark.parametrize("name", ["jira", "plan"])
def test_entities_are_refused_before_they_grow(refusal, head, name):
    body = (
        "<rss><channel><item><key>&b;</key></item></channel></rss>"
        if name == "jira"
        else f"{PLAN}<Title>&b;</Title></Project>"
    )
    assert refusal(f"{name}.xml", head + body).code == "xml_unsafe"


def test_an_entity_far_into_the_file_is_refused_too(refusal):
    rows = "<Task><UID>1</UID></Task>" * 500
    assert refusal("late.xml", f"{PLAN}<Tasks>{rows}<Task>&x;</Task></Tasks></Project>").code in (
        "xml_broken",
        "xml_unsafe",
    )


def whole_files() -> dict[str, bytes]:
    rows = "".join(f'<item><key id="{n}">X-{n}</key><summary>s</summary></item>' for n in range(50))
    tasks = "".join(f"<Task><UID>{n}</UID><Name>t</Name></Task>" for n in range(50))
    cards = [{"id": f"5581dfd7{n:016d}", "name": "c", "idList": "l"} for n in range(50)]
    board = {"id": "b", "cards": cards, "lists": [{"id": "l", "name": "L"}], "actions": []}
    return {
        "jira.xml": f"<rss><channel>{rows}</channel></rss>".encode(),
        "plan.xml": f"{PLAN}<Tasks>{tasks}</Tasks></Project>".encode(),
        "board.json": json.dumps(board).encode(),
        "jira.csv": (JIRA + "\n" + 'a,X-1,1,Task,Open,"long\ntext"\n' * 50).encode(),
    }


@pytest.mark.parametrize("name", ["jira.xml", "plan.xml", "board.json"])
@pytest.mark.parametrize("share", [0.5, 0.9, 0.999])
def test_a_file_that_was_cut_off_is_refused_when_it_is_opened(refusal, name, share):
    whole = whole_files()[name]
    assert refusal(name, whole[: int(len(whole) * share)]).code == "truncated"


def test_a_table_that_ends_within_quotes_was_cut_off(refusal):
    whole = whole_files()["jira.csv"]
    found = refusal("jira.csv", whole[:-4])
    assert found.code == "truncated"
    assert found.where.startswith("line ")


def test_stray_quotes_are_read_leniently_and_said(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(JIRA + '\na,X-1,1,Task,Open,"he said "no" twice"\n')
    source = open_source(path)
    assert "lenient_quotes" in [note.code for note in source.notes]
    assert list(source.records())


def test_a_wanted_format_that_the_file_has_not_is_refused(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("Title,Status\na,b\n")
    with pytest.raises(Unreadable, match="csv, not trello"):
        open_source(path, format="trello")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", '{"cards": [{"id": "c", "idMembers": 5}], "lists": [], "actions": []}'),
        ("a.json", '{"cards": [{"id": "c", "pos": "top"}], "lists": [], "actions": [{"data": "text"}]}'),
        (
            "a.xml",
            PLAN + "<Tasks><Task><UID>1</UID><OutlineLevel>first</OutlineLevel></Task></Tasks></Project>",
        ),
        ("a.xml", PLAN + "<MinutesPerDay>many</MinutesPerDay><Tasks/></Project>"),
    ],
)
def test_a_value_of_an_impossible_kind_refuses_the_file(refusal, name, content):
    assert refusal(name, content).code == "malformed"


def test_deep_nesting_is_refused(refusal):
    assert (
        refusal("deep.xml", PLAN + "<Tasks>" + "<a>" * 5000 + "</a>" * 5000 + "</Tasks></Project>").code
        == "too_deep"
    )
    assert refusal("deep.json", '{"cards": [], "lists": [' + "[" * 500 + "]" * 500 + "]}").code == "too_deep"


def xlsx(path: Path, sheet: str, strings: str = "") -> Path:
    """A workbook with hand-written parts."""
    book = openpyxl.Workbook()
    book.active.append(["Title", "Status"])
    book.save(path)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["xl/worksheets/sheet1.xml"] = sheet.encode()
    if strings:
        parts["xl/sharedStrings.xml"] = strings.encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return path


SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'


def test_a_workbook_that_unpacks_to_far_more_is_refused_quickly(tmp_path):
    path = xlsx(tmp_path / "bomb.xlsx", SHEET.format("<row/>" * 3_000_000))
    with pytest.raises(Unreadable) as caught:
        open_source(path)
    assert caught.value.code == "zip_bomb"


def test_a_workbook_that_lies_about_its_size_is_counted_while_it_unpacks(tmp_path):
    path = xlsx(tmp_path / "liar.xlsx", SHEET.format("<row/>" * 3_000_000))
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        size = archive.getinfo("xl/worksheets/sheet1.xml").file_size.to_bytes(4, "little")
    path.write_bytes(bytes(data).replace(size, (1000).to_bytes(4, "little")))
    with pytest.raises(Unreadable) as caught:
        open_source(path)
    assert caught.value.code == "zip_bomb"


def test_two_cells_that_span_a_huge_rectangle_are_refused(tmp_path):
    cells = '<row r="1"><c r="A1"><v>1</v></c></row><row r="150000"><c r="XFD150000"><v>1</v></c></row>'
    with pytest.raises(Unreadable) as caught:
        open_source(xlsx(tmp_path / "wide.xlsx", SHEET.format(cells)))
    assert caught.value.code == "too_many_rows"


def test_one_long_text_repeated_in_many_cells_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(bounds, "MAX_TEXT", 1_000_000)
    strings = (
        '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>{}</t></si></sst>'
    )
    words = " ".join(str(n) for n in range(5000))
    cells = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 100))
    with pytest.raises(Unreadable) as caught:
        open_source(xlsx(tmp_path / "repeat.xlsx", SHEET.format(cells), strings.format(words)))
    assert caught.value.code == "too_many_rows"


def test_a_zip_without_a_workbook_and_a_damaged_one_are_refused(refusal, tmp_path):
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("../../etc/passwd", "x")
    assert refusal("y.zip", (tmp_path / "x.zip").read_bytes()).code == "zip"
    assert refusal("z.xlsx", b"PK\x03\x04" + b"x" * 500).code == "zip_broken"


def big_files(folder: Path, megabytes: int) -> dict[str, Path]:
    text = "word " * 2000
    count = megabytes * 100
    paths = {name: folder / name for name in ("jira.csv", "jira.xml", "plan.xml", "board.json", "table.csv")}
    paths["jira.csv"].write_text(
        JIRA + "\n" + "".join(f"t,X-{n},{n},Task,Open,{text}\n" for n in range(count))
    )
    paths["table.csv"].write_text("ID,Title,Notes\n" + "".join(f"{n},t,{text}\n" for n in range(count)))
    rows = "".join(
        f'<item><key id="{n}">X-{n}</key><description>{text}</description></item>' for n in range(count)
    )
    paths["jira.xml"].write_text(f"<rss><channel>{rows}</channel></rss>")
    tasks = "".join(f"<Task><UID>{n}</UID><Notes>{text}</Notes></Task>" for n in range(1, count))
    paths["plan.xml"].write_text(f"{PLAN}<Tasks>{tasks}</Tasks></Project>")
    cards = [{"id": f"5581dfd7{n:016d}", "name": "c", "desc": text, "idList": "l"} for n in range(count // 2)]
    acts = [
        {"id": str(n), "type": "commentCard", "data": {"text": text, "card": {"id": cards[0]["id"]}}}
        for n in range(count // 2)
    ]
    paths["board.json"].write_text(
        json.dumps({"id": "b", "actions": acts, "cards": cards, "lists": [{"id": "l", "name": "L"}]})
    )
    return paths


def test_a_big_file_streams(tmp_path):
    """5 MB here for speed; what is kept per row is ids only, so the bound stays far below the file's size."""
    for name, path in big_files(tmp_path, 5).items():
        assert path.stat().st_size > 5_000_000
        tracemalloc.start()
        number = sum(1 for _ in open_source(path).records())
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert number >= 499
        assert peak < 4_000_000, f"{name}: {peak:,} bytes"


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(whole_files())), st.data())
def test_damage_anywhere_is_a_refusal_or_a_reading_never_a_crash(tmp_path_factory, name, data):
    content = bytearray(whole_files()[name])
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.mktemp("damage") / name
    path.write_bytes(bytes(content))
    try:
        source = open_source(path)
        if not source.questions:
            list(source.records())
    except Unreadable as refusal:
        assert str(refusal)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_known_or_refused(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("bytes") / "x"
    path.write_bytes(content)
    try:
        assert detect(path)
        source = open_source(path)
        if not source.questions:
            list(source.records())
    except Unreadable as refusal:
        assert refusal.code in UNREADABLE


def test_every_code_that_a_reader_gives_has_words():
    import re

    folder = Path(bounds.__file__).parent
    source = "\n".join(path.read_text() for path in folder.glob("*.py") if path.name != "reasons.py")
    assert set(re.findall(r'Unreadable\(\s*"(\w+)"', source)) <= UNREADABLE.keys()
    assert set(re.findall(r'\.note\(\s*"(\w+)"', source)) <= NOTES.keys()
    reasons = set(re.findall(r'_tally\.add\([^\n]*?, "(\w+)"(?:, |\))', source)) | set(
        re.findall(r'return "(\w+)"$', source)
    )
    assert {reason for reason in reasons if reason in WHY_NOT_TAKEN or "_" in reason} - {
        "to_do",
        "in_progress",
    } <= WHY_NOT_TAKEN.keys()
