"""Saved views: own and shared, and who may change them (CON-3, USR-3)."""

import pytest
from sqlmodel import Session

from crm_app.contacts import saved_views
from crm_app.contacts.filters import ViewSpec
from crm_app.core.access import Actor
from crm_app.core.errors import Invalid, NotAllowed, NotFound
from tests import factories

HOT = ViewSpec({"tags_any": ["hot"]}, "-changed")


@pytest.fixture
def team(session: Session) -> tuple[Actor, Actor, Actor]:
    factories.workspace(session)
    made = [factories.admin(session, name="Ada")]
    made += [factories.user(session, name=name) for name in ("Ben", "Cleo")]
    ada, ben, cleo = (factories.actor(user) for user in made)
    return ada, ben, cleo


def test_con3_a_view_remembers_filters_and_order(session: Session, team: tuple[Actor, ...]) -> None:
    _, ben, cleo = team
    saved_views.add(session, ben, name="  Hot  leads ", spec=HOT)
    (view,) = saved_views.views_of(session, ben)
    assert (view.name, view.spec, view.shared, view.maker, view.may_change) == (
        "Hot leads",
        HOT,
        False,
        "",
        True,
    )
    assert saved_views.views_of(session, cleo) == []


def test_con3_shared_views_come_after_ones_own(session: Session, team: tuple[Actor, ...]) -> None:
    ada, ben, cleo = team
    saved_views.add(session, ben, name="Zeta", spec=HOT, shared=True)
    saved_views.add(session, cleo, name="Mine", spec=ViewSpec())
    seen = saved_views.views_of(session, cleo)
    assert [(view.name, view.maker, view.may_change) for view in seen] == [
        ("Mine", "", True),
        ("Zeta", "Ben", False),
    ]
    assert [view.may_change for view in saved_views.views_of(session, ada)] == [True]


def test_usr3_a_view_is_changed_by_its_maker_or_an_administrator(
    session: Session, team: tuple[Actor, ...]
) -> None:
    ada, ben, cleo = team
    own = saved_views.add(session, ben, name="Own", spec=HOT)
    shared = saved_views.add(session, ben, name="Shared", spec=HOT, shared=True)
    with pytest.raises(NotFound):
        saved_views.get_view(session, cleo, own.id or 0)
    with pytest.raises(NotFound):
        saved_views.get_view(session, ada, own.id or 0)
    found = saved_views.get_view(session, cleo, shared.id or 0)
    with pytest.raises(NotAllowed):
        saved_views.change(session, cleo, found, name="Mine now")
    with pytest.raises(NotAllowed):
        saved_views.remove(session, cleo, found)
    saved_views.change(session, ada, found, name="Ours", shared=False, spec=ViewSpec())
    assert [(v.name, v.shared, v.spec) for v in saved_views.views_of(session, ben)] == [
        ("Own", False, HOT),
        ("Ours", False, ViewSpec()),
    ]


def test_con3_views_are_arranged_removed_and_brought_back(
    session: Session, team: tuple[Actor, ...]
) -> None:
    _, ben, _ = team
    ids = [saved_views.add(session, ben, name=name, spec=HOT).id or 0 for name in "ABC"]
    saved_views.arrange(session, ben, [ids[2], ids[0]])
    assert [view.name for view in saved_views.views_of(session, ben)] == ["C", "A", "B"]
    view = saved_views.views_of(session, ben)[0]
    saved_views.remove(session, ben, saved_views.get_view(session, ben, view.id))
    session.flush()
    assert [view.name for view in saved_views.views_of(session, ben)] == ["A", "B"]
    back = saved_views.bring_back(session, ben, view)
    assert saved_views.seen_view(session, ben, back).spec == HOT


@pytest.mark.parametrize("name", ["", "   ", "Taken"])
def test_q1_a_view_needs_a_name_of_its_own(
    session: Session, team: tuple[Actor, ...], name: str
) -> None:
    _, ben, cleo = team
    saved_views.add(session, ben, name="Taken", spec=HOT)
    saved_views.add(session, cleo, name="Taken", spec=HOT)
    with pytest.raises(Invalid) as refused:
        saved_views.add(session, ben, name=name, spec=HOT)
    assert set(refused.value.fields) == {"view_name"}
