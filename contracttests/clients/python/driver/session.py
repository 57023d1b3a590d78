"""What a step has at hand: the SDK on one side, the mock on the other."""

import json
from collections.abc import Callable
from typing import Any

from sailpoint.configuration import Configuration, ConfigurationParams  # type: ignore[import-untyped]

from driver.mock import Exchange, Mock
from driver.outcome import Failure, expect, raised
from driver.pats import Pats
from driver.versions import Version

USER = "jane.doe"
"""The ordinary user that steps log in as."""

_EXCEPTIONS = {
    400: "BadRequestException",
    401: "UnauthorizedException",
    403: "ForbiddenException",
    404: "NotFoundException",
    429: "ApiException",
}


class Session:
    """A version of the SDK, and the namespace that is its own."""

    def __init__(self, version: Version, root: str) -> None:
        self.version = version
        self.default = Mock(root.rstrip("/"))
        self.mock = Mock(f"{self.default.base_url}/t/python-{version.name}")

    def log_in(self, user: str = USER, **parameters: str) -> Any:
        """A Configuration of the SDK, which logs in when it is made; parameters stand above the user's."""
        client_id, client_secret = self.mock.credentials(user)
        given = {"base_url": self.mock.base_url, "client_id": client_id, "client_secret": client_secret, **parameters}
        params = ConfigurationParams()
        for name, value in given.items():
            setattr(params, name, value)
        return Configuration(params)

    def pats(self, user: str = USER, **parameters: str) -> Pats:
        """The API, called by a user."""
        return Pats(self.version, self.log_in(user, **parameters))

    def token(self, name: str, owner: str = USER) -> dict[str, Any]:
        """A token as the tenant holds it."""
        return next(each for each in self.mock.tokens().values() if (each["owner"], each["name"]) == (owner, name))

    def own_tokens(self) -> dict[str, dict[str, Any]]:
        """The tokens that the user may list: the own ones that the platform does not manage."""
        return {i: each for i, each in self.mock.tokens().items() if each["owner"] == USER and not each["managed"]}

    def only(self, operation: str) -> Exchange:
        """The one request for an operation that there has to be."""
        found = self.mock.journal(operation)
        if len(found) != 1:
            raise Failure(f"{operation}: expected one request, got {[each.status for each in found]}")
        return found[0]

    def refused(self, status: int, call: Callable[[], object], otherwise: str = "nothing was refused") -> Any:
        """The exception of a call that the API has to refuse: with this status, and with its body for the caller."""
        error: Any = raised(self.version.exception(_EXCEPTIONS[status]), call, otherwise)
        asked = self.mock.journal()
        if not asked:
            raise Failure("expected a request that was refused, got none")
        last = asked[-1]
        expect("status of the exception", error.status, status)
        expect("status of the answer", last.status, status)
        expect("body of the exception", error.body, last.answered)
        expect("whether the body came as a model", error.data is not None, status in self.version.typed_refusals)
        if status in (400, 403, 404):
            answered = json.loads(last.answered)
            expect("detail code", error.data.detail_code, answered["detailCode"])
            expect("family of the detail code", error.data.detail_code[:3], str(status))
            expect("tracking id", error.data.tracking_id, last.id)
            expect("messages", [each.text for each in error.data.messages], [m["text"] for m in answered["messages"]])
        return error
