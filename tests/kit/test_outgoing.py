"""The door for outgoing requests: what it refuses to connect to, however the address is written, and when it gives up."""

import socket
import threading
import time

import pytest

from tandem.kit import outgoing
from tandem.kit.outgoing import BadAddress, Unreachable, is_public, post, target
from tests.drawn import timed

NOT_PUBLIC = [
    "127.0.0.1", "127.8.9.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "198.18.0.1",
    "224.0.0.1", "255.255.255.255", "192.0.2.1", "::1", "::", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::7f00:1", "64:ff9b::7f00:1",
    "64:ff9b:1::1", "fe80::1%eth0", "fc00::1", "fec0::1", "ff02::1", "2002:7f00:1::", "2001:0:7f00:1::", "2001:db8::1", "100::1",
]  # fmt: skip


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_what_is_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_what_is_public(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    ["http://127.1/", "http://2130706433/", "http://0x7f.1/", "http://0177.0.0.1/", "http://[::1]/", "http://[::ffff:127.0.0.1]/",
     "http://localhost/", "http://0/", "http://[0:0:0:0:0:ffff:7f00:1]/"],
)  # fmt: skip
def test_this_machine_is_not_reached_however_it_is_written(address, monkeypatch):
    def connect(*args, **kwargs):
        raise AssertionError("it connected")

    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(Unreachable):
        post(address, b"{}", {})


@pytest.mark.parametrize(
    "address",
    ["", "example.org", "file:///etc/passwd", "gopher://example.org/", "http://", "http:///path", "http://user@example.org/",
     "http://example.org\\@127.0.0.1/", "http://example.org/\r\nX: y", "http://exam\tple.org/", "http://example.org:99999/",
     "http://example.org:25/", "http://[::1%25eth0]/"],
)  # fmt: skip
def test_what_is_no_address(address):
    with pytest.raises(BadAddress):
        target(address)


def test_a_name_that_means_both_is_refused_and_the_name_is_asked_for_once(monkeypatch):
    asked = []

    def resolve(host, port, **kwargs):
        asked.append(host)
        return [(2, 1, 6, "", (ip, port)) for ip in ("93.184.216.34", "127.0.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with pytest.raises(Unreachable):
        post("http://both.example/", b"{}", {})
    assert asked == ["both.example"]


def test_it_connects_to_the_address_that_was_checked(monkeypatch):
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, port, **k: [(2, 1, 6, "", ("93.184.216.34", port))]
    )
    to = []

    def connect(address, timeout):
        to.append(address)
        raise OSError

    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(Unreachable):
        post("http://example.org:8080/x", b"{}", {})
    assert to == [("93.184.216.34", 8080)]


@timed
def test_one_that_answers_a_byte_at_a_time_is_cut_off(is_timed):
    listener, cut = socket.create_server(("127.0.0.1", 0)), threading.Event()

    def drip():
        """Half a minute, which ends in an answer that is none: `Unreachable` as well, but nobody cut it."""
        connection, _ = listener.accept()
        with connection:
            for _ in range(600):
                try:
                    connection.sendall(b"H")
                except OSError:
                    return cut.set()
                time.sleep(0.05)

    dripping = threading.Thread(target=drip, daemon=True)
    dripping.start()
    begun = time.monotonic()
    with listener, pytest.raises(Unreachable):
        post(
            f"http://127.0.0.1:{listener.getsockname()[1]}/", b"{}", {}, allowed=["127.0.0.0/8"], seconds=0.4
        )
    took = time.monotonic() - begun
    dripping.join(60)
    assert cut.is_set()
    assert not is_timed or took < 3


def test_a_body_that_is_too_large_does_not_leave():
    with pytest.raises(BadAddress):
        post("http://example.org/", b"x" * (outgoing.LARGEST + 1), {})


def test_an_address_of_this_machine_is_its_own():
    assert outgoing.is_own("127.0.0.1") and outgoing.is_own("::ffff:127.0.0.1")
    assert not outgoing.is_own("192.0.2.7") and not outgoing.is_own("2001:db8::7")


@pytest.mark.parametrize("how", ["interface", "name"])
def test_a_public_address_of_our_own_is_not_reached_unless_it_is_allowed(how, monkeypatch):
    ours = "93.184.216.34"
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, port, **k: [(2, 1, 6, "", (ours if host != "elsewhere" else "8.8.8.8", port))])
    monkeypatch.setattr(outgoing, "is_own", lambda text: how == "interface" and text == ours)
    went = []
    monkeypatch.setattr(socket, "create_connection", lambda to, timeout: went.append(to[0]) or (_ for _ in ()).throw(OSError))
    names = ["tandem.example.org"] if how == "name" else []
    with pytest.raises(outgoing.Unreachable):
        outgoing.post("https://somewhere.example.org/", b"", {}, own=names)
    assert went == []
    for address, allowed in (("https://elsewhere/", []), ("https://somewhere.example.org/", [f"{ours}/32"])):
        with pytest.raises(outgoing.Unreachable):
            outgoing.post(address, b"", {}, own=names, allowed=allowed)
    assert went == ["8.8.8.8", ours]
