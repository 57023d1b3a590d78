"""Deleting tokens."""

from driver.outcome import expect
from driver.session import Session


def once(session: Session) -> None:
    target = session.token("laptop")["id"]
    pats = session.pats()
    expect("answer", pats.delete(target), None)
    asked = session.only("delete")
    expect("request", (asked.method, asked.path), ("DELETE", f"{session.version.path}/{target}"))
    expect("answer", (asked.status, asked.answered), (204, ""))
    expect("whether it is listed", target in {each.id for each in pats.list(owner_id="me")}, False)
    expect("whether it is there", target in session.mock.tokens(), False)


def again(session: Session) -> None:
    target = session.token("laptop")["id"]
    pats = session.pats()
    pats.delete(target)
    session.refused(404, lambda: pats.delete(target))
