"""Entering a channel's account: checks, and secrets that go in and never come out.

What always holds: leaving a secret's field empty keeps the stored one only while the account that it
belongs to stays the same, so that nobody has a stored secret sent to an account of his own. What is
enabled is complete.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from crm_app.accounts import audit
from crm_app.contacts import matching
from crm_app.contacts.making import region_for
from crm_app.core import clock, crypto, facts
from crm_app.core.access import Actor
from crm_app.core.errors import Invalid
from crm_app.core.i18n import N_, translate
from crm_app.messaging import channels, service
from crm_app.messaging.drafts import CHANNELS, MESSENGER, SMS, WEBHOOK
from crm_app.models import ChannelAccount, Message, User
from crm_app.providers.webhook import SECRET_PREFIX

FASTEST = 6000
_ACCOUNT_SID = re.compile(r"AC[0-9a-fA-F]{32}")
_SERVICE_SID = re.compile(r"MG[0-9a-fA-F]{32}")
# Networks show a name of so many letters and digits, one of them a letter.
_NAMED_SENDER = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}")
_PAGE_ID = re.compile(r"[0-9]{3,40}")
_LONGEST_SECRET = 1000
_MISSING = N_("Please enter this.")
_OTHER_ACCOUNT = N_("Please enter this; what is stored belongs to the other account.")
TEST_KIND = "test"


def save_sms(session: Session, actor: Actor, typed: Mapping[str, str]) -> None:
    """Keep ``account_sid``, ``auth_token`` and ``sender`` of Twilio; Invalid by field."""
    actor.require_admin()
    sid, token = typed["account_sid"].strip(), typed["auth_token"].strip()
    sender = _sender(typed["sender"])
    known = channels.account(session, SMS)
    errors: dict[str, str] = {}
    if not _ACCOUNT_SID.fullmatch(sid):
        errors["account_sid"] = N_("It begins with AC and has 34 letters and digits.")
    if not sender:
        errors["sender"] = N_(
            "Enter a number like +49 30 123456, a name of up to 11 letters, or the SID of a "
            "messaging service."
        )
    secrets = _kept(
        known, {"auth_token": token}, same=known.option("account_sid") == sid, errors=errors
    )
    if errors:
        raise Invalid(fields=errors)
    _keep(session, actor, SMS, {"account_sid": sid, "sender": sender}, secrets)


def save_messenger(session: Session, actor: Actor, typed: Mapping[str, str]) -> None:
    """Keep ``page_id``, ``page_token``, ``app_secret`` and ``verify_token``; Invalid by field."""
    actor.require_admin()
    page_id = typed["page_id"].strip()
    known = channels.account(session, MESSENGER)
    errors: dict[str, str] = {}
    if not _PAGE_ID.fullmatch(page_id):
        errors["page_id"] = N_("The page's id is a number; it stands in the page's settings.")
    entered = {name: typed[name].strip() for name in ("page_token", "app_secret", "verify_token")}
    secrets = _kept(known, entered, same=known.option("page_id") == page_id, errors=errors)
    if errors:
        raise Invalid(fields=errors)
    _keep(session, actor, MESSENGER, {"page_id": page_id}, secrets)


def _sender(typed: str) -> str:
    text = " ".join(typed.split())
    if _SERVICE_SID.fullmatch(text) or _NAMED_SENDER.fullmatch(text):
        return text
    return matching.e164(text)


def _kept(
    known: channels.Account,
    entered: Mapping[str, str],
    *,
    same: bool,
    errors: dict[str, str],
) -> dict[str, str]:
    """What was entered, and the stored ones for empty fields where that is safe."""
    kept: dict[str, str] = {}
    for name, value in entered.items():
        kept[name] = value or (known.secret(name) if same else "")
        if not kept[name]:
            errors[name] = _OTHER_ACCOUNT if known.secret(name) else _MISSING
        elif len(value) > _LONGEST_SECRET or not value.isprintable() or not value.isascii():
            errors[name] = N_("This does not look right. Copy it once more.")
    return kept


def set_enabled(session: Session, actor: Actor, channel: str, on: bool) -> None:
    """Let a channel that is set up send, or have its messages wait in the Outbox."""
    actor.require_admin()
    row = session.get(ChannelAccount, channel)
    if channel in (SMS, MESSENGER) and row is not None and row.secret:
        row.enabled = on
        _stored(session, actor, row)


def forget(session: Session, actor: Actor, channel: str) -> None:
    """Forget a channel's account and its secrets."""
    actor.require_admin()
    row = session.get(ChannelAccount, channel)
    if row is not None and channel in (SMS, MESSENGER):
        row.options = {name: row.options[name] for name in ("per_minute",) if name in row.options}
        row.secret, row.enabled = None, False
        _stored(session, actor, row)


