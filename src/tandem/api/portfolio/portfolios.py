"""Portfolios."""

from tandem.api.portfolio.owned import routes_of
from tandem.portfolio.actions import portfolios
from tandem.portfolio.models import Portfolio

NOUN, router = routes_of(
    "portfolios", Portfolio, "portfolio", portfolios.create, portfolios.change,
    fields="description owner discount_rate currency", also="discount_rate currency",
)  # fmt: skip
