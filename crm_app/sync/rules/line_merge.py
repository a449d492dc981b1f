"""Two lists of lines (addresses, numbers) that belong together, brought in step by what changed. Pure.

Each side is compared with how it was when both were last in step; what was added, changed, moved or
removed on one side since is done on the other. A line is the same line while its key is the same;
one that took another's place is that line with another value. What always holds: a line goes only
where the other side let it go and this side did not touch it; what differs because a service keeps
less, or spells it in its own way, is no change; and merging what a merge gave changes nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields, replace
from difflib import SequenceMatcher
from typing import Any, Generic, TypeVar, cast

from crm_app.sync.rules.line_order import OURS, THEIRS, Fate, laid_out

# As many lines of a kind as a contact has.
MOST = 50
Line = TypeVar("Line")
_Lines = Sequence[Line]


@dataclass(frozen=True, slots=True)
class Manner(Generic[Line]):
    """What kind of lines these are.

    ``key``: the form in which two are compared. ``kept``: the line as the CRM keeps it, None when it
    cannot. ``alike``: one line, spelled by the service in its own way.
    """

    key: Callable[[Line], str]
    kept: Callable[[Line], Line | None]
    alike: Callable[[Line, Line], bool]


@dataclass(slots=True, eq=False)
class _Story(Generic[Line]):
    """One line on our side and on theirs, before and now; None where it is not there."""

    before: list[Line | None] = field(default_factory=lambda: [None, None])
    now: list[Line | None] = field(default_factory=lambda: [None, None])
    was_at: list[int | None] = field(default_factory=lambda: [None, None])
    is_at: list[int | None] = field(default_factory=lambda: [None, None])

    def fate(self, ours: Line | None, theirs: Line | None, *, spare: bool = False) -> Fate[Line]:
        """What becomes of it, with its places."""
        was, now = (self.was_at[0], self.was_at[1]), (self.is_at[0], self.is_at[1])
        return Fate([ours, theirs], was, now, spare)


def merge(
    ours: _Lines[Line],
    theirs: _Lines[Line],
    before: tuple[_Lines[Line], _Lines[Line]] | None,
    manner: Manner[Line],
    *,
    take_in: bool = True,
) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
    """What stands on our side and on theirs afterwards.

    ``before``: both lists as they were when they were last in step; None: they never were, and then
    nothing is removed. Without ``take_in`` our list stays as it is.
    """
    stories = _stories((ours, theirs), before or ((), ()), manner)
    fates = [fate for story in stories for fate in _fates(story, manner, take_in)]
    _keep_few(fates, len(ours))
    joined = before is not None
    needed = [fate for fate in fates if not fate.spare]
    if not _same(laid_out(needed, joined=joined)[THEIRS], theirs, manner):
        # What the service had no room for may find some now.
        for fate in fates:
            fate.then[THEIRS] = fate.then[OURS] if fate.spare else fate.then[THEIRS]
    here, there = laid_out(fates, joined=joined)
    return (
        _whole([fate.then[OURS] for fate in here], ours, manner) if take_in else tuple(ours),
        _whole([fate.then[THEIRS] for fate in there], theirs, manner),
    )


def _singles(lines: _Lines[Line], manner: Manner[Line]) -> list[Line]:
    """Each line once; a second one of the same key belongs to the first."""
    kept: dict[str, Line] = {}
    for line in lines:
        kept.setdefault(manner.key(line), line)
    return list(kept.values())


def _whole(
    lines: Sequence[Line | None], stood: _Lines[Line], manner: Manner[Line]
) -> tuple[Line, ...]:
    """``lines`` with the doubles that some of them had, each behind its first."""
    present = _singles([line for line in lines if line is not None], manner)
    if present == _singles(stood, manner):
        return tuple(stood)
    doubles: dict[str, list[Line]] = {}
    for line in stood:
        doubles.setdefault(manner.key(line), []).append(line)
    return tuple(
        line for first in present for line in (first, *doubles.get(manner.key(first), [])[1:])
    )


def _same(fates: list[Fate[Line]], stood: _Lines[Line], manner: Manner[Line]) -> bool:
    return [fate.then[THEIRS] for fate in fates] == _singles(stood, manner)


def _keep_few(fates: list[Fate[Line]], present: int) -> None:
    """A contact has room for so many lines; what comes in beyond them stays outside."""
    room = MOST - present
    for fate in fates:
        if fate.then[OURS] is not None and fate.now[OURS] is None:
            room -= 1
            if room < 0:
                fate.then[OURS] = None


def _stories(
    now: tuple[_Lines[Line], _Lines[Line]],
    before: tuple[_Lines[Line], _Lines[Line]],
    manner: Manner[Line],
) -> list[_Story[Line]]:
    stories: list[_Story[Line]] = []
    _tell_before(stories, before, manner)
    for side in (OURS, THEIRS):
        _follow(stories, _singles(now[side], manner), manner, side)
    return _met(stories, manner)


def _tell_before(
    stories: list[_Story[Line]], before: tuple[_Lines[Line], _Lines[Line]], manner: Manner[Line]
) -> None:
    """Which lines of theirs were which of ours: by key, else those spelled in the service's way."""
    by_key: dict[str, _Story[Line]] = {}
    for place, line in enumerate(_singles(before[OURS], manner)):
        stories.append(_Story(before=[line, None], was_at=[place, None]))
        by_key[manner.key(line)] = stories[-1]
    theirs = list(enumerate(_singles(before[THEIRS], manner)))
    rest = [(place, line) for place, line in theirs if manner.key(line) not in by_key]
    for place, line in theirs:
        if (known := by_key.get(manner.key(line))) is not None:
            known.before[THEIRS], known.was_at[THEIRS] = line, place
    for place, line in rest:
        story = _spelled_otherwise(stories, line, manner)
        story.before[THEIRS], story.was_at[THEIRS] = line, place


