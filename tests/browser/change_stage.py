"""What the journey of a change begins with: `python -m tests.browser.change_stage zh` fills an empty database with the stage of people and time,
where the product side speaks in the project of the quay as well, and the quay has a budget."""

import os
import sys
from datetime import timedelta
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tandem.config.settings")


def build(language: str) -> dict[str, Any]:
    from tandem.people.models import Role, User
    from tandem.portfolio.actions import budgets
    from tandem.portfolio.models import Project
    from tandem.product.models import Feature, Promise
    from tandem.work.models import WorkItem
    from tests import make
    from tests.browser import people_stage

    found = people_stage.build(language)
    quay = Project.objects.select_related("space").get(space_id=found["projects"]["QUA"]["space"])
    admin, chen = User.objects.get(pk=found["people"]["admin"]["id"]), User.objects.get(pk=found["people"]["chen"]["id"])
    make.spaces.grant(actor=admin, space=quay.space, user=chen, role=Role.PRODUCT_MANAGER)
    budgets.approve(actor=admin, project=quay, amount=50_000, currency="EUR", note="Quay")
    promise = Promise.objects.select_related("feature").get()
    make.spaces.grant(actor=admin, space=promise.space, user=User.objects.get(pk=found["people"]["mei"]["id"]), role=Role.STAKEHOLDER)
    Feature.objects.filter(pk=promise.feature_id).update(planned_from=promise.date - timedelta(days=20), planned_to=promise.date)
    keys = list(WorkItem.objects.filter(space=quay.space).order_by("id").values_list("key", flat=True))
    found["projects"]["QUA"] |= {"promise": promise.pk, "promised": promise.date.isoformat(), "feature": promise.feature_id, "items": keys}
    return found


if __name__ == "__main__":
    from tests.browser.stage import fill

    fill(lambda: build(sys.argv[1]))
