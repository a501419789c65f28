"""The program as the web server sees it: `/events` is answered here, and so are pictures of boards that stand; everything else
by Django in threads."""

import os
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tandem.config.settings")

from django.conf import settings

from tandem.config.bridge import InThreads
from tandem.config.wsgi import application as pages
from tandem.web.live import stream
from tandem.web.work.picture_door import PictureDoor

_django = PictureDoor(InThreads(pages, settings.ENV.threads))


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        return await stream.lifespan(receive, send)
    if scope["type"] == "http" and scope["path"] == "/events":
        return await stream(scope, receive, send)
    return await _django(scope, receive, send)
