"""Lengths of time in words: ``30 minutes``, ``2 Tage``. Pure."""

from crm_app.campaigns.plans.plan import Delay
from crm_app.core.i18n import translate_n


def length(locale: str, delay: Delay) -> str:
    """The length as a person would say it, in the unit in which it was written."""
    amount = delay.amount
    if delay.unit == "minutes":
        return translate_n(locale, "{count} minute", "{count} minutes", amount)
    if delay.unit == "hours":
        return translate_n(locale, "{count} hour", "{count} hours", amount)
    if delay.unit == "days":
        return translate_n(locale, "{count} day", "{count} days", amount)
    return translate_n(locale, "{count} week", "{count} weeks", amount)
