"""Channels that are set up with services on loopback, and the program's own endpoints."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from sqlmodel import Session
from starlette.applications import Starlette
from starlette.testclient import TestClient

from crm_app.core import db
from crm_app.core.settings import get_settings
from crm_app.messaging import http, service
from crm_app.models import ChannelAccount, Contact, ContactPhone, Message
from tests import factories
from tests.servers import messenger, twilio

BASE = "https://crm.example"
NUMBER = "+491701234567"
PERSON = "5550001"


def set_up_sms(patch: pytest.MonkeyPatch, service: twilio.TwilioService, **options: object) -> None:
    """The workspace sends text messages through ``service``."""
    patch.setenv("CRM_TWILIO_API", service.url)
    get_settings.cache_clear()
    plain = {"account_sid": twilio.SID, "sender": twilio.NUMBER, **options}
    _keep("sms", plain, {"auth_token": twilio.TOKEN})


def set_up_messenger(patch: pytest.MonkeyPatch, service: messenger.MessengerService) -> None:
    """The workspace writes for the page of ``service``."""
    patch.setenv("CRM_MESSENGER_API", service.url)
    get_settings.cache_clear()
    secrets = {
        "page_token": messenger.TOKEN,
        "app_secret": messenger.APP_SECRET,
        "verify_token": messenger.VERIFY,
    }
    _keep("messenger", {"page_id": messenger.PAGE}, secrets)


def _keep(channel: str, options: Mapping[str, object], secrets: Mapping[str, str]) -> None:
    with db.unit_of_work() as session:
        row = ChannelAccount(
            channel=channel, options=dict(options), secret=json.dumps(secrets), enabled=True
        )
        session.add(row)


def client() -> TestClient:
    """A stranger's client for the endpoints of this room."""
    return TestClient(Starlette(routes=http.routes), base_url=BASE, follow_redirects=False)


def post_form(url: str, fields: Mapping[str, str], headers: Mapping[str, str]) -> int:
    """How the service on loopback reaches the program of the test."""
    return client().post(url.removeprefix(BASE), data=dict(fields), headers=headers).status_code


def lead(session: Session, *, number: str = NUMBER, **values: Any) -> Contact:
    """A contact with a number."""
    contact = factories.contact(session, **values)
    session.add(ContactPhone(contact_id=contact.id or 0, number=number, e164=number))
    session.flush()
    return contact


def queue(session: Session, channel: str = "sms", **values: object) -> Message:
    """A message on ``channel``."""
    defaults: dict[str, object] = {
        "key": "k",
        "kind": "campaign",
        "channel": channel,
        "to_address": NUMBER if channel == "sms" else PERSON,
        "text": "Hello Lea",
    }
    return service.queue(session, **(defaults | values))  # type: ignore[arg-type]
