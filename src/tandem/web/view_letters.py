"""What a saved view shows, as a part of a letter: the first rows as the reader sees them, and the way to the rest."""

from dataclasses import dataclass

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from tandem.collaboration.models import Subscription
from tandem.kit.errors import Hidden, Refused
from tandem.people.models import User
from tandem.reports.queries import work_item_table
from tandem.reports.queries import work_items as reads
from tandem.web.paging import page_of
from tandem.web.templating import day
from tandem.web.work.saved import address

MOST = 20


@dataclass
class Line:
    key: str
    title: str
    url: str
    facts: str


@dataclass
class Shown:
    name: str
    url: str
    lines: list[Line]
    is_more: bool = False
    problem: str = ""


def shown(user: User, subscriptions: list[Subscription]) -> list[Shown]:
    return [_shown(user, one) for one in subscriptions]


def _shown(user: User, subscription: Subscription) -> Shown:
    view = subscription.view
    found = Shown(view.name, address(view), [])
    try:
        asked = work_item_table.asked(QueryDict(view.query), user)
    except (Refused, Hidden):
        found.problem = _("Its filter cannot be read any more.")
        return found
    rows = page_of(asked.rows, sort=asked.sort, shown=reads.shown).rows
    found.is_more = len(rows) > MOST
    for item in rows[:MOST]:
        facts = [item.state.name, *([_("due %(day)s") % {"day": day(item.due_on)}] if item.due_on else [])]
        found.lines.append(Line(item.key, item.title, reverse("work_item", kwargs={"key": item.key}), " · ".join(facts)))
    return found
