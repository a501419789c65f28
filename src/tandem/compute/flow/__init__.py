"""How work flows: times, queues, age and what may be expected, from the moves of items between states.

from tandem.compute.flow import ageing, bottleneck, diagram, expectation, items, journeys, little, measures
read = journeys.journeys(rows, workflow, now=now); measures.flow_times(read)
"""
