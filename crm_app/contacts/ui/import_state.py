"""The import page as a tab holds it: which file, at which step, and what the steps show.

A file is sent past Reflex (``contacts.http``); here arrives its number. What is chosen is kept with the
import at once, so that nothing is lost when the tab is closed. The dry run goes on in the background and
begins anew whenever something is chosen differently.
"""

import time
from typing import Any

import reflex as rx
from sqlmodel import Session

from crm_app.contacts.importing import choices, queries, rehearsing, service, table
from crm_app.contacts.importing.choices import Known
from crm_app.contacts.ui import (
    import_columns_shown,
    import_forecast,
    import_shown,
    making_state,
)
from crm_app.contacts.ui.import_columns_shown import ColumnLine, Preview
from crm_app.contacts.ui.import_reading import PAGE, PATH, choice_of, head, import_in, work
from crm_app.contacts.ui.import_shown import Numbers, PastLine, ReasonLine, RowLine
from crm_app.core import clock
from crm_app.core.access import Actor
from crm_app.core.errors import NotFound
from crm_app.core.i18n import N_
from crm_app.core.kinds import ContactKind, RowOutcome, WorkState
from crm_app.ui.state import PrivateState, handler

FILE, COLUMNS, CHECK, RUNNING, RESULT = "file", "columns", "check", "running", "result"
_TOLD_EVERY = 0.4  # seconds
Choice = dict[str, str]


