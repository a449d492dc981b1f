"""What every message transport promises: memory, Twilio's interface, the Send API, signed calls."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace

import pytest

from crm_app.core.errors import RateLimited, Rejected, RemoteError, RemoteUnavailable
from crm_app.providers import memory_messages
from crm_app.providers.mail_port import DeliveryUnknown, SetupNeeded
from crm_app.providers.message_port import MessageTransport, Outgoing
from crm_app.providers.messages import messenger, sms, webhook
from crm_app.providers.messenger import Page
from crm_app.providers.twilio import TwilioAccount
from tests.servers import messenger as meta
from tests.servers import twilio
from tests.servers.plain_http import Asked, Told, plain_server

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@dataclass
class World:
    """A service seen from both sides: how to send, what it got, and how to make it fail."""

    transport: MessageTransport
    outgoing: Outgoing
    got: Callable[[], list[tuple[str, str]]]
    fail: Callable[[type[RemoteError]], None]
    # Whether a second call with the same key is known as a repeat by the receiver.
    repeatable: bool = False


@contextmanager
def _memory() -> Iterator[World]:
    box = memory_messages.box("contract")
    yield World(
        sms("memory://contract", TwilioAccount("", "", "")),
        Outgoing("k", "+491701234567", "Hello"),
        lambda: [(one.recipient, one.text) for one in box.sent],
        lambda failure: box.faults.append(failure()),
    )
    memory_messages.forget("contract")


@contextmanager
def _twilio() -> Iterator[World]:
    with twilio.twilio_service() as service:
        outgoing = Outgoing("k", "+491701234567", "Hello")

        def fail(failure: type[RemoteError]) -> None:
            if failure is Rejected:
                made.outgoing = replace(outgoing, recipient=twilio.UNREACHABLE)
            elif failure is SetupNeeded:
                wrong = TwilioAccount(twilio.SID, "another token", twilio.NUMBER)
                made.transport = sms(service.url, wrong)
            else:
                faults: dict[type[RemoteError], twilio.Fault] = {
                    RateLimited: 429,
                    RemoteUnavailable: 503,
                    DeliveryUnknown: "lost",
                }
                service.faults.append(faults[failure])

        account = TwilioAccount(twilio.SID, twilio.TOKEN, twilio.NUMBER)
        made = World(
            sms(service.url, account),
            outgoing,
            lambda: [(one.to, one.body) for one in service.taken],
            fail,
        )
        yield made


@contextmanager
def _messenger() -> Iterator[World]:
    with meta.messenger_service() as service:

        def fail(failure: type[RemoteError]) -> None:
            if failure is Rejected:
                service.unknown.add("4711")
            elif failure is SetupNeeded:
                made.transport = messenger(service.url, Page(meta.PAGE, "another token"))
            else:
                faults: dict[type[RemoteError], meta.Fault] = {
                    RateLimited: 429,
                    RemoteUnavailable: 503,
                    DeliveryUnknown: "lost",
                }
                service.faults.append(faults[failure])

        made = World(
            messenger(service.url, Page(meta.PAGE, meta.TOKEN, meta.APP_SECRET)),
            Outgoing("k", "4711", "Hello"),
            lambda: [(one.to, one.text) for one in service.taken],
            fail,
        )
        yield made


@contextmanager
def _webhook() -> Iterator[World]:
    got: list[tuple[str, str]] = []
    status = [204]

    def answer(asked: Asked) -> Told:
        if status[0] < 300:
            got.append((server.url(asked.path), asked.body.decode()))
        if status[0] == 299:
            raise ConnectionResetError
        return Told(status[0])

    def fail(failure: type[RemoteError]) -> None:
        meant = {RateLimited: 429, RemoteUnavailable: 503, Rejected: 410, DeliveryUnknown: 299}
        status[0] = meant[failure]

    with plain_server(answer) as server:
        yield World(
            webhook(SECRET, ["127.0.0.1"]),
            Outgoing("k", server.url("/hook"), json.dumps({"a": 1})),
            lambda: list(got),
            fail,
            repeatable=True,
        )


MAKERS: dict[str, Callable[[], AbstractContextManager[World]]] = {
    "memory": _memory,
    "twilio": _twilio,
    "messenger": _messenger,
    "webhook": _webhook,
}


@pytest.fixture(params=MAKERS)
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    """Each kind of service."""
    with MAKERS[request.param]() as made:
        yield made


def test_cam2_a_message_arrives_as_it_is_and_is_answered(world: World) -> None:
    receipt = world.transport.send(world.outgoing)
    assert receipt.words
    assert world.got() == [(world.outgoing.recipient, world.outgoing.text)]


@pytest.mark.parametrize("failure", [RateLimited, RemoteUnavailable, Rejected, SetupNeeded])
def test_cam8_what_was_refused_was_not_taken(world: World, failure: type[RemoteError]) -> None:
    if failure is SetupNeeded and world.repeatable:
        failure = Rejected  # a web address has no settings of ours that could be wrong
    world.fail(failure)
    with pytest.raises(failure) as raised:
        world.transport.send(world.outgoing)
    assert type(raised.value) is failure
    assert world.got() == []


def test_cam8_a_lost_answer_is_unknown_unless_the_receiver_knows_repeats(world: World) -> None:
    world.fail(DeliveryUnknown)
    with pytest.raises(RemoteUnavailable if world.repeatable else DeliveryUnknown):
        world.transport.send(world.outgoing)
    assert len(world.got()) == 1


@pytest.mark.parametrize("name", ["twilio", "messenger", "webhook"])
def test_syn13_no_secret_in_any_repr(name: str) -> None:
    with MAKERS[name]() as world:
        assert "token" not in repr(world.transport)
        assert "whsec" not in repr(world.transport)
