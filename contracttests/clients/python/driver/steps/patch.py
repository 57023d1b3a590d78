"""Changing tokens."""

import json
from datetime import datetime
from typing import Any

from driver import dates
from driver.outcome import ABLE, Limit, expect, expect_unable, raised
from driver.session import Session

TARGET = "laptop"
"""Name of the token that is changed; it has a date."""


def name(session: Session) -> None:
    operation = _replace("/name", "desk")
    target = session.token(TARGET)["id"]
    answered = session.pats().patch(target, operation)
    _expect_sent(session, target, [operation])
    expect("answer", (answered.id, answered.name), (target, "desk"))
    expect("name of the token", session.mock.tokens()[target]["name"], "desk")


def scope(session: Session) -> Limit:
    before = session.token(TARGET)
    pats = session.pats()
    operation = _replace("/scope", ["sp:scopes:default"])
    raised(ValueError, lambda: pats.patch(before["id"], operation), otherwise=ABLE)
    expect("requests", session.mock.journal("patch"), [])
    expect("token", session.token(TARGET), before)
    return Limit("the SDK takes no list as the value of a patch: ValueError before anything is sent")


def date(session: Session) -> None:
    moment = dates.from_now(90)
    operation = _replace("/expirationDate", dates.text(moment))
    if session.version.legacy:
        _expect_refused(session, operation)
        return
    target = session.token(TARGET)["id"]
    answered = session.pats().patch(target, operation)
    _expect_sent(session, target, [operation])
    expect("date of the answer", answered.expiration_date, moment)
    expect("date of the token", datetime.fromisoformat(session.token(TARGET)["expirationDate"]), moment)


def acknowledgement(session: Session) -> Limit | None:
    acknowledged = _replace("/userAwareTokenNeverExpires", True)
    if session.version.legacy:
        _expect_refused(session, acknowledged)
        return None
    target = session.token(TARGET)["id"]
    answered = session.pats().patch(target, acknowledged)
    _expect_sent(session, target, [acknowledged])
    expect("acknowledgement of the token", session.token(TARGET)["userAwareTokenNeverExpires"], True)
    if session.version.acknowledges:
        expect("acknowledgement of the answer", answered.user_aware_token_never_expires, True)
    else:
        expect_unable("the acknowledgement is read", hasattr(answered, "user_aware_token_never_expires"))

    session.mock.reset()
    answered = session.pats().patch(target, _replace("/expirationDate", None), acknowledged)
    expect_unable("null is sent", "value" in json.loads(session.only("patch").sent)[0])
    _expect_sent(session, target, [{"op": "replace", "path": "/expirationDate"}, acknowledged])
    expect("date of the answer", answered.expiration_date, None)
    expect("date of the token", session.token(TARGET).get("expirationDate"), None)
    if session.version.acknowledges:
        return Limit("the SDK leaves null out of a patch, which the mock takes for null")
    return Limit("the SDK leaves null out of a patch, and userAwareTokenNeverExpires out of the answer")


def taken_name(session: Session) -> None:
    _expect_refused(session, _replace("/name", "token report"))


def _replace(path: str, value: object) -> dict[str, Any]:
    return {"op": "replace", "path": path, "value": value}


def _expect_sent(session: Session, target: str, operations: list[dict[str, Any]]) -> None:
    asked = session.only("patch")
    expect("request", (asked.method, asked.path), ("PATCH", f"{session.version.path}/{target}"))
    expect("content type", asked.content_type, "application/json-patch+json")
    expect("body", json.loads(asked.sent), operations)
    expect("status", asked.status, 200)


def _expect_refused(session: Session, operation: dict[str, Any]) -> None:
    before = session.token(TARGET)
    pats = session.pats()
    session.refused(400, lambda: pats.patch(before["id"], operation))
    expect("body", json.loads(session.only("patch").sent), [operation])
    expect("token", session.token(TARGET), before)
