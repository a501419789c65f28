"""Packs of one's own: written as a text, refused with their line, in versions that projects are brought to."""

import json
from time import process_time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from tandem.governance import gaps, pack_content, pack_files
from tandem.governance.actions import pack_uses, packs, risk_suggestions
from tandem.governance.models import ControlWord, Pack, PackUse, PackVersion
from tandem.governance.packs import packs as shipped
from tandem.history.models import Event
from tandem.kit.errors import Denied, Hidden, Refused, Stale
from tandem.portfolio.actions import portfolios
from tests.areas import PACK

TEXT = """
name: Ports
purpose: The harbour master asks
controls:
- key: access
  name: Rights are looked through
  asks: Twice a year
  evidence: judged
  standards: [ISO 27001 A.5.18]
- {key: no, name: 'no', evidence: charter}
risks:
- key: storm
  area: schedule
  title: A storm
  probability: 30
  least: 1
  likely: 3
  most: 9
kpis:
- {key: idle, name: Idle hours, unit: hours}
"""

pytestmark = pytest.mark.django_db


@pytest.fixture
def pack(world):
    return packs.create(actor=world.alma, space=world.root, text=TEXT)


@pytest.fixture
def use(world, pack):
    return pack_uses.take(actor=world.boris, project=world.project, pack=pack.key)


def refusal(text):
    with pytest.raises(Refused) as problem:
        pack_files.read(text)
    assert problem.value.code == "pack_line", problem.value
    return problem.value.params["line"], str(problem.value.params["said"])


def test_a_text_out_and_in_says_the_same():
    name, purpose, content = pack_files.read(TEXT)
    assert (name, purpose) == ("Ports", "The harbour master asks")
    assert [row["key"] for row in content["controls"]] == ["access", "no"], "a word stays a word"
    assert pack_files.read(pack_files.written(name, purpose, content)) == (name, purpose, content)
    assert pack_files.read(json.dumps({"name": name, "purpose": purpose, **content}, indent=2)) == (name, purpose, content)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_pack_that_comes_along_can_be_begun_with(language):
    for key, one in shipped().items():
        said = pack_content.shipped(key, language)
        _name, _purpose, content = pack_files.read(json.dumps(said, ensure_ascii=False))
        assert len(content["controls"]) == len(one.controls) and len(content["risks"]) == len(one.risks) and len(content["kpis"]) == len(one.kpis)


@pytest.mark.parametrize(("was", "now", "line", "said"), [
    ("evidence: judged", "evidence: magic", 8, "controls 1 evidence: expected: acceptance, approvals"),
    ("key: access", "key: Über", 5, "small letters"),
    ("probability: 30", "probability: 130", 15, "from 1 to 99"),
    ("probability: 30", "probability: often", 15, "from 1 to 99"),
    ("probability: 30", "probability: 0", 15, "from 1 to 99"),
    ("  probability: 30\\n", "", 12, "from 1 to 99"),
    ("key: storm", "key: " + "s" * 31, 12, "at most 30"),
    ("title: A storm", "title: A storm\\n  zeal: 1\\n  colour: red", 15, "“zeal”"),
    ("kpis:", "figures: []\\nactors:", 19, "actors"),
    ("asks: Twice", "asks: \x07Twice", 7, "control character"),
    ("[ISO 27001 A.5.18]", "[" * 11, 9, "more parts"),
    ("least: 1", "least: 4", 12, "grow in this order"),
    ("unit: hours", "colour: red", 20, "“colour” is not a field; expected: key, name, unit"),
    ("kpis:", "figures:", 19, "name, purpose, controls"),
    ("key: no,", "key: access,", 10, "controls 2: the key “access” appears twice"),
    ("asks: Twice a year", "asks: Twice\\n  asks: again", 8, "appears twice"),
    ("name: Ports", "name: ''", 2, "at most 120"),
    ("purpose: The", "purpose: [The", 4, "cannot be read"),
    ("[ISO 27001 A.5.18]", "ISO", 9, "a list of texts"),
    ("[ISO 27001 A.5.18]", "&a [ISO]", 9, "write it out"),
    ("[ISO 27001 A.5.18]", "!!python/object/apply:os.system [ls]", 9, "write it out"),
])  # fmt: skip
def test_what_is_wrong_is_named_with_its_line_and_what_belongs_there(was, now, line, said):
    found = refusal(TEXT.replace(was.replace("\\n", "\n"), now.replace("\\n", "\n"), 1))
    assert found[0] == line and said in found[1], found


@pytest.mark.parametrize("text", ["", "- a\n- b", "just words", "name: X\ncontrols: []", "[" * 5000, "a: \x07", 'a: "\\U00110000"', 'a: "\\UFFFFFFFF"', "? [a]\n: b"])
def test_what_is_no_pack_is_refused(text):
    refusal(text)


def as_json(name, **indented):
    return json.dumps({"name": "Ports", "purpose": "", "controls": [{"key": "access", "name": name, "evidence": "judged"}]}, **(indented or {"indent": 2}))


