"""What every mail transport promises: memory and a real SMTP server."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from crm_app.core.errors import Rejected, RemoteError, RemoteUnavailable
from crm_app.providers import memory_mail
from crm_app.providers.mail import transport
from crm_app.providers.mail_port import DeliveryUnknown, Envelope, SetupNeeded
from tests.servers.smtp import SmtpSink

MAIL = Envelope("crm@team.example", "lea@lead.example", b"Subject: Hi\r\n\r\nText\r\n")


@dataclass
class Post:
    """A mail server seen from both sides: where it is, what it got, and how to make it fail."""

    url: str
    got: Callable[[], list[tuple[str, str, bytes]]]
    fail: Callable[[type[RemoteError]], None]


def _memory() -> Post:
    box = memory_mail.box("contract")
    return Post(
        "memory://contract",
        lambda: [(mail.sender, mail.recipient, mail.content) for mail in box.sent],
        lambda failure: box.faults.append(failure()),
    )


def _smtp(sink: SmtpSink) -> Post:
    def fail(failure: type[RemoteError]) -> None:
        if failure is DeliveryUnknown:
            sink.after_data = "drop"
        else:
            command, answer = {
                Rejected: ("RCPT", "550 no such user"),
                RemoteUnavailable: ("RCPT", "451 later"),
                SetupNeeded: ("MAIL", "530 sign in first"),
            }[failure]
            sink.refuse[command] = answer

    return Post(
        sink.url,
        lambda: [(mail.sender, mail.recipient, mail.content) for mail in sink.received],
        fail,
    )


@pytest.fixture(params=["memory", pytest.param("smtp", marks=pytest.mark.server)])
def post(request: pytest.FixtureRequest) -> Iterator[Post]:
    """Each kind of server."""
    if request.param == "memory":
        yield _memory()
        memory_mail.forget("contract")
    else:
        yield _smtp(request.getfixturevalue("smtp_sink"))


def test_a_message_arrives_as_it_is_and_is_answered(post: Post) -> None:
    assert transport(post.url).send(MAIL)
    assert post.got() == [(MAIL.sender, MAIL.recipient, MAIL.content)]


@pytest.mark.parametrize("failure", [Rejected, RemoteUnavailable, SetupNeeded])
def test_cam8_what_failed_before_the_data_was_not_handed_over(
    post: Post, failure: type[RemoteError]
) -> None:
    post.fail(failure)
    with pytest.raises(failure):
        transport(post.url).send(MAIL)
    assert post.got() == []


def test_cam8_a_lost_answer_is_told_apart(post: Post) -> None:
    post.fail(DeliveryUnknown)
    with pytest.raises(DeliveryUnknown):
        transport(post.url).send(MAIL)
    assert len(post.got()) == 1
