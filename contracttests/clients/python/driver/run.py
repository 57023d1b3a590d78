"""Runs the steps in a version and writes their outcomes."""

import json
import sys
import traceback
from typing import TextIO

from driver.outcome import Failure, Limit, expect, expect_unable
from driver.session import Session
from driver.steps import STEPS, Step
from driver.versions import Version


def run(version: Version, sdk: str, root: str, results: TextIO) -> None:
    """Run every step against the mock at root, and write a line of JSON for each."""
    session = Session(version, root)
    for step in STEPS:
        outcome, detail = _outcome(step, session)
        line = {
            "client": "python",
            "sdk": sdk,
            "version": version.name,
            "step": step.name,
            "outcome": outcome,
            "detail": " ".join(detail.split()),
        }
        print(json.dumps(line), file=results, flush=True)


def _outcome(step: Step, session: Session) -> tuple[str, str]:
    try:
        limit = _attempt(step, session)
    except Failure as failure:
        return "fail", str(failure)
    except Exception as error:  # whatever the SDK raises is a result
        traceback.print_exc(file=sys.stderr)
        return "fail", f"unexpected {type(error).__qualname__}: {error}"
    return ("limit", limit.reason) if limit else ("pass", "")


def _attempt(step: Step, session: Session) -> Limit | None:
    version = session.version
    if not version.has_api:
        expect_unable(f"{version.client} has an API", hasattr(version.sdk, "PersonalAccessTokensApi"))
        return Limit(f"the SDK has no API of personal access tokens for {version.name}")
    session.mock.reset()
    limit = step.run(session)
    findings = tuple(kind for exchange in session.mock.journal() for kind in exchange.findings)
    expect("findings", findings, step.findings)
    return limit
