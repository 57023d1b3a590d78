"""Logs in by an HTTPBasicAuthHandler, which needs a challenge on 401."""

import json
import os
import urllib.request

url = os.environ["SAIL_BASE_URL"] + "/oauth/token"
passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
passwords.add_password(None, url, os.environ["SAIL_CLIENT_ID"], os.environ["SAIL_CLIENT_SECRET"])
opener = urllib.request.build_opener(urllib.request.HTTPBasicAuthHandler(passwords), urllib.request.ProxyHandler({}))
with opener.open(url, data=b"grant_type=client_credentials") as response:
    print(response.status, json.load(response)["token_type"])
