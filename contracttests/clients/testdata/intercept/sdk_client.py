"""Lists tokens with SailPoint's SDK, which uses a proxy only if its configuration names one. No DNS has the host."""

import contextlib
import os
import sys

from sailpoint.configuration import Configuration, ConfigurationParams
from sailpoint.v3 import ApiClient, PersonalAccessTokensApi

params = ConfigurationParams()
params.base_url = "https://acme.api.identitynow.invalid"
params.client_id = os.environ["SAIL_CLIENT_ID"]
params.client_secret = os.environ["SAIL_CLIENT_SECRET"]
if sys.argv[1:] == ["proxy"]:
    params.proxy = os.environ["HTTPS_PROXY"]
with contextlib.redirect_stdout(sys.stderr):  # the SDK prints to standard output
    configuration = Configuration(params)
api = PersonalAccessTokensApi(ApiClient(configuration))
print(api.list_personal_access_tokens_with_http_info(_request_timeout=30).status_code)
