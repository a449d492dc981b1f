"""Following a mailbox's changes (SYN-10)."""

import json
from datetime import UTC, datetime

import pytest

from crm_app.core.errors import CursorExpired, RateLimited, RemoteUnavailable
from crm_app.providers.calendar_port import AccessLost, CalendarGone, Page
from crm_app.providers.microsoft.calendars import GraphCalendars
from tests.contracts.events import MONDAYS, everything, happens, held, moved, simple, starts, weekly
from tests.providers.microsoft.conftest import open_calendars
from tests.servers.graph import Graph
from tests.servers.graph.outside import Outside, seed
from tests.servers.graph.store import Calendar
from tests.servers.plain_http import Asked, Told, plain_server

EXCEPTION = moved("20260323", "20260324T120000Z")


@pytest.fixture
def outside(graph: Graph, work: Calendar) -> Outside:
    return Outside(graph, work)


def pulled(calendars: GraphCalendars, work: Calendar, cursor: str | None = None) -> list[Page]:
    return list(calendars.pull(work.id, cursor))


def test_syn10_a_row_told_twice_counts_as_it_came_last(
    graph: Graph, calendars: GraphCalendars, work: Calendar, outside: Outside
) -> None:
    graph.api.duplicates = True
    outside.put("a", simple("a"))
    (page,) = pulled(calendars, work)
    assert [each.raw.count("SUMMARY:a") for each in page.changed] == [1]


def test_syn10_changed_and_removed_in_one_round_is_removed(
    calendars: GraphCalendars, work: Calendar, outside: Outside
) -> None:
    href = outside.put("a", simple("a"))
    cursor = pulled(calendars, work)[-1].cursor
    outside.put("a", simple("a", "LOCATION:Here"))
    outside.remove(href)
    (page,) = pulled(calendars, work, cursor)
    assert (page.changed, page.removed) == ((), (href,))


def test_syn10_a_listing_of_few_properties_is_filled_up(
    graph: Graph, calendars: GraphCalendars, work: Calendar, outside: Outside
) -> None:
    graph.api.limited = True
    names = [outside.put(str(number), simple(f"u{number}")) for number in range(45)]
    outside.put("weekly", weekly(EXCEPTION))
    found = held(calendars, work.id)
    assert set(names) < set(found)
    assert {each.uid for each in found.values()} == {f"u{n}" for n in range(45)} | {"weekly"}
    # 46 objects: one listing, three batches.
    batches = [path for method, path in graph.asked if path == "/$batch"]
    assert len(batches) == 3
    assert "20260324T120000Z" in starts(happens(calendars, work.id))


def test_syn10_a_series_is_read_once_for_all_its_rows(
    graph: Graph, calendars: GraphCalendars, work: Calendar, outside: Outside
) -> None:
    outside.put("weekly", weekly(EXCEPTION))
    small = open_calendars(graph, page_size=1)
    pages = list(small.pull(work.id, None))
    assert [len(page.changed) for page in pages] == [1, 0]
    assert len([path for _, path in graph.asked if path == "/$batch"]) == 1
    small.close()


def test_trap_27_a_deleted_exception_frees_its_slot(
    calendars: GraphCalendars, work: Calendar, outside: Outside, graph: Graph
) -> None:
    href = outside.put("weekly", weekly(EXCEPTION))
    pages = pulled(calendars, work)
    exception = work.events[href]["_exceptions"]["2026-03-23"]["id"]
    graph.mailbox.remove(work, exception)
    (page,) = pulled(calendars, work, pages[-1].cursor)
    # The tombstone names what we never knew by itself; the series says what became of it.
    assert page.removed == (exception,)
    assert [each.href for each in page.changed] == [href]
    assert starts(happens(calendars, work.id)) == [MONDAYS[0], MONDAYS[2], MONDAYS[3]]


def test_syn10_a_series_that_vanishes_while_it_is_read(
    graph: Graph, calendars: GraphCalendars, work: Calendar, outside: Outside
) -> None:
    href = outside.put("weekly", weekly())
    outside.put("a", simple("a"))
    answer = graph.api.answer
    gone = []

    def vanishing(method: str, target: str, headers: dict[str, str], body: object) -> object:
        if target == "/$batch" and not gone:
            gone.append(href)
            outside.remove(href)
        return answer(method, target, headers, body)

    graph.api.answer = vanishing  # type: ignore[method-assign,assignment]
    pages = pulled(calendars, work)
    assert {each.uid for each in everything(pages).values()} == {"a"}
    (page,) = pulled(calendars, work, pages[-1].cursor)
    assert page.removed == (href,)


@pytest.mark.parametrize("code", ["SyncStateNotFound", "resyncRequired", "SyncStateInvalid"])
@pytest.mark.parametrize("status", [410, 400])
def test_trap_46_a_lost_state_asks_for_a_full_listing(
    graph: Graph, calendars: GraphCalendars, work: Calendar, code: str, status: int
) -> None:
    cursor = pulled(calendars, work)[-1].cursor
    graph.fail(status, code, path="/delta")
    with pytest.raises(CursorExpired):
        pulled(calendars, work, cursor)
    assert pulled(calendars, work)[0].full


