"""Users of the workspace on external events are linked as users and never made contacts: SYN-12."""

from tests.sync import rig
from tests.sync.choosing_rig import TWO_WAY, addresses, choose, first_read, made, put


def _listed() -> list[dict[str, str]]:
    (one,) = made()
    return one.guests


def test_syn12_trap15_a_colleague_is_linked_as_a_user(database: str) -> None:
    kate, ben = first_read(name="Kate"), first_read(name="Ben")
    choose(kate, TWO_WAY)
    put(kate, "meeting", "x@new.example", ben.user.email.upper(), kate.user.email)
    kate.run()
    assert addresses() == ["x@new.example"]
    assert [one["user"] for one in _listed()] == [str(ben.user.id)]
    assert [one["email"].lower() for one in _listed()] == [ben.user.email]


def test_syn12_trap45_it_stays_so_whoever_reads_the_meeting(database: str) -> None:
    kate, ben = first_read(name="Kate"), first_read(name="Ben")
    hrefs = []
    for one in (kate, ben):
        choose(one, TWO_WAY)
        hrefs.append(put(one, "meeting", "x@new.example", kate.user.email, ben.user.email))
        one.run()
    before = _listed()
    assert [one["user"] for one in before] == [str(ben.user.id)]
    for one, href in zip((kate, ben, kate), (*hrefs, hrefs[0]), strict=True):
        one.edit(href, "SUMMARY:", "SUMMARY:Again ")
        one.run()
    assert _listed() == before
    assert addresses() == ["x@new.example"]


def test_syn12_only_colleagues_make_no_appointment(database: str) -> None:
    kate, ben = first_read(name="Kate"), first_read(name="Ben")
    choose(kate, TWO_WAY)
    put(kate, "meeting", ben.user.email)
    kate.run()
    assert made() == []
    assert addresses() == []
    assert len(rig.busy(kate.user)) == 1