class Imports(PrivateState):
    """The page. ``import_id`` 0: no file yet. ``step`` is one of the five above."""

    loading: bool = True
    step: str = FILE
    import_id: int = 0
    file_name: str = ""
    file_kind: str = ""
    file_rows: str = ""
    is_table: bool = True
    history: list[PastLine] = []

    columns: list[ColumnLine] = []
    targets: list[Choice] = []
    encodings: list[Choice] = []
    delimiters: list[Choice] = []
    encoding: str = ""
    delimiter: str = ""
    header: bool = True
    preview: Preview = Preview()
    preview_place: int = 0
    preview_count: int = 0

    known: str = Known.SKIP.value
    kind: str = ContactKind.LEAD.value
    owner: str = ""
    owners: list[Choice] = []
    tags: str = ""
    companies: bool = True
    triggers: bool = False

    looking: bool = False
    foreseen: Numbers = Numbers()
    foreseen_companies: str = ""
    foreseen_button: str = ""
    foreseen_reasons: list[ReasonLine] = []
    foreseen_rows: list[RowLine] = []
    shown_outcome: str = ""

    state: str = ""
    state_word: str = ""
    state_tone: str = "plain"
    problem: str = ""
    numbers: Numbers = Numbers()
    time_left: str = ""
    refused: list[RowLine] = []
    more_refused: bool = False
    stayed: list[RowLine] = []
    can_undo: bool = False
    can_go_on: bool = False
    asking: bool = False

    _previews: list[Preview] = []
    _turn: int = 0

    @handler
    async def load(self) -> Any:
        """The address changed: the beginning, or an import at its step."""
        self._turn += 1
        wanted = import_in(self.router.url.path)
        if wanted != self.import_id:
            # A tab whose line was cut comes here too, and stays where it was.
            self.asking, self.looking, self.errors = False, False, {}
            self.step, self.preview_place = FILE, 0
        if not wanted:
            self.import_id, self.step = 0, FILE
            self.history = await self._read(import_shown.past)
            self.loading = False
            return None
        try:
            return await self._open(wanted)
        except NotFound:
            self.import_id, self.step, self.loading = 0, FILE, False
            return [
                rx.toast.error(self._say(NotFound.default_message)),
                rx.redirect(PATH),
            ]

    @handler
    async def follow(self) -> Any:
        """Some import came further."""
        if not self.import_id:
            self.history = await self._read(import_shown.past)
        elif self.step in (RUNNING, RESULT):
            await self._show_work()
        return None

    @handler
    def sent(self, result: dict[str, Any]) -> Any:
        """The file arrived, or did not."""
        import_id = result.get("id")
        if isinstance(import_id, int):
            self.errors, self.loading = {}, True
            return rx.redirect(f"{PATH}/{import_id}")
        told = str(result.get("error") or "")[:300]
        self.errors = {
            "file": told or self._say(N_("The file could not be sent. Please try again."))
        }
        return None

    @handler
    async def set_target(self, place: int, target: str) -> None:
        """Make a column another field."""
        await self._change(lambda _s, _a, row: service.set_column(_s, row, place, target))
        await self._show_columns()

    @handler
    async def read_as(self, name: str, value: str) -> None:
        """Read the table with another encoding or delimiter, or with headings or without."""
        if name not in ("encoding", "delimiter", "header"):
            return
        given: dict[str, object] = {
            "encoding": self.encoding,
            "delimiter": self.delimiter,
            "header": self.header,
            name: value == "yes" if name == "header" else value,
        }
        await self._change(
            lambda session, _a, row: service.read_as(session, row, table.from_json(given))
        )
        await self._show_columns()

    @handler
    def turn_preview(self, by: int) -> None:
        """The next row, or the one before."""
        self._preview_at(self.preview_place + (1 if by > 0 else -1))

    @handler
    async def check_columns(self) -> Any:
        """The columns are right: on to the dry run."""
        await self._change(lambda _s, _a, row: service.require_sense(row))
        self.step = CHECK
        return [Imports.rehearse, _TO_TOP]

    @handler
    def back_to_columns(self) -> Any:
        """Change the columns again."""
        self._turn += 1
        self.step, self.looking = COLUMNS, False
        return _TO_TOP

    @handler
    async def choose(self, name: str, value: str) -> Any:
        """How known contacts are met, and what new ones get."""
        given = choice_of(name, value)
        if not given:
            return None
        await self._change(lambda session, actor, row: service.choose(session, actor, row, given))
        await self._show_choices()
        return Imports.rehearse

    @handler
    async def switch(self, name: str, on: bool) -> Any:
        """Whether companies are made, and whether triggers act."""
        if name not in ("companies", "triggers"):
            return None
        await self._change(
            lambda session, actor, row: service.choose(session, actor, row, {name: on})
        )
        await self._show_choices()
        return Imports.rehearse if name == "companies" else None

    @handler(background=True)
    async def rehearse(self) -> None:
        """Go through the file and show what an import would do; writes nothing."""
        async with self:
            self._turn += 1
            turn, import_id = self._turn, self.import_id
            self.looking = True
        try:
            begun, total = await self._read(
                lambda session, actor: import_forecast.begin(session, actor, import_id)
            )
            more, told_at = True, 0.0
            while more:
                more, found = await self._read(
                    lambda session, actor: (
                        rehearsing.step(session, actor, begun),
                        import_forecast.foreseen(actor, begun.forecast, total),
                    )
                )
                if more and time.monotonic() - told_at < _TOLD_EVERY:
                    continue
                told_at = time.monotonic()
                async with self:
                    if self._turn != turn:
                        return
                    self._take_forecast(found)
                    self.looking = more
        except Exception:
            async with self:
                self.looking = False
            raise

    @handler
    def show_outcome(self, outcome: str) -> None:
        """Only rows of which the same becomes."""
        self.shown_outcome = outcome if outcome in set(RowOutcome) else ""

    @handler
    async def start(self) -> None:
        """Let it begin."""
        self._turn += 1
        await self._change(lambda session, actor, row: service.start(session, actor, row))
        await self._show_work()

    @handler
    async def stop(self) -> None:
        """Stop after the rows that are at work."""
        await self._change(lambda session, _a, row: service.stop(session, row))
        await self._show_work()

    @handler
    async def go_on(self) -> None:
        """Go on with the rest."""
        await self._change(lambda session, _a, row: service.go_on(session, row))
        await self._show_work()

    @handler
    def ask(self) -> None:
        """Ask before everything is taken back."""
        self.asking = True

    @handler
    def close(self) -> None:
        """It stays as it is."""
        self.asking = False

    @handler
    async def undo(self) -> None:
        """Take it back."""
        self.asking = False
        await self._change(lambda session, actor, row: service.undo(session, actor, row))
        await self._show_work()

    @handler
    async def discard(self) -> Any:
        """Forget the file."""
        self._turn += 1
        await self._change(lambda session, _a, row: service.discard(session, row))
        return [rx.redirect(PATH), rx.toast.info(self._say(N_("The file was put away.")))]

    @handler
    async def load_refused(self) -> None:
        """More of the refused rows."""
        import_id = self.import_id
        after = self.refused[-1].number if self.refused else 0

        def more(session: Session, actor: Actor) -> list[RowLine]:
            row = queries.get_import(session, actor, import_id)
            told = queries.rows_of(session, row, RowOutcome.REFUSED, after=after)
            return import_shown.told_lines(actor, told)

        found = await self._read(more)
        self.refused = [*self.refused, *found]
        self.more_refused = len(found) == PAGE

    async def _open(self, import_id: int) -> Any:
        found = await self._read(lambda session, actor: head(session, actor, import_id))
        self.import_id = import_id
        self.file_name, self.file_kind, self.file_rows, self.is_table, begun = found
        if begun:
            await self._show_work()
        else:
            await self._show_choices()
            if self.is_table:
                await self._show_columns()
            if self.step not in (COLUMNS, CHECK):
                self.step = COLUMNS if self.is_table else CHECK
        self.loading = False
        return Imports.rehearse if self.step == CHECK else None

    async def _change(self, fn: Any) -> None:
        import_id = self.import_id

        def write(session: Session, actor: Actor) -> None:
            fn(session, actor, queries.get_import(session, actor, import_id))

        await self._write(write)

    async def _show_columns(self) -> None:
        import_id = self.import_id

        def read(session: Session, actor: Actor) -> tuple[Any, ...]:
            row = queries.get_import(session, actor, import_id)
            return (
                import_columns_shown.column_lines(actor, row),
                import_columns_shown.target_choices(actor),
                import_columns_shown.reading_choices(actor),
                import_columns_shown.reading_of(row),
                import_columns_shown.previews(session, actor, row),
                import_shown.rows_words(actor, row.total),
            )

        lines, targets, (encodings, delimiters), reading, previews, rows = await self._read(read)
        self.columns, self.targets, self.file_rows = lines, targets, rows
        self.encodings, self.delimiters = encodings, delimiters
        self.encoding, self.delimiter, self.header = (
            reading.encoding,
            reading.delimiter,
            reading.header,
        )
        self._previews, self.preview_count = previews, len(previews)
        self._preview_at(self.preview_place)

    def _preview_at(self, place: int) -> None:
        self.preview_place = max(0, min(place, len(self._previews) - 1))
        self.preview = self._previews[self.preview_place] if self._previews else Preview()

    async def _show_choices(self) -> None:
        import_id = self.import_id

        def read(session: Session, actor: Actor) -> tuple[choices.Choices, list[Choice]]:
            row = queries.get_import(session, actor, import_id)
            return choices.from_json(row.options), making_state.owner_choices(session, actor)

        chosen, self.owners = await self._read(read)
        self.known, self.kind = chosen.known.value, chosen.kind.value
        self.owner = str(chosen.owner_id or "")
        self.tags = ", ".join(chosen.tags)
        self.companies, self.triggers = chosen.companies, chosen.triggers

    async def _show_work(self) -> None:
        """An import that has begun: how far it came, or what came of it."""
        import_id, now = self.import_id, clock.now()
        found = await self._read(lambda session, actor: work(session, actor, import_id, now))
        before = self.state
        for name, value in found.items():
            setattr(self, name, value)
        busy = self.state in (WorkState.RUNNING.value, WorkState.UNDOING.value)
        if self.step == RUNNING and busy and before == self.state:
            return
        self.step = RUNNING if busy else RESULT

    def _take_forecast(self, found: import_forecast.Foreseen) -> None:
        self.foreseen, self.foreseen_companies = found.numbers, found.companies
        self.foreseen_button = found.button
        self.foreseen_reasons, self.foreseen_rows = found.reasons, found.rows


_TO_TOP = rx.call_script("window.scrollTo({top: 0})")
