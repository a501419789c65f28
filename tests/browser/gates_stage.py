"""What the journey of a gate begins with: `python -m tests.browser.gates_stage zh` fills an empty database with it.

Alma and Nadia review, Boris will manage; there is no method yet."""

import os
import sys
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tandem.config.settings")
WORDS = {
    "en": {
        "project": "Shore power", "evidence": "Nine of ten dispatchers wait an hour a day", "reason": "Nobody has asked what the grid can carry.", "nadia": "Nadia Rahimi",
        "conditions": ("Ask the grid operator for the power of each depot", "Price the cables of the two northern depots"), "again": "Three of four depots have the power.",
        "clinic": "Ward handover", "records": "Tested with six roles on 3 March", "gaps": "19 gaps", "fewer": "18 gaps", "suggested": "Clinical staff have no time to test",
    },
    "zh": {
        "project": "场站岸电", "evidence": "十位调度员中九位每天等待一小时", "reason": "尚未确认电网可用容量。", "nadia": "倪娜",
        "conditions": ("向电网公司确认各场站的可用容量", "核算北部两个场站的电缆造价"), "again": "四个场站中三个容量足够。",
        "clinic": "病区交接", "records": "3月3日用六种角色测试", "gaps": "19 个缺口", "fewer": "18 个缺口", "suggested": "临床人员没有时间测试",
    },
}  # fmt: skip


def build(language: str) -> dict[str, Any]:
    from django.conf import settings

    from tandem.people.models import Role, User
    from tests import make
    from tests import world as worlds
    from tests.browser.stage import signed_in

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    world = worlds.build()
    people = {name: getattr(world, name) for name in ("admin", "alma", "boris", "chen", "mei")}
    people["nadia"] = make.user(actor=world.admin, name=WORDS[language]["nadia"], role=Role.PMO_LEAD)
    make.spaces.grant(actor=world.admin, space=world.root, user=world.boris, role=Role.PROJECT_MANAGER)
    if language == "zh":
        User.objects.update(language="zh-hans")
    return {"people": {name: signed_in(User.objects.get(pk=one.pk)) for name, one in people.items()}, "projects": {}, "paths": {},
            "password": make.PASSWORD, "cookie_name": settings.SESSION_COOKIE_NAME}  # fmt: skip


if __name__ == "__main__":
    from tests.browser.stage import fill

    fill(lambda: build(sys.argv[1]))
