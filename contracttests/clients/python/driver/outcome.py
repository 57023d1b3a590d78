"""The outcomes of a step, and assertions."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

E = TypeVar("E", bound=Exception)

ABLE = "the SDK does this now"
"""The beginning of a failure at a limit that the SDK no longer has."""


@dataclass(frozen=True)
class Limit:
    """A limitation of the SDK, in one sentence. The step has already asserted the expected failure."""

    reason: str


class Failure(Exception):
    """An assertion failed."""


def expect(name: str, got: object, want: object) -> None:
    """Fail unless got equals want."""
    if got != want:
        raise Failure(f"{name}: expected {want!r}, got {got!r}")


def expect_unable(ability: str, able: bool) -> None:
    """Fail if the SDK no longer has a limit."""
    if able:
        raise Failure(f"{ABLE}: {ability}")


def expect_raises(kind: type[E], call: Callable[[], object], otherwise: str = "the request was not rejected") -> E:
    """Return the exception of a call, which must be exactly of this type.

    The failure of a call without an exception begins with the text otherwise.
    """
    try:
        response = call()
    except Exception as error:
        if type(error) is kind:
            return error
        raise Failure(f"expected {kind.__qualname__}, got {type(error).__qualname__}: {error}") from error
    raise Failure(f"{otherwise}: expected {kind.__qualname__}, got {response!r}")
