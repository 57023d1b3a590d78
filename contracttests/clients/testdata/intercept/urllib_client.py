"""Logs in and lists tokens with urllib. The address of the tenant is built in."""

import json
import os
from urllib.parse import urlencode
from urllib.request import Request, urlopen

BASE = "https://acme.api.identitynow.com"

form = {
    "grant_type": "client_credentials",
    "client_id": os.environ["SAIL_CLIENT_ID"],
    "client_secret": os.environ["SAIL_CLIENT_SECRET"],
}
login = urlopen(BASE + "/oauth/token", urlencode(form).encode(), timeout=30)
bearer = {"Authorization": "Bearer " + json.load(login)["access_token"]}
tokens = urlopen(Request(BASE + "/v3/personal-access-tokens", headers=bearer), timeout=30)
print(login.status, tokens.status)
