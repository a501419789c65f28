"""Portfolios, programmes, projects."""

from tandem.portfolio.models.portfolio import Portfolio
from tandem.portfolio.models.programme import Programme
from tandem.portfolio.models.project import Project
from tandem.portfolio.models.project_report import ProjectReport

__all__ = ["Portfolio", "Programme", "Project", "ProjectReport"]
