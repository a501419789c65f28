"""What a plan leaves open and nothing here answers: whether a name is a person or a machine, and the currency of its costs. Asked once in
the wizard; on the command line names become people and costs without a currency stay out, and both are said."""

from typing import Any

from tandem.exchange.formats.source import Source
from tandem.exchange.models import ExternalReference
from tandem.exchange.records import PersonRecord, PlanAsks, ProjectRecord
from tandem.exchange.taking_over import costs
from tandem.exchange.taking_over.people import address, match
from tandem.exchange.taking_over.target import earlier_space, system_of
from tandem.people.models import Space
from tandem.resources.actions import equipment_imports

_MOST = 300
"Names that are asked for at once; whoever comes after is a person."


def of_plan(source: Source, *, actor: Any, space: Space, into: Space | None, answers: dict[str, Any]) -> list[dict[str, Any]]:
    """`space`: where a new project would be opened."""
    plan = source.info.plan
    if plan is None or answers.get("kind"):
        return []
    project = [ProjectRecord(source_id=plan.source_id)]
    target, system = into or earlier_space(source, project, actor=actor), system_of(source, project)
    found: list[dict[str, Any]] = []
    names = _strangers(plan, target or space, system, actor)
    if any(name not in answers.get("resources", {}) for name in names):
        found.append({"code": "resources", "names": names})
    if plan.has_costs and "currency" not in answers and costs.may_write(actor, (target or space).pk) and not _currency(plan, target, system):
        found.append({"code": "currency", "said": plan.currency})
    return found


def _currency(plan: PlanAsks, target: Space | None, system: str) -> str:
    return costs.currency_of(plan.currency) or (costs.currency_here(target, system, plan.currency) if target else "")


def _strangers(plan: PlanAsks, space: Space, system: str, actor: Any) -> list[str]:
    """Who works in the plan and is neither known from an earlier import, nor a person here, nor a piece of equipment of that name."""
    # house: reads — which numbers of the file are known
    known = set(ExternalReference.objects.filter(space=space, system=system, kind="resource").values_list("source_id", flat=True))
    fresh = [PersonRecord(source_id=number, name=name, email=address(email)) for number, name, email in plan.workers if number not in known]
    if not fresh:
        return []
    people, machines = match(fresh), equipment_imports.known(actor=actor, space=space)
    names = [one.name for one in fresh if one.source_id not in people and " ".join(one.name.split())[:100].casefold() not in machines]
    return list(dict.fromkeys(names))[:_MOST]
