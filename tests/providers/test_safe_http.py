"""SYN-1, SYN-13: typed addresses cannot be used to look inside, and passwords do not wander."""

import gzip
import logging
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from crm_app.core.errors import AddressRefused, Rejected, RemoteError, RemoteUnavailable
from crm_app.providers.pinned_transport import Network
from crm_app.providers.safe_http import Credentials, SafeHttp, parse_url
from tests.servers.plain_http import Asked, Told, certificate, plain_server

LOOPBACK = ("127.0.0.0/8",)
SECRET = "correct horse"
TOKEN = "t0" + "ken"


def hello(asked: Asked) -> Told:
    return Told(body=b"hello")


def redirect(to: str, status: int = 302) -> Callable[[Asked], Told]:
    def answer(asked: Asked) -> Told:
        if asked.path == "/there":
            return Told(body=b"there")
        return Told(status, {"Location": to})

    return answer


def resolver(**names: list[str]) -> Callable[[str, int], list[str]]:
    def resolve(host: str, port: int) -> list[str]:
        return names.get(host.replace(".", "_"), [host])

    return resolve


def test_syn1_allowed_address_answers() -> None:
    with plain_server(hello) as server, SafeHttp(allow=LOOPBACK) as http:
        answer = http.request("GET", server.url("/a?b=c#d"))
    assert (answer.status, answer.text) == (200, "hello")
    assert server.asked[0].path == "/a?b=c"


SPELLINGS = [
    "http://127.0.0.1:{port}/", "http://127.1:{port}/", "http://2130706433:{port}/",
    "http://0x7f000001:{port}/", "http://0177.0.0.1:{port}/", "http://0:{port}/",
    "http://localhost:{port}/", "http://LOCALHOST.:{port}/", "http://[::ffff:127.0.0.1]:{port}/",
    "http://[::1]:{port}/", "http://[::]:{port}/", "http://①②⑦.0.0.1:{port}/",
]  # fmt: skip


@pytest.mark.parametrize("url", SPELLINGS)
def test_syn1_no_spelling_of_loopback_gets_through(url: str) -> None:
    with plain_server(hello) as server, SafeHttp() as http:
        with pytest.raises(RemoteError):
            http.request("GET", url.format(port=server.port))
        assert server.asked == []


@pytest.mark.parametrize("address", ["10.0.0.1", "169.254.169.254", "100.64.0.1", "fd00::1"])
def test_syn1_names_that_lead_inside_are_refused(address: str) -> None:
    with (
        SafeHttp(network=Network(resolve=resolver(evil_example=["8.8.8.8", address]))) as http,
        pytest.raises(AddressRefused),
    ):
        http.request("GET", "https://evil.example/")


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/", "file:///etc/passwd", "example.org", "https://", "", "https:///x",
        "https://user:pass@example.org/", "javascript:alert(1)", "http://[::1", "gopher://x/",
        "https://exa mple.org/", "https://example.org:99999/", "https://example.org:0/",
    ],
)  # fmt: skip
def test_syn1_what_is_no_web_address_is_refused(url: str) -> None:
    with pytest.raises(AddressRefused):
        parse_url(url)


def test_syn1_rebinding_gains_nothing() -> None:
    answers = [["127.0.0.1"], ["169.254.169.254"]]
    asked: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return answers[len(asked) - 1]

    def close(told: Asked) -> Told:
        return Told(headers={"Connection": "close"}, body=b"hello")

    with (
        plain_server(close) as server,
        SafeHttp(allow=LOOPBACK, network=Network(resolve=resolve)) as http,
    ):
        url = server.url("/", host="rebind.example")
        # Checked and connected with one and the same answer of the resolver ...
        assert http.request("GET", url).text == "hello"
        assert asked == ["rebind.example"]
        assert server.asked[0].headers["host"] == f"rebind.example:{server.port}"
        # ... and checked again for the next connection.
        with pytest.raises(AddressRefused):
            http.request("GET", url)


@pytest.mark.parametrize(
    "location",
    [
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data",
        "//[::1]/",
        "ftp://x/",
        "http://u:p@h/",
    ],
)
def test_syn1_redirects_are_checked_too(location: str) -> None:
    with plain_server(redirect(location)) as server, SafeHttp(allow=LOOPBACK) as http:
        with pytest.raises(AddressRefused):
            http.request("GET", server.url())
        assert len(server.asked) == 1


