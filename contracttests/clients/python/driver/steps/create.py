"""Creating tokens."""

import json
import re
from typing import Any

from pydantic import ValidationError

from driver import dates
from driver.outcome import ABLE, Limit, expect, expect_unable, raised
from driver.session import USER, Session


def minimal(session: Session) -> None:
    fields: dict[str, Any] = {"name": "minimal"}
    sent = {"name": "minimal", **session.version.unasked}
    if not session.version.legacy:
        fields["expiration_date"] = dates.from_now(400)
        sent["expirationDate"] = fields["expiration_date"].isoformat()
    made = session.pats().create(**fields)
    _expect_sent(session, sent)
    _expect_made(session, made, name="minimal", scope=["sp:scopes:all"], validity=43200)
    if session.version.legacy:
        _expect_six_months(made)
    else:
        expect("date", made.expiration_date, fields["expiration_date"])


def all_fields(session: Session) -> None:
    date = dates.from_now(30)
    scope = ["sp:my-personal-access-tokens:read", "sp:my-personal-access-tokens:manage"]
    fields: dict[str, Any] = {"scope": scope, "access_token_validity_seconds": 900, "expiration_date": date}
    sent = {"name": "complete", "scope": scope, "accessTokenValiditySeconds": 900, "expirationDate": date.isoformat()}
    if session.version.acknowledges:
        fields["user_aware_token_never_expires"] = True
        sent["userAwareTokenNeverExpires"] = True
    made = session.pats().create(name="complete", **fields)
    _expect_sent(session, sent)
    _expect_made(session, made, name="complete", scope=scope, validity=900)
    expect("date", made.expiration_date, date)
    if session.version.acknowledges:
        expect("acknowledgement of the token", session.token("complete")["userAwareTokenNeverExpires"], True)


def never_expiring(session: Session) -> Limit | None:
    pats = session.pats()

    def create() -> Any:
        return pats.create(name="forever", user_aware_token_never_expires=True)

    if session.version.legacy:  # no such property there: the token gets its six months
        made = create()
        _expect_sent(session, {"name": "forever"})
        _expect_six_months(made)
        return None
    if not session.version.acknowledges:
        model = session.version.model("CreatePersonalAccessTokenRequest")
        expect_unable("the acknowledgement is sent", "user_aware_token_never_expires" in model.model_fields)
        session.refused(400, create)
        _expect_sent(session, {"name": "forever"})
        expect("whether a token was made", "forever" in _names(session), False)
        return Limit("the SDK drops userAwareTokenNeverExpires, and the token is refused with 400")
    error = raised(ValidationError, create, otherwise=ABLE)
    expect("what the SDK does not read", [each["loc"] for each in error.errors()], [("expirationDate",)])
    _expect_sent(session, {"name": "forever", "userAwareTokenNeverExpires": True})
    asked = session.only("create")
    expect("answer", (asked.status, json.loads(asked.answered)["expirationDate"]), (200, None))
    held = session.token("forever")
    expect("date of the token", held.get("expirationDate"), None)
    expect("acknowledgement of the token", held["userAwareTokenNeverExpires"], True)
    return Limit("the SDK raises ValidationError on expirationDate null, although the token was made")


def _names(session: Session) -> set[str]:
    return {each["name"] for each in session.mock.tokens().values()}


def _expect_sent(session: Session, want: dict[str, Any]) -> None:
    asked = session.only("create")
    expect("request", (asked.method, asked.path), ("POST", session.version.path))
    expect("content type", asked.content_type, "application/json")
    expect("body", json.loads(asked.sent), want)


def _expect_made(session: Session, made: Any, *, name: str, scope: list[str], validity: int) -> None:
    expect("form of the id", bool(re.fullmatch("[0-9a-f]{32}", made.id)), True)
    expect("form of the secret", bool(re.fullmatch("[0-9a-f]{64}", made.secret)), True)
    expect("owner", (made.owner.type, made.owner.name), ("IDENTITY", USER))
    answered = made.name, made.scope, made.access_token_validity_seconds
    expect("answer", answered, (name, scope, validity))
    held = session.mock.tokens()[made.id]
    expect("token", (held["name"], held["scope"], held["accessTokenValiditySeconds"]), answered)
    access_token = session.log_in(client_id=made.id, client_secret=made.secret).access_token
    expect("user of its access token", session.mock.claims(access_token)["user_name"], USER)


def _expect_six_months(made: Any) -> None:
    days = (made.expiration_date - made.created).days
    expect("whether it expires in six months", 181 <= days <= 184, True)
