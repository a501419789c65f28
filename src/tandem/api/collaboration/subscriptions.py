"""Letters of saved views: one's own."""

from typing import Annotated

from ninja import Router
from pydantic import Field

from tandem.api import generic
from tandem.api.generic import Noun
from tandem.api.shapes import OPTIONAL, Reference, body
from tandem.collaboration.actions import subscriptions
from tandem.collaboration.models import SavedView, Subscription

router = Router(tags=["collaboration"])
_Days = Annotated[list[Annotated[int, Field(ge=0, le=6)]], Field(min_length=1, max_length=7)]
_Hour = Annotated[int, Field(ge=0, le=23)]

NOUN = Noun(
    path="subscriptions",
    model=Subscription,
    word="subscription",
    shows="id space_id view_id weekdays hour sent_on version created_at",
    filters="view_id",
)

generic.reads(router, NOUN)
generic.creates(
    router, NOUN, body("SubscriptionCreate", Subscription, "", view_id=Reference(SavedView, "view"), weekdays=_Days, hour=(_Hour, 8)), subscriptions.create
)
generic.changes(router, NOUN, body("SubscriptionChange", Subscription, "", weekdays=(_Days, OPTIONAL), hour=(_Hour, OPTIONAL)), subscriptions.change)
generic.removes(router, NOUN, subscriptions.remove)
