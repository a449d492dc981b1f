"""Patterns of guest filters as people type them, and the domains where everybody has an address. Pure.

A stored pattern is ``key`` (one address, in the match rule's form), ``@domain``, or ``@*.domain``
for a domain with all below it (SYN-7).
"""

from crm_app.core.addresses import email_key
from crm_app.core.errors import Invalid
from crm_app.core.i18n import N_

# The largest services where strangers share a domain: such a domain says nothing about a team.
# fmt: off
FREE_MAIL = frozenset({
    "aol.com", "bluewin.ch", "btinternet.com", "duck.com", "email.com", "fastmail.com",
    "fastmail.fm", "free.fr", "freenet.de", "gmail.com", "gmx.at", "gmx.ch", "gmx.com",
    "gmx.de", "gmx.net", "googlemail.com", "hey.com", "hotmail.co.uk", "hotmail.com",
    "hotmail.de", "hotmail.fr", "hotmail.it", "hotmail.es", "icloud.com", "interia.pl",
    "laposte.net", "libero.it", "live.com", "live.de", "live.fr", "live.it", "live.nl",
    "mac.com", "mail.com", "mail.de", "mail.ru", "mailbox.org", "me.com", "msn.com",
    "naver.com", "o2.pl", "online.de", "onet.pl", "op.pl", "orange.fr", "outlook.com",
    "outlook.de", "outlook.es", "outlook.fr", "outlook.it", "pm.me", "posteo.de", "posteo.net",
    "proton.me", "protonmail.com", "qq.com", "rocketmail.com", "seznam.cz", "sfr.fr",
    "t-online.de", "tiscali.it", "tuta.com", "tuta.io", "tutanota.com", "vodafone.de",
    "wanadoo.fr", "web.de", "wp.pl", "163.com", "yahoo.co.jp", "yahoo.co.uk", "yahoo.com",
    "yahoo.de", "yahoo.es", "yahoo.fr", "yahoo.it", "yandex.com", "yandex.ru", "ymail.com",
    "zoho.com",
})
# fmt: on

UNREADABLE = N_("Write an address like ann@example.com or a domain like example.com.")
FREE = N_("Many people have an address at {domain}. Enter the single address instead.")


def pattern_of(typed: str) -> str:
    """The stored form of ``ann@example.com``, ``example.com``, ``@example.com`` or ``*.example.com``.

    Raises Invalid for anything else, and for a domain at which strangers have their addresses.
    """
    text = typed.strip().strip("<>").removeprefix("mailto:").strip()
    local, at, domain = text.rpartition("@")
    if at and local not in ("", "*"):
        return _key(text)
    tree = domain.startswith("*.")
    name = domain_of(domain.removeprefix("*."))
    if name in FREE_MAIL:
        raise Invalid(FREE, fields={"pattern": FREE}, domain=name)
    return f"@*.{name}" if tree else f"@{name}"


def domain_of(domain: str) -> str:
    """A domain in the match rule's form; Invalid when it cannot be one."""
    return _key(f"x@{domain}").rpartition("@")[2]


def _key(address: str) -> str:
    try:
        return email_key(address)
    except ValueError as error:
        raise Invalid(UNREADABLE, fields={"pattern": UNREADABLE}) from error
