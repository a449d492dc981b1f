"""People as they come in Google's answers."""

from typing import Any

Json = dict[str, Any]
SOURCE = {"type": "CONTACT", "id": "4f1a", "etag": "#c1="}


def person(**fields: Any) -> Json:
    """A contact with these fields of ``Person``."""
    return {
        "resourceName": "people/c20250",
        "etag": "%Eg1",
        "metadata": {"sources": [SOURCE], "objectType": "PERSON"},
        **fields,
    }


def of_contact(item: Json, **metadata: Any) -> Json:
    """An item of a field as the contact's own."""
    return {**item, "metadata": {"source": {"type": "CONTACT", "id": "4f1a"}, **metadata}}


def of_profile(item: Json) -> Json:
    """An item of a field that the person told Google himself."""
    return {**item, "metadata": {"source": {"type": "PROFILE", "id": "1001"}, "primary": True}}
