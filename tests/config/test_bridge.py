"""Between the event loop and Django: what is whole goes in one piece, a stream part by part, and each answer is closed."""

import asyncio

import pytest

from tandem.config.bridge import InThreads


class Answer(list):
    """What a WSGI application returns; `streaming` as Django's answers say it."""

    streaming = False
    is_closed = False

    def close(self):
        self.is_closed = True


class Stream(Answer):
    streaming = True


def done(value):
    future = asyncio.get_running_loop().create_future()
    future.set_result(value)
    return future


def ask(application, *, body=(b"",), sent=None, **scope):
    """The messages that a server would get from it."""
    messages = [] if sent is None else sent
    parts = list(body)

    # futures, as granian hands them out, no coroutines
    def receive():
        part = parts.pop(0)
        return done({"type": "http.request", "body": part, "more_body": bool(parts)})

    def send(message):
        messages.append(message)
        return done(None)

    asked = {
        "type": "http", "method": "GET", "path": "/", "query_string": b"", "http_version": "1.1", "headers": [], "server": ("h", 80), "client": ("1.2.3.4", 5),
    } | scope  # fmt: skip
    asyncio.run(InThreads(application, 2)(asked, receive, send))
    return messages


def saying(answer, status="200 OK"):
    def application(environ, start_response):
        start_response(status, [("Content-Type", "text/plain"), ("X-Path", environ["PATH_INFO"])])
        return answer

    return application


def test_a_whole_answer_is_two_messages_and_is_closed():
    answer = Answer([b"one, ", b"two"])
    start, body = ask(saying(answer, "404 Not Found"), path="/x/")
    assert (start["status"], dict(start["headers"])[b"x-path"]) == (404, b"/x/")
    assert body == {"type": "http.response.body", "body": b"one, two"}
    assert answer.is_closed


def test_a_stream_goes_part_by_part_each_before_the_next_is_made():
    sent, seen = [], []

    class Slow(Stream):
        def __iter__(self):
            for part in (b"1", b"2"):
                seen.append(len(sent))
                yield part

    answer = Slow()
    ask(saying(answer), sent=sent)
    assert seen == [1, 2], "the start, then the first part, had left before the second was asked for"
    assert b"".join(one.get("body", b"") for one in sent) == b"12"
    assert [one.get("more_body", False) for one in sent[1:]] == [True, True, False]
    assert answer.is_closed


def test_the_body_that_was_sent_is_read_in_the_thread():
    def application(environ, start_response):
        start_response("200 OK", [])
        return Answer([environ["wsgi.input"].read()])

    assert ask(application, body=[b"half ", b"and half"], method="POST")[-1]["body"] == b"half and half"


def test_an_application_that_breaks_sends_nothing_half_done():
    sent = []

    def application(environ, start_response):
        start_response("200 OK", [])
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        ask(application, sent=sent)
    assert sent == []


def test_a_stream_whose_reader_is_gone_is_closed():
    answer = Stream([b"1", b"2"])
    application = saying(answer)

    async def gone(message):
        if message["type"].endswith("body"):
            raise OSError("gone")

    async def receive():
        return {"type": "http.request"}

    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "http_version": "1.1", "headers": []}
    with pytest.raises(OSError, match="gone"):
        asyncio.run(InThreads(application, 1)(scope, receive, gone))
    assert answer.is_closed
