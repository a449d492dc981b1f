"""When two addresses or numbers are the same one. Pure.

The e-mail key is the house's one form for comparing addresses (CON-2). A phone number is compared
in E.164 form; one written without a country is read as a number of the given region.
"""

import phonenumbers
from babel.core import get_global

from crm_app.core.addresses import email_key, is_email

__all__ = ["e164", "email_key", "is_email", "region_of"]


def e164(number: str, *, region: str | None = None) -> str:
    """``number`` as ``+<country><subscriber>`` (ITU-T E.164), or "" when it is no possible number.

    ``region`` is an ISO 3166 code, the country that numbers without a country code belong to.
    """
    try:
        parsed = phonenumbers.parse(number, region or None)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(parsed):
        return ""
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))


def region_of(*time_zones: str) -> str | None:
    """The country of the first of the IANA ``time_zones`` that belongs to one, else None."""
    territories = get_global("zone_territories")
    for zone in time_zones:
        territory = territories.get(zone)
        # "001" is the world: UTC and the Etc zones.
        if territory and territory.isalpha():
            return str(territory)
    return None
