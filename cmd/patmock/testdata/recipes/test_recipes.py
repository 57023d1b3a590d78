import json
import os
import time
import urllib.error
import urllib.request
from urllib.parse import urlencode

import pytest
import sailpoint
from sailpoint.configuration import Configuration

# Each worker of pytest-xdist has a tenant of its own, behind /t/ and a name.
NAME = os.environ.get("PYTEST_XDIST_WORKER", "alone")
os.environ["SAIL_BASE_URL"] += "/t/" + NAME


def control(method, path, body=None):
    url = f"{os.environ['PATMOCK_URL']}/t/{NAME}/_mock{path}"
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"}, method=method)
    with urllib.request.urlopen(request) as answered:
        return json.load(answered) if answered.status != 204 else None


@pytest.fixture(autouse=True)
def start_again():
    control("POST", "/reset")


def list_tokens():
    api = sailpoint.PersonalAccessTokensApi(sailpoint.ApiClient(Configuration()))
    return api.list_personal_access_tokens_v1(owner_id="me")


def test_an_expired_token_is_noticed():
    user = control("POST", "/tokens", {"owner": "jane.doe", "name": "build", "expirationDate": "+30d"})
    control("POST", "/clock/advance", {"by": "31d"})  # which ends cached access tokens, too
    control("POST", "/findings/allowed", {"kinds": ["expired-token"]})  # for exec --check: this test does it on purpose
    form = {"grant_type": "client_credentials", "client_id": user["clientId"], "client_secret": user["clientSecret"]}
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(os.environ["SAIL_BASE_URL"] + "/oauth/token", urlencode(form).encode())
    assert refused.value.code == 401


def test_429_is_waited_for():
    control("POST", "/faults", {"operation": "list", "status": 429, "retryAfter": "1s", "times": 2})
    began = time.monotonic()
    assert list_tokens()  # the SDK waits as it is told
    assert time.monotonic() - began >= 2
    assert control("GET", "/requests?finding=no-wait")["requests"] == []


def test_a_flaky_network_is_survived():
    control("POST", "/faults", {"operation": "list", "effect": "reset", "times": 2})
    control("POST", "/faults", {"latency": "1ms-20ms", "rate": 1})
    assert list_tokens()  # the SDK tries three times
    expected = [{"match": {"operation": "list", "fault": "*"}, "atLeast": 2}]
    assert control("POST", "/verify", {"expect": expected})["verified"]
