"""Programmes."""

from tandem.api.portfolio.owned import routes_of
from tandem.portfolio.actions import programmes
from tandem.portfolio.models import Programme

NOUN, router = routes_of("programmes", Programme, "programme", programmes.create, programmes.change)
