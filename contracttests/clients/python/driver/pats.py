"""The SDK's API of personal access tokens, with the same method names for every version."""

from collections.abc import Callable
from typing import Any

from driver.versions import Version


class Pats:
    """The API of a version, called as in the SDK's documentation."""

    def __init__(self, version: Version, configuration: Any) -> None:
        self._version = version
        self._api = version.sdk.PersonalAccessTokensApi(version.sdk.ApiClient(configuration))

    def create(self, **fields: Any) -> Any:
        request = self._version.model("CreatePersonalAccessTokenRequest")(**fields)
        return self._method("create_personal_access_token")(request)

    def list(self, **query: str) -> list[Any]:
        tokens: list[Any] = self._method("list_personal_access_tokens")(**query)
        return tokens

    def patch(self, token_id: str, *operations: dict[str, Any]) -> Any:
        operation = self._version.model("JsonPatchOperation")
        return self._method("patch_personal_access_token")(token_id, [operation.from_dict(each) for each in operations])

    def delete(self, token_id: str) -> Any:
        return self._method("delete_personal_access_token")(token_id)

    def _method(self, name: str) -> Callable[..., Any]:
        method: Callable[..., Any] = getattr(self._api, name + self._version.suffix)
        return method
