"""The e-mail addresses, numbers or postal addresses of a card, brought to what is wanted. Pure.

A wanted line takes the line that says the same; else one with the same label, whose place, group
and unknown companions (Apple's X-ABADR, a provider's X- parameters) it keeps; else a new one. Lines
that say nothing to Tandem are not touched.
"""

import re
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from crm_app.providers.vcard.content import Content, Entry
from crm_app.providers.vcard.details import Detail, Part, unlabelled
from crm_app.providers.vcard.labels import PREFERRED, label_of, other_types, types_of
from crm_app.providers.vcard.lines import Line
from crm_app.providers.vcard.properties import Params, Property, escaped, types_in, written

_LABEL = "X-ABLABEL"
_COMPANIONS = (_LABEL, "X-ABADR")
# They speak of the value that stood there before, or of its form.
_STALE = {"VALUE", "LABEL", "GEO", "TZ"}
_NUMBERED = re.compile(r"item(\d+)", re.IGNORECASE)


class Groups:
    """The groups of a card: whether a line has its own to itself, and names for new ones."""

    def __init__(self, lines: Sequence[Line] = ()) -> None:
        grouped = [(line.physical.partition(".")[0].lower(), line) for line in lines]
        self._members = Counter(group for group, line in grouped if line.name not in _COMPANIONS)
        self._last = max(
            (int(found.group(1)) for group, _ in grouped if (found := _NUMBERED.fullmatch(group))),
            default=0,
        )

    def alone(self, entry: Entry) -> bool:
        """Whether nothing else is in the line's group but what speaks of that line."""
        return self._members[entry.property.group.lower()] <= 1

    def new(self) -> str:
        """The name of a group that the card does not use yet."""
        self._last += 1
        return f"item{self._last}"


@dataclass
class _Plan:
    """The lines of the part as they will be, and which groups lose their label or all of theirs."""

    groups: Groups
    version: str
    lines: list[list[Line]] = field(default_factory=list)
    unlabelled: set[str] = field(default_factory=set)
    abandoned: set[str] = field(default_factory=set)


def with_details(content: Content, part: Part[Detail], wanted: Sequence[Detail]) -> Content:
    """The card with just these lines of a part, in this order."""
    present = content.details(part)
    if [said for _, said in present] == list(wanted):
        return content
    taken = _taken([said for _, said in present], wanted)
    plan = _Plan(Groups(content.lines), content.version)
    for number, each in enumerate(wanted):
        found = present[taken[number]] if number in taken else None
        plan.lines.append(_lines_for(plan, part, each, found))
    used = set(taken.values())
    for number, (entry, _) in enumerate(present):
        if number not in used and entry.property.group and plan.groups.alone(entry):
            plan.abandoned.add(entry.property.group.lower())
    changed = _carried_out(content, [entry for entry, _ in present], plan)
    changed = _without_stale_labels(changed, part, present, wanted)
    return _in_order(changed, part, wanted)


def _taken(present: Sequence[Detail], wanted: Sequence[Detail]) -> dict[int, int]:
    """Which present line each wanted one takes: the same, the same but its label, or one with its
    label, in whose place it comes."""
    taken: dict[int, int] = {}
    for said in (_all, unlabelled, _label):
        used = set(taken.values())
        free: dict[object, deque[int]] = {}
        for index, each in enumerate(present):
            if index not in used:
                free.setdefault(said(each), deque()).append(index)
        for number, each in enumerate(wanted):
            if number not in taken and free.get(said(each)):
                taken[number] = free[said(each)].popleft()
    return taken


def _all(detail: Detail) -> object:
    return detail.label, unlabelled(detail)


def _label(detail: Detail) -> object:
    return detail.label


def _lines_for(
    plan: _Plan, part: Part[Detail], wanted: Detail, found: tuple[Entry, Detail] | None
) -> list[Line]:
    """The line that says ``wanted`` and, where it needs one, the line with its label."""
    if found is None:
        return new_lines(part, wanted, plan.groups, plan.version)
    entry, said = found
    if _all(said) == _all(wanted):
        return [entry.line]
    base = entry.property
    if unlabelled(said) != unlabelled(wanted):
        kept = tuple(each for each in base.params if each[0] not in _STALE)
        base = replace(base, value=part.write(wanted, plan.version), params=kept)
    if said.label == wanted.label:
        return [written(base, plan.version)]
    if not plan.groups.alone(entry):
        base = replace(base, group="")
    elif base.group:
        plan.unlabelled.add(base.group.lower())
    return _labelled(base, wanted.label, plan.groups, plan.version)


