"""Sends a request with urllib3, which ignores the proxy variables. No DNS has the host."""

import urllib3

print(urllib3.PoolManager(retries=False).request("GET", "https://acme.api.identitynow.invalid/oauth/info").status)
