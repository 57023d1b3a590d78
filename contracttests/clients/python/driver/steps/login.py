"""Steps that log in, at several base URLs."""

import os
import urllib.parse
from unittest import mock

from sailpoint.configuration import Configuration  # type: ignore[import-untyped]

from driver import dates
from driver.outcome import expect
from driver.pats import Pats
from driver.session import USER, Session


def token(session: Session) -> None:
    client_id, _ = session.mock.credentials(USER)
    configuration = session.log_in()
    exchange = session.only("token")
    expect("request", (exchange.method, exchange.path, exchange.query), ("POST", "/oauth/token", {}))
    expect("content type", exchange.content_type, "application/x-www-form-urlencoded")
    form = {"grant_type": ["client_credentials"], "client_id": [client_id], "client_secret": ["[redacted]"]}
    expect("form", urllib.parse.parse_qs(exchange.request_body), form)
    expect("status", exchange.status, 200)
    expect("user of the access token", session.mock.claims(configuration.access_token)["user_name"], USER)


def namespace(session: Session) -> None:
    before = session.default.tokens(), session.default.request_count()
    created = session.pats().create(name="in a namespace", expiration_date=dates.from_now(30))
    expect("tenant of the token", session.mock.tokens()[created.id]["name"], "in a namespace")
    expect("tenant and requests of the default", (session.default.tokens(), session.default.request_count()), before)


def trailing_slash(session: Session) -> None:
    pats = session.pats(base_url=session.mock.base_url + "/")
    created = pats.create(name="behind a slash", expiration_date=dates.from_now(30))
    expect("whether it is listed", created.id in {each.id for each in pats.list(owner_id="me")}, True)
    exchanges = [(each.operation, each.status) for each in session.mock.journal()]
    expect("requests", exchanges, [("token", 200), ("create", 200), ("list", 200)])


def environment(session: Session) -> None:
    with mock.patch.dict(os.environ, SAIL_BASE_URL=session.mock.base_url):
        pats = Pats(session.version, Configuration())
    expect("owners", {each.owner.name for each in pats.list(owner_id="me")}, {USER})
    exchanges = [(each.operation, each.status) for each in session.mock.journal()]
    expect("requests", exchanges, [("token", 200), ("list", 200)])
