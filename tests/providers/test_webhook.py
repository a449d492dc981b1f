"""Calls to web addresses: the signature of Standard Webhooks, and where they may not go (API-1)."""

import base64
import hashlib
import hmac

import pytest

from crm_app.core.errors import Rejected
from crm_app.providers.message_port import Outgoing
from crm_app.providers.webhook import WebhookTransport, signature
from tests.servers.plain_http import Told, plain_server

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def test_the_signature_is_that_of_the_specifications_example() -> None:
    key, body = "msg_p5jXN8AQM9LWM0D4loKWxJek", b'{"test": 2432232314}'
    wanted = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert signature(SECRET, key, 1614265330, body) == wanted


def test_cam2_webhook_a_receiver_can_check_who_calls() -> None:
    with plain_server(lambda asked: Told(204)) as server:
        text = '{"contact": "Łucja"}'
        transport = WebhookTransport(SECRET, allow=["127.0.0.1"])
        transport.send(Outgoing("k1", server.url("/hook?a=1"), text))
        [asked] = server.asked
    assert (asked.method, asked.path, asked.body) == ("POST", "/hook?a=1", text.encode())
    sent = asked.headers
    plain = f"{sent['webhook-id']}.{sent['webhook-timestamp']}.".encode() + asked.body
    raw = base64.b64decode(SECRET.removeprefix("whsec_"))
    digest = base64.b64encode(hmac.new(raw, plain, hashlib.sha256).digest()).decode()
    assert (sent["webhook-id"], sent["webhook-signature"]) == ("k1", f"v1,{digest}")
    assert sent["content-type"] == "application/json"


def test_cam2_webhook_never_reaches_the_servers_own_network() -> None:
    with plain_server(lambda asked: Told(204)) as server:
        with pytest.raises(Rejected, match="own network"):
            WebhookTransport(SECRET).send(Outgoing("k", server.url("/"), "{}"))
        assert server.asked == []


def test_cam2_webhook_a_redirect_is_not_followed() -> None:
    with plain_server(lambda asked: Told(302, {"Location": "/elsewhere"})) as server:
        with pytest.raises(Rejected):
            WebhookTransport(SECRET, allow=["127.0.0.1"]).send(Outgoing("k", server.url(), "{}"))
        assert len(server.asked) == 1
