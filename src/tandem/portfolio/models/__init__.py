"""Portfolios, programmes, projects, proposals."""

from tandem.portfolio.models.portfolio import Portfolio
from tandem.portfolio.models.programme import Programme
from tandem.portfolio.models.project import Project
from tandem.portfolio.models.project_report import ProjectReport

__all__ = ["Portfolio", "Programme", "Project", "ProjectReport", "Proposal", "ProposalTie"]
from tandem.portfolio.models.proposal import Proposal, ProposalTie
