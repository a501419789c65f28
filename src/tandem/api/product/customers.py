"""Customers and segments."""

from ninja import Router

from tandem.api import generic
from tandem.api.generic import Noun
from tandem.api.shapes import body
from tandem.product.actions import customers
from tandem.product.models import Customer, Segment

router = Router(tags=["product"])
NOUN = Noun(
    path="customers", model=Customer, word="customer", shows="id space_id name segment_id weight note version created_at", filters="space_id segment_id"
)
generic.reads(router, NOUN)
generic.creates(router, NOUN, body("CustomerCreate", Customer, "space name segment weight note"), customers.create)
generic.changes(router, NOUN, body("CustomerChange", Customer, "name segment weight note", partial=True), customers.change)
generic.removes(router, NOUN, customers.remove)

segments = Router(tags=["product"])
SEGMENTS = Noun(path="segments", model=Segment, word="segment", shows="id space_id name weight note version created_at", filters="space_id")
generic.reads(segments, SEGMENTS)
generic.creates(segments, SEGMENTS, body("SegmentCreate", Segment, "space name weight note"), customers.create_segment)
generic.changes(segments, SEGMENTS, body("SegmentChange", Segment, "name weight note", partial=True), customers.change_segment)
generic.removes(segments, SEGMENTS, customers.remove_segment)
