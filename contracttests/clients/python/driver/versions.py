"""The API versions of the installed SDK, and their differences."""

import importlib
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any


@dataclass(frozen=True)
class Version:
    """A version of the API in an SDK."""

    name: str
    path: str
    """The path of the list of personal access tokens."""
    client: str
    """The module with ApiClient and PersonalAccessTokensApi."""
    models: str
    """The module with the models."""
    suffix: str = ""
    """The suffix of method names."""
    has_api: bool = True
    """Whether the SDK has an API of personal access tokens for this version."""
    legacy: bool = False
    """Whether tokens always expire within six months, and only their name and scope can be patched."""
    acknowledges: bool = False
    """Whether the SDK's models have user_aware_token_never_expires."""
    default_fields: dict[str, Any] = field(default_factory=dict)
    """The fields that the SDK adds to every request to create."""
    model_statuses: frozenset[int] = frozenset({400, 403, 404})
    """The statuses of errors whose body the SDK decodes into a model."""

    @property
    def sdk(self) -> ModuleType:
        return importlib.import_module(self.client)

    def model(self, name: str) -> Any:
        return getattr(importlib.import_module(self.models), name)

    def exception(self, name: str) -> type[Exception]:
        kind: type[Exception] = getattr(importlib.import_module(self.client + ".exceptions"), name)
        return kind


def _versioned(name: str, *, has_api: bool = True, legacy: bool = False) -> Version:
    module = f"sailpoint.{name}"
    return Version(name, f"/{name}/personal-access-tokens", module, module, has_api=has_api, legacy=legacy)


_BY_MAJOR = {
    "1": (
        _versioned("beta", legacy=True),
        _versioned("v3", legacy=True),
        _versioned("v2024", legacy=True),
        _versioned("v2025"),
        _versioned("v2026", has_api=False),
    ),
    "2": (
        Version(
            "v1",
            "/personal-access-tokens/v1",
            "sailpoint",
            "sailpoint.personal_access_tokens",
            suffix="_v1",
            acknowledges=True,
            default_fields={"userAwareTokenNeverExpires": False},
            model_statuses=frozenset({400, 401, 403, 404, 429}),
        ),
    ),
}


def of_sdk(release: str) -> tuple[Version, ...]:
    """Return the API versions of a release of the SDK, such as 2.1.72."""
    return _BY_MAJOR[release.partition(".")[0]]
