"""How Graph shows what the mailbox holds: zones, kinds of body, selected properties."""

import html
import re
from typing import Any

from tests.servers.graph import zones
from tests.servers.graph.store import Calendar, Event, Mailbox

_ONLY_WHEN_NAMED = {"cancelledOccurrences", "exceptionOccurrences", "singleValueExtendedProperties"}
_LIMITED = {"id", "type", "start", "end", "seriesMasterId"}


def etag(event: Event) -> str:
    return f'W/"{event["changeKey"]}"'


def shown(
    event: Event,
    prefer: str,
    *,
    select: str = "",
    expand: str = "",
    limited: bool = False,
) -> dict[str, Any]:
    """``event`` as an answer."""
    told = {name: value for name, value in event.items() if not name.startswith("_")}
    told |= _times(event, prefer) | {"body": _body(event["body"], prefer)}
    told["bodyPreview"] = _text(event["body"])[:255]
    if event.get("originalStart") is None:
        told.pop("originalStart", None)
    named = set(select.split(",")) if select else set()
    if "cancelledOccurrences" in named and event.get("recurrence"):
        told["cancelledOccurrences"] = [
            f"OID.{event['id']}.{original}" for original in sorted(event["_cancelled"])
        ]
    if "exceptionOccurrences" in expand and event.get("recurrence"):
        told["exceptionOccurrences"] = [
            shown(each, prefer, select=select) for each in event["_exceptions"].values()
        ]
    if "singleValueExtendedProperties" in expand:
        told["singleValueExtendedProperties"] = [
            {"id": name, "value": value} for name, value in event.get("_properties", {}).items()
        ]
        named.add("singleValueExtendedProperties")
    if limited:
        told = {name: value for name, value in told.items() if name in _LIMITED}
    elif select:
        told = {name: value for name, value in told.items() if name in named or name == "id"}
    return {"@odata.etag": etag(event), **told}


def calendar(each: Calendar, mailbox: Mailbox) -> dict[str, Any]:
    return {
        "id": each.id,
        "name": each.name,
        "color": "auto",
        "hexColor": each.colour,
        "changeKey": "key",
        "canEdit": each.can_edit,
        "canShare": each.can_edit,
        "canViewPrivateItems": True,
        "isDefaultCalendar": False,
        "isRemovable": True,
        "isTallyingResponses": False,
        "allowedOnlineMeetingProviders": ["teamsForBusiness"],
        "defaultOnlineMeetingProvider": "teamsForBusiness",
        "owner": {"name": mailbox.name, "address": mailbox.owner},
    }


def _times(event: Event, prefer: str) -> dict[str, Any]:
    found = re.search(r'outlook\.timezone="([^"]*)"', prefer)
    name = found.group(1) if found else "UTC"
    if event["isAllDay"]:
        # Midnight to midnight whatever zone is asked for.
        return {part: zones.midnight(zones.parse(event[part]).date()) for part in ("start", "end")}
    return {part: zones.told(zones.parse(event[part]), name) for part in ("start", "end")}


def _body(body: dict[str, str], prefer: str) -> dict[str, str]:
    if 'body-content-type="text"' in prefer:
        return {"contentType": "text", "content": _text(body)}
    if body["contentType"] == "html":
        return body
    rows = "<br>\r\n".join(html.escape(row) for row in body["content"].split("\n"))
    return {
        "contentType": "html",
        "content": f"<html><head></head><body>\r\n{rows}\r\n</body></html>",
    }


def _text(body: dict[str, str]) -> str:
    """As Exchange turns pages into text: line ends of its own, and one at the end."""
    content = body["content"].replace("\r\n", "\n")
    if body["contentType"] == "html":
        content = re.sub(r"<head>.*?</head>|\r?\n", "", content, flags=re.DOTALL)
        content = re.sub(r"<br ?/?>|</div>|</p>", "\n", content)
        content = html.unescape(re.sub(r"<[^>]*>", "", content))
    return content.replace("\n", "\r\n") + ("\r\n" if content else "")