def test_json_writes_a_sign_beyond_the_first_plane_as_two():
    assert "\\ud83d\\ude00" in as_json("Rights 😀") and pack_files.read(as_json("Rights 😀"))[2]["controls"][0]["name"] == "Rights 😀"


@pytest.mark.parametrize("wrong", ["\x00", "\ud83d", "\ude00\ud83d", "\x07", "\x1b"], ids=["nul", "half", "halves", "bell", "escape"])
def test_what_cannot_be_kept_is_refused_with_its_line(wrong):
    assert refusal(as_json(f"Rights {wrong}")) == (7, "A control character, or half of a character, cannot be kept.")


def test_json_may_be_indented_with_tabs():
    assert pack_files.read(as_json("Rights", indent="\t")) == pack_files.read(as_json("Rights"))
    assert refusal(as_json("Rights", indent="\t").replace("judged", "magic"))[0] == 8


@pytest.mark.parametrize("text", ["[" * 20_000, "{" * 20_000, "- " * 20_000, "name: [" + "a," * 90_000 + "]"], ids=["brackets", "braces", "dashes", "entries"])
def test_what_would_take_long_ends_soon(text):
    began = process_time()
    assert "more parts" in refusal(text)[1]
    assert process_time() - began < 3


def test_numbers_where_a_text_belongs_are_kept_as_text_and_no_purpose_is_none():
    name, purpose, content = pack_files.read("name: 2027\npurpose:\ncontrols:\n- {key: a, name: 12, evidence: judged, standards: [27001]}")
    assert (name, purpose, content["controls"][0]["name"], content["controls"][0]["standards"]) == ("2027", "", "12", ["27001"])


def test_a_text_without_end_is_refused():
    with pytest.raises(Refused, match="text_too_long"):
        pack_files.read("# " + "x" * pack_files.LONGEST)


def test_it_holds_in_projects_below_with_gaps_and_suggested_risks(world, pack, use):
    found = gaps.standing([use])
    assert [(one.control.key, one.state, one.code) for one in found] == [("access", "gap", "not_said"), ("no", "gap", "no_charter")]
    pack_uses.say(actor=world.boris, pack_use=use, control="access", state="met", evidence="Signed in March")
    assert gaps.standing([use])[0].state == "holds"
    origin = f"catalogue:{pack.key}-storm"
    assert origin in {one.origin for one in risk_suggestions.suggested(world.boris, world.project.space, "en")}


def test_a_pack_of_another_branch_is_not_taken(world, pack):
    elsewhere = packs.create(actor=world.admin, space=portfolios.create(actor=world.admin, parent=world.root, name="Elsewhere").space, text=TEXT)
    for key in (elsewhere.key, "own-999999", "own-", "own-x"):
        with pytest.raises(Refused, match="choice_unknown"):
            pack_uses.take(actor=world.boris, project=world.project, pack=key)


def test_a_newer_version_changes_no_project_until_it_is_asked_to(world, pack, use):
    pack_uses.say(actor=world.boris, pack_use=use, control="access", state="met", evidence="Signed in March")
    pack_uses.say(actor=world.boris, pack_use=use, control="no", state="not_applicable", evidence="No charter here")
    second = packs.write(actor=world.alma, pack=pack, text=TEXT.replace("Twice a year", "Every month").replace("Idle hours", "Hours idle"))
    use.refresh_from_db()
    assert use.pack_version.number == 1 and [one.state for one in gaps.standing([use])] == ["holds", "not_applicable"]
    assert [(one.section, one.key, one.what) for one in packs.differences(use.pack_version, second.content)] == [("controls", "access", "changed"), ("kpis", "idle", "changed")]
    pack_uses.upgrade(actor=world.boris, pack_use=use, version=use.version, pack_version=second)
    assert [one.state for one in gaps.standing([PackUse.objects.get(pk=use.pk)])] == ["gap", "not_applicable"], "asked otherwise, it is said anew"
    event = Event.objects.filter(verb="project.upgraded_pack").latest("pk")
    assert event.changes["said_anew"] == ["access", None]
    with pytest.raises(Refused, match="pack_no_newer"):
        pack_uses.upgrade(actor=world.boris, pack_use=use, version=use.version, pack_version=second)


def test_a_project_goes_to_versions_of_its_own_pack_only(world, pack, use):
    other = packs.create(actor=world.alma, space=world.root, text=PACK.replace("Ports", "Quays"))
    packs.write(actor=world.alma, pack=other, text=PACK.replace("Ports", "Quays").replace("Rights", "All rights"))
    with pytest.raises(Refused, match="pack_no_newer"):
        pack_uses.upgrade(actor=world.boris, pack_use=use, version=use.version, pack_version=packs.newest(other))
    shipped_use = pack_uses.take(actor=world.boris, project=world.project, pack="software")
    with pytest.raises(Refused, match="pack_no_newer"):
        pack_uses.upgrade(actor=world.boris, pack_use=shipped_use, version=shipped_use.version, pack_version=packs.newest(other))


