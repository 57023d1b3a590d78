"""Runs the command python -m driver [VERSION ...]."""

import contextlib
import importlib.metadata
import os
import sys

from driver.run import run
from driver.versions import of_sdk

REQUIRED = ("PATMOCK_URL", "SAIL_BASE_URL", "SAIL_CLIENT_ID", "SAIL_CLIENT_SECRET")


def main() -> int:
    missing = [name for name in REQUIRED if not os.environ.get(name)]
    if missing:
        print("missing environment variables:", ", ".join(missing), file=sys.stderr)
        return 2
    sdk = importlib.metadata.version("sailpoint")
    versions = {version.name: version for version in of_sdk(sdk)}
    unknown = [name for name in sys.argv[1:] if name not in versions]
    if unknown:
        print(f"sailpoint {sdk} supports {', '.join(versions)}, got {', '.join(unknown)}", file=sys.stderr)
        return 2
    results = sys.stdout
    with contextlib.redirect_stdout(sys.stderr):  # the SDK prints to standard output
        for name in sys.argv[1:] or versions:
            run(versions[name], sdk, os.environ["PATMOCK_URL"], results)
    return 0


if __name__ == "__main__":
    sys.exit(main())
