"""Links as a column of lists and files, releases as groups: what the reader cannot see is not named."""

import csv
import io

import pytest
from django.urls import reverse

from tandem.kit import clock
from tandem.people.models import Role
from tandem.product.actions import features
from tandem.work.actions import link_kinds, links
from tests import make

TABLE = "/work-items/"


@pytest.fixture
def items(world):
    return [make.work_item(actor=world.boris, project=world.project, title=f"Item {n}") for n in range(4)]


def lines(answer):
    body = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(body), delimiter=";" if body.splitlines()[0].count(";") else ","))


def test_links_stand_in_table_sheet_and_file(world, signed_in, items):
    causes = link_kinds.create(actor=world.boris, space=world.project.space, name="causes", inverse="is caused by")
    make.link(actor=world.boris, source=items[0], target=items[1], kind="blocks")
    make.link(actor=world.boris, source=items[0], target=items[2], kind="blocks")
    links.create(actor=world.boris, source=items[3], target=items[0], kind="own", own_kind=causes)
    client = signed_in(world.mei)
    ask = {"q": "", "cols": "key,links", "sort": "key", "space": world.project.space_id}
    first = f"Blocks {items[1].key}, {items[2].key}; is caused by {items[3].key}"
    assert first in client.get(TABLE, ask).content.decode()
    assert [row[1] for row in lines(client.get(TABLE + "export.csv", ask))] == ["Links", first, f"Blocked by {items[0].key}", f"Blocked by {items[0].key}", f"causes {items[0].key}"]
    sheet = client.get(TABLE, ask | {"layout": "sheet", "part": "rows"}).json()
    assert sheet["rows"][0][5] == first and not sheet["columns"][1][2]


def test_the_other_end_of_a_link_is_named_only_to_who_sees_it(world, signed_in, items):
    far = make.work_item(actor=world.alma, project=make.project(actor=world.alma, name="Harbour", key="HAR"), title="Far")
    make.link(actor=world.alma, source=far, target=items[0], kind="blocks")
    only = make.user(actor=world.admin, name="Nora", role=Role.MEMBER, space=world.project.space, email="nora@example.org")
    ask = {"q": "", "cols": "key,links", "sort": "key", "space": world.project.space_id}
    assert lines(signed_in(world.alma).get(TABLE + "export.csv", ask))[1][1] == "Blocked by HAR-1"
    assert lines(signed_in(only).get(TABLE + "export.csv", ask))[1][1] == "Blocked by an item that you cannot see"


def test_a_file_for_excel_with_commas_before_the_decimals(world, signed_in, items):
    make.work_item(actor=world.boris, project=world.project, title="=1+1; half", estimate_points=2.5)
    client = signed_in(world.mei)
    ask = {"q": "half", "cols": "title,points", "separator": "semicolon"}
    answer = client.get(TABLE + "export.csv", ask)
    body = b"".join(answer.streaming_content)
    assert body.startswith(b"\xef\xbb\xbf") and body.decode("utf-8-sig").splitlines() == ["Title;Points", "\"'=1+1; half\";2,5"]
    usual = b"".join(client.get(TABLE + "export.csv", ask | {"separator": "tab"}).streaming_content).decode("utf-8-sig")
    assert usual.splitlines()[1] == "'=1+1; half,2.5"
    assert "separator=semicolon" in client.get(TABLE, {"q": ""}).content.decode()


def test_items_stand_under_their_releases_once_each(world, signed_in, items):
    product = make.product(actor=world.alma)
    release = make.release(actor=world.alma, product=product, name="3.0")
    for n, title in enumerate(("Bulk booking", "Quotes")):
        feature = make.feature(actor=world.alma, product=product, title=title, release=release)
        features.add_scope(actor=world.alma, subject=feature, items=items[: n + 1])
    client = signed_in(world.alma)
    page = client.get(TABLE, {"q": "", "group": "release", "space": world.project.space_id}).content.decode()
    places = [page.index(mark) for mark in ('scope="rowgroup">3.0<', ">Item 0<", ">Item 1<", "In no release", ">Item 2<", ">Item 3<")]
    assert places == sorted(places) and page.count(">Item 0<") == 1
    sums = client.get(TABLE, {"q": "", "group": "release", "space": world.project.space_id, "part": "sums"}).content.decode()
    assert "3.0" in sums and "In no release" in sums
    only = make.user(actor=world.admin, name="Nora", role=Role.MEMBER, space=world.project.space, email="nora@example.org")
    assert "3.0" not in signed_in(only).get(TABLE, {"q": "", "group": "release", "space": world.project.space_id}).content.decode()


def test_a_delivered_feature_or_release_says_how_its_slip_is_computed(world, signed_in):
    feature = make.feature(actor=world.chen, product=world.product, title="Delivered")
    release = make.release(actor=world.chen, product=world.product)
    type(feature).objects.filter(pk=feature.pk).update(state="shipped", shipped_on=clock.today())
    type(release).objects.filter(pk=release.pk).update(state="released", released_on=clock.today())
    for name, row in (("features_detail", feature), ("releases_detail", release)):
        text = signed_in(world.chen).get(reverse(name, kwargs={"id": row.pk})).content.decode()
        assert "Delivered" in text and "How is this computed?" in text
