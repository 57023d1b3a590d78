"""Steps that list tokens."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from driver import dates
from driver.outcome import expect
from driver.session import USER, Session


def me(session: Session) -> None:
    listed = session.pats().list(owner_id="me")
    _expect_request(session, {"owner-id": ["me"]})
    stored = session.own_tokens()
    expect("tokens", _ids(listed), set(stored))
    for each in listed:
        token = stored[each.id]
        expect("owner and name", (each.owner.name, each.name), (USER, token["name"]))
        expect("scope", each.scope, token["scope"])
        expect("validity", each.access_token_validity_seconds, token["accessTokenValiditySeconds"])
        _expect_moment("created", each.created, token)
        _expect_moment("lastUsed", each.last_used, token)
        _expect_moment("expirationDate", each.expiration_date, token)


def everyone(session: Session) -> None:
    listed = session.pats("admin").list()
    _expect_request(session, {})
    expect("tokens", _ids(listed), set(session.mock.tokens()))
    expect("owners", {each.owner.name for each in listed}, {"admin", "jane.doe", "john.roe", "helpdesk"})


def filtered(session: Session) -> None:
    pats = session.pats()
    stored = session.own_tokens()
    limit = dates.from_now(-30)
    unused = {i for i, each in stored.items() if "lastUsed" not in each}
    stale = {
        i for i, each in stored.items() if "lastUsed" in each and datetime.fromisoformat(each["lastUsed"]) <= limit
    }
    filters = "lastUsed isnull", "lastUsed le " + dates.text(limit)
    for text, want in zip(filters, (unused, stale), strict=True):
        expect(f"whether {text} selects some tokens but not all", 0 < len(want) < len(stored), True)
        expect(text, _ids(pats.list(owner_id="me", filters=text)), want)
    queries = [each.query for each in session.mock.journal("list")]
    expect("queries", queries, [{"owner-id": ["me"], "filters": [text]} for text in filters])


def _expect_request(session: Session, query: dict[str, list[str]]) -> None:
    exchange = session.only("list")
    expect("request", (exchange.method, exchange.path, exchange.query), ("GET", session.version.path, query))
    expect("content type", exchange.content_type, "")


def _expect_moment(key: str, got: datetime | None, token: dict[str, Any]) -> None:
    expect(key, got, datetime.fromisoformat(token[key]) if key in token else None)


def _ids(tokens: Iterable[Any]) -> set[str]:
    return {each.id for each in tokens}
