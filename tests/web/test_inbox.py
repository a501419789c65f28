"""The inbox in the browser's hands: what it shows and in which words, what is done to it, and the button that watches."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tandem.collaboration.actions import comments, watches
from tandem.collaboration.models import Notification, Reaction, Watch
from tandem.kit import clock
from tandem.people import scoping
from tandem.people.actions import spaces, users
from tandem.work.actions import work_items
from tests import make
from tests.collaboration.told import inbox, tell

JSON = {"HTTP_ACCEPT": "application/json"}


@pytest.fixture
def item(world):
    made = make.work_item(actor=world.boris, project=world.project, title="Ship the app")
    watches.watch(actor=world.mei, subject=made)
    tell()
    return made


def _said(person) -> str:
    return f"@[{person.name}](user:{person.pk})"


def _ids(user) -> str:
    return ",".join(str(pk) for pk in Notification.objects.filter(user=user).values_list("pk", flat=True))


def test_the_inbox_tells_in_words_and_says_why(world, item, signed_in):
    work_items.move(actor=world.boris, item=item, version=None, state=make.state_of(world.project, "in_progress"))
    comments.add(actor=world.boris, subject=item, body=f"{_said(world.mei)} **look**")
    tell()
    page = signed_in(world.mei).get("/inbox/").content.decode()
    assert "Ship the app" in page and page.count('<article class="li news"') == 1, "one group for one record"
    assert "Boris Orlov moved it from" in page and "Boris Orlov mentioned you" in page
    assert "@Mei Lin look" in page and "user:" + str(world.mei.pk) + ")" not in page
    assert 'id="bell"' in page and "2 unread" in page


def test_an_empty_inbox_is_good_news_and_says_what_will_come(world, signed_in):
    page = signed_in(world.mei).get("/inbox/").content.decode()
    assert "Nothing waits for you." in page and "given to you" in page


def test_done_snoozed_and_undone(world, item, signed_in):
    comments.add(actor=world.boris, subject=item, body="Hi")
    tell()
    client, ids = signed_in(world.mei), _ids(world.mei)
    answer = client.post("/inbox/changes/", {"do": "done", "ids": ids}, **JSON).json()
    assert inbox(world.mei) == [] and answer["undo"].endswith(f"do=back&ids={ids}")
    client.post(answer["undo"], "{}", content_type="application/json", **JSON)
    assert len(inbox(world.mei)) == 1
    answer = client.post("/inbox/changes/", {"do": "snooze", "ids": ids, "until": "tomorrow"}, **JSON).json()
    assert inbox(world.mei) == [] and "Ship the app" in client.get("/inbox/?box=later").content.decode()
    client.post(answer["undo"], "{}", content_type="application/json", **JSON)
    assert len(inbox(world.mei)) == 1
    client.post("/inbox/changes/", {"do": "all", "up_to": ids})
    assert inbox(world.mei) == [] and "Ship the app" in client.get("/inbox/?box=done").content.decode()


def test_done_with_all_leaves_what_came_after_the_page(world, item, signed_in):
    comments.add(actor=world.boris, subject=item, body="One")
    tell()
    newest = _ids(world.mei)
    comments.add(actor=world.boris, subject=item, body="Two")
    tell()
    signed_in(world.mei).post("/inbox/changes/", {"do": "all", "up_to": newest})
    assert len(inbox(world.mei)) == 1


def test_stop_telling_me_leaves_the_record_also_where_the_space_is_watched(world, item, signed_in):
    watches.watch(actor=world.mei, subject=world.project.space)
    comments.add(actor=world.boris, subject=item, body="Hi")
    tell()
    client = signed_in(world.mei)
    form = {"do": "stop", "ids": _ids(world.mei), "kind": "work.workitem", "id": item.pk}
    answer = client.post("/inbox/changes/", form, **JSON).json()
    comments.add(actor=world.boris, subject=item, body="Still there?")
    tell()
    assert inbox(world.mei) == []
    client.post(answer["undo"], "{}", content_type="application/json", **JSON)
    assert len(inbox(world.mei)) == 1 and Watch.objects.on(item).of(world.mei).kept().exists()


@pytest.mark.parametrize(
    "form",
    [{"do": "burn"}, {}, {"do": "snooze", "until": "yesterday"}, {"do": "done", "ids": "1,x,-4,99999999999999999999999"}],
)
def test_what_is_sent_by_hand_breaks_nothing(world, item, signed_in, form):
    assert signed_in(world.mei).post("/inbox/changes/", form).status_code in (302, 422)


@pytest.mark.parametrize("form", [{"kind": "people.user", "id": 1}, {"kind": "work.workitem", "id": 10**30}, {}])
def test_only_records_can_be_watched(world, signed_in, form):
    assert signed_in(world.mei).post("/watches/", form).status_code == 404


def test_somebody_elses_inbox_is_out_of_reach(world, item, signed_in):
    comments.add(actor=world.boris, subject=item, body="Hi")
    tell()
    signed_in(world.boris).post("/inbox/changes/", {"do": "done", "ids": _ids(world.mei)})
    assert len(inbox(world.mei)) == 1
    assert "Ship the app" not in signed_in(world.dana).get("/inbox/").content.decode()


def test_what_one_no_longer_sees_is_gone_from_inbox_and_count(world, item, signed_in):
    comments.add(actor=world.boris, subject=item, body="Secret plans")
    tell()
    spaces.revoke(actor=world.admin, space=world.project.space, user=world.mei)
    page = signed_in(world.mei).get("/inbox/").content.decode()
    assert "Ship the app" not in page and "Secret" not in page and "0 unread" in page


def test_a_removed_comment_is_not_quoted_any_more(world, item, signed_in):
    said = comments.add(actor=world.boris, subject=item, body="I did not say that")
    tell()
    comments.remove(actor=world.boris, comment=said)
    assert "I did not say that" not in signed_in(world.mei).get("/inbox/").content.decode()


def test_the_button_watches_and_leaves_and_names_who_watches(world, item, signed_in):
    client = signed_in(world.chen)
    client.post("/watches/", {"do": "watch", "kind": "work.workitem", "id": item.pk, "next": f"/work-items/{item.key}/"})
    page = client.get(f"/work-items/{item.key}/").content.decode()
    assert re.search(r'aria-pressed="true"[^>]*data-hotkey="w"', page)
    assert all(name in page.split("Who watches</h3>")[1] for name in ("Boris Orlov", "Mei Lin"))
    client.post("/watches/", {"do": "leave", "kind": "work.workitem", "id": item.pk})
    assert not Watch.objects.on(item).of(world.chen).kept().exists()
    assert signed_in(world.dana).post("/watches/", {"kind": "work.workitem", "id": item.pk}).status_code == 404


def test_every_noun_with_comments_can_be_watched_and_talked_about(world, signed_in):
    feature = make.feature(actor=world.chen, product=world.product)
    client = signed_in(world.chen)
    here = f"/features/{feature.pk}/"
    client.post(f"{here}comments/", {"body": f"For {_said(world.alma)}"})
    page = client.get(here).content.decode()
    assert f'<a href="/people/{world.alma.pk}/" class="at"' in page and 'data-hotkey="w"' in page
    (said,) = feature_comments(feature)
    client.post(f"{here}comments/", {"do": "edit", "comment": said.pk, "version": said.version, "body": "Rewritten"})
    assert "Rewritten" in client.get(here).content.decode()
    client.post(f"{here}comments/", {"do": "remove", "comment": said.pk})
    assert not feature_comments(feature)


def feature_comments(feature):
    from tandem.collaboration.models import Comment

    return list(Comment.objects.on(feature))


def test_a_mention_shows_the_name_of_today(world, item, signed_in):
    comments.add(actor=world.boris, subject=item, body=_said(world.mei))
    users.change(actor=world.admin, user=world.mei, version=None, name="Mei [Lin] Wang", email=world.mei.email)
    page = signed_in(world.boris).get(f"/work-items/{item.key}/").content.decode()
    assert ">Mei [Lin] Wang</a>" in page and ">Mei Lin</a>" not in page


def test_a_mention_of_a_stranger_is_refused_with_a_sentence(world, item, signed_in):
    answer = signed_in(world.boris).post(f"/work-items/{item.key}/comments/", {"body": _said(world.dana)}, **JSON)
    assert answer.status_code == 422 and "Dana Stranger cannot see this" in answer.json()["title"]


def test_the_picker_of_mentions_offers_who_sees_the_space(world, signed_in):
    client = signed_in(world.boris)
    offered = {p["name"] for p in client.get(f"/people/choices/?space={world.project.space_id}").json()["people"]}
    assert offered == {"Ada Admin", "Alma Berg", "Boris Orlov", "陈悦", "Mei Lin"}
    assert signed_in(world.dana).get(f"/people/choices/?space={world.project.space_id}").status_code == 404
    assert client.get("/people/choices/?space=x").status_code == 404


def test_reactions_stand_once_and_are_taken_back(world, item, signed_in):
    said = comments.add(actor=world.boris, subject=item, body="Done")
    client, here = signed_in(world.mei), f"/work-items/{item.key}/"
    form = {"do": "react", "comment": said.pk, "kind": "thanks"}
    client.post(f"{here}comments/", form)
    assert 'title="Mei Lin"' in client.get(here).content.decode()
    client.post(f"{here}comments/", form)
    assert not Reaction.objects.exists()
    assert client.post(f"{here}comments/", {**form, "kind": "shrug"}).status_code == 422
    assert signed_in(world.dana).post(f"{here}comments/", form).status_code == 404


def test_the_rules_are_kept_and_a_stale_page_does_not_overwrite_them(world, signed_in):
    client = signed_in(world.mei)
    form = {
        "way-comment": "nothing", "quiet_from": "22", "quiet_until": "6", "digest_hour": "7", "day": ["0", "3"], "has_mail": "on",
        "time_zone": "Asia/Shanghai", "version": "",
    }  # fmt: skip
    assert client.post("/account/notifications/", form).status_code == 302
    rules = world.mei.notification_rules
    assert (rules.way("comment"), rules.way("mentioned"), rules.digest_days, rules.quiet_from) == ("nothing", "digest", [0, 3], 22)
    world.mei.refresh_from_db()
    assert world.mei.time_zone == "Asia/Shanghai"
    assert client.post("/account/notifications/", {**form, "version": str(rules.version - 1)}).status_code == 409
    for wrong in ({"quiet_from": "25"}, {"day": ["9"]}, {"way-comment": "pigeon"}, {"time_zone": "Mars/Base"}, {"digest_hour": ""}):
        assert client.post("/account/notifications/", {**form, **wrong}).status_code == 422, wrong


def test_the_inbox_asks_as_little_for_many_as_for_few(world, item, signed_in):
    others = [make.work_item(actor=world.boris, project=world.project, title=f"Item {n}") for n in range(30)]
    client = signed_in(world.mei)

    def cost(items) -> int:
        for one in items:
            watches.watch(actor=world.mei, subject=one)
            comments.add(actor=world.boris, subject=one, body=f"About {_said(world.mei)}")
            work_items.change(actor=world.boris, item=one, version=None, priority=1)
        tell()
        scoping.forget_roles()
        client.get("/inbox/")
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/inbox/").status_code == 200
        return len(queries)

    few = cost([item])
    assert cost(others) == few <= 14


def test_news_of_what_was_made_read_no_names_of_its_fields(world, signed_in):
    made = make.work_item(actor=world.boris, project=world.project, title="Ship the app", assignees=[world.mei, world.boris], priority=2)
    watches.watch(actor=world.mei, subject=made)
    tell()
    with CaptureQueriesContext(connection) as queries:
        page = signed_in(world.mei).get("/inbox/").content.decode()
    assert "Ship the app" in page and "Boris Orlov gave it to you" in page
    assert not [one for one in queries if '"people_user"."id" IN' in one["sql"]], "nobody but who did it is named"


def test_work_that_is_due_says_its_day(world, item, signed_in):
    from tandem.work.actions import reminders

    work_items.change(actor=world.boris, item=item, version=None, assignees=[world.mei], due_on=clock.today() - timedelta(1))
    reminders.remind()
    assert f"It is overdue since {clock.today() - timedelta(1)}" in signed_in(world.mei).get("/inbox/").content.decode()
