"""Portfolios, programmes, projects, proposals, benefits."""

from tandem.portfolio.models.benefit import Benefit, BenefitMeasurement
from tandem.portfolio.models.portfolio import Portfolio
from tandem.portfolio.models.programme import Programme
from tandem.portfolio.models.project import Project
from tandem.portfolio.models.project_report import ProjectReport
from tandem.portfolio.models.proposal import Proposal, ProposalTie

__all__ = ["Benefit", "BenefitMeasurement", "Portfolio", "Programme", "Project", "ProjectReport", "Proposal", "ProposalTie"]
