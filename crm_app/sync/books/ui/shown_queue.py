"""The queue as its table shows it, in the reader's words."""

from dataclasses import dataclass, field

from sqlmodel import Session

from crm_app.contacts.ui.shown import KIND_NAMES
from crm_app.core.access import Actor
from crm_app.core.i18n import N_, translate
from crm_app.sync.books import card_rules, queries
from crm_app.sync.books.likely import Likeness
from crm_app.sync.books.queries import Counts, QueueRow
from crm_app.sync.books.queue_rows import Show
from crm_app.sync.rules import card_marks
from crm_app.ui.components.people import initials

WHY: dict[Likeness, str] = {
    Likeness.EMAIL: N_("the same e-mail address, {shared}"),
    Likeness.PHONE: N_("the same number, {shared}"),
    Likeness.NAME: N_("the same name"),
}
LEAVE_OUT = N_("Leave out")


@dataclass(frozen=True)
class LikeRow:
    """A contact that a card may be. ``taken``: another entry of that address book is it already."""

    contact_id: int = 0
    name: str = ""
    why: str = ""
    path: str = ""
    taken: bool = False


@dataclass(frozen=True)
class CardRow:
    """A card of the queue. ``mark`` is a kind or empty; ``facts`` are its addresses and numbers."""

    id: int = 0
    name: str = ""
    initials: str = ""
    kind: str = ""
    organization: str = ""
    facts: list[str] = field(default_factory=list)
    more: str = ""
    labels: list[str] = field(default_factory=list)
    mark: str = ""
    by_rule: bool = False
    importing: bool = False
    ignored: bool = False
    gone: bool = False
    trouble: str = ""
    book: str = ""
    matches: list[LikeRow] = field(default_factory=list)


@dataclass(frozen=True)
class RuleLine:
    """A rule as a sentence in two parts."""

    id: int = 0
    when: str = ""
    then: str = ""
    marked: str = ""
    first: bool = False
    last: bool = False


@dataclass(frozen=True)
class Seen:
    """What one look at the queue gives.

    ``counts`` are of what was searched for; ``ready`` is how many an import would take, whatever
    was searched for.
    """

    rows: list[CardRow]
    next: int | None
    counts: Counts
    ready: int


_FACTS, _LABELS = 3, 2


def page(
    session: Session,
    actor: Actor,
    *,
    account_id: int | None,
    text: str,
    show: Show,
    after: int | None,
    limit: int,
) -> Seen:
    """A part of the queue, and how many cards are in each part of it."""
    found = queries.queue(
        session, actor, account_id=account_id, text=text, show=show, after=after, limit=limit
    )
    counts = queries.counts(session, actor, account_id=account_id, text=text)
    ready = queries.counts(session, actor, account_id=account_id).marked if text else counts.marked
    return Seen([row(actor.locale, each) for each in found.rows], found.next, counts, ready)


def row(locale: str, card: QueueRow) -> CardRow:
    """One card."""
    facts = [*card.emails, *card.phones, *card.addresses]
    rest = len(facts) - _FACTS
    return CardRow(
        id=card.id,
        name=card.name,
        initials=initials(card.name),
        kind=card.kind.value,
        organization=card.organization,
        facts=facts[:_FACTS],
        more=f"+{rest}" if rest > 0 else "",
        labels=list(card.labels[:_LABELS]),
        mark=card.mark.value if card.mark else "",
        by_rule=card.by_rule,
        importing=card.importing,
        ignored=card.ignored,
        gone=card.gone,
        trouble=translate(locale, card.trouble) if card.trouble else "",
        book=card.book_name,
        matches=[
            LikeRow(
                each.contact_id,
                each.name,
                translate(locale, WHY[each.why], shared=each.shared),
                f"/contacts/{each.contact_id}",
                each.taken,
            )
            for each in card.matches
        ],
    )


def rules(session: Session, actor: Actor) -> list[RuleLine]:
    """The reader's rules in their order."""
    found = card_rules.rules_of(session, actor)
    return [_rule(actor.locale, each, place, len(found)) for place, each in enumerate(found)]


def _rule(locale: str, rule: card_rules.RuleRow, place: int, count: int) -> RuleLine:
    known = next((each for each in card_marks.FIELDS if each.key == rule.field), None)
    asked = translate(locale, known.name) if known else rule.field
    value = known.choices.get(rule.value, rule.value) if known else rule.value
    return RuleLine(
        id=rule.id,
        when=f"{asked}: {translate(locale, value)}" if value else asked,
        then=translate(locale, KIND_NAMES[rule.mark] if rule.mark else LEAVE_OUT),
        marked=str(rule.marked),
        first=place == 0,
        last=place == count - 1,
    )
