"""What the journeys of people and time begin with: `python -m tests.browser.people_stage zh` fills an empty database with it.

Three projects want one architect in the same week; a team of two with work that was promised; a team member with three open items."""

import os
import sys
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tandem.config.settings")
DAY = 480
WORDS = {
    "en": {
        "architect": "Noor Haddad", "ferry": "Ferry tickets", "depot": "Depot renewal", "customs": "Customs desk", "design": "Draw up the interfaces", "build": "Build it",
        "quay": "Quay seven", "piles": "Set the piles", "deck": "Lay the deck", "feature": "Berth for large ships", "price": "Show the price before the booking",
        "mail": "Write to shippers when the berth changes", "whom": "the shipping lines", "omar": "Omar Said",
    },
    "zh": {
        "architect": "何敏", "ferry": "渡轮售票", "depot": "堆场改造", "customs": "报关服务台", "design": "设计接口", "build": "开发实现",
        "quay": "七号泊位", "piles": "打桩", "deck": "铺设面板", "feature": "大型船舶泊位", "price": "预订前显示价格", "mail": "泊位变更时通知货主", "whom": "各船公司", "omar": "欧阳明",
    },
}  # fmt: skip


def monday_after(day: date) -> date:
    return day + timedelta(days=7 - day.weekday())


def build(language: str) -> dict[str, Any]:
    from django.conf import settings

    from tandem.kit import clock
    from tandem.people.models import Role, User
    from tests import make
    from tests import world as worlds
    from tests.browser.stage import signed_in

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    say, world = WORDS[language], worlds.build()
    if language == "zh":
        User.objects.update(language="zh-hans")
    week = monday_after(clock.today())
    people = {name: getattr(world, name) for name in ("admin", "alma", "boris", "chen", "mei")}
    people["noor"] = make.user(actor=world.admin, name=say["architect"])
    people["omar"] = make.user(actor=world.admin, name=say["omar"])
    projects = {}
    for key, lead in (("FER", world.boris), ("DEP", world.boris), ("CUS", world.chen)):
        project = _project(world, say[{"FER": "ferry", "DEP": "depot", "CUS": "customs"}[key]], key, lead, people["noor"])
        for other in {world.boris, world.chen} - {lead}:  # a proposal is decided on the page of its conflict: who leads one of the three sees the others
            make.spaces.grant(actor=world.admin, space=project.space, user=other, role=Role.STAKEHOLDER)
        _planned(world, project, say["design"], people["noor"], week, 5)
        projects[key] = {"id": project.pk, "space": project.space_id, "name": project.name}
    quay = _quay(world, people, say, week)
    projects["QUA"] = {"id": quay.pk, "space": quay.space_id, "name": quay.name}
    for title in (say["price"], say["mail"]):
        make.work_item(actor=world.alma, project=world.project, title=title, state="in_progress", estimate_minutes=3 * DAY, assignees=[world.mei])
    return {"people": {name: signed_in(User.objects.get(pk=one.pk)) for name, one in people.items()}, "projects": projects, "paths": {},
            "password": make.PASSWORD, "cookie_name": settings.SESSION_COOKIE_NAME}  # fmt: skip


def _project(world: Any, name: str, key: str, lead: Any, *team: Any) -> Any:
    from tandem.people.models import Role
    from tests import make

    project = make.project(actor=world.alma, name=name, key=key)
    make.spaces.grant(actor=world.admin, space=project.space, user=lead, role=Role.PROJECT_MANAGER)
    for person in team:
        make.spaces.grant(actor=world.admin, space=project.space, user=person, role=Role.MEMBER)
    return project


def _planned(world: Any, project: Any, title: str, person: Any, first: date, days: int, **values: Any) -> Any:
    """Not before that Monday, and planned for its week."""
    from tests import make

    last = first + timedelta(days=days - 1 + 2 * ((days - 1) // 5))
    return make.work_item(
        actor=world.alma, project=project, title=title, assignees=[person], estimate_minutes=days * DAY, constraint="SNET",
        constraint_at=datetime.combine(first, time(8), UTC), planned_start=datetime.combine(first, time(8), UTC), planned_finish=datetime.combine(last, time(17), UTC), **values,
    )  # fmt: skip


def _quay(world: Any, people: dict[str, Any], say: dict[str, str], week: date) -> Any:
    """Mei sets the piles, Omar lays the deck on them; a feature that rests on it is promised. Boris is her manager."""
    from tandem.product.models import Scope
    from tandem.resources.actions import employments
    from tests import make

    quay = _project(world, say["quay"], "QUA", world.boris, people["mei"], people["omar"])
    piles = _planned(world, quay, say["piles"], world.mei, week, 5)
    deck = _planned(world, quay, say["deck"], people["omar"], week + timedelta(days=7), 5)
    make.link(actor=world.alma, source=piles, target=deck)
    feature = make.feature(actor=world.alma, product=world.product, title=say["feature"])
    Scope.objects.create(space=feature.space, feature=feature, item=deck)
    make.promise(actor=world.alma, subject=feature, to_whom=say["whom"], date=week + timedelta(days=13))
    employments.create(actor=world.admin, space=world.root, person=world.mei, starts_on=week - timedelta(days=400), percent=100, manager=world.boris)
    return quay


if __name__ == "__main__":
    from tests.browser.stage import fill

    fill(lambda: build(sys.argv[1]))
