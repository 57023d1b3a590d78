"""What a step can come to, and how it finds out."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

E = TypeVar("E", bound=Exception)

ABLE = "the SDK does this now"
"""How a failure begins that is good news: a limit is gone."""


@dataclass(frozen=True)
class Limit:
    """What the SDK cannot do today, in a sentence. The step has asserted how it shows."""

    reason: str


class Failure(Exception):
    """Something is not as expected."""


def expect(what: str, got: object, want: object) -> None:
    """Fail unless what was got is what was wanted."""
    if got != want:
        raise Failure(f"{what}: expected {want!r}, got {got!r}")


def expect_unable(what: str, able: bool) -> None:
    """Fail where the SDK has learnt what it could not do."""
    if able:
        raise Failure(f"{ABLE}: {what}")


def raised(kind: type[E], call: Callable[[], object], otherwise: str = "nothing was refused") -> E:
    """The exception of exactly this kind that the call has to raise; otherwise says what it means if it does not."""
    try:
        answer = call()
    except Exception as error:
        if type(error) is kind:
            return error
        raise Failure(f"expected {kind.__qualname__}, got {type(error).__qualname__}: {error}") from error
    raise Failure(f"{otherwise}: expected {kind.__qualname__}, got {answer!r}")
