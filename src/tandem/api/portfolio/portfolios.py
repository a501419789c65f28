"""Portfolios, what stands below them, and the mix of investments that each has and is meant to have."""

from typing import Annotated

from pydantic import Field

from tandem.api import generic
from tandem.api.portfolio import mix, tree
from tandem.api.portfolio.owned import routes_of
from tandem.api.shapes import body
from tandem.portfolio.actions import portfolios
from tandem.portfolio.models import Portfolio

NOUN, router = routes_of(
    "portfolios", Portfolio, "portfolio", portfolios.create, portfolios.change,
    fields="description owner discount_rate currency", also="discount_rate currency intended_mix",
)  # fmt: skip

Percent = Annotated[int, Field(ge=0, le=100)]
_MIX = Annotated[dict[str, Percent], Field(max_length=10)]
generic.acts(router, NOUN, "mixes", body("PortfolioMix", Portfolio, "", mix=_MIX), portfolios.intend_mix)
mix.add_routes(router, NOUN)
tree.add_routes(router, NOUN)