def new_lines(part: Part[Detail], wanted: Detail, groups: Groups, version: str) -> list[Line]:
    """A line that says ``wanted``, with the one that holds its label where it needs one."""
    new = Property(part.name, part.write(wanted, version))
    return _labelled(new, wanted.label, groups, version)


def _labelled(base: Property, label: str, groups: Groups, version: str) -> list[Line]:
    """``base`` with this label and no other."""
    types = types_of(label)
    named = replace(base, params=_with_types(base.params, types or (), version))
    if types is not None:
        return [written(named, version)]
    named = replace(named, group=named.group or groups.new())
    said = Property("X-ABLabel", escaped(label, version), named.group)
    return [written(named, version), written(said, version)]


def _with_types(params: Params, types: Sequence[str], version: str) -> Params:
    """Parameters whose types say nothing else of the label than ``types`` do."""
    others = [each for each in params if not types_in(each)]
    kept = [name for each in params for name in other_types(types_in(each))]
    named = [*types, *kept]
    if not named:
        return tuple(others)
    said = [each if version >= "4" else each.upper() for each in dict.fromkeys(named)]
    return (("TYPE", tuple(said)), *others)


def _carried_out(content: Content, entries: Sequence[Entry], plan: _Plan) -> Content:
    """The new lines in the places of the old ones, more of them behind the last."""
    places = sorted(entry.index for entry in entries)
    new = [list[Line]() for _ in places] or [[]]
    for number, lines in enumerate(plan.lines):
        new[min(number, len(new) - 1)] += lines
    at = dict(zip(places, new, strict=True)) if places else {}
    carried: list[Line] = []
    for index, line in enumerate(content.lines):
        if index in at:
            carried += at[index]
        elif not _dropped(line, plan):
            carried.append(line)
    if not places:
        carried += new[0]
    return Content(carried, content.version)


def _dropped(line: Line, plan: _Plan) -> bool:
    """Whether a line only said something of one that has another label now, or is gone."""
    group, dot, _ = line.physical.partition(".")
    if not dot or line.name not in _COMPANIONS:
        return False
    group = group.lower()
    return group in plan.abandoned or (group in plan.unlabelled and line.name == _LABEL)


def _without_stale_labels(
    content: Content,
    part: Part[Detail],
    present: Sequence[tuple[Entry, Detail]],
    wanted: Sequence[Detail],
) -> Content:
    """Without the LABEL lines (RFC 2426 §3.2.2) of addresses that say something else by now."""
    stale = {said.label for _, said in present if said not in wanted}
    if part.name != "ADR" or not stale:
        return content
    gone = {each.index for each in content.all("LABEL") if label_of(each.property.types) in stale}
    kept = [line for index, line in enumerate(content.lines) if index not in gone]
    return Content(kept, content.version)


def _in_order(content: Content, part: Part[Detail], wanted: Sequence[Detail]) -> Content:
    """With the preference taken away where it says another order than the wanted one."""
    present = content.details(part)
    if [_all(said) for _, said in present] == [_all(each) for each in wanted]:
        return content
    lines = list(content.lines)
    for entry, _ in present:
        if PREFERRED in entry.property.types or entry.property.param("PREF"):
            plain = replace(entry.property, params=_unpreferred(entry.property.params))
            lines[entry.index] = written(plain, content.version)
    return Content(lines, content.version)


def _unpreferred(params: Params) -> Params:
    kept: list[tuple[str, tuple[str, ...]]] = []
    for key, values in params:
        others = tuple(each for each in values if each.lower() != PREFERRED)
        if key == "PREF" or (not values and key.lower() == PREFERRED) or (values and not others):
            continue
        kept.append((key, others))
    return tuple(kept)
