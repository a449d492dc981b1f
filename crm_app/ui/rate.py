"""How much one person's tabs may ask of us: a bucket of tokens per key, in bounded memory."""

from collections import OrderedDict


class Buckets:
    """Token buckets: ``burst`` at once, refilled with ``per_second``; at most ``keep`` keys remembered.

    The key that was used longest ago is forgotten first. That can only be forgotten in a full
    state unless ``keep`` users are active at the same time, so forgetting gives nothing away.
    """

    def __init__(self, *, per_second: float, burst: float, keep: int = 10_000) -> None:
        self._per_second, self._burst, self._keep = per_second, burst, keep
        self._left: OrderedDict[object, tuple[float, float]] = OrderedDict()

    def take(self, key: object, now: float) -> bool:
        """Whether ``key`` may act at ``now`` (monotonic seconds); counts the act when it may."""
        left, since = self._left.pop(key, (self._burst, now))
        left = min(self._burst, left + (now - since) * self._per_second)
        allowed = left >= 1
        self._left[key] = (left - 1 if allowed else left, now)
        if len(self._left) > self._keep:
            self._left.popitem(last=False)
        return allowed

    def __len__(self) -> int:
        return len(self._left)