def _spelled_otherwise(
    stories: list[_Story[Line]], line: Line, manner: Manner[Line]
) -> _Story[Line]:
    """The story of ours that ``line`` belongs to; a new one when there is none."""
    for story in stories:
        mine = story.before[OURS]
        if mine is not None and story.before[THEIRS] is None and manner.alike(mine, line):
            return story
    stories.append(_Story())
    return stories[-1]


def _follow(stories: list[_Story[Line]], now: list[Line], manner: Manner[Line], side: int) -> None:
    """Find each line of before among those of now; what is new begins a story."""
    told = [(story.was_at[side] or 0, story.before[side], story) for story in stories]
    known = {
        manner.key(line): story
        for _, line, story in sorted(told, key=lambda each: each[0])
        if line is not None
    }
    replaced = _replaced(list(known), [manner.key(line) for line in now])
    for place, line in enumerate(now):
        key = manner.key(line)
        story = known.get(key) or known.get(replaced.get(key, key))
        if story is None:
            story = _Story()
            stories.append(story)
        story.now[side], story.is_at[side] = line, place


def _replaced(before: list[str], now: list[str]) -> dict[str, str]:
    """Which keys that came stand where keys that went stood: new key -> old one."""
    went, came = set(before) - set(now), set(now) - set(before)
    found: dict[str, str] = {}
    for _, a, b, c, d in SequenceMatcher(None, before, now, autojunk=False).get_opcodes():
        old = [key for key in before[a:b] if key in went]
        new = [key for key in now[c:d] if key in came]
        found.update(zip(new, old, strict=False))
    return found


