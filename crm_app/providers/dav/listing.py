"""What the listing of a home says of each collection in it, calendar or address book."""

from crm_app.providers.dav.hrefs import absolute
from crm_app.providers.dav.multistatus import Resource
from crm_app.providers.dav.xml import DAV, name

TYPE = name(DAV, "resourcetype")
NAME = name(DAV, "displayname")
RIGHTS = name(DAV, "current-user-privilege-set")
_WRITES = [name(DAV, right) for right in ("all", "write", "write-content", "bind")]


def ref_of(base: str, resource: Resource) -> str:
    """A collection's URL, with a slash at its end."""
    return absolute(base, resource.href).rstrip("/") + "/"


def shown_name(ref: str, resource: Resource) -> str:
    """What it is called; its last part of the path where it has no name."""
    return resource.text(NAME) or ref.rstrip("/").rpartition("/")[2]


def writable(resource: Resource) -> bool:
    """Without the property, trying is the only way to know."""
    if RIGHTS not in resource.props:
        return True
    return any(resource.has(RIGHTS, right) for right in _WRITES)
