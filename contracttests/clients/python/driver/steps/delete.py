"""Steps that delete tokens."""

from driver.outcome import expect
from driver.session import Session


def once(session: Session) -> None:
    target = session.token("laptop")["id"]
    pats = session.pats()
    expect("response", pats.delete(target), None)
    exchange = session.only("delete")
    expect("request", (exchange.method, exchange.path), ("DELETE", f"{session.version.path}/{target}"))
    expect("response", (exchange.status, exchange.response_body), (204, ""))
    expect("whether it is listed", target in {each.id for each in pats.list(owner_id="me")}, False)
    expect("whether it exists", target in session.mock.tokens(), False)


def again(session: Session) -> None:
    target = session.token("laptop")["id"]
    pats = session.pats()
    pats.delete(target)
    session.expect_rejected(404, lambda: pats.delete(target))
