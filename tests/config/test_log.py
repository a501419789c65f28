"""The log: UTC whatever the machine's zone is, and never between the words that a command prints."""

import logging
import time

import pytest
from django.conf import settings

from tandem.config.log import Line


def test_a_line_tells_its_time_in_utc(monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    time.tzset()
    try:
        record = logging.LogRecord("tandem", logging.INFO, __file__, 1, "said", (), None)
        record.created, record.msecs = 0, 7
        assert Line().format(record) == "1970-01-01T00:00:00.007Z INFO tandem said"
    finally:
        monkeypatch.undo()
        time.tzset()


def test_the_log_leaves_standard_output_to_the_commands():
    assert (
        "stream" not in settings.LOGGING["handlers"]["console"]
    )  # the handler's own choice is standard error
    assert settings.LOGGING["formatters"]["plain"]["()"] == f"{Line.__module__}.{Line.__name__}"


@pytest.mark.parametrize(
    "path",
    [
        "/password/MQ/c8x-0123secret/",
        "/welcome/secret-key/",
        "/shared/roadmap/secret",
        "/accounts/password/reset/key/1-secret/",
    ],
)
def test_no_line_holds_an_address_that_lets_somebody_in(path, client, db, caplog):
    with caplog.at_level(logging.WARNING, "django.request"):
        client.get(path)
        logging.getLogger("django.request").warning("Not Found: %s", path)
    try:
        raise ValueError(path)
    except ValueError:
        logging.getLogger("tandem.web").exception("while answering %s", path)
    lines = [Line().format(record) for record in caplog.records]
    assert len(lines) >= 2 and not any("secret" in line for line in lines)


def test_the_page_that_sends_such_an_address_is_named_in_full():
    record = logging.LogRecord(
        "tandem", logging.INFO, __file__, 1, "/accounts/password/reset/ /password/", (), None
    )
    assert Line().format(record).endswith("/accounts/password/reset/ /password/")
