"""One line for each event on standard error, in UTC: standard output belongs to what a command was asked for."""

import logging
import re
import time

# /password/<key>/<token>/, /welcome/<key>/, /shared/roadmap/<token>/: Django logs the path of what it answers with an
# error, and whoever reads the log could use the link.
_LINKS = re.compile(r"(/(?:password/reset/key|password|welcome|shared/roadmap)/)(?!reset/)[^\s\"'<>?]+")


class Line(logging.Formatter):
    converter = time.gmtime
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """Of the finished line, so that neither a message nor a traceback holds an address that lets somebody in."""
        return _LINKS.sub(r"\1…", super().format(record))
