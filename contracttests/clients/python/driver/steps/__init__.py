"""The steps, in the order of a run. The tenant is reset before each step."""

from collections.abc import Callable
from dataclasses import dataclass

from driver.outcome import Limit
from driver.session import Session
from driver.steps import create, delete, errors, listing, login, patch


@dataclass(frozen=True)
class Step:
    """A task of a client, with assertions."""

    name: str
    run: Callable[[Session], Limit | None]
    findings: tuple[str, ...] = ()
    """The expected findings of the mock."""


STEPS = (
    Step("token", login.token),
    Step("create-minimal", create.minimal),
    Step("create-all-fields", create.all_fields),
    Step("create-never-expiring", create.never_expiring),
    Step("list-me", listing.me),
    Step("list-all", listing.everyone),
    Step("list-filtered", listing.filtered),
    Step("patch-name", patch.name),
    Step("patch-scope", patch.scope),
    Step("patch-date", patch.date),
    Step("patch-acknowledgement", patch.acknowledgement),
    Step("rename-taken", patch.taken_name),
    Step("delete", delete.once),
    Step("delete-again", delete.again),
    Step("unauthorized", errors.unauthorized, findings=("expired-access-token",)),
    Step("forbidden", errors.forbidden),
    Step("not-found", errors.not_found),
    Step("rate-limited", errors.rate_limited),
    Step("namespace", login.namespace),
    Step("trailing-slash", login.trailing_slash),
    Step("environment", login.environment),
)
