"""Issues, reviews and tables come in as feedback: counted, previewed, updated when said again; what was decided here stays."""

import gzip
import json

import pytest

from tandem.exchange.actions import imports
from tandem.exchange.formats import Unreadable, open_source
from tandem.exchange.models import Import
from tandem.history.models import Event
from tandem.kit.errors import Denied
from tandem.product.actions import feedback, feedback_links
from tandem.product.models import Feedback, FeedbackLetter, Product
from tests import make
from tests.drawn import drawn

REPOSITORY = "https://github.com/acme/sdk/issues/"
# from the folder's README: issues, comments, thumbs up
TEMPORAL = {"api": (25, 16, 11), "sdk-ruby": (180, 134, 11), "sdk-php": (261, 562, 40), "sdk-dotnet": (292, 332, 45), "sdk-python": (598, 1004, 119),
            "sdk-go": (831, 1461, 237)}  # fmt: skip


def issue(number, title="Retry forever", **values):
    return {
        "number": number, "title": title, "body": "Workers retry.\r\nFor ever.", "state": "OPEN", "url": f"{REPOSITORY}{number}", "comments": [], "labels": [{"name": "bug"}],
        "author": {"login": "ida", "is_bot": False}, "createdAt": "2026-01-16T23:20:24Z", "closedAt": None,
        "reactionGroups": [{"content": "THUMBS_UP", "users": {"totalCount": 3}}, {"content": "HEART", "users": {"totalCount": 2}}],
    } | values  # fmt: skip


def brought(world, files, into=None, actor=None, **answers):
    actor = actor or world.chen
    into = into or world.product.space
    row = imports.receive(actor=actor, space=into, into=into, files=[(name, [data]) for name, data in files])
    imports.examine(actor=actor, imported=row)
    if answers or row.state == Import.State.QUESTIONS:
        imports.answer(actor=actor, imported=row, **answers)
    assert row.state == Import.State.UPLOADED, row.problem or row.questions
    before = Feedback.objects.count()
    imports.preview(actor=actor, imported=row)
    assert Feedback.objects.count() == before
    shown = {**row.report}
    imports.carry_out(imported=row)
    assert (shown["created"], shown["updated"], shown["facts"]) == (row.report["created"], row.report["updated"], row.report["facts"])
    return row.report


def packed(*issues):
    return [("acme-sdk.json.gz", gzip.compress(json.dumps(issues).encode()))]


@pytest.mark.parametrize(("name", "figures"), drawn(TEMPORAL.items(), 6, name=lambda one: one[0]))
def test_the_real_repositories_are_read_whole(data_dir, name, figures):
    source = open_source(data_dir / "github" / f"temporalio-{name}-issues-2026-01.json.gz")
    rows = [r for r in source.records() if type(r).__name__ == "ItemRecord"]
    comments = [r for r in source.records() if type(r).__name__ == "CommentRecord"]
    assert (len(rows), len(comments), sum(r.fields["votes"] for r in rows)) == figures
    assert sum(r.fields["comments"] for r in rows) == figures[1]


def test_a_real_repository_comes_into_a_product(world, data_dir):
    path = data_dir / "github" / "temporalio-sdk-dotnet-issues-2026-01.json.gz"
    report = brought(world, [(path.name, path.read_bytes())])
    rows = Feedback.objects.filter(product=world.product)
    assert (report["facts"]["items"], report["created"], rows.count()) == (292, 292, 292)
    assert (report["facts"]["votes"], report["facts"]["comments"]) == (45, 332)
    assert sum(rows.values_list("outside_votes", flat=True)) == 45
    assert Event.objects.filter(verb="feedback.created").count() == 292
    assert not FeedbackLetter.objects.exists()
    again = brought(world, [(path.name, path.read_bytes())])
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, 292)


def test_an_issue_becomes_an_entry(world):
    report = brought(world, packed(issue(1), issue(2, "Old", state="CLOSED"), issue(3, "Never", state="CLOSED", stateReason="NOT_PLANNED")))
    row = Feedback.objects.get(title="Retry forever")
    assert (row.text, row.votes, row.outside_votes, row.labels, row.giver_name, row.source) == ("Workers retry.\nFor ever.", 3, 3, ["bug"], "ida", "github")
    assert row.url == f"{REPOSITORY}1"
    assert dict(Feedback.objects.values_list("title", "state")) == {"Retry forever": "new", "Old": "shipped", "Never": "declined"}
    assert {(r["what"], r["code"], r["count"]) for r in report["not_taken_over"]} == {("reaction", "display", 6)}


def test_duplicates_are_merged_and_their_votes_count(world):
    says = [{"id": "c1", "author": {"login": "bo"}, "body": "Duplicate of #1", "createdAt": "2026-01-17T08:00:00Z"}]
    report = brought(world, packed(issue(1), issue(2, "Retries", state="CLOSED", comments=says), issue(3, "Elsewhere", state="CLOSED", comments=[{**says[0], "id": "c2", "body": "dup of other/repo#9"}])))
    kept, twin = Feedback.objects.get(title="Retry forever"), Feedback.objects.get(title="Retries")
    assert (kept.votes, twin.merged_into, report["facts"]["merged"]) == (6, kept, 1)
    assert Feedback.objects.get(title="Elsewhere").state == "declined"
    assert any(row["code"] == "outside_link" for row in report["not_taken_over"])


