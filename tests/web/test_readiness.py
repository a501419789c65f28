"""Readiness of a release: the verdict and its reasons, its checks and notes on the page, and what stands on the portal."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tandem.people import scoping
from tandem.product.actions import features, portals, release_checks, release_notes, releases
from tandem.product.models import ReleaseCheck
from tandem.reports.queries import readiness as reads
from tandem.work.actions import blocks, checklists, work_items
from tests import make

JSON = {"Accept": "application/json"}


@pytest.fixture
def release(world):
    return make.release(actor=world.chen, product=world.product)


def _address(release):
    return reverse("readiness", kwargs={"id": release.pk})


def _filled(world, release, number=0):
    feature = make.feature(actor=world.chen, product=world.product, title=f"F{number}", release=release)
    item = make.work_item(actor=world.boris, project=world.project, title=f"Item {number}")
    features.add_scope(actor=world.chen, subject=feature, items=[item])
    return feature, item


def _done(world, item):
    item.refresh_from_db()
    return work_items.change(actor=world.boris, item=item, version=None, state=make.state_of(world.project, "done"))


def test_an_empty_release_is_not_judged(world, release):
    found = reads.read(world.chen, release)
    assert found.verdict == "empty"


def test_each_reason_holds_it_up_until_it_is_gone(world, release):
    feature, item = _filled(world, release)
    (proof,) = checklists.add(actor=world.boris, item=item, text="Shown to a shipper", is_acceptance=True)
    block = blocks.start(actor=world.boris, item=item, reason="No crane")
    check = release_checks.create(actor=world.chen, release=release, name="Support is told")
    bare = make.feature(actor=world.chen, product=world.product, title="Bare", release=release)

    def holding():
        return {r.code for r in reads.read(world.chen, release).holding}

    assert holding() == {"scope", "unscoped", "acceptance", "blocks", "checks"}
    blocks.end(actor=world.boris, block=block, version=None)
    _done(world, item)
    assert holding() == {"unscoped", "acceptance", "checks"}, "done is not proved"
    checklists.change(actor=world.boris, entry=proof, version=None, is_done=True)
    features.change(actor=world.chen, feature=bare, version=None, state="declined")
    release_checks.decide(actor=world.chen, release_check=check, version=None, state="waived", reason="By phone")
    found = reads.read(world.chen, release)
    assert found.verdict == "ready" and not found.holding
    assert found.of("notes").state == "warns", "a missing note is said and does not hold it up"
    features.change(actor=world.chen, feature=feature, version=None, note_en="Faster", note_zh="更快")
    assert reads.read(world.chen, release).of("notes").state == "fine"


def test_what_the_reader_does_not_see_is_said(world, release):
    _feature, item = _filled(world, release)
    _done(world, item)
    reader = make.user(actor=world.admin, name="Rita", role="stakeholder", space=world.product.space)
    found = reads.read(reader, release)
    assert found.verdict == "not_known" and found.of("unseen").left == 1
    assert reads.read(world.chen, release).verdict == "ready"


def test_the_page_says_why_and_leads_to_the_records(world, release, signed_in):
    feature, item = _filled(world, release)
    checklists.add(actor=world.boris, item=item, text="<b>Proof</b>", is_acceptance=True)
    blocks.start(actor=world.boris, item=item, reason="No crane")
    release_checks.create(actor=world.chen, release=release, name="Support <is> told")
    text = signed_in(world.chen).get(_address(release)).content.decode()
    assert "Not ready because 1 of 1 work items is open; 1 of 1 acceptance checks is open; 1 work item is blocked; 1 of 1 release checks is open." in text
    assert "&lt;b&gt;Proof" in text and "<b>Proof" not in text and "Support &lt;is&gt; told" in text
    assert reverse("features_detail", kwargs={"id": feature.pk}) + "#scope" in text and reverse("work_item", kwargs={"key": item.key}) + "#checklist" in text
    assert _address(release) in signed_in(world.chen).get(reverse("releases_detail", kwargs={"id": release.pk})).content.decode()


def test_it_is_released_from_the_page(world, release, signed_in):
    client = signed_in(world.chen)
    assert client.post(_address(release), {"do": "release", "version": release.version}).status_code == 302
    release.refresh_from_db()
    assert release.state == "released" and "Released on" in client.get(_address(release)).content.decode()
    assert client.post(_address(release), {"do": "burn"}).status_code == 422
    assert signed_in(world.dana).post(_address(release), {"do": "release"}).status_code == 404


def test_checks_are_written_passed_and_waived_on_the_page(world, release, signed_in):
    client = signed_in(world.chen)
    client.post(reverse("release_checks", kwargs={"id": release.pk}), {"lines": "Help\nSupport", "owner": world.chen.pk})
    first, second = ReleaseCheck.objects.filter(release=release).in_order()
    here = [reverse("release_check", kwargs={"id": row.pk}) for row in (first, second)]
    answer = client.post(here[0], {"do": "pass", "version": 1}, headers=JSON).json()
    assert client.post(answer["undo"], headers=JSON).status_code == 200
    assert client.post(here[0], {"do": "pass", "version": 1}, headers=JSON).status_code == 409, "an old version"
    assert client.post(here[1], {"do": "waive", "version": 1}).status_code == 422, "without a reason"
    assert client.post(here[1], {"do": "waive", "version": 1, "reason": "By phone"}).status_code == 302
    text = client.get(_address(release)).content.decode()
    assert "By phone" in text and "Waived" in text
    assert client.post(here[0], {"do": "change", "version": 3, "name": "The help", "owner": ""}).status_code == 302
    assert client.post(here[1], {"do": "remove", "version": 2}).status_code == 302
    assert list(ReleaseCheck.objects.values_list("name", "owner")) == [("The help", None)]
    following = make.release(actor=world.chen, product=world.product, name="3.1")
    client.post(reverse("release_checks", kwargs={"id": following.pk}), {"do": "copy", "source": release.pk})
    assert following.checks.count() == 1
    for bad in ({"do": "burn"}, {"do": "pass", "version": "x"}):
        assert client.post(here[0], bad).status_code in (302, 422)
    assert signed_in(world.dana).post(here[0], {"do": "pass"}).status_code == 404


def test_undo_leaves_a_later_decision_alone(world, release, signed_in):
    client = signed_in(world.chen)
    row = release_checks.create(actor=world.chen, release=release, name="Help")
    undo = client.post(reverse("release_check", kwargs={"id": row.pk}), {"do": "pass", "version": 1}, headers=JSON).json()["undo"]
    row.refresh_from_db()
    release_checks.decide(actor=world.chen, release_check=row, version=None, state="waived", reason="By phone")
    assert client.post(undo, headers=JSON).status_code == 409
    assert client.post(reverse("release_check_reopenings", kwargs={"id": row.pk}), headers=JSON).status_code == 409
    row.refresh_from_db()
    assert row.state == "waived"


def _patch(client, url, version, **given):
    return client.patch(url, json.dumps(given), content_type="application/json", headers={"If-Match": f'"{version}"'})


def test_notes_are_written_where_they_stand(world, release, signed_in):
    client, feature = signed_in(world.chen), make.feature(actor=world.chen, product=world.product, release=release)
    url = reverse("feature_note", kwargs={"id": feature.pk})
    assert _patch(client, url, feature.version, note_en="Faster").json()["shown"] == "Faster"
    assert _patch(client, url, feature.version, note_zh="更快", was="").status_code == 200, "another field is no hindrance"
    assert _patch(client, url, feature.version, note_en="Slower", was="").status_code == 409
    assert _patch(client, url, 3, note_en="x" * 2001).status_code == 422
    assert _patch(client, url, 3, title="Hacked").status_code == 422
    assert _patch(client, reverse("release_introduction", kwargs={"id": release.pk}), release.version, notes_en="Hello").status_code == 200
    assert _patch(signed_in(world.dana), url, 3, note_en="x").status_code == 404
    text = client.get(reverse("release_notes_file", kwargs={"id": release.pk, "kind": "md"}) + "?lang=zh").content.decode()
    assert "更快" in text and "Faster" not in text
    page = client.get(reverse("release_notes_file", kwargs={"id": release.pk, "kind": "html"}))
    assert "Faster" in page.content.decode() and "attachment" in page["Content-Disposition"]
    for kind, lang in (("exe", "en"), ("md", "fr")):
        assert client.get(reverse("release_notes_file", kwargs={"id": release.pk, "kind": kind}) + f"?lang={lang}").status_code == 404


def test_published_notes_stand_on_the_portal_without_what_is_not_shipped(world, release, client):
    portal = portals.open_portal(actor=world.alma, product=world.product)
    shipped, _item = _filled(world, release)
    _other, _item = _filled(world, release, 1)
    features.change(actor=world.chen, feature=shipped, version=None, state="shipped", note_en="Fast <script>alert(1)</script>", note_zh="很快")
    address = reverse("portal_releases", kwargs={"token": portal.token})
    release = releases.change(actor=world.chen, release=release, version=None, state="released")
    told = client.get(address).content.decode()
    assert "F0" not in told[told.index("<main") : told.index("</main>")], "not published yet"
    release_notes.publish(actor=world.chen, release=release, version=None)
    page = client.get(address).content.decode()
    text = page[page.index("<main") : page.index("</main>")]
    assert "F0" in text and "Fast" in text and "F1" not in text and "<script>alert" not in text and "陈悦" not in text
    assert "很快" in client.get(address, headers={"Accept-Language": "zh-hans"}).content.decode()
    make.feature(actor=world.chen, product=world.product, title="Slipped in", release=release, state="shipped")
    assert "Slipped in" not in client.get(address).content.decode(), "nobody wrote anything about it"
    assert address in client.get(reverse("portal_shared", kwargs={"token": portal.token})).content.decode()
    portals.close(actor=world.alma, portal=portal)
    assert client.get(address).status_code == 404


def test_it_asks_as_often_for_many_as_for_few(world, release, signed_in):
    client, counts, number = signed_in(world.chen), [], 0
    scoping.forget_roles()
    for _round in range(2):
        for _more in range(3 * len(counts) + 2):
            _feature, item = _filled(world, release, number := number + 1)
            checklists.add(actor=world.boris, item=item, text="Proof", is_acceptance=True)
            blocks.start(actor=world.boris, item=item, reason="No crane")
            release_checks.create(actor=world.chen, release=release, name=f"Check {number}", owner=world.chen)
        client.get(_address(release))
        with CaptureQueriesContext(connection) as asked:
            client.get(_address(release))
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 35
