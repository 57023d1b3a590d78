"""The mock beside the API: its control surface and its journal, over plain HTTP."""

import json
import urllib.parse
import urllib.request
from dataclasses import dataclass
from datetime import datetime
from typing import Any

# The mock is on this machine: a proxy from the environment would only be in the way.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True)
class Exchange:
    """A request and its answer as the journal holds them."""

    id: str
    at: datetime
    operation: str
    method: str
    path: str
    query: dict[str, list[str]]
    status: int
    findings: tuple[str, ...]
    content_type: str
    """What the request said that its body is; empty where it said nothing."""
    sent: str
    answered: str


class Mock:
    """A namespace of a running mock."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url

    def reset(self) -> None:
        self._control("POST", "/reset")

    def credentials(self, user: str) -> tuple[str, str]:
        """The client id and secret that a user logs in with."""
        users = self._control("GET", "/credentials")["users"]
        found = next(each for each in users if each["user"] == user)
        return found["clientId"], found["clientSecret"]

    def tokens(self) -> dict[str, dict[str, Any]]:
        """The personal access tokens that there are, by id, in the form of a fixture."""
        return {token["id"]: token for token in self._control("GET", "/state")["tokens"]}

    def fail(self, operation: str, **rule: Any) -> None:
        """Make the next request for an operation fail, as the rule says."""
        self._control("POST", "/faults", {"operation": operation, **rule})

    def advance(self, duration: str) -> None:
        """Let time pass."""
        self._control("POST", "/clock/advance", {"by": duration})

    def claims(self, access_token: str) -> dict[str, Any]:
        """What an access token says, as the token endpoint reads it."""
        form = urllib.parse.urlencode({"token": access_token}).encode()
        claims: dict[str, Any] = _read(urllib.request.Request(self.base_url + "/oauth/check_token", form))
        return claims

    def asked(self) -> int:
        """How many requests the journal holds."""
        held: int = self._control("GET", "/requests?limit=1")["stored"]
        return held

    def journal(self, operation: str = "") -> list[Exchange]:
        """What was asked since the last reset, oldest first: all of it, or of one operation."""
        query = urllib.parse.urlencode({"operation": operation} if operation else {})
        listed = self._control("GET", "/requests?" + query)["requests"]
        return [_exchange(self._control("GET", "/requests/" + each["id"])) for each in listed]

    def _control(self, method: str, path: str, body: object = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        return _read(urllib.request.Request(self.base_url + "/_mock" + path, data, headers, method=method))


def _read(request: urllib.request.Request) -> Any:
    with _OPENER.open(request, timeout=60) as answered:
        body = answered.read()
    return json.loads(body) if body else None


def _exchange(entry: dict[str, Any]) -> Exchange:
    return Exchange(
        id=entry["id"],
        at=datetime.fromisoformat(entry["time"]),
        operation=entry["operation"],
        method=entry["method"],
        path=entry["path"],
        query=urllib.parse.parse_qs(entry["query"]),
        status=entry["status"],
        findings=tuple(finding["kind"] for finding in entry["findings"]),
        content_type=",".join(entry["request"]["header"].get("Content-Type", [])),
        sent=entry["request"]["body"],
        answered=entry["response"]["body"],
    )