def test_syn1_redirects_end() -> None:
    with plain_server(redirect("/again")) as server, SafeHttp(allow=LOOPBACK) as http:
        with pytest.raises(Rejected, match="circles"):
            http.request("GET", server.url())
        assert len(server.asked) == 6


@pytest.mark.parametrize(
    ("status", "method"),
    [(301, "PROPFIND"), (302, "PROPFIND"), (307, "PROPFIND"), (308, "PROPFIND"), (303, "GET")],
)
def test_syn1_redirects_keep_the_method(status: int, method: str) -> None:
    with plain_server(redirect("/there", status)) as server, SafeHttp(allow=LOOPBACK) as http:
        answer = http.request("PROPFIND", server.url("/from/here"), content=b"<x/>")
    assert answer.text == "there"
    assert answer.url == server.url("/there")
    assert server.asked[1].method == method
    assert server.asked[1].body == (b"" if method == "GET" else b"<x/>")


def test_syn13_credentials_do_not_follow_to_another_host() -> None:
    with plain_server(hello) as other:
        to = other.url("/there", host="localhost")
        with plain_server(redirect(to)) as home:
            credentials = Credentials(home.url(), "ann", SECRET)
            with SafeHttp(allow=("127.0.0.1", "localhost"), credentials=credentials) as http:
                assert http.request("GET", home.url()).text == "hello"
            assert "authorization" in home.asked[0].headers
            assert "authorization" not in other.asked[0].headers
            with (
                SafeHttp(
                    allow=("127.0.0.1", "localhost"),
                    credentials=credentials,
                    foreign_redirects=False,
                ) as http,
                pytest.raises(AddressRefused, match="localhost"),
            ):
                http.request("GET", home.url())


@pytest.mark.parametrize(
    ("url", "fits"),
    [
        ("https://caldav.icloud.com/", True),
        ("https://caldav.icloud.com/deep/er", True),
        ("https://CALDAV.icloud.com.:443/", True),
        ("https://p42-caldav.icloud.com/", True),
        ("https://p42-caldav.icloud.com:443/", True),
        ("https://p42-caldav.icloud.com:8443/", False),
        ("http://p42-caldav.icloud.com/", False),
        ("http://caldav.icloud.com/", False),
        ("https://caldav.icloud.com:8443/", False),
        ("https://icloud.com/", False),
        ("https://evilicloud.com/", False),
        ("https://icloud.com.evil.example/", False),
    ],
)
def test_syn13_where_credentials_fit(url: str, fits: bool) -> None:
    credentials = Credentials("https://caldav.icloud.com/", "a", "b", also=("*.icloud.com",))
    assert credentials.fit(httpx.URL(url)) is fits


def test_syn13_credentials_follow_the_same_host_to_https_only() -> None:
    credentials = Credentials("http://nas.local:5232/", "a", "b")
    assert credentials.fit(httpx.URL("http://nas.local:5232/x"))
    assert credentials.fit(httpx.URL("https://nas.local/x"))
    assert not credentials.fit(httpx.URL("http://nas.local/x"))


def test_syn13_no_password_over_plain_http_to_the_outside() -> None:
    credentials = Credentials("http://cal.example/", "ann", SECRET)
    with (
        SafeHttp(
            credentials=credentials, network=Network(resolve=resolver(cal_example=["8.8.8.8"]))
        ) as http,
        pytest.raises(AddressRefused, match="https"),
    ):
        http.request("GET", "http://cal.example/")


def test_syn1_https_checks_the_name_and_never_falls_back(tmp_path: Path) -> None:
    server_tls, client_tls = certificate(tmp_path, "cal.example")
    resolve = resolver(cal_example=["127.0.0.1"], other_example=["127.0.0.1"])
    with plain_server(redirect("http://127.0.0.1/"), tls=server_tls) as server:
        with SafeHttp(
            allow=LOOPBACK, network=Network(resolve=resolve, ssl_context=client_tls)
        ) as http:
            with pytest.raises(AddressRefused, match="encryption"):
                http.request("GET", server.url("/", host="cal.example"))
            assert http.request("GET", server.url("/there", host="cal.example")).text == "there"
            with pytest.raises(Rejected, match="certificate"):
                http.request("GET", server.url("/", host="other.example"))
        with (
            SafeHttp(allow=LOOPBACK, network=Network(resolve=resolve)) as http,
            pytest.raises(Rejected, match="certificate"),
        ):
            http.request("GET", server.url("/", host="cal.example"))