def _met(stories: list[_Story[Line]], manner: Manner[Line]) -> list[_Story[Line]]:
    """One story where a line is new on one side, or had no room there, and stands on the other."""
    mine = {
        manner.key(line): story
        for story in stories
        if (line := story.now[OURS]) is not None
        and story.now[THEIRS] is None
        and story.before[THEIRS] is None
    }
    result = []
    for story in stories:
        line = story.now[THEIRS]
        lone = line is not None and story.now[OURS] is None and story.before[OURS] is None
        partner = mine.get(manner.key(line)) if lone and line is not None else None
        if partner is None:
            result.append(story)
        else:
            partner.now[THEIRS], partner.is_at[THEIRS] = line, story.is_at[THEIRS]
            partner.before[THEIRS] = story.before[THEIRS]
            partner.was_at[THEIRS] = story.was_at[THEIRS]
    return result


def _fates(story: _Story[Line], manner: Manner[Line], take_in: bool) -> list[Fate[Line]]:
    ours, theirs = story.now
    if ours is not None and theirs is not None:
        return _on_both(story, ours, theirs, manner, take_in)
    if ours is not None:
        return [_ours_alone(story, ours, take_in)]
    if theirs is not None:
        return [_theirs_alone(story, theirs, manner, take_in)]
    return []


def _on_both(
    story: _Story[Line], ours: Line, theirs: Line, manner: Manner[Line], take_in: bool
) -> list[Fate[Line]]:
    ours_before, theirs_before = story.before
    if ours_before is None or theirs_before is None:
        return [story.fate(_filled(ours, theirs), theirs)]
    here = manner.key(ours) != manner.key(ours_before)
    there = manner.key(theirs) != manner.key(theirs_before)
    if here and there:
        if manner.key(ours) == manner.key(theirs):
            return [story.fate(ours, theirs)]
        return _in_two(story, ours, theirs, manner, take_in)
    came = manner.kept(_amended(ours, theirs, theirs_before, unless_changed_since=ours_before))
    return [story.fate(came or ours, _amended(theirs, ours, ours_before))]


def _in_two(
    story: _Story[Line], ours: Line, theirs: Line, manner: Manner[Line], take_in: bool
) -> list[Fate[Line]]:
    """Both gave the line another value: both values are kept, ours first."""
    mine, other = story.fate(ours, ours), story.fate(manner.kept(theirs), theirs)
    if not take_in:
        other.then[OURS] = None
    mine.was, mine.now = (mine.was[OURS], None), (mine.now[OURS], None)
    other.was, other.now = (None, other.was[THEIRS]), (None, other.now[THEIRS])
    mine.beside, other.beside = other, mine
    return [mine, other]


def _ours_alone(story: _Story[Line], ours: Line, take_in: bool) -> Fate[Line]:
    touched = ours != story.before[OURS]
    if touched:
        return story.fate(ours, ours)
    if story.before[THEIRS] is not None:
        # Removed there.
        return story.fate(None if take_in else ours, None)
    # The service does not keep so many.
    return story.fate(ours, None, spare=True)


def _theirs_alone(
    story: _Story[Line], theirs: Line, manner: Manner[Line], take_in: bool
) -> Fate[Line]:
    if theirs == story.before[THEIRS]:
        # Removed here, or never taken in.
        return story.fate(None, None if story.before[OURS] is not None else theirs)
    return story.fate(manner.kept(theirs) if take_in else None, theirs)


def _amended(
    line: Line, other: Line, other_before: Line, *, unless_changed_since: Line | None = None
) -> Line:
    """``line`` with the parts that changed in ``other``, except those that changed in it too."""
    mine: Any = unless_changed_since if unless_changed_since is not None else line
    changed = {
        part.name: getattr(other, part.name)
        for part in fields(cast(Any, line))
        if getattr(other, part.name) != getattr(other_before, part.name)
        and getattr(line, part.name) == getattr(mine, part.name)
    }
    return cast(Line, replace(cast(Any, line), **changed))


def _filled(line: Line, other: Line) -> Line:
    """``line`` with the other's label where it has none."""
    either: Any = line
    return cast(Line, replace(either, label=either.label or cast(Any, other).label))
