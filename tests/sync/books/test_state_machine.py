"""SCT-5, SCT-7: two users, their address books, the CRM and any fault in between.

Checked at the end of each story, once no call fails any more and all listings have caught up:

- every address and number that somebody entered last and nobody removed is at its contact, and in
  each entry that follows it as far as the service keeps so many; what was removed or replaced is in
  neither, so no older value won;
- what a user wrote into an entry whose contact he may not change is there still and nowhere else;
- an entry that we made is called as its contact is called by now;
- nothing stands twice, no contact and no entry came to be besides, and no link waits or failed;
- further runs write nothing.

Checked on the way: what came in from an entry is not written back to it; a listing that is behind
our own write takes nothing away; an entry that was made by a lost answer is its contact's as soon
as a listing shows it, and is not made again. Not judged: a line that was removed in an entry while
the answer of a write to it was lost, which cannot be told from one that never arrived. Not tried here: many deletions at once, which wait
for a yes.
"""

import random

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import rule, run_state_machine_as_test

from crm_app.core.kinds import CardLinkState
from tests.sync.books import rig
from tests.sync.books.two_books import AFTER, WHICH, WHO, TwoBooks

KIND = st.sampled_from(["email", "phone"])


class Aimed(TwoBooks):
    """The same with what seldom happens by chance: faults and delays right where they hurt."""

    @rule(who=WHO, which=WHO, line=WHICH, act=st.sampled_from(["add", "change", "remove"]))
    def a_listing_is_behind(self, who: int, which: int, line: int, act: str) -> None:
        """A change goes out, and the service shows the entry as it was for a while."""
        if self.linked(who, which) is None:
            return
        if act == "add":
            self.add_here(which, "phone")
        elif act == "change":
            self.change_here(which, line)
        else:
            self.remove_here(which, line)
        said = self.lines(which)
        rig.settle()
        self.holders[who].run()
        assert self.lines(which) == said, "an older value came in"

    @rule(who=WHO, which=WHO, kind=KIND)
    def it_comes_in_only(self, who: int, which: int, kind: str) -> None:
        """A change there is taken over, and is not written back to where it came from."""
        href = self.linked(who, which)
        if href is None:
            return
        before = self.writes(self.holders[who])
        self.write_there(who, which, href, kind)
        self.holders[who].run()
        assert self.writes(self.holders[who]) == before, "it is written back"

    @rule(who=WHO, which=WHO, line=WHICH, kind=KIND, order=st.booleans())
    def both_change(self, who: int, which: int, line: int, kind: str, order: bool) -> None:
        href = self.linked(who, which)
        if href is None:
            return
        self.write_there(who, which, href, kind)
        self.change_here(which, line)
        (self.holders[who].run if order else rig.settle)()

    @rule(who=WHO, which=WHO, error=AFTER, kind=KIND)
    def an_answer_is_lost(self, who: int, which: int, error: type[Exception], kind: str) -> None:
        """A change arrives and nobody knows; meanwhile somebody writes there."""
        href = self.linked(who, which)
        if href is None:
            return
        self.add_here(which, "phone")
        self.holders[who].service.fail(error(), call="update", after=True)
        rig.settle()
        self.write_there(who, which, href, kind)
        self.holders[who].run()

    @rule(who=WHO, which=WHO, error=AFTER, again=st.booleans())
    def an_entry_turns_up(self, who: int, which: int, error: type[Exception], again: bool) -> None:
        """An entry is made and nobody knows. Before it is tried again (or with it) somebody writes
        there."""
        holder, person = self.holders[who], self.people[which]
        if not self.quiet(who) or rig.row(person).deleted_at:
            return
        if rig.is_on(holder, person):
            rig.untick(holder, person)
            self.calm()
        there = set(holder.cards())
        rig.tick(holder, person)
        holder.service.fail(error(), call="create", after=True)
        holder.run()
        made = set(holder.cards()) - there
        if len(made) != 1:
            return
        (href,) = made
        self.write_there(who, which, href, "phone")
        (self.all_due if again else self.books_due)()
        holder.run()
        assert set(holder.cards()) == there | made, "it is made twice"
        assert self.follows(holder, href) == which, "nobody knows whose entry it is"

    def linked(self, who: int, which: int) -> str | None:
        """The entry of a contact, made if need be, after all was quiet; None when it is not sure."""
        if not self.quiet(who) or rig.row(self.people[which]).deleted_at is not None:
            return None
        if not rig.is_on(self.holders[who], self.people[which]):
            rig.tick(self.holders[who], self.people[which])
            self.calm()
        for link in self.alive():
            if (link.user_id, self.which(link)) == (self.holders[who].user.id, which):
                there = link.href in self.holders[who].cards()
                return link.href if there and link.state is CardLinkState.IN_STEP else None
        return None

    def quiet(self, who: int) -> bool:
        if self.holders[who].service._faults:
            return False
        self.calm()
        return not self.holders[who].service._faults


@pytest.mark.usefixtures("lite")
@pytest.mark.slow
def test_sct5_sct7_nothing_is_lost_and_nothing_old_comes_back() -> None:
    random.seed(0)
    run_state_machine_as_test(
        Aimed,
        settings=settings(
            max_examples=20,
            stateful_step_count=30,
            deadline=None,
            derandomize=True,
            # A story is told as it was found: telling a shorter one takes minutes.
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
