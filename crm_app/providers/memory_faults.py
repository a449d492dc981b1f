"""Calls of a service in memory, and the faults that tests and demonstrations ask of it."""

from dataclasses import dataclass

from crm_app.core.errors import RemoteUnavailable


@dataclass
class _Fault:
    error: Exception
    call: str | None
    after: bool
    times: int


class Faults:
    """A service that notes each call of its adapters and can make any of them fail."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self._faults: list[_Fault] = []

    def fail(
        self, error: Exception, *, call: str | None = None, after: bool = False, times: int = 1
    ) -> None:
        """Make the next ``times`` calls (of that name) end with ``error``, before or after they
        took effect."""
        self._faults.append(_Fault(error, call, after, times))

    def lose_answer(self, call: str | None = None) -> None:
        """The next call takes effect, and its answer is lost."""
        self.fail(RemoteUnavailable(detail="lost answer"), call=call, after=True)

    def at(self, call: str, *, after: bool) -> None:
        """Raise the fault that waits for this moment, if any."""
        if not after:
            self.calls.append(call)
        for fault in list(self._faults):
            if fault.after is after and fault.call in {None, call}:
                fault.times -= 1
                if fault.times == 0:
                    self._faults.remove(fault)
                raise fault.error
