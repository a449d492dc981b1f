"""Events that others made, changed in one thing: a single event, a series' texts, one instance.

One instance of a series becomes an override: a VEVENT of its own with a RECURRENCE-ID, a copy of
what it was so far. Cancelled, it becomes an EXDATE. Every line that the change is not about stays,
alarms and unknown ones included. So do organizer and guests: a line with SCHEDULE-AGENT turned from
the server to us would make the server send a cancellation (RFC 6638 §3.2.1.2), so a server that
mails for its people goes on to do so.
"""

from collections.abc import Collection
from datetime import datetime

from crm_app.providers.calendar_port import Amendment, WholeSeries
from crm_app.providers.ical.finding import Whole, find_instance, take_apart
from crm_app.providers.ical.lines import Block, fold, name_of, own_properties
from crm_app.providers.ical.objects import one_object
from crm_app.providers.ical.series import Instance, Member, sequence_of
from crm_app.providers.ical.spelling import utc_text
from crm_app.providers.ical.times import Span
from crm_app.providers.ical.writing import escaped

_RULES = {"RRULE", "RDATE", "EXRULE", "EXDATE", "RECURRENCE-ID"}
_OUTLOOK_DAY = "X-MICROSOFT-CDO-ALLDAYEVENT"
# Programs show these in place of LOCATION.
_PLACES = {"LOCATION", "GEO", "X-APPLE-STRUCTURED-LOCATION"}
Edit = tuple[Block, list[str]]


def amend(
    raw: str, amendment: Amendment, *, recurrence_id: str | None = None, at: datetime
) -> str | None:
    """``raw`` with the amendment made at the instant ``at``; None when nothing of it is to stay.

    Raises LookupError when the event or instance is not there, WholeSeries.
    """
    whole = take_apart(raw)
    if recurrence_id is not None:
        return _with_instance(whole, amendment, _instance(whole, recurrence_id), at)
    master = whole.master
    if master is None:
        raise LookupError("no event")
    if amendment.cancelled:
        return None
    if amendment.starts_at is not None and master.repeats:
        raise WholeSeries
    return _edited(whole, [(whole.place(master), _changed(whole, master, amendment, at))])


def override(raw: str, amendment: Amendment, *, recurrence_id: str, at: datetime) -> str:
    """The instance as an object of its own, for services that keep a series in several; cancelled,
    it says so. Raises as ``amend`` does."""
    whole = take_apart(raw)
    instance = _instance(whole, recurrence_id)
    body = _override(whole, instance, amendment, at)
    if amendment.cancelled:
        kept = [line for line in body[1:] if name_of(line) != "STATUS"]
        body = [body[0], "STATUS:CANCELLED", *kept]
    return one_object(whole.lines, body)


def _instance(whole: Whole, recurrence_id: str) -> Instance:
    found = find_instance(whole, recurrence_id)
    if found is None or found.member.properties.word("STATUS") == "CANCELLED":
        raise LookupError("no instance")
    if found.is_own and _moves_all_later(found.member):
        raise WholeSeries
    return found


def _moves_all_later(member: Member) -> bool:
    named = member.properties.first("RECURRENCE-ID")
    return named is not None and "RANGE" in named.params


def _with_instance(
    whole: Whole, amendment: Amendment, instance: Instance, at: datetime
) -> str | None:
    member, master = instance.member, whole.master
    place = whole.place(member)
    if not amendment.cancelled:
        if instance.is_own:
            return _edited(whole, [(place, _changed(whole, member, amendment, at))])
        present = whole.lines[place.start : place.end]
        return _edited(whole, [(place, [*present, *_override(whole, instance, amendment, at)])])
    edits: list[Edit] = []
    if instance.is_own:
        # Also older versions of it, which would come to light.
        edits += [
            (whole.place(one), []) for one in whole.overrides if one.replaces == member.replaces
        ]
    if master is not None:
        edits.append((whole.place(master), _without(whole, master, instance, at)))
    return _edited(whole, edits) if len(edits) < len(whole.members) or master else None


def _edited(whole: Whole, edits: list[Edit]) -> str:
    """The text with other lines in place of some members."""
    lines = list(whole.lines)
    for place, body in sorted(edits, key=lambda edit: edit[0].start, reverse=True):
        lines[place.start : place.end] = body
    return fold(lines)


def _changed(whole: Whole, member: Member, amendment: Amendment, at: datetime) -> list[str]:
    """``member`` with the amendment."""
    times: list[str] = []
    if amendment.starts_at is not None or "DTEND" not in member.properties:
        # iCloud refuses an event without DTEND, also one that it used to hold.
        times = _times(whole, member, amendment, member.span)
    return _body(whole, member, amendment, [*times, *_stamps(member, at)])


def _override(whole: Whole, instance: Instance, amendment: Amendment, at: datetime) -> list[str]:
    """A VEVENT for one instance, made of the member that showed it so far."""
    member = instance.member
    named = whole.spelling(whole.master or member).name(instance.original or instance.span.start)
    new = [
        f"RECURRENCE-ID{named}",
        *_times(whole, member, amendment, instance.span),
        *_stamps(member, at),
    ]
    return _body(whole, member, amendment, new, without=_RULES)


def _without(whole: Whole, master: Member, instance: Instance, at: datetime) -> list[str]:
    """The series without one of its instances."""
    named = whole.spelling(master).name(instance.original or instance.span.start)
    # Other lines with EXDATE stay.
    return _body(whole, master, Amendment(), [f"EXDATE{named}", *_stamps(master, at)])


def _times(whole: Whole, member: Member, amendment: Amendment, span: Span) -> list[str]:
    spelling = whole.spelling(member)
    if amendment.starts_at is None or amendment.ends_at is None:
        return spelling.start_and_end(span.start, span.end)
    return spelling.start_and_end(amendment.starts_at, amendment.ends_at, fixed=True)


def _stamps(member: Member, at: datetime) -> list[str]:
    stamp = utc_text(at)
    return [f"DTSTAMP:{stamp}", f"LAST-MODIFIED:{stamp}", f"SEQUENCE:{sequence_of(member) + 1}"]


def _body(
    whole: Whole,
    member: Member,
    amendment: Amendment,
    new: list[str],
    without: Collection[str] = frozenset(),
) -> list[str]:
    """The lines of ``member`` with ``new`` ones in place of those of the same name, the amendment's
    texts, and nothing called as in ``without``."""
    adding = {name_of(line) for line in new} - {"EXDATE"}
    replaced = {*adding, *without}
    if "DTEND" in adding:
        replaced |= {"DURATION"}
    if amendment.starts_at is not None:
        replaced |= {_OUTLOOK_DAY}
    texts: list[str] = []
    if amendment.summary is not None:
        replaced |= {"SUMMARY"}
        texts += [f"SUMMARY:{escaped(amendment.summary)}"] if amendment.summary else []
    if amendment.location is not None:
        replaced |= _PLACES
        texts += [f"LOCATION:{escaped(amendment.location)}"] if amendment.location else []
    place = whole.place(member)
    own = set(own_properties(whole.lines, place))
    kept = [
        whole.lines[index]
        for index in range(place.start + 1, place.end)
        if not (index in own and name_of(whole.lines[index]) in replaced)
    ]
    return [whole.lines[place.start], *new, *texts, *kept]
