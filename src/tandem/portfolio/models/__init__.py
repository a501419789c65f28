"""Portfolios, programmes, projects, proposals, benefits, costs and budgets."""

from tandem.portfolio.models.benefit import Benefit, BenefitMeasurement
from tandem.portfolio.models.budget import Budget, BudgetEntry
from tandem.portfolio.models.cost_line import CostLine, CostLineRecord
from tandem.portfolio.models.exchange_rate import Counting, ExchangeRate
from tandem.portfolio.models.portfolio import Portfolio
from tandem.portfolio.models.programme import Programme
from tandem.portfolio.models.project import Project
from tandem.portfolio.models.project_report import ProjectReport
from tandem.portfolio.models.proposal import Proposal, ProposalTie

__all__ = [
    "Benefit", "BenefitMeasurement", "Budget", "BudgetEntry", "CostLine", "CostLineRecord", "Counting", "ExchangeRate", "Portfolio",
    "Programme", "Project", "ProjectReport", "Proposal", "ProposalTie",
]  # fmt: skip
