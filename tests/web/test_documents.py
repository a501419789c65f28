"""Pages of documents: the tree, records with their state, the conflict of two writers, differences, files out."""

import io
import zipfile

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tandem.collaboration.actions import attachments, documents, passage_comments
from tandem.collaboration.models import Document
from tandem.reports.queries import references as reads
from tandem.web.collaboration import text_difference
from tests import make

pytestmark = pytest.mark.django_db


def read(client, path):
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.content.decode()


@pytest.fixture
def page(world):
    return documents.create(actor=world.mei, space=world.project.space, title="How we work", body="We ship on **Tuesdays**.")


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_page_stands_empty_and_full(world, signed_in, language):
    world.boris.language = language
    world.boris.save(update_fields=["language"])
    client, key, home = signed_in(world.boris), world.project.space.key, world.project.space_id
    always = ["/documents/", f"/documents/of/{key}/", f"/documents/new/?home={home}", f"/documents/of/{key}/pages.zip"]
    for path in always[:3]:
        read(client, path)
    page = documents.create(actor=world.mei, space=world.project.space, title="How we work", body="We ship on Tuesdays.")
    documents.create(actor=world.mei, space=world.project.space, title="Below", parent=page)
    passage_comments.add(actor=world.mei, document=page, quote="Tuesdays", body="Why?")
    attachments.add(actor=world.mei, subject=page, name="plan.txt", chunks=[b"1"])
    documents.change(actor=world.mei, document=page, version=None, body="We ship.")
    for path in [*always[:3], f"/documents/{page.pk}/", f"/documents/{page.pk}/?peek=1", f"/documents/{page.pk}/edit/", f"/documents/{page.pk}/versions/", f"/documents/{page.pk}/page.md"]:
        read(client, path)


def test_templates_fill_the_form_in_the_language_of_the_reader(world, signed_in):
    client, home = signed_in(world.boris), world.project.space_id
    assert "What it brings" in read(client, f"/documents/new/?home={home}&template=charter")
    world.boris.language = "zh-hans"
    world.boris.save(update_fields=["language"])
    shown = read(signed_in(world.boris), f"/documents/new/?home={home}&template=charter")
    assert "预期成果" in shown
    assert "What it brings" not in shown


def test_a_page_is_written_below_another_one(world, signed_in, page):
    client, home = signed_in(world.boris), world.project.space_id
    sent = {"home": home, "title": "Release day", "parent": page.pk, "body": "Noon"}
    assert client.post(f"/documents/new/?home={home}&parent={page.pk}", sent).status_code == 302
    made = Document.objects.get(title="Release day")
    assert (made.parent, made.author) == (page, world.boris)
    assert "Release day" in read(client, f"/documents/{page.pk}/")


def test_the_second_writer_keeps_their_text_and_sees_the_other(world, signed_in, page):
    client = signed_in(world.boris)
    documents.change(actor=world.mei, document=page, version=1, body="We ship on Mondays.")
    sent = {"version": 1, "title": "How we work", "body": "We ship on Thursdays.", "note": ""}
    answer = client.post(f"/documents/{page.pk}/edit/", sent)
    shown = answer.content.decode()
    assert answer.status_code == 409
    assert "We ship on Thursdays." in shown and "We ship on Mondays." in shown and "Mei Lin" in shown
    assert 'name="version" value="2"' in shown
    page.refresh_from_db()
    assert page.body == "We ship on Mondays."
    assert client.post(f"/documents/{page.pk}/edit/", sent | {"version": 2}).status_code == 302
    page.refresh_from_db()
    assert (page.body, page.edition) == ("We ship on Thursdays.", 3)


def test_records_that_a_page_names_show_the_state_of_now_to_who_sees_them(world, signed_in):
    item = make.work_item(actor=world.boris, project=world.project, title="Price list")
    risk = make.risk(actor=world.alma, space=world.root, title="Strike in the harbour")
    text = f"See #{item.key}, /risks/{risk.pk}/ and http://testserver/risks/{risk.pk}/; not https://elsewhere.example/risks/{risk.pk}/, nor `#{item.key}`, nor #{world.project.space.key}-99999."
    page = documents.create(actor=world.boris, space=world.project.space, title="Named", body=text)
    shown = read(signed_in(world.alma), f"/documents/{page.pk}/")
    text_part = shown[shown.index('<article class="prose doc"') :]
    text_part = text_part[: text_part.index("</article>")]
    assert text_part.count(f'href="/work-items/{item.key}/"') == 1
    assert text_part.count(f'href="/risks/{risk.pk}/"') == 2
    assert f"<code>#{item.key}</code>" in text_part and item.state.name in text_part
    assert text_part.count("chip gone") == 1
    unseen = read(signed_in(world.mei), f"/documents/{page.pk}/")
    assert "Strike in the harbour" not in unseen
    assert unseen.count("chip gone") == 3


