"""Proposals from a table: amounts, words and people recognised, again without doubling, and what is decided stays."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tandem.exchange.models import Import
from tandem.portfolio.actions import portfolios, proposals
from tandem.portfolio.models import Proposal

TABLE = """ID;Title;Description;Type;Owner;Start;Costs;Benefits;Effort Crew;Side;Mandatory;Colour
P-1;Crane;A second one;run;Alma Berg;2027-04-01;120k 80k;0 0 90k;20 10;PMO;yes;red
P-2;起重机升级;中文说明;转型;Nobody;;12万;;;产品;否;
P-3;Portal;;bogus;;;much;;;;;
"""


@pytest.fixture
def home(world):
    return portfolios.create(actor=world.alma, parent=world.root, name="Digital 2027").space


def bring(client, home, text, name="proposals.csv"):
    """Through the pages: upload, answer, import."""
    sent = {"files": SimpleUploadedFile(name, text.encode()), "into": f"proposals-{home.pk}"}
    answer = client.post(reverse("imports_new"), sent)
    assert answer.status_code in (200, 204, 302), answer.content.decode()[:500]
    return Import.objects.order_by("-id").first()


def carried(imported):
    from tandem.exchange.actions import imports

    if imported.state == Import.State.QUESTIONS:
        columns = next((q.get("suggestion", {}) for q in imported.questions if q["code"] == "mapping"), {})
        imports.answer(actor=imported.owner, imported=imported, columns=columns or None, timezone="UTC", date_order="ymd")
        imports.preview(actor=imported.owner, imported=imported)
    imports.carry_out(imported=imported)
    imported.refresh_from_db()
    return imported


def test_rows_become_drafts_with_their_case(world, home, signed_in):
    client = signed_in(world.alma)
    imported = carried(bring(client, home, TABLE))
    assert (imported.report["created"], imported.report["facts"]) == (3, {"items": 3, "with_case": 2})
    crane, upgrade, portal = Proposal.objects.order_by("id")
    assert (crane.title, crane.state, crane.kind, crane.side, crane.owner, crane.is_mandatory) == ("Crane", "draft", "run", "pmo", world.alma, True)
    assert (crane.costs, crane.benefits, crane.effort, str(crane.not_before)) == ([120_000, 80_000], [0, 0, 90_000], {"Crew": [20, 10]}, "2027-04-01")
    assert (upgrade.kind, upgrade.costs, upgrade.side, upgrade.owner) == ("transform", [120_000], "product", world.alma)
    assert portal.costs == []
    why = {row["code"] for row in imported.report["not_taken_over"]}
    assert {"unreadable_amount", "unknown_word", "unknown_person", "no_place"} <= why
    page = client.get(reverse("import", kwargs={"id": imported.pk})).content.decode()
    assert "Open the queue" in page and "With costs or effort" in page


def test_again_it_updates_and_leaves_what_is_decided(world, home, signed_in):
    client = signed_in(world.alma)
    carried(bring(client, home, TABLE))
    same = carried(bring(client, home, TABLE))
    assert (same.report["created"], same.report["updated"], same.report["unchanged"]) == (0, 0, 3)
    portal = Proposal.objects.get(title="Portal")
    proposals.set_state(portal, actor=world.alma, version=None, state="declined", reason="No")
    newer = carried(bring(client, home, TABLE.replace("A second one", "A third one").replace("P-3;Portal", "P-3;Gate")))
    assert (newer.report["created"], newer.report["updated"]) == (0, 1)
    portal.refresh_from_db()
    assert portal.title == "Portal" and Proposal.objects.get(title="Crane").description == "A third one"
    assert Proposal.objects.count() == 3


def test_who_may_not_import_there_brings_nothing(world, home, signed_in):
    sent = {"files": SimpleUploadedFile("p.csv", TABLE.encode()), "into": f"proposals-{home.pk}"}
    assert signed_in(world.boris).post(reverse("imports_new"), sent).status_code == 404
    sent = {"files": SimpleUploadedFile("p.csv", TABLE.encode()), "into": f"proposals-{world.project.space_id}"}
    assert signed_in(world.alma).post(reverse("imports_new"), sent).status_code == 404
    assert not Proposal.objects.exists()
