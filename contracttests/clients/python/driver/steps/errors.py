"""Steps with error responses."""

import contextlib
import io
import json
from collections.abc import Callable
from datetime import timedelta

from driver import dates
from driver.outcome import ABLE, Failure, Limit, expect, expect_raises
from driver.pats import Pats
from driver.session import Session

UNKNOWN = "0" * 32
"""An id without a token."""


def unauthorized(session: Session) -> Limit:
    _wrong_secret(session)
    session.mock.reset()
    _no_new_login(session, session.pats(access_token="garbage"))
    expect("requests", _requests(session), [("list", 401)])
    session.mock.reset()
    pats = session.pats()
    session.mock.advance("13h")
    _no_new_login(session, pats)
    expect("requests", _requests(session), [("token", 200), ("list", 401)])
    return Limit(
        "the SDK only prints that a login was rejected, then raises TypeError, and does not log in again after 401"
    )


def forbidden(session: Session) -> None:
    pats = session.pats()
    session.expect_rejected(403, pats.list)


def not_found(session: Session) -> None:
    pats = session.pats()
    session.expect_rejected(404, lambda: pats.patch(UNKNOWN, {"op": "replace", "path": "/name", "value": "unknown"}))


def rate_limited(session: Session) -> Limit:
    pats = session.pats()
    target = session.token("laptop")["id"]
    change = {"op": "replace", "path": "/name", "value": "desk"}
    date = dates.from_now(30)
    _waits(session, "list", lambda: pats.list(owner_id="me"), 200)
    _waits(session, "delete", lambda: pats.delete(target), 204)
    _raises(session, "list", lambda: pats.list(owner_id="me"), retry_after="")
    _raises(session, "create", lambda: pats.create(name="nightly", expiration_date=date), retry_after="1")
    _raises(session, "patch", lambda: pats.patch(target, change), retry_after="1")
    return Limit("the SDK waits after 429 when it lists or deletes; create and patch raise it")


def _wrong_secret(session: Session) -> None:
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            configuration = session.log_in(client_secret="0" * 64)
    except Exception as error:
        raise Failure(f"{ABLE}: a rejected login raises {error!r}") from error
    expect("access token", configuration.access_token, None)
    expect("whether the error is printed", "Unauthorized" in printed.getvalue(), True)
    pats = Pats(session.version, configuration)
    expect_raises(TypeError, lambda: pats.list(owner_id="me"), otherwise=ABLE)
    expect("error of the login", json.loads(session.only("token").response_body)["error"], "invalid_client")
    expect("requests", _requests(session), [("token", 401)])


def _no_new_login(session: Session, pats: Pats) -> None:
    error = session.expect_rejected(401, lambda: pats.list(owner_id="me"), otherwise=ABLE)
    expect("properties of the body", list(json.loads(error.body)), ["error"])


def _waits(session: Session, operation: str, call: Callable[[], object], status: int) -> None:
    session.mock.reset()
    session.mock.fail(operation, status=429, retryAfter="1s")
    call()
    exchanges = session.mock.journal(operation)
    expect(f"{operation}: statuses", [each.status for each in exchanges], [429, status])
    expect(f"{operation}: whether it waited", exchanges[1].time - exchanges[0].time >= timedelta(seconds=1), True)
    expect(f"{operation}: findings", exchanges[1].findings, ())


def _raises(session: Session, operation: str, call: Callable[[], object], *, retry_after: str) -> None:
    session.mock.reset()
    session.mock.fail(operation, status=429, **({"retryAfter": retry_after + "s"} if retry_after else {}))
    error = session.expect_rejected(429, call, otherwise=ABLE)
    expect(f"{operation}: statuses", [each.status for each in session.mock.journal(operation)], [429])
    expect(f"{operation}: Retry-After for the caller", error.headers.get("Retry-After", ""), retry_after)


def _requests(session: Session) -> list[tuple[str, int]]:
    return [(each.operation, each.status) for each in session.mock.journal()]
