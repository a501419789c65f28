"""What the journey of a steering meeting begins with: `python -m tests.browser.meeting_stage zh` fills an empty database with it.

A meeting of the organisation that begins in these minutes; a risk, a blocked issue and a decision that are due."""

import os
import sys
from datetime import timedelta
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tandem.config.settings")
WORDS = {
    "en": {
        "title": "Steering committee", "purpose": "Decide what one side cannot decide alone", "risk": "Fog in the harbour", "issue": "The crane stands still", "question": "Which berth first?",
        "chosen": "Berth 4", "why": "It is deep enough for the large ships", "note": "The pilots prefer berth 4.", "other": "The yard needs three weeks.", "action": "Tell the shipping lines",
    },
    "zh": {
        "title": "指导委员会", "purpose": "决定单方无法决定的事项", "risk": "港区大雾", "issue": "吊机停机", "question": "先启用哪个泊位？", "chosen": "四号泊位", "why": "水深满足大型船舶",
        "note": "引航员倾向四号泊位。", "other": "船厂需要三周。", "action": "通知各船公司",
    },
}  # fmt: skip


def build(language: str) -> dict[str, Any]:
    from django.conf import settings

    from tandem.governance.actions import decisions
    from tandem.kit import clock
    from tandem.people.models import Role, User
    from tests import make
    from tests import world as worlds
    from tests.browser.stage import signed_in

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    say, world = WORDS[language], worlds.build()
    if language == "zh":
        User.objects.update(language="zh-hans")
    make.spaces.grant(actor=world.admin, space=world.root, user=world.chen, role=Role.EXECUTIVE)
    world.chen.refresh_from_db()
    make.risk(actor=world.alma, space=world.project.space, title=say["risk"])
    make.issue(actor=world.alma, space=world.project.space, title=say["issue"], severity="critical")
    decisions.create(actor=world.alma, space=world.root, question=say["question"], due_on=clock.today())
    meeting = make.meeting(actor=world.alma, title=say["title"], purpose=say["purpose"], needed=[world.chen], ago=timedelta(minutes=1))
    people = {name: signed_in(User.objects.get(pk=getattr(world, name).pk)) for name in ("alma", "chen", "mei")}
    return {"people": people, "projects": {"POR": {"id": world.project.pk, "space": world.project.space_id}}, "paths": {"meeting": f"/meetings/{meeting.pk}/"},
            "password": make.PASSWORD, "cookie_name": settings.SESSION_COOKIE_NAME}  # fmt: skip


if __name__ == "__main__":
    from tests.browser.stage import fill

    fill(lambda: build(sys.argv[1]))
