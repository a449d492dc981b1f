"""Whose account it is: all addresses at which its owner is invited.

Page: https://learn.microsoft.com/graph/api/resources/user
"""

from collections.abc import Mapping
from typing import Any

FIELDS = "id,mail,userPrincipalName,otherMails,proxyAddresses"


def addresses_of(person: Mapping[str, Any], *more: str) -> list[str]:
    """Mail addresses in lower case, each once; the one that mail goes to comes first.

    ``proxyAddresses`` look like ``smtp:ann@example.org``; other kinds (SIP, X500) are no mail.
    """
    proxies = [
        text.partition(":")[2]
        for text in person.get("proxyAddresses") or []
        if str(text).lower().startswith("smtp:")
    ]
    told = [
        person.get("mail"),
        *proxies,
        person.get("userPrincipalName"),
        *(person.get("otherMails") or []),
        *more,
    ]
    cleaned = (str(text or "").strip().lower() for text in told)
    # The name of a guest in another organisation's directory looks like an address and is none.
    return list(dict.fromkeys(each for each in cleaned if "@" in each and "#ext#" not in each))