def test_syn1_large_answers_are_cut_off_also_when_packed() -> None:
    packed = gzip.compress(b"\0" * 5_000_000)

    def answer(asked: Asked) -> Told:
        if asked.path == "/packed":
            return Told(headers={"Content-Encoding": "gzip"}, body=packed)
        return Told(body=b"\0" * 2_000_000)

    with plain_server(answer) as server, SafeHttp(allow=LOOPBACK, max_bytes=1_000_000) as http:
        for path in ("/plain", "/packed"):
            with pytest.raises(Rejected, match="too large"):
                http.request("GET", server.url(path))


def test_syn1_broken_packing_is_no_crash() -> None:
    def answer(asked: Asked) -> Told:
        return Told(headers={"Content-Encoding": "gzip"}, body=b"not packed")

    with (
        plain_server(answer) as server,
        SafeHttp(allow=LOOPBACK) as http,
        pytest.raises(RemoteUnavailable),
    ):
        http.request("GET", server.url())


def test_syn1_a_dripping_answer_ends_in_time() -> None:
    stop = threading.Event()

    def answer(asked: Asked) -> Told:
        return Told(chunks=[b"x"] * 400, before=lambda: stop.wait(0.05))

    with plain_server(answer) as server, SafeHttp(allow=LOOPBACK, timeout=0.4) as http:
        began = time.monotonic()
        with pytest.raises(RemoteUnavailable):
            http.request("GET", server.url())
        assert time.monotonic() - began < 3
        stop.set()


def test_syn1_one_limit_over_several_requests() -> None:
    with plain_server(hello) as server, SafeHttp(allow=LOOPBACK, timeout=20) as http:
        with http.limited(0.0), pytest.raises(RemoteUnavailable):
            http.request("GET", server.url())
        assert http.request("GET", server.url()).status == 200


def test_syn1_a_resolver_that_hangs_ends_in_time() -> None:
    release = threading.Event()

    def resolve(host: str, port: int) -> list[str]:
        release.wait(20)
        return ["8.8.8.8"]

    with SafeHttp(timeout=0.2, network=Network(resolve=resolve)) as http:
        began = time.monotonic()
        with pytest.raises(RemoteUnavailable):
            http.request("GET", "https://slow.example/")
        assert time.monotonic() - began < 3
    release.set()


def test_syn1_unknown_names_and_closed_ports() -> None:
    def resolve(host: str, port: int) -> list[str]:
        raise OSError("no such host")

    with (
        SafeHttp(network=Network(resolve=resolve)) as http,
        pytest.raises(RemoteUnavailable, match="No server"),
    ):
        http.request("GET", "https://nowhere.example/")
    with plain_server(hello) as server:
        url = server.url()
    with SafeHttp(allow=LOOPBACK) as http, pytest.raises(RemoteUnavailable):
        http.request("GET", url)


def test_syn13_secrets_are_in_no_message_repr_or_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    def rude(asked: Asked) -> Told:
        return Told(headers={"Content-Length": "banana"})

    with plain_server(rude) as server:
        credentials = Credentials(server.url(), "ann", SECRET)
        header = credentials.header().removeprefix("Basic ")
        with SafeHttp(allow=LOOPBACK, credentials=credentials) as http:
            with pytest.raises(RemoteUnavailable) as caught:
                http.request("GET", server.url(f"/?token={TOKEN}"))
            shown = (
                "".join(traceback.format_exception(caught.value)) + repr(http) + repr(credentials)
            )
        assert caught.value.__context__ is None
    for secret in (SECRET, header, TOKEN):
        assert secret not in shown
        assert secret not in caplog.text


def test_syn1_the_environment_has_no_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    with plain_server(hello) as server, SafeHttp(allow=LOOPBACK) as http:
        assert http.request("GET", server.url()).text == "hello"


@pytest.mark.parametrize(
    ("method", "tries"), [("PROPFIND", 2), ("GET", 2), ("PUT", 1), ("POST", 1)]
)
def test_syn10_only_reading_is_asked_again_on_a_dropped_connection(method: str, tries: int) -> None:
    calls: list[str] = []

    def drops(asked: Asked) -> Told:
        calls.append(asked.method)
        # Less than was promised: the connection ends in the middle of the answer.
        return Told(headers={"Content-Length": "10", "Connection": "close"}, body=b"half")

    with (
        plain_server(drops) as server,
        SafeHttp(allow=LOOPBACK) as http,
        pytest.raises(RemoteUnavailable),
    ):
        http.request(method, server.url())
    assert len(calls) == tries
