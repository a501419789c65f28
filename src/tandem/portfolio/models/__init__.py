"""Portfolios, programmes, projects."""

from tandem.portfolio.models.portfolio import Portfolio
from tandem.portfolio.models.programme import Programme
from tandem.portfolio.models.project import Project

__all__ = ["Portfolio", "Programme", "Project"]
