"""Drives SailPoint's Python SDK, unmodified, against a running patmock.

`python -m driver [VERSION ...]` takes every version that the installed SDK has, or those named, through the same
steps, and writes one line of JSON for each step. It reads PATMOCK_URL, and SAIL_BASE_URL, SAIL_CLIENT_ID and
SAIL_CLIENT_SECRET of jane.doe, an ordinary user of the tenant that the mock starts from.
"""