def test_trap_49_a_failure_on_page_3_leaves_the_pages_before(
    graph: Graph, calendars: GraphCalendars, work: Calendar
) -> None:
    seed(graph, work, 230)
    graph.fail(500, path="/delta", skip=2)
    pages: list[Page] = []
    with pytest.raises(RemoteUnavailable):
        pages.extend(calendars.pull(work.id, None))
    assert [len(page.changed) for page in pages] == [50, 50]
    rest = pulled(calendars, work, pages[-1].cursor)
    assert all(page.full for page in rest)
    seen = [each.href for page in [*pages, *rest] for each in page.changed]
    assert len(seen) == len(set(seen)) == 230
    assert rest[-1].complete
    assert not pulled(calendars, work, rest[-1].cursor)[0].full


def test_trap_48_a_batch_that_is_throttled_inside_says_so(
    graph: Graph, calendars: GraphCalendars, work: Calendar, outside: Outside
) -> None:
    outside.put("weekly", weekly())
    answer = graph.api.answer

    def throttled(method: str, target: str, headers: dict[str, str], body: object) -> object:
        status, told = answer(method, target, headers, body)
        if target == "/$batch":
            problem = {"error": {"code": "ApplicationThrottled"}}
            told["responses"][0] |= {
                "status": 429,
                "headers": {"Retry-After": "11"},
                "body": problem,
            }
        return status, told

    graph.api.answer = throttled  # type: ignore[method-assign,assignment]
    with pytest.raises(RateLimited) as caught:
        pulled(calendars, work)
    assert caught.value.retry_after == 11


def test_trap_91_the_token_goes_nowhere_else(
    graph: Graph, calendars: GraphCalendars, work: Calendar
) -> None:
    cursor = json.loads(pulled(calendars, work)[-1].cursor or "")
    with plain_server(lambda asked: Told(200, {}, b"{}")) as stranger:
        for link in (
            stranger.url("/v1.0/me/calendars/x/events/delta"),
            f"{graph.graph}@127.0.0.1:{stranger.port}/x",
            f"{graph.graph}.evil.example/x",
            f"{graph.url}/beta/me/x",
            f"{graph.graph}/../../x",
        ):
            with pytest.raises(CursorExpired):
                pulled(calendars, work, json.dumps(cursor | {"link": link}))
        assert stranger.asked == []


def test_trap_91_a_link_in_an_answer_leads_nowhere_else(graph: Graph, work: Calendar) -> None:
    def answer(asked: Asked) -> Told:
        told = {"value": [], "@odata.nextLink": "https://evil.example/v1.0/me/calendars"}
        return Told(200, {}, json.dumps(told).encode())

    with plain_server(answer) as liar:
        calendars = GraphCalendars(
            graph.secret(), graph.app, graph=liar.url("/v1.0"), authority=graph.authority
        )
        with pytest.raises(RemoteUnavailable):
            list(calendars.pull("x", None))
        calendars.close()


def test_syn10_a_cursor_of_another_version_or_calendar(
    graph: Graph, calendars: GraphCalendars, work: Calendar
) -> None:
    cursor = pulled(calendars, work)[-1].cursor
    assert cursor is not None
    other = graph.mailbox.add_calendar("Other")
    for ref, text in (
        (work.id, json.dumps(json.loads(cursor) | {"v": 0})),
        (work.id, "[]"),
        (other.id, cursor),
    ):
        with pytest.raises(CursorExpired):
            list(calendars.pull(ref, text))


def test_syn10_a_calendar_that_may_not_be_seen_any_more(
    calendars: GraphCalendars, work: Calendar
) -> None:
    cursor = pulled(calendars, work)[-1].cursor
    work.may_see = False
    with pytest.raises(AccessLost):
        pulled(calendars, work, cursor)


def test_syn10_a_mailbox_that_is_gone(
    graph: Graph, calendars: GraphCalendars, work: Calendar
) -> None:
    graph.mailbox.calendars.clear()
    with pytest.raises(CalendarGone):
        pulled(calendars, work)


def test_syn1_all_pages_of_calendars_and_their_colours(
    graph: Graph, calendars: GraphCalendars
) -> None:
    for number in range(120):
        graph.mailbox.add_calendar(f"Calendar {number}", colour="", can_edit=number % 2 == 0)
    found = calendars.discover()
    assert len(found) == 121
    assert (found[0].colour, found[1].colour) == ("#33aa55", "")
    assert [each.writable for each in found[1:5]] == [True, False, True, False]


def test_syn3_free_busy_over_several_pages(
    graph: Graph, calendars: GraphCalendars, work: Calendar
) -> None:
    seed(graph, work, 200)
    found = calendars.free_busy(
        work.id,
        datetime(2026, 1, 2, tzinfo=UTC),
        datetime(2026, 1, 6, tzinfo=UTC),
        calendar_zone="UTC",
    )
    assert len(found) == 96
    assert found[0].starts_at == datetime(2026, 1, 2, tzinfo=UTC)