def test_what_looks_like_a_record_is_no_way_to_write_markup(world, signed_in):
    body = '<img src=x onerror=alert(1)> [a](javascript:alert(1)) [b](https://x.example/"><script>#POR-1) #POR-1"><script> /risks/1/"><b>'
    page = documents.create(actor=world.boris, space=world.project.space, title="<b>x</b>", body=body)
    shown = read(signed_in(world.boris), f"/documents/{page.pk}/")
    text_part = shown[shown.index('<article class="prose doc"') :]
    text_part = text_part[: text_part.index("</article>")]
    assert "<img" not in text_part and "<script" not in text_part and 'href="javascript' not in text_part
    assert "<b>x</b>" not in shown


def test_the_records_of_a_page_cost_one_query_for_each_kind(world, signed_in, page):
    items = [make.work_item(actor=world.boris, project=world.project, title=f"Item {n}") for n in range(12)]
    client = signed_in(world.boris)

    def count(names):
        documents.change(actor=world.mei, document=page, version=None, body=" ".join(f"#{i.key}" for i in names))
        read(client, f"/documents/{page.pk}/")
        with CaptureQueriesContext(connection, ) as asked:
            read(client, f"/documents/{page.pk}/")
        return len(asked)

    few = count(items[:1])
    page.refresh_from_db()
    for n in range(15):
        documents.create(actor=world.mei, space=world.project.space, title=f"Page {n}")
        passage_comments.add(actor=world.mei, document=page, quote=items[0].key, body=f"Remark {n}")
    page.refresh_from_db()
    assert count(items) == few


def test_any_two_versions_are_compared_and_an_earlier_one_comes_back(world, signed_in, page):
    client = signed_in(world.boris)
    for body in ("One\nTwo\nThree", "One\n2\nThree", "One\n2\nThree\nFour"):
        documents.change(actor=world.mei, document=page, version=None, body=body)
    shown = read(client, f"/documents/{page.pk}/versions/?from=2&to=4")
    assert "<del>Two</del>" in shown and "<ins>2</ins>" in shown and "Four" in shown
    assert client.get(f"/documents/{page.pk}/versions/?from=2&to=44").status_code == 404
    page.refresh_from_db()
    assert client.post(f"/documents/{page.pk}/restorations/", {"version": page.version, "number": 2}).status_code == 302
    page.refresh_from_db()
    assert (page.body, page.edition) == ("One\nTwo\nThree", 5)


def test_a_difference_is_escaped_and_holds_every_changed_word():
    lines = text_difference.lines("a <b> c\nsame\nlast", "a <i> c\nsame")
    assert [(line.kind, str(line.text)) for line in lines] == [
        ("gone", "a &lt;<del>b</del>&gt; c"), ("new", "a &lt;<ins>i</ins>&gt; c"), ("same", "same"), ("gone", "<del>last</del>"),
    ]  # fmt: skip
    assert text_difference.lines("x", "x") == []


def counted(monkeypatch):
    """How many pairs are compared from here on."""
    sizes = []

    class Counting(text_difference.SequenceMatcher):
        def __init__(self, junk, a, b, **others):
            sizes.append(len(a) * len(b))
            super().__init__(junk, a, b, **others)

    monkeypatch.setattr(text_difference, "SequenceMatcher", Counting)
    return sizes


def test_no_pair_of_lines_is_compared_at_any_length(monkeypatch):
    sizes = counted(monkeypatch)
    before, after = "a b " * 499 + "end", "a b c " * 332 + "last"
    shown = text_difference.lines(f"x\n{before}", f"x\n{after}")
    assert [(line.kind, str(line.text).count("<del>") + str(line.text).count("<ins>")) for line in shown] == [("same", 0), ("gone", 1), ("new", 1)]
    assert str(shown[1].text).startswith("a b <del>"), "what both begin with stays"
    assert max(sizes, default=0) <= text_difference.MOST_WORDS
    assert [str(one.text) for one in text_difference.lines("w " * 900 + "old", "w " * 900 + "new")] == ["w " * 900 + "<del>old</del>", "w " * 900 + "<ins>new</ins>"]


def test_however_many_lines_changed_so_many_words_are_compared_and_no_more(monkeypatch):
    sizes = counted(monkeypatch)
    texts = ["\n".join(f"{c}{n} " + "a b " * 40 + f"{c}{n}" for n in range(100)) for c in "xy"]
    shown = text_difference.lines(*texts)
    assert [line.kind for line in shown] == ["gone", "new"] * 100
    assert sum(sizes) <= text_difference.MOST_LINES + text_difference.MOST_WORDS_IN_ALL
    assert shown[0].text.count("<del>") == 2 and shown[-1].text.count("<ins>") == 1, "the last lines are only told as new"
    sizes.clear()
    many = ["\n".join(f"{c if n % 2 else ''}{n}" for n in range(3001)) + c for c in "xy"]
    assert len(text_difference.lines(*many)) == 4502, "beyond that, line beside line"
    assert sum(sizes) <= text_difference.MOST_LINES + text_difference.MOST_WORDS_IN_ALL


