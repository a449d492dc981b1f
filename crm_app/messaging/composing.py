"""From drafts to finished messages: looks, the way to unsubscribe, counted links.

What always holds: mail with ``marketing`` carries a link to unsubscribe in both its forms (CAM-9),
whoever wrote it; and nothing that a person or a rule wrote is changed besides. Of thousands that are
queued in a moment each is finished when it leaves, so that their steps are not late; whatever has
left the queue, be it sent or not, is finished.
"""

import functools
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from crm_app.accounts import queries as accounts
from crm_app.core import clock, crypto
from crm_app.core.settings import get_settings
from crm_app.messaging import (
    addresses,
    channels,
    drafts,
    links,
    plain_mail,
    tracking,
    unsubscribe,
)
from crm_app.messaging.drafts import EMAIL, WEBHOOK, Draft
from crm_app.models import Message

# An e-mail client's picture proxies and a phone's lists show no address this short as cut.
_TOKEN_BYTES = 12
# ``Message.unfinished``.
_FINISHED, _PLAIN, _COUNTED = "", "plain", "counted"
# What the finish looks at, and what it changes.
_SEEN = ("channel", "marketing", "campaign_id", "contact_id", "locale", "from_name", "text", "html")


@dataclass(frozen=True, slots=True)
class Written:
    """A message's columns, and the addresses behind those of ours in it: token and address.

    The address of the picture that tells of an opening is empty.
    """

    values: dict[str, Any]
    links: tuple[tuple[str, str], ...] = ()

    @property
    def key(self) -> str:
        """What the message is for."""
        return str(self.values["key"])

    @property
    def channel(self) -> str:
        """How it goes out."""
        return str(self.values["channel"])


@dataclass(frozen=True, slots=True)
class House:
    """What all messages of a workspace share."""

    base: str
    host: str
    name: str
    opens: bool


def compose(
    session: Session, written: Sequence[Draft], *, later: Collection[str] = ()
) -> list[Written]:
    """Every draft as it is stored; Invalid when one has no possible recipient.

    Those of the channels ``later`` are left unfinished.
    """
    house = _house(session)
    return [_written(house, draft, later) for draft in written]


def finish(session: Session, message: Message) -> None:
    """Give a message that is about to leave the queue all that it lacks."""
    if not message.unfinished:
        return
    values = _seen(message)
    counted = _finish(_house(session), values, track=message.unfinished == _COUNTED)
    message.text, message.html, message.unfinished = values["text"], values["html"], _FINISHED
    tracking.keep(session, {message.id or 0: counted})


def shown(session: Session, message: Message) -> Message:
    """The message as people see it: an unfinished one as it will be, its links not counted yet.

    That is a copy, which is stored nowhere.
    """
    if not message.unfinished:
        return message
    values = _seen(message)
    _finish(_house(session), values, track=False)
    return Message(**(message.model_dump() | values | {"unfinished": _FINISHED}))


def _seen(message: Message) -> dict[str, Any]:
    return {name: getattr(message, name) for name in _SEEN}


def _house(session: Session) -> House:
    base = get_settings().url
    opens = channels.account(session, EMAIL).measures_opens
    return House(base, addresses.host_of(base), accounts.workspace_name(session), opens)


def _written(house: House, draft: Draft, later: Collection[str]) -> Written:
    values = drafts.row(draft)
    values |= {"message_id": f"<{crypto.new_token()}@{house.host}>", "created_at": clock.now()}
    # All rows of one statement name the same columns.
    values |= {"error": "", "error_detail": "", "attempt": 0, "external_id": ""}
    track = bool(draft.get("track_links"))
    if values["channel"] in later:
        return Written(values | {"unfinished": _COUNTED if track else _PLAIN})
    values["unfinished"] = _FINISHED
    return Written(values, _finish(house, values, track=track))


def _finish(house: House, values: dict[str, Any], *, track: bool) -> tuple[tuple[str, str], ...]:
    """Put into ``values`` what is lacking; the addresses that are counted."""
    if values["channel"] == EMAIL:
        _dress(house, values)
    return _track(house, values) if track and values["channel"] != WEBHOOK else ()


def _dress(house: House, values: dict[str, Any]) -> None:
    by_campaign = values["marketing"] or values["campaign_id"] is not None
    if by_campaign and not values["html"]:
        values["html"] = plain_mail.as_mail(
            values["text"],
            locale=values["locale"],
            sender=values["from_name"] or house.name,
        )
    if values["marketing"]:
        footer = unsubscribe.footer(house.base, values)
        values["text"] = values["text"].rstrip("\n") + "\n\n" + footer.text + "\n"
        if values["html"]:
            values["html"] = plain_mail.before_the_end(values["html"], footer.html)


def _track(house: House, values: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    wrapped = links.wrap(values["text"], values["html"], base=house.base, new_token=_token)
    values["text"], values["html"] = wrapped.text, wrapped.html
    if not (house.opens and values["html"]):
        return wrapped.links
    token = _token()
    picture = f'<img src="{house.base}{links.OPENED}{token}.gif" width="1" height="1" alt="">'
    values["html"] = plain_mail.before_the_end(values["html"], picture)
    return (*wrapped.links, (token, ""))


_token = functools.partial(secrets.token_urlsafe, _TOKEN_BYTES)
