"""The pages of promises: what the list says of each, and forms that show the forecast before a date is told."""

from datetime import timedelta

import pytest
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tandem.planning import forecasts
from tandem.planning.actions import promises
from tandem.product.actions import features
from tandem.product.actions import promises as words
from tandem.product.models import Promise
from tests import kept, make
from tests.planning import histories
from tests.planning.histories import TODAY


@pytest.fixture(autouse=True)
def _today():
    with histories.today():
        yield


@kept.layer
def building(world):
    with histories.today():
        rows = histories.steady(actor=world.boris, project=world.project, weeks=30)
        world.feature = make.feature(actor=world.chen, product=world.product, title="Bulk booking", state="building")
        features.add_scope(actor=world.chen, subject=world.feature, items=rows, added_at=histories.at(TODAY - timedelta(days=200)))
        forecasts.compute(world.product.space)
    return world


@pytest.fixture
def feature(building):
    return building.feature


@pytest.fixture
def promise(world, feature):
    made = promises.give(actor=world.chen, subject=feature, to_whom="the board", date=TODAY + timedelta(days=20))
    forecasts.compute(world.product.space)
    return made


def listed(client, query: str = "") -> str:
    return client.get(reverse("promises") + query).content.decode()


def test_the_list_says_what_the_forecast_says(world, promise, signed_in):
    text = listed(signed_in(world.chen))
    assert "the board" in text
    assert "Off track" in text
    assert "+4" in text or "+3" in text  # some forty days late


def test_the_list_is_narrowed_by_what_became_of_them(world, promise, signed_in):
    client = signed_in(world.chen)
    kept = promises.give(actor=world.chen, subject=promise.subject, to_whom="Nordhafen", date=TODAY + timedelta(days=9))
    words.keep(actor=world.chen, promise=kept, version=None)
    gone = promises.give(actor=world.chen, subject=promise.subject, to_whom="the depots", date=TODAY + timedelta(days=9))
    words.withdraw(actor=world.chen, promise=gone, version=None, reason="Not built")
    words.revise(actor=world.chen, promise=promise, version=None, date=TODAY + timedelta(days=80), reason="More scope")
    found = {state: listed(client, f"?standing={state}") for state in ("open", "kept", "revised", "withdrawn")}
    assert [state for state, text in found.items() if "Nordhafen</td>" in text] == ["kept"]
    assert [state for state, text in found.items() if "the depots</td>" in text] == ["withdrawn"]
    assert [state for state, text in found.items() if "the board</td>" in text] == ["open", "revised"]
    other = make.product(actor=world.alma, name="Depot")
    assert "the board</td>" not in listed(signed_in(world.alma), f"?product={other.pk}")


@pytest.fixture
def record(world, feature):
    """Six dates of two years ago: four kept, one late, one that nobody took back."""
    told = TODAY - timedelta(days=730)
    rows = [
        words.give(actor=world.chen, subject=feature, to_whom=f"Customer {n % 2}", date=told, given_on=told - timedelta(days=90)) for n in range(6)
    ]
    for n, row in enumerate(rows[:5]):
        words.keep(actor=world.chen, promise=row, version=None, kept_on=told + timedelta(days=9 if n == 4 else 0))
    return rows


def test_the_record_says_how_many_were_kept_and_each_bar_leads_to_its_promises(world, record, signed_in):
    client = signed_in(world.chen)
    text = listed(client)
    assert "Of 6 dates that have come, 4 were kept as told: 67 %." in text
    quarter = f"{record[0].date.year}-Q{(record[0].date.month + 2) // 3}"
    address = f"?quarter={quarter}&amp;standing=missed&amp;due=over"
    assert address in text
    missed = listed(client, address.replace("&amp;", "&"))
    assert missed.count("Customer 0</td>") + missed.count("Customer 1</td>") == 2


@pytest.mark.parametrize(("by", "said"), [("product", "Shipper"), ("to_whom", "Customer 1"), ("quarter", "Q"), ("objective", "No objective")])
def test_the_ledger_is_grouped(world, record, signed_in, by, said):
    text = listed(signed_in(world.chen), f"?by={by}")
    assert said in text[text.index("Share kept</th></tr></thead>") :]


def test_what_cannot_be_asked_is_passed_over(world, record, signed_in):
    client = signed_in(world.chen)
    for query in ("?by=rank", "?quarter=2026-Q9", "?standing=%00", "?objective=x", "?to_whom=' or 1=1 --", "?due=never"):
        assert "Of 6 dates" in listed(client, query)


def test_the_file_holds_what_the_list_shows(world, record, signed_in):
    answer = signed_in(world.chen).get(reverse("promises_export") + "?standing=missed")
    assert len(b"".join(answer.streaming_content).decode().strip().splitlines()) == 3


def test_before_any_date_has_come_nothing_is_claimed(world, promise, signed_in):
    text = listed(signed_in(world.chen))
    assert "Too few dates have come" in text
    assert "No date has come yet." in text


