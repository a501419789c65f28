"""Loads what people outside said of the products: feedback of customers, linked and merged."""

from datetime import timedelta
from decimal import Decimal
from functools import partial

from tandem.product.actions import customers, feedback, feedback_links, feedback_merges
from tandem.product.models import Customer, Feedback
from tandem.samples.placing import Place
from tandem.samples.promised import Promised
from tandem.samples.timeline import Timeline, at
from tandem.samples.words import heard


class Heard:
    def __init__(self, place: Place, promised: Promised, timeline: Timeline) -> None:
        self.place, self.world, self.promised, self.timeline = place, place.world, promised, timeline
        self.customers: list[Customer] = []
        self.entries: dict[int, Feedback] = {}

    def run(self) -> None:
        self.timeline.add(at(self.world.began_on, 15), self._customers)
        for number, frame in enumerate(heard.SAID):
            day = max(self.world.as_of - timedelta(frame.ago), self.world.began_on + timedelta(3))
            self.timeline.add(at(day, 15), partial(self._say, number, frame))
        last = self.world.as_of - timedelta(1)
        self.timeline.add(at(last, 14), self._answer)

    def _customers(self) -> None:
        lead, root, say = self.place.users["lead"], self.place.root, self.place.say
        segments = [customers.create_segment(actor=lead, space=root, name=say(name), weight=Decimal(weight)) for name, weight in heard.SEGMENTS]
        self.customers = [
            customers.create(actor=lead, space=root, name=say(name), segment=segments[number], **({"weight": Decimal(weight)} if weight else {}))
            for name, number, weight in heard.CUSTOMERS
        ]

    def _say(self, number: int, frame: heard.SaidFrame) -> None:
        product, say = self.place.products[frame.product], self.place.say
        self.entries[number] = feedback.create(
            actor=product.owner, product=product, title=say(frame.title), text=say(frame.text), giver_name=say(frame.giver),
            customer=self.customers[frame.customer] if frame.customer >= 0 else None, outside_votes=frame.votes, is_public=frame.is_public,
        )  # fmt: skip

    def _answer(self) -> None:
        """Looked through on one day: linked to the product's features by number, and merged."""
        for number, frame in enumerate(heard.SAID):
            entry, of_product = self.entries[number], [f for f in self.world.features if f.product == frame.product]
            if 0 <= frame.feature < len(of_product):
                feature = self.promised.features[of_product[frame.feature].index]
                feedback_links.link(actor=entry.product.owner, feedback=entry, feature=feature, quote=self.place.say(frame.quote))
            if frame.same_as >= 0:
                into = Feedback.objects.get(pk=self.entries[frame.same_as].pk)
                feedback_merges.merge(actor=entry.product.owner, feedback=entry, version=None, into=into)
