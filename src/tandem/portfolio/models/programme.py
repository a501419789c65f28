"""Projects that only together bring their benefit. Owns one space, under a portfolio or the organisation."""

from tandem.portfolio.models.portfolio import OwnsSpace


class Programme(OwnsSpace):
    pass
