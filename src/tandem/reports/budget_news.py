"""Telling who watches a project that its budget has reached a limit with the labour that was logged: to each as far as it is told them.

What typed lines alone reach everybody who watches hears at once (`budgets.warn`). With labour the answer depends on who asks: a figure from
which a rate follows is in no notice either. So each is asked for with that reader's eyes, at night."""

from tandem.collaboration import news
from tandem.collaboration.actions import notifications
from tandem.collaboration.actions.notifications import News
from tandem.collaboration.models import Notification
from tandem.kit.types import Ref
from tandem.people.access import Permission, may
from tandem.people.models import User
from tandem.portfolio.models import Budget, Project
from tandem.reports.queries import cost_centres, money
from tandem.work.models import TimeEntry


def tell() -> int:
    """Once for each person, limit and amount of a budget; an amount that was changed is told of anew. May run as often as it likes."""
    # house: reads — whose budgets; each figure is asked for as the person who is told
    budgets = list(Budget.objects.filter(amount__gt=0, project__state=Project.State.RUNNING).select_related("project").order_by("pk"))
    logged = set(TimeEntry.objects.present().filter(space__in=[one.space_id for one in budgets]).order_by().values_list("space_id", flat=True).distinct())  # house: reads — where any time is
    watched = news.watchers_of([(_about(one), one.space_id) for one in budgets if one.space_id in logged])
    people = User.objects.active().in_bulk({user for rows in watched.values() for user, _why, _since in rows})  # house: reads — who watches
    found = []
    for budget in budgets:
        for user, why, _since in watched.get(_about(budget), ()):
            limit = _reached(people.get(user), budget)
            if limit > budget.warned:
                mark = f"budget:labour:{budget.pk}:{budget.amount}:{limit}"
                found.append(News(user, Notification.Kind.STATE, _about(budget), budget.space_id, mark, why, facts={"budget_with_labour": limit}))
    return notifications.tell(found)


def _about(budget: Budget) -> Ref:
    return Ref(Project._meta.label_lower, budget.project_id)


def _reached(user: User | None, budget: Budget) -> int:
    """The limit that typed lines and the labour that this person is told have reached together; 0: none, or not for them."""
    if user is None or budget.space_id not in user.visible_space_ids() or not may(user, Permission.SEE_COSTS, budget.space_id):
        return 0
    rows = cost_centres.limits(money.money(user, frozenset([budget.space_id]), budget.currency))
    return max((one.limit for one in rows), default=0)