def save_limits(session: Session, actor: Actor, typed: Mapping[str, str]) -> None:
    """Keep the most messages a minute by channel; empty: no limit. Invalid by ``limit-<channel>``."""
    actor.require_admin()
    wanted: dict[str, int] = {}
    errors: dict[str, str] = {}
    for channel in CHANNELS:
        text = typed.get(channel, "").strip()
        if text and not (text.isascii() and text.isdigit() and 0 < int(text) <= FASTEST):
            errors[f"limit-{channel}"] = N_("Enter a number from 1 to 6000, or nothing.")
        wanted[channel] = 0 if errors or not text else int(text)
    if errors:
        raise Invalid(fields=errors)
    for channel, limit in wanted.items():
        _option(session, actor, channel, "per_minute", limit)


def set_opens(session: Session, actor: Actor, on: bool) -> None:
    """Measure whether campaign mail is opened, or not."""
    actor.require_admin()
    _option(session, actor, "email", "opens", on)


def signing_secret(session: Session, actor: Actor) -> str:
    """The secret that calls to web addresses are signed with, for an administrator to copy."""
    actor.require_admin()
    return channels.signing_secret(session)


def renew_signing_secret(session: Session, actor: Actor) -> str:
    """Sign with a new secret from now on; the receivers have to be told."""
    actor.require_admin()
    row = _row(session, WEBHOOK)
    secret = SECRET_PREFIX + crypto.new_signing_key()
    row.secret = json.dumps({"signing": secret})
    _stored(session, actor, row)
    return secret


def send_test(session: Session, actor: Actor, *, number: str) -> Message:
    """Queue a text message to ``number``; Invalid when it is none."""
    actor.require_admin()
    to = matching.e164(number, region=region_for(session, actor.time_zone))
    if not to:
        raise Invalid(fields={"number": N_("Enter a number like +49 30 123456.")})
    user = session.get_one(User, actor.require_user())
    return service.queue(
        session,
        key=f"test-sms:{user.id}:{clock.now().timestamp()}",
        kind=TEST_KIND,
        channel=SMS,
        to_name=user.name,
        to_address=to,
        subject=translate(actor.locale, N_("Test message")),
        text=translate(actor.locale, N_("Text messages from Tandem arrive.")),
        user_id=user.id,
    )


def _keep(
    session: Session,
    actor: Actor,
    channel: str,
    options: Mapping[str, Any],
    secrets: Mapping[str, str],
) -> None:
    row = _row(session, channel)
    row.options = {**row.options, **options}
    row.secret, row.enabled = json.dumps(dict(secrets)), True
    _stored(session, actor, row)


def _option(session: Session, actor: Actor, channel: str, name: str, value: object) -> None:
    row = _row(session, channel)
    if row.options.get(name) != value and (value or name in row.options):
        row.options = {**row.options, name: value}
        _stored(session, actor, row)


def _row(session: Session, channel: str) -> ChannelAccount:
    row = session.get(ChannelAccount, channel, with_for_update=True)
    return row or ChannelAccount(channel=channel)


def _stored(session: Session, actor: Actor, row: ChannelAccount) -> None:
    session.add(row)
    session.flush()
    audit.record(session, actor, "channel.changed", subject_kind="channel", channel=row.channel)
    facts.record(session, facts.MessageChanged(0))