def test_changes_that_lie_far_apart_are_shown_with_a_gap_between():
    before = [str(n) for n in range(20)]
    after = ["new", *before[1:10], "ten", *before[11:19]]
    shown = [(one.kind, str(one.text)) for one in text_difference.lines("\n".join(before), "\n".join(after))]
    assert [kind for kind, _ in shown] == ["gone", "new", "same", "same", "gap", "same", "same", "gone", "new", "same", "same", "gap", "same", "same", "gone"]
    assert shown[5] == ("same", "8") and shown[-1] == ("gone", "<del>19</del>")


def test_pages_go_out_as_files_in_the_folders_of_their_tree(world, signed_in, page):
    documents.create(actor=world.mei, space=world.project.space, title="Day/../one", parent=page, body="Noon")
    documents.create(actor=world.mei, space=world.project.space, title="How we work", body="Twin")
    answer = signed_in(world.boris).get(f"/documents/of/{world.project.space.key}/pages.zip")
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:
        assert archive.namelist() == ["How we work.md", "How we work/Day----one.md", "How we work 2.md"]
        assert archive.read("How we work/Day----one.md").decode() == "# Day/../one\n\nNoon\n"
    assert signed_in(world.dana).get(f"/documents/of/{world.project.space.key}/pages.zip").status_code == 404
    assert read(signed_in(world.boris), f"/documents/{page.pk}/page.md") == "# How we work\n\nWe ship on **Tuesdays**.\n"


def test_neither_lists_nor_forms_read_what_pages_say_and_files_read_it_in_one_query(world, signed_in, page):
    for n in range(3):
        documents.create(actor=world.mei, space=world.project.space, title=f"Page {n}", body="Long", parent=page)
    client, home = signed_in(world.boris), world.project.space_id
    for path in ("/documents/", f"/documents/new/?home={home}"):
        read(client, path)
        with CaptureQueriesContext(connection) as asked:
            assert "Page 2" in read(client, path)
        assert not [one["sql"] for one in asked if '"body"' in one["sql"].split(" FROM ")[0]], path
    with CaptureQueriesContext(connection) as asked:
        assert b"".join(client.get(f"/documents/of/{world.project.space.key}/pages.zip").streaming_content)
    assert sum("collaboration_document" in one["sql"] for one in asked) == 3, "how many, the tree, and all texts"


def test_a_file_of_the_same_name_is_the_next_version_of_it(world, signed_in, page):
    for chunk in (b"1", b"22", b"333"):
        attachments.add(actor=world.mei, subject=page, name="plan.txt", chunks=[chunk])
    attachments.add(actor=world.mei, subject=page, name="other.txt", chunks=[b"x"])
    shown = read(signed_in(world.boris), f"/documents/{page.pk}/")
    assert "version 3" in shown
    assert shown.count("plan.txt</a>") == 3 and shown.count("<details class=\"file-v\"") == 1


def test_remarks_are_made_answered_and_settled_on_the_page(world, signed_in, page):
    client, where = signed_in(world.boris), f"/documents/{page.pk}/passages/"
    assert client.post(where, {"do": "add", "quote": "on Tuesdays", "body": "Why?"}).status_code == 302
    row = page.passage_comments.get()
    assert client.post(where, {"do": "answer", "remark": row.pk, "body": "The tide"}).status_code == 302
    documents.change(actor=world.mei, document=page, version=None, body="We ship on Mondays.")
    shown = read(client, f"/documents/{page.pk}/")
    assert "These words went with version 2." in shown and "The tide" in shown
    assert client.post(where, {"do": "settle", "remark": row.pk}).status_code == 302
    row.refresh_from_db()
    assert row.settled_by == world.boris
    other = documents.create(actor=world.mei, space=world.project.space, title="Other")
    assert client.post(f"/documents/{other.pk}/passages/", {"do": "remove", "remark": row.pk}).status_code == 404


def test_the_palette_and_the_list_find_pages_by_what_they_say(world, signed_in, page):
    assert "How we work" in signed_in(world.boris).get("/palette/?q=how we").content.decode()
    assert "How we work" in read(signed_in(world.boris), "/documents/?q=tuesdays")
    assert "How we work" not in read(signed_in(world.boris), "/documents/?q=wednesday")
    assert "How we work" not in read(signed_in(world.dana), "/documents/")


def test_keys_in_a_text_are_read_once_and_in_order():
    text = "#POR-1 /risks/2/ #POR-1 a#POR-3 &#POR-4 /settings/5/ https://h.example/issues/6/"
    assert reads.keys_in(text, "h.example") == [("work-items", "POR-1"), ("risks", "2"), ("issues", "6")]
    assert reads.keys_in(text, "i.example") == [("work-items", "POR-1"), ("risks", "2")]
