"""Steps that change tokens."""

import json
from datetime import datetime
from typing import Any

from driver import dates
from driver.outcome import ABLE, Limit, expect, expect_raises, expect_unable
from driver.session import Session

TARGET = "laptop"
"""The name of the token to change. It has an expiration date."""


def name(session: Session) -> None:
    operation = _replace("/name", "desk")
    target = session.token(TARGET)["id"]
    patched = session.pats().patch(target, operation)
    _expect_request(session, target, [operation])
    expect("response", (patched.id, patched.name), (target, "desk"))
    expect("name of the token", session.mock.tokens()[target]["name"], "desk")


def scope(session: Session) -> Limit:
    before = session.token(TARGET)
    pats = session.pats()
    operation = _replace("/scope", ["sp:scopes:default"])
    expect_raises(ValueError, lambda: pats.patch(before["id"], operation), otherwise=ABLE)
    expect("requests", session.mock.journal("patch"), [])
    expect("token", session.token(TARGET), before)
    return Limit("the SDK rejects a list as the value of a patch with ValueError, and sends no request")


def date(session: Session) -> None:
    moment = dates.from_now(90)
    operation = _replace("/expirationDate", dates.text(moment))
    if session.version.legacy:
        _expect_rejected(session, operation)
        return
    target = session.token(TARGET)["id"]
    patched = session.pats().patch(target, operation)
    _expect_request(session, target, [operation])
    expect("date of the response", patched.expiration_date, moment)
    expect("date of the token", datetime.fromisoformat(session.token(TARGET)["expirationDate"]), moment)


def acknowledgement(session: Session) -> Limit | None:
    acknowledged = _replace("/userAwareTokenNeverExpires", True)
    if session.version.legacy:
        _expect_rejected(session, acknowledged)
        return None
    target = session.token(TARGET)["id"]
    patched = session.pats().patch(target, acknowledged)
    _expect_request(session, target, [acknowledged])
    expect("acknowledgement of the token", session.token(TARGET)["userAwareTokenNeverExpires"], True)
    if session.version.acknowledges:
        expect("acknowledgement of the response", patched.user_aware_token_never_expires, True)
    else:
        expect_unable("the acknowledgement is read", hasattr(patched, "user_aware_token_never_expires"))

    session.mock.reset()
    patched = session.pats().patch(target, _replace("/expirationDate", None), acknowledged)
    expect_unable("null is sent", "value" in json.loads(session.only("patch").request_body)[0])
    _expect_request(session, target, [{"op": "replace", "path": "/expirationDate"}, acknowledged])
    expect("date of the response", patched.expiration_date, None)
    expect("date of the token", session.token(TARGET).get("expirationDate"), None)
    if session.version.acknowledges:
        return Limit("the SDK omits null from a patch; the mock reads the missing value as null")
    return Limit("the SDK omits null from a patch, and userAwareTokenNeverExpires from the response")


def taken_name(session: Session) -> None:
    _expect_rejected(session, _replace("/name", "token report"))


def _replace(path: str, value: object) -> dict[str, Any]:
    return {"op": "replace", "path": path, "value": value}


def _expect_request(session: Session, target: str, operations: list[dict[str, Any]]) -> None:
    exchange = session.only("patch")
    expect("request", (exchange.method, exchange.path), ("PATCH", f"{session.version.path}/{target}"))
    expect("content type", exchange.content_type, "application/json-patch+json")
    expect("body", json.loads(exchange.request_body), operations)
    expect("status", exchange.status, 200)


def _expect_rejected(session: Session, operation: dict[str, Any]) -> None:
    before = session.token(TARGET)
    pats = session.pats()
    session.expect_rejected(400, lambda: pats.patch(before["id"], operation))
    expect("body", json.loads(session.only("patch").request_body), [operation])
    expect("token", session.token(TARGET), before)
