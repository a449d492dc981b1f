"""Twilio's errors in our words, and its signature (CAM-2)."""

import pytest

from crm_app.core.errors import Rejected, RemoteError
from crm_app.providers import twilio
from crm_app.providers.mail_port import SetupNeeded
from crm_app.providers.message_port import Outgoing, Unsubscribed
from crm_app.providers.twilio import TwilioAccount, TwilioTransport
from tests.servers import twilio as fake
from tests.servers.twilio import twilio_service


def test_the_signature_is_that_of_twilios_own_page() -> None:
    fields = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675309",
        "Digits": "1234",
        "From": "+14158675309",
        "To": "+18005551212",
    }
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    assert twilio.signature("12345", url, fields) == "RSOYDt4T1cUTdK1PDd93/VVr8B8="
    assert fake.signed("12345", url, fields) == "RSOYDt4T1cUTdK1PDd93/VVr8B8="


@pytest.mark.parametrize(
    ("to", "sender", "failure", "word"),
    [
        (fake.UNREACHABLE, fake.NUMBER, Rejected, "21211"),
        (fake.LANDLINE, fake.NUMBER, Rejected, "21614"),
        ("+491701234567", "+491111", SetupNeeded, "21606"),
        ("+491709999999", fake.NUMBER, Unsubscribed, "21610"),
    ],
)
def test_cam2_sms_refusals_say_what_is_wrong(
    to: str, sender: str, failure: type[RemoteError], word: str
) -> None:
    with twilio_service() as service:
        service.unsubscribed.add("+491709999999")
        transport = TwilioTransport(service.url, TwilioAccount(fake.SID, fake.TOKEN, sender))
        with pytest.raises(failure) as raised:
            transport.send(Outgoing("k", to, "Hello"))
    assert type(raised.value) is failure
    assert word in raised.value.detail
    assert fake.TOKEN not in raised.value.detail + repr(raised.value)


def test_cam2_sms_by_a_messaging_service_with_a_report_address() -> None:
    with twilio_service() as service:
        transport = TwilioTransport(service.url, TwilioAccount(fake.SID, fake.TOKEN, "MG1"))
        report_to = "https://crm.example/hooks/twilio/status?m=k"
        receipt = transport.send(Outgoing("k", "+491701234567", "Grüße 👋", report_to))
        [text] = service.taken
    assert receipt.external_id == text.sid
    assert (text.sender, text.body, text.callback) == ("MG1", "Grüße 👋", report_to)


def test_nothing_listens_there_is_tried_again_and_not_unknown() -> None:
    with twilio_service() as service:
        url = service.url
    transport = TwilioTransport(url, TwilioAccount(fake.SID, fake.TOKEN, fake.NUMBER))
    with pytest.raises(RemoteError) as raised:
        transport.send(Outgoing("k", "+491701234567", "Hello"))
    assert type(raised.value).__name__ == "RemoteUnavailable"