def test_a_version_never_changes(world, pack):
    for values in ({"content": {}}, {"note": "x"}, {"number": 7}):
        with pytest.raises(IntegrityError), transaction.atomic():
            PackVersion.objects.filter(pack=pack).update(**values)
    with pytest.raises(Refused, match="method_same_as_before"):
        packs.write(actor=world.alma, pack=pack, text=TEXT)
    assert packs.write(actor=world.alma, pack=pack, text=TEXT.replace("harbour master", "port").replace("name: Ports", "name: Quays")).number == 1
    pack.refresh_from_db()
    assert (pack.name, pack.description) == ("Quays", "The port asks") and PackVersion.objects.filter(pack=pack).count() == 1
    assert sorted(Event.objects.filter(verb="pack.changed").latest("pk").changes) == ["description", "name"]
    packs.write(actor=world.alma, pack=pack, text=TEXT.replace("Idle", "Still"), version=pack.version)
    with pytest.raises(Stale):
        packs.write(actor=world.alma, pack=pack, text=TEXT.replace("Idle", "Very still"), version=pack.version)


def test_a_project_has_none_of_its_own(world):
    with pytest.raises(Refused, match="pack_place"):
        packs.create(actor=world.admin, space=world.project.space, text=PACK)


def test_what_is_said_is_said_of_the_version_that_holds_now(world, pack, use):
    old = PackUse.objects.get(pk=use.pk)
    second = packs.write(actor=world.alma, pack=pack, text=TEXT.replace("key: access", "key: rights"))
    pack_uses.upgrade(actor=world.boris, pack_use=use, version=None, pack_version=second)
    with pytest.raises(Refused, match="choice_unknown"):
        pack_uses.say(actor=world.boris, pack_use=old, control="access", state="met", evidence="Signed")


def test_who_does_not_manage_portfolios_writes_none(world, pack, use):
    for refused in (
        lambda: packs.create(actor=world.boris, space=world.root, text=PACK), lambda: packs.write(actor=world.boris, pack=pack, text=PACK), lambda: packs.remove(actor=world.boris, pack=pack),
        lambda: pack_uses.upgrade(actor=world.mei, pack_use=use, version=None, pack_version=packs.newest(pack)),
    ):  # fmt: skip
        with pytest.raises((Denied, Hidden)):
            refused()
    assert Pack.objects.visible_to(world.boris).exists() and not Pack.objects.visible_to(world.dana).exists()


def test_one_that_holds_somewhere_stays_and_names_are_taken_once(world, pack, use):
    with pytest.raises(Refused, match="pack_in_use"):
        packs.remove(actor=world.alma, pack=pack)
    with pytest.raises(Refused, match="pack_name_taken"):
        packs.create(actor=world.alma, space=world.root, text=TEXT)
    pack_uses.remove(actor=world.boris, pack_use=use)
    packs.remove(actor=world.alma, pack=pack)
    assert not Pack.objects.exists() and not ControlWord.objects.exists()


def test_pages_show_write_and_upgrade(world, signed_in, pack, use):
    alma, boris = signed_in(world.alma), signed_in(world.boris)
    assert "Rights are looked through" in alma.get(f"/packs/{pack.pk}/").content.decode()
    assert "Healthcare" in alma.get("/packs/").content.decode()
    assert "evidence: charter" in alma.get("/packs/new/?from=healthcare").content.decode()
    sent = alma.post(f"/packs/{pack.pk}/edit/", {"text": TEXT.replace("judged", "magic"), "version": pack.version})
    assert sent.status_code == 422 and "Line 8" in sent.content.decode() and "magic" in sent.content.decode(), "nothing that was typed is lost"
    assert alma.post(f"/packs/{pack.pk}/edit/", {"text": TEXT.replace("Twice", "Thrice"), "note": "More", "version": pack.version}).status_code == 302
    second = packs.newest(pack)
    assert (second.number, second.note) == (2, "More")
    page = boris.get(f"/project-gaps/{world.project.space.key}/").content.decode()
    assert "Version 2 is there" in page and "Thrice" in page
    boris.post(f"/pack-uses/{use.pk}/upgrades/", {"to": second.pk, "version": use.version})
    use.refresh_from_db()
    assert use.pack_version == second
    assert alma.get(f"/packs/{pack.pk}/edit/").content.decode().index("name: Rights") < alma.get(f"/packs/{pack.pk}/edit/").content.decode().index("asks: Thrice")
    file = boris.get(f"/pack-versions/{second.pk}/pack.yaml")
    assert pack_files.read(file.content.decode())[2] == second.content
    assert alma.post("/packs/new/", {"home": world.root.pk, "text": PACK.replace("Ports", "Quays")}).status_code == 302
    upload = SimpleUploadedFile("ours.yaml", PACK.replace("Ports", "Häfen").encode())
    assert 'enctype="multipart/form-data"' in alma.get("/packs/new/").content.decode()
    assert alma.post("/packs/new/", {"home": world.root.pk, "text": "", "file": upload}).status_code == 302 and Pack.objects.filter(name="Häfen").exists()
    assert alma.post("/packs/new/", {"home": world.root.pk, "text": ""}).status_code == 422
