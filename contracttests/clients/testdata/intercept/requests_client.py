"""Logs in and lists tokens with requests. The address of the tenant is built in."""

import os

import requests

LOGIN = "https://acme.login.sailpoint.com/oauth/token"
TOKENS = "https://acme.api.identitynow.com/v3/personal-access-tokens"

login = requests.post(
    LOGIN,
    data={
        "grant_type": "client_credentials",
        "client_id": os.environ["SAIL_CLIENT_ID"],
        "client_secret": os.environ["SAIL_CLIENT_SECRET"],
    },
    timeout=30,
)
tokens = requests.get(TOKENS, headers={"Authorization": "Bearer " + login.json()["access_token"]}, timeout=30)
print(login.status_code, tokens.status_code)