def test_duplicates_in_a_circle_do_no_harm(world):
    says = lambda n: [{"id": f"c{n}", "author": None, "body": f"Duplicate of #{n}", "createdAt": "2026-01-17T08:00:00Z"}]  # noqa: E731
    report = brought(world, packed(*(issue(n, f"T{n}", state="CLOSED", comments=says(n % 3 + 1)) for n in (1, 2, 3))))
    assert report["facts"]["merged"] == 2
    assert Feedback.objects.standing().filter(product=world.product).count() == 1


def test_said_again_it_is_updated_and_what_was_decided_here_stays(world):
    brought(world, packed(issue(1), issue(2, "Old")))
    first, second = Feedback.objects.get(title="Retry forever"), Feedback.objects.get(title="Old")
    feature = make.feature(actor=world.chen, product=world.product)
    feedback_links.link(actor=world.chen, feedback=first, feature=feature, quote="For ever.")
    feedback.change(actor=world.chen, feedback=second, version=None, state="declined")
    report = brought(world, packed(issue(1, body="Solved.", state="CLOSED"), issue(2, "Old and grey", state="CLOSED")))
    assert (report["created"], report["updated"]) == (0, 2)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.text, first.state) == ("Workers retry.\nFor ever.", "review")
    assert (second.title, second.state) == ("Old and grey", "declined")
    assert {row["code"] for row in report["not_taken_over"]} >= {"quoted", "decided_here"}


def test_a_table_comes_in_with_votes_customers_and_addresses(world):
    table = "Title,Description,Votes,Customer,Email,Status,Shoe size\nExport,As CSV,12,North,ida@example.org,Declined,44\n导出,到表格,3,North,no address,Open,\n".encode()
    report = brought(world, [("wishes.csv", table)], timezone="UTC")
    rows = {row.title: row for row in Feedback.objects.select_related("customer")}
    assert (rows["Export"].votes, rows["Export"].customer.name, rows["Export"].giver_email, rows["Export"].state) == (12, "North", "ida@example.org", "declined")
    assert (rows["导出"].language, rows["导出"].giver_email, rows["导出"].wants_word) == ("zh", "", False)
    assert {row["code"] for row in report["not_taken_over"]} == {"no_place", "unreadable_email"}


def test_reviews_without_titles_take_their_words_as_such(world, data_dir):
    path = data_dir / "feedback" / "app-reviews-ebay.xlsx"
    report = brought(world, [(path.name, path.read_bytes())], timezone="UTC", columns={"Content": "title", "Review id": "key"})
    assert (report["facts"]["items"], Feedback.objects.filter(source="reviews").count()) == (1250, 1250)
    assert all(len(title) <= 300 for title in Feedback.objects.values_list("title", flat=True))


def test_a_new_product_is_opened_and_known_again(world):
    def once():
        row = imports.receive(actor=world.alma, space=world.root, files=[(n, [d]) for n, d in packed(issue(1))], kind="feedback")
        imports.examine(actor=world.alma, imported=row)
        imports.preview(actor=world.alma, imported=row)
        imports.carry_out(imported=row)
        return row.report["into"]

    assert (first := once())["is_new"]
    assert (once()["id"], Product.objects.filter(name="sdk").count()) == (first["id"], 1)


def test_who_may_not_import_there_is_refused(world):
    with pytest.raises(Denied):
        brought(world, packed(issue(1)), actor=make.user(actor=world.alma, name="Sam", role="stakeholder", space=world.product.space))


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.json.gz", gzip.compress(json.dumps([issue(1)]).encode())[:-9], "truncated"),
        ("a.json.gz", gzip.compress(b"[" * 200_000), "too_deep"),
        ("a.json.gz", gzip.compress(b'{"a": 1}'), "json_unknown"),
        ("a.json", json.dumps([issue(1, url="https://evil.example.org/1", html_url="")]).encode(), "malformed"),
        ("a.json", json.dumps([issue(1, labels=7)]).encode(), "malformed"),
        ("a.json", b'[{"number": 1, "title": "x", "url": "y"', "truncated"),
        ("a.bin.gz", gzip.compress(b"x"), "binary"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",  # a packed file holds the hour, and two processes must agree on names
)  # fmt: skip
def test_a_broken_or_hostile_file_is_refused_with_its_reason(tmp_path, name, data, code):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(Unreadable) as refused:
        open_source(tmp_path / name)
    assert refused.value.code == code


def test_a_small_file_that_unpacks_to_a_huge_one_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("tandem.exchange.formats.packed.MAX_UNPACKED_BYTES", 1 << 20)
    (tmp_path / "a.json.gz").write_bytes(gzip.compress(json.dumps([issue(1, body="x" * (3 << 20))]).encode()))
    with pytest.raises(Unreadable, match=r"unpacks"):
        open_source(tmp_path / "a.json.gz")
