"""Drives SailPoint's Python SDK, unmodified, against a running patmock.

`python -m driver [VERSION ...]` runs the same steps in every API version of the installed SDK, or in the named
ones, and writes a line of JSON for each step. It reads the URL of the mock from PATMOCK_URL, and the
credentials of jane.doe, a user without administrator rights, from SAIL_BASE_URL, SAIL_CLIENT_ID and SAIL_CLIENT_SECRET.
"""
