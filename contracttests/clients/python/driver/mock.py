"""A client of the mock's control API, over plain HTTP."""

import json
import urllib.parse
import urllib.request
from dataclasses import dataclass
from datetime import datetime
from typing import Any

# Ignore proxies in the environment, since the mock runs on this machine.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True)
class Exchange:
    """A request and its response, as recorded in the journal."""

    id: str
    time: datetime
    operation: str
    method: str
    path: str
    query: dict[str, list[str]]
    status: int
    findings: tuple[str, ...]
    content_type: str
    """The Content-Type of the request, or an empty string if it has none."""
    request_body: str
    response_body: str


class Mock:
    """A namespace of a running mock."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url

    def reset(self) -> None:
        self._control("POST", "/reset")

    def credentials(self, user: str) -> tuple[str, str]:
        """Return the client id and secret of a user."""
        users = self._control("GET", "/credentials")["users"]
        credentials = next(each for each in users if each["user"] == user)
        return credentials["clientId"], credentials["clientSecret"]

    def tokens(self) -> dict[str, dict[str, Any]]:
        """Return the personal access tokens of the tenant by id, in the format of a fixture."""
        return {token["id"]: token for token in self._control("GET", "/state")["tokens"]}

    def fail(self, operation: str, **rule: Any) -> None:
        """Make the next request of an operation fail as specified by the fault rule."""
        self._control("POST", "/faults", {"operation": operation, **rule})

    def advance(self, duration: str) -> None:
        """Move the clock forward."""
        self._control("POST", "/clock/advance", {"by": duration})

    def claims(self, access_token: str) -> dict[str, Any]:
        """Return the claims of an access token, as decoded by /oauth/check_token."""
        form = urllib.parse.urlencode({"token": access_token}).encode()
        claims: dict[str, Any] = _read(urllib.request.Request(self.base_url + "/oauth/check_token", form))
        return claims

    def request_count(self) -> int:
        """Return the number of requests in the journal."""
        count: int = self._control("GET", "/requests?limit=1")["stored"]
        return count

    def journal(self, operation: str = "") -> list[Exchange]:
        """Return the requests since the last reset, or those of one operation, oldest first."""
        query = urllib.parse.urlencode({"operation": operation} if operation else {})
        listed = self._control("GET", "/requests?" + query)["requests"]
        return [_exchange(self._control("GET", "/requests/" + each["id"])) for each in listed]

    def _control(self, method: str, path: str, body: object = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        return _read(urllib.request.Request(self.base_url + "/_mock" + path, data, headers, method=method))


def _read(request: urllib.request.Request) -> Any:
    with _OPENER.open(request, timeout=60) as response:
        body = response.read()
    return json.loads(body) if body else None


def _exchange(entry: dict[str, Any]) -> Exchange:
    return Exchange(
        id=entry["id"],
        time=datetime.fromisoformat(entry["time"]),
        operation=entry["operation"],
        method=entry["method"],
        path=entry["path"],
        query=urllib.parse.parse_qs(entry["query"]),
        status=entry["status"],
        findings=tuple(finding["kind"] for finding in entry["findings"]),
        content_type=",".join(entry["request"]["header"].get("Content-Type", [])),
        request_body=entry["request"]["body"],
        response_body=entry["response"]["body"],
    )
