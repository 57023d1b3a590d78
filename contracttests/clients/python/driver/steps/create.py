"""Steps that create tokens."""

import json
import re
from typing import Any

from pydantic import ValidationError

from driver import dates
from driver.outcome import ABLE, Limit, expect, expect_raises, expect_unable
from driver.session import USER, Session


def minimal(session: Session) -> None:
    fields: dict[str, Any] = {"name": "minimal"}
    body = {"name": "minimal", **session.version.default_fields}
    if not session.version.legacy:
        fields["expiration_date"] = dates.from_now(400)
        body["expirationDate"] = fields["expiration_date"].isoformat()
    created = session.pats().create(**fields)
    _expect_request(session, body)
    _expect_created(session, created, name="minimal", scope=["sp:scopes:all"], validity=43200)
    if session.version.legacy:
        _expect_six_months(created)
    else:
        expect("date", created.expiration_date, fields["expiration_date"])


def all_fields(session: Session) -> None:
    date = dates.from_now(30)
    scope = ["sp:my-personal-access-tokens:read", "sp:my-personal-access-tokens:manage"]
    fields: dict[str, Any] = {"scope": scope, "access_token_validity_seconds": 900, "expiration_date": date}
    body = {"name": "complete", "scope": scope, "accessTokenValiditySeconds": 900, "expirationDate": date.isoformat()}
    if session.version.acknowledges:
        fields["user_aware_token_never_expires"] = True
        body["userAwareTokenNeverExpires"] = True
    created = session.pats().create(name="complete", **fields)
    _expect_request(session, body)
    _expect_created(session, created, name="complete", scope=scope, validity=900)
    expect("date", created.expiration_date, date)
    if session.version.acknowledges:
        expect("acknowledgement of the token", session.token("complete")["userAwareTokenNeverExpires"], True)


def never_expiring(session: Session) -> Limit | None:
    pats = session.pats()

    def create() -> Any:
        return pats.create(name="forever", user_aware_token_never_expires=True)

    if session.version.legacy:  # without the property: the token expires in six months
        created = create()
        _expect_request(session, {"name": "forever"})
        _expect_six_months(created)
        return None
    if not session.version.acknowledges:
        model = session.version.model("CreatePersonalAccessTokenRequest")
        expect_unable("the acknowledgement is sent", "user_aware_token_never_expires" in model.model_fields)
        session.expect_rejected(400, create)
        _expect_request(session, {"name": "forever"})
        expect("whether a token was created", "forever" in _names(session), False)
        return Limit("the SDK drops userAwareTokenNeverExpires, and gets 400")
    error = expect_raises(ValidationError, create, otherwise=ABLE)
    expect("location of the validation error", [each["loc"] for each in error.errors()], [("expirationDate",)])
    _expect_request(session, {"name": "forever", "userAwareTokenNeverExpires": True})
    exchange = session.only("create")
    expect("response", (exchange.status, json.loads(exchange.response_body)["expirationDate"]), (200, None))
    stored = session.token("forever")
    expect("date of the token", stored.get("expirationDate"), None)
    expect("acknowledgement of the token", stored["userAwareTokenNeverExpires"], True)
    return Limit("the SDK raises ValidationError on expirationDate null, although the token was created")


def _names(session: Session) -> set[str]:
    return {each["name"] for each in session.mock.tokens().values()}


def _expect_request(session: Session, want: dict[str, Any]) -> None:
    exchange = session.only("create")
    expect("request", (exchange.method, exchange.path), ("POST", session.version.path))
    expect("content type", exchange.content_type, "application/json")
    expect("body", json.loads(exchange.request_body), want)


def _expect_created(session: Session, created: Any, *, name: str, scope: list[str], validity: int) -> None:
    expect("form of the id", bool(re.fullmatch("[0-9a-f]{32}", created.id)), True)
    expect("form of the secret", bool(re.fullmatch("[0-9a-f]{64}", created.secret)), True)
    expect("owner", (created.owner.type, created.owner.name), ("IDENTITY", USER))
    properties = created.name, created.scope, created.access_token_validity_seconds
    expect("response", properties, (name, scope, validity))
    stored = session.mock.tokens()[created.id]
    expect("token", (stored["name"], stored["scope"], stored["accessTokenValiditySeconds"]), properties)
    access_token = session.log_in(client_id=created.id, client_secret=created.secret).access_token
    expect("user of its access token", session.mock.claims(access_token)["user_name"], USER)


def _expect_six_months(created: Any) -> None:
    days = (created.expiration_date - created.created).days
    expect("whether it expires in six months", 181 <= days <= 184, True)
