"""Being woken by Graph (change notifications): a subscription for each calendar.

What a notification says is never believed, it only wakes; so nothing is asked to be sent along.
Pages: https://learn.microsoft.com/graph/api/subscription-post-subscriptions,
https://learn.microsoft.com/graph/change-notifications-lifecycle-events
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from crm_app.core.errors import RemoteUnavailable
from crm_app.providers.calendar_port import Watch
from crm_app.providers.microsoft.errors import GONE, GraphRefused
from crm_app.providers.microsoft.http import GraphClient

# The longest that Outlook's events could always be watched; Graph may answer with less.
_LONGEST = timedelta(minutes=4230)


def watch(client: GraphClient, ref: str, *, address: str, secret: str, now: datetime) -> Watch:
    """Subscribe. Graph calls ``address`` once before it answers, to hear a word repeated."""
    told = client.ask(
        "POST",
        _url(client),
        {
            "changeType": "created,updated,deleted",
            "notificationUrl": address,
            "lifecycleNotificationUrl": address,
            "resource": f"me/calendars/{ref}/events",
            "expirationDateTime": _text(now + _LONGEST),
            "clientState": secret,
        },
    )
    return _watch(told)


def renew(client: GraphClient, watch: Watch, *, now: datetime) -> Watch | None:
    """The same subscription for longer; None when it is gone and has to be made anew."""
    try:
        told = client.ask(
            "PATCH",
            _url(client, watch.channel_id),
            {"expirationDateTime": _text(now + _LONGEST)},
        )
    except GraphRefused as refused:
        if refused.status in GONE:
            return None
        raise
    return _watch({"resource": watch.resource_id, **told})


def unwatch(client: GraphClient, watch: Watch) -> None:
    """End a subscription; one that is gone is fine."""
    try:
        client.ask("DELETE", _url(client, watch.channel_id))
    except GraphRefused as refused:
        if refused.status not in GONE:
            raise


def _url(client: GraphClient, *parts: str) -> str:
    return "/".join([f"{client.base}/subscriptions", *parts])


def _watch(told: Mapping[str, Any]) -> Watch:
    try:
        until = datetime.fromisoformat(str(told["expirationDateTime"])).astimezone(UTC)
        return Watch(str(told["id"]), str(told["resource"]), until)
    except (KeyError, ValueError):
        raise RemoteUnavailable(detail="a subscription without an end") from None


def _text(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
