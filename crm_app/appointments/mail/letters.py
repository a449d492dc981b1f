"""From an occasion to a finished letter, for the lead, a guest and the member. Pure.

Only the lead's letter leads to the pages where an appointment is changed or cancelled. A guest
reads who invites him; the member reads all that the lead told us.
"""

from collections.abc import Iterator

from crm_app.appointments.mail import words
from crm_app.appointments.mail.occasion import Kind, Occasion
from crm_app.appointments.mail.words import Words
from crm_app.core.i18n import N_, translate
from crm_app.messaging import when
from crm_app.messaging.letter import Letter, Link

Detail = tuple[str, str]
_OVER = frozenset({Kind.SHOWED, Kind.NO_SHOW, Kind.INVALID, Kind.CANCELLED})


def for_lead(occasion: Occasion) -> tuple[str, Letter]:
    """Subject and letter for the one who booked."""
    chosen = words.LEAD[occasion.kind]
    paragraphs = [_hello(occasion), *_opening(occasion, chosen)]
    letter = Letter(
        locale=occasion.locale,
        heading=_say(occasion, chosen.heading),
        paragraphs=tuple(paragraphs),
        details=tuple(_details(occasion)),
        button=_way_on(occasion, chosen),
        closing=tuple(_next_for_lead(occasion)),
        sender=occasion.team,
    )
    return _say(occasion, chosen.subject), letter


def for_guest(occasion: Occasion) -> tuple[str, Letter]:
    """Subject and letter for somebody whom the lead brings along."""
    chosen = words.GUEST[occasion.kind]
    letter = Letter(
        locale=occasion.locale,
        heading=_say(occasion, chosen.heading),
        paragraphs=(_hello(occasion), _say(occasion, chosen.opening)),
        details=tuple(_details(occasion)),
        closing=tuple(_next_for_guest(occasion)),
        sender=occasion.team,
    )
    return _say(occasion, chosen.subject), letter


def for_member(occasion: Occasion) -> tuple[str, Letter]:
    """Subject and letter for the one who serves the appointment, or did until now."""
    chosen = words.MEMBER[occasion.kind]
    opening = words.CANCELLED_BY_LEAD if _cancelled_by_lead(occasion) else chosen.opening
    label = translate(occasion.locale, N_("Open in the calendar"))
    letter = Letter(
        locale=occasion.locale,
        heading=_say(occasion, chosen.heading),
        paragraphs=(_say(occasion, opening),),
        details=(*_details(occasion, with_member=False), *_about_lead(occasion)),
        button=Link(label, occasion.dashboard_url) if occasion.dashboard_url else None,
        sender=occasion.team,
    )
    return _say(occasion, chosen.subject), letter


def calendar_text(occasion: Occasion) -> str:
    """What stands inside the reader's calendar entry: the way to change it, or about the lead."""
    if occasion.manage_url:
        return f"{translate(occasion.locale, N_('Change or cancel'))}:\n{occasion.manage_url}"
    if not occasion.dashboard_url:
        return ""
    lines = [f"{label}: {value}" for label, value in _about_lead(occasion)]
    return "\n".join([*lines, occasion.dashboard_url])


def _say(occasion: Occasion, message: str) -> str:
    return translate(occasion.locale, message, **occasion.fields)


def _hello(occasion: Occasion) -> str:
    if not occasion.reader:
        return translate(occasion.locale, N_("Hello,"))
    return translate(occasion.locale, N_("Hello {name},"), name=occasion.reader)


def _opening(occasion: Occasion, chosen: Words) -> Iterator[str]:
    if _cancelled_by_lead(occasion):
        yield _say(occasion, words.CANCELLED_BY_YOU)
        return
    yield _say(occasion, chosen.opening)
    if occasion.kind is Kind.RESCHEDULED and occasion.has_new_member:
        yield _say(occasion, N_("{member} will meet you instead of {previous}."))


def _cancelled_by_lead(occasion: Occasion) -> bool:
    return occasion.kind is Kind.CANCELLED and occasion.cancelled_by == "lead"


def _details(occasion: Occasion, *, with_member: bool = True) -> Iterator[Detail]:
    locale, zone = occasion.locale, occasion.time_zone
    starts, ends = occasion.starts_at, occasion.ends_at
    yield translate(locale, N_("What")), occasion.title
    yield translate(locale, N_("Date")), when.date_line(locale, zone, starts)
    yield translate(locale, N_("Time")), when.time_line(locale, zone, starts, ends)
    yield translate(locale, N_("Time zone")), when.zone_line(locale, zone, starts)
    if occasion.previous_starts_at is not None:
        yield translate(locale, N_("Until now")), occasion.moment(occasion.previous_starts_at)
    if with_member:
        yield translate(locale, N_("With")), occasion.member.name
    if occasion.location and occasion.kind not in _OVER:
        yield translate(locale, N_("Place")), occasion.location
    if occasion.reason and occasion.kind is Kind.CANCELLED:
        yield translate(locale, N_("Reason")), occasion.reason


def _about_lead(occasion: Occasion) -> Iterator[Detail]:
    locale = occasion.locale
    if occasion.lead.address:
        yield translate(locale, N_("E-mail")), occasion.lead.address
    if occasion.guests:
        yield translate(locale, N_("Guests")), "\n".join(occasion.guests)
    yield from occasion.answers
    if occasion.note:
        yield translate(locale, N_("Note")), occasion.note


def _way_on(occasion: Occasion, chosen: Words) -> Link | None:
    locale = occasion.locale
    if chosen.way_on == "manage" and occasion.manage_url:
        label = N_("Change or cancel") if occasion.changes_until else N_("See your appointment")
        return Link(translate(locale, label), occasion.manage_url)
    if chosen.way_on in ("again", "book") and occasion.calendar_url:
        again = chosen.way_on == "again"
        label = N_("Choose another time") if again else N_("Book another appointment")
        return Link(translate(locale, label), occasion.calendar_url)
    return None


def _next_for_lead(occasion: Occasion) -> Iterator[str]:
    """What happens next."""
    yield from _invitation(occasion)
    if occasion.invites and occasion.reminds:
        yield translate(occasion.locale, N_("You will get a reminder before it starts."))
    if occasion.changes_until is not None and occasion.kind not in _OVER:
        yield translate(
            occasion.locale,
            N_("You can change or cancel it until {until}."),
            until=occasion.moment(occasion.changes_until),
        )
    if occasion.kind is not Kind.INVALID:
        yield _say(occasion, N_("A question? Reply to this e-mail: it goes to {member}."))


def _next_for_guest(occasion: Occasion) -> Iterator[str]:
    yield from _invitation(occasion)
    yield _say(occasion, N_("A question? Reply to this e-mail: it goes to {member}."))


def _invitation(occasion: Occasion) -> Iterator[str]:
    if not occasion.invites:
        return
    if occasion.kind in (Kind.BOOKED, Kind.CONFIRMED):
        message = N_("The attached invitation puts it into your own calendar.")
    else:
        message = N_("The attached invitation brings your own calendar up to date.")
    yield translate(occasion.locale, message)
