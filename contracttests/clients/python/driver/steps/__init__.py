"""The steps, in the order in which they run. Each starts from a tenant that was just reset."""

from collections.abc import Callable
from dataclasses import dataclass

from driver.outcome import Limit
from driver.session import Session
from driver.steps import create, delete, listing, login, patch, refusal


@dataclass(frozen=True)
class Step:
    """One thing that a client does, and what has to come of it."""

    name: str
    run: Callable[[Session], Limit | None]
    findings: tuple[str, ...] = ()
    """What the mock finds careless in it."""


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
    Step("unauthorized", refusal.unauthorized, findings=("expired-access-token",)),
    Step("forbidden", refusal.forbidden),
    Step("not-found", refusal.not_found),
    Step("rate-limited", refusal.rate_limited),
    Step("namespace", login.namespace),
    Step("trailing-slash", login.trailing_slash),
    Step("environment", login.environment),
)