def test_fifty_promises_cost_no_more_queries_than_one(world, promise, signed_in):
    from django.db import connection

    from tandem.people import scoping

    client = signed_in(world.chen)

    def asked() -> int:
        scoping.forget_roles()  # as after a commit: roles are remembered again
        client.get(reverse("promises"))
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("promises")).status_code == 200
        return len(queries)

    few = asked()
    Promise.objects.bulk_create([
        Promise(space=promise.space, feature=promise.feature, to_whom=f"{n}", date=TODAY, given_by=world.chen) for n in range(50)
    ])  # fmt: skip
    assert asked() == few <= 25


@pytest.mark.parametrize("by", ["", "objective"])
def test_five_thousand_promises_cost_no_more_queries_than_one(world, promise, signed_in, by, django_assert_max_num_queries):
    Promise.objects.bulk_create([
        Promise(space=promise.space, feature=promise.feature, to_whom=f"{n % 40}", date=TODAY + timedelta(days=n % 900 - 700),
                given_on=TODAY - timedelta(days=800), given_by=world.chen) for n in range(5000)
    ])  # fmt: skip
    client = signed_in(world.chen)
    client.get(reverse("promises"))
    with django_assert_max_num_queries(25):
        client.get(reverse("promises") + f"?standing=open&by={by}")


def test_the_form_shows_the_forecast_beside_the_date(world, feature, signed_in):
    text = signed_in(world.chen).get(reverse("promises_new") + f"?feature={feature.pk}").content.decode()
    assert f'value="feature-{feature.pk}" selected' in text
    assert "P80" in text
    assert "four of five runs" in text


def test_a_promise_given_in_the_form_carries_what_was_known(world, feature, signed_in):
    answer = signed_in(world.chen).post(reverse("promises_new"), {
        "about": f"feature-{feature.pk}", "to_whom": "the board", "date": TODAY + timedelta(days=60), "given_on": TODAY,
    })  # fmt: skip
    made = Promise.objects.get()
    assert answer.status_code == 302
    assert made.subject == feature
    assert made.basis["remaining"] == 20


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"date": TODAY - timedelta(days=2)}, "lies before"),
        ({"given_on": TODAY + timedelta(days=2), "date": TODAY + timedelta(days=90)}, "in the future"),
        ({"about": "feature-999999"}, "Select a valid choice"),
        ({"date": "soon"}, "Enter a valid date"),
        ({"to_whom": ""}, "This field is required"),
        ({"confidence": "140"}, "less than or equal to 100"),
    ],
)
def test_what_is_wrong_is_said_at_the_field_and_nothing_is_lost(world, feature, signed_in, wrong, said):
    values = {"about": f"feature-{feature.pk}", "to_whom": "the board", "what": "All of it", "date": TODAY + timedelta(days=60), "given_on": TODAY}
    answer = signed_in(world.chen).post(reverse("promises_new"), values | wrong)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert said in text
    assert "All of it" in text
    assert not Promise.objects.exists()


def test_who_may_promise_nowhere_gets_no_form_and_no_button(world, promise, signed_in):
    from tandem.people.actions import spaces

    spaces.grant(actor=world.alma, space=world.product.space, user=world.mei, role="stakeholder")
    world.mei.refresh_from_db()
    client = signed_in(world.mei)
    assert client.get(reverse("promises_new")).status_code == 403
    page = client.get(reverse("promises_detail", kwargs={"id": promise.pk}))
    assert "the board" in page.content.decode()
    assert "Revise promise" not in page.content.decode()
    assert "Withdraw promise" not in page.content.decode()


def test_a_revision_offers_the_p80_and_keeps_the_chain(world, promise, feature, signed_in):
    client = signed_in(world.chen)
    address = reverse("promises_revisions", kwargs={"id": promise.pk})
    from tandem.planning.models import Forecast

    p80 = Forecast.objects.of(feature).get(is_current=True).p80
    assert f'value="{p80}"' in client.get(address).content.decode()
    client.post(address, {"date": p80, "reason": "Scope has grown", "version": promise.version})
    new = Promise.objects.open().get()
    assert new.basis["remaining"] == 20
    text = client.get(reverse("promises_detail", kwargs={"id": new.pk})).content.decode()
    assert "Scope has grown" in text
    assert "first promised" in text
    assert f"<del>{promise.date}</del>" in text


def test_who_revises_what_somebody_else_revised_is_told(world, promise, signed_in):
    client, address = signed_in(world.chen), reverse("promises_revisions", kwargs={"id": promise.pk})
    Promise.objects.filter(pk=promise.pk).update(version=promise.version + 1)
    answer = client.post(address, {"date": TODAY + timedelta(days=90), "reason": "My reason", "version": promise.version})
    assert answer.status_code == 409
    assert "My reason" in answer.content.decode()
    assert Promise.objects.count() == 1


def test_a_kept_promise_says_when_and_offers_nothing_more(world, promise, signed_in):
    client = signed_in(world.chen)
    client.post(reverse("promises_keepings", kwargs={"id": promise.pk}), {"version": promise.version, "kept_on": TODAY})
    text = client.get(reverse("promises_detail", kwargs={"id": promise.pk})).content.decode()
    assert "Kept" in text
    assert str(TODAY) in text
    assert "Revise promise" not in text
    assert client.post(reverse("promises_keepings", kwargs={"id": promise.pk}), {"kept_on": "soon"}).status_code == 422
