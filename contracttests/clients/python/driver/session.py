"""The environment of a step: the SDK and the mock."""

import json
from collections.abc import Callable
from typing import Any

from sailpoint.configuration import Configuration, ConfigurationParams  # type: ignore[import-untyped]

from driver.mock import Exchange, Mock
from driver.outcome import Failure, expect, expect_raises
from driver.pats import Pats
from driver.versions import Version

USER = "jane.doe"
"""The user, without administrator rights, that steps log in as."""

_EXCEPTIONS = {
    400: "BadRequestException",
    401: "UnauthorizedException",
    403: "ForbiddenException",
    404: "NotFoundException",
    429: "ApiException",
}


class Session:
    """A version of the SDK, with its own namespace of the mock."""

    def __init__(self, version: Version, root: str) -> None:
        self.version = version
        self.default = Mock(root.rstrip("/"))
        self.mock = Mock(f"{self.default.base_url}/t/python-{version.name}")

    def log_in(self, user: str = USER, **parameters: str) -> Any:
        """Create a Configuration, which logs in. The parameters override those of the user."""
        client_id, client_secret = self.mock.credentials(user)
        values = {"base_url": self.mock.base_url, "client_id": client_id, "client_secret": client_secret, **parameters}
        params = ConfigurationParams()
        for name, value in values.items():
            setattr(params, name, value)
        return Configuration(params)

    def pats(self, user: str = USER, **parameters: str) -> Pats:
        """Return the API with the access token of a user."""
        return Pats(self.version, self.log_in(user, **parameters))

    def token(self, name: str, owner: str = USER) -> dict[str, Any]:
        """Return a token as stored in the tenant."""
        return next(each for each in self.mock.tokens().values() if (each["owner"], each["name"]) == (owner, name))

    def own_tokens(self) -> dict[str, dict[str, Any]]:
        """Return the tokens that USER may list: its own, except managed ones."""
        return {i: each for i, each in self.mock.tokens().items() if each["owner"] == USER and not each["managed"]}

    def only(self, operation: str) -> Exchange:
        """Return the only request of an operation, and fail if there is another number of them."""
        exchanges = self.mock.journal(operation)
        if len(exchanges) != 1:
            raise Failure(f"{operation}: expected one request, got {[each.status for each in exchanges]}")
        return exchanges[0]

    def expect_rejected(
        self, status: int, call: Callable[[], object], otherwise: str = "the request was not rejected"
    ) -> Any:
        """Return the exception of a call, which must have the given status and the body of the error response."""
        error: Any = expect_raises(self.version.exception(_EXCEPTIONS[status]), call, otherwise)
        exchanges = self.mock.journal()
        if not exchanges:
            raise Failure("expected a rejected request, got no request")
        last = exchanges[-1]
        expect("status of the exception", error.status, status)
        expect("status of the response", last.status, status)
        expect("body of the exception", error.body, last.response_body)
        expect("whether the exception has a model of the body", error.data is not None, status in self.version.model_statuses)
        if status in (400, 403, 404):
            body = json.loads(last.response_body)
            expect("detail code", error.data.detail_code, body["detailCode"])
            expect("family of the detail code", error.data.detail_code[:3], str(status))
            expect("tracking id", error.data.tracking_id, last.id)
            expect("messages", [each.text for each in error.data.messages], [m["text"] for m in body["messages"]])
        return error
