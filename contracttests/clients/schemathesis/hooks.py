"""Configures what schemathesis.toml cannot: links between operations, and the accepted findings.

PATMOCK_DOCUMENT is the document of the run, such as effective/v2026 or published/v3. PATMOCK_FINDINGS is the path of
the list of findings. The default is findings.yaml in the directory of this file. If PATMOCK_UNUSED is set, the listed
findings of the document that did not occur are written to that path, as a JSON array of strings.
"""

import atexit
import itertools
import json
import os
import pathlib
import re

import schemathesis
import yaml
from schemathesis.generation.hypothesis.examples import generate_one
from schemathesis.generation.meta import TestPhase

# OpenAPI links that the documents lack, by source and target operation. Schemathesis infers the link from a create to a
# delete.
LINKS = {
    "createPersonalAccessToken": {
        "listPersonalAccessTokens": {"parameters": {"owner-id": "$response.body#/owner/id"}},
        "patchPersonalAccessToken": {
            "parameters": {"id": "$response.body#/id"},
            "requestBody": [{"op": "replace", "path": "/name", "value": "$response.body#/id"}],
        },
    },
    "listPersonalAccessTokens": {
        "patchPersonalAccessToken": {"parameters": {"id": "$response.body#/0/id"}},
        "deletePersonalAccessToken": {"parameters": {"id": "$response.body#/0/id"}},
    },
    "patchPersonalAccessToken": {
        "patchPersonalAccessToken": {"parameters": {"id": "$response.body#/id"}},
        "deletePersonalAccessToken": {"parameters": {"id": "$response.body#/id"}},
    },
    "requestAccessToken": {
        "checkAccessToken": {"parameters": {"token": "$response.body#/access_token"}},
    },
}


@schemathesis.hook
def before_load_schema(context, raw_schema):
    replace_oauth2_with_bearer(raw_schema)
    add_links(raw_schema)


def replace_oauth2_with_bearer(raw_schema):
    """Declare OAuth 2.0 flows as bearer tokens. Schemathesis does not test missing credentials of OAuth 2.0 flows."""
    for scheme in raw_schema["components"].get("securitySchemes", {}).values():
        if scheme["type"] == "oauth2":
            scheme.clear()
            scheme.update(type="http", scheme="bearer")


def add_links(raw_schema):
    operations = {
        operation["operationId"]: operation
        for methods in raw_schema["paths"].values()
        for operation in methods.values()
    }
    for source, targets in LINKS.items():
        for suffix in ("", "V1"):
            if source + suffix in operations:
                operations[source + suffix]["responses"]["200"]["links"] = {
                    target: {"operationId": target + suffix, **link} for target, link in targets.items()
                }


def operation_id(operation):
    """Return the operationId without the suffix of v1."""
    return operation.definition.raw["operationId"].replace("V1", "")


class Findings:
    """The listed findings for the document of the run."""

    def __init__(self, path, document):
        findings = yaml.safe_load(pathlib.Path(path).read_text(encoding="utf-8"))["findings"]
        self.listed = [
            (operation, finding, text)
            for finding in findings
            if document in finding["documents"]
            for operation in finding["operations"]
            for text in finding["texts"]
        ]
        self.used = set()

    def of(self, operation):
        name = operation_id(operation)
        return [(listed, finding, text) for listed, finding, text in self.listed if listed == name]

    def cover(self, failure, case, response):
        """Report whether every problem of a failure is listed. If so, mark the matching findings as used."""
        used = set()
        for problem in problems(failure, response):
            matches = {
                (name, finding["check"], text)
                for name, finding, text in self.of(case.operation)
                if finding["check"] in failure.checks
                and finding["status"] == response.status_code
                and re.search(finding.get("sent", ""), request_body(response))
                and re.search(text, problem, re.IGNORECASE)  # schema names are lower case in v1
            }
            if not matches:
                return False
            used |= matches
        self.used |= used
        return True

    def unused(self):
        listed = {(name, finding["check"], text) for name, finding, text in self.listed}
        return [": ".join(entry) for entry in sorted(listed - self.used)]


def problems(failure, response):
    """Return the texts to match: the causes of a rejection by the mock, or else the message of schemathesis."""
    causes = []
    if "positive_data_acceptance" in failure.checks or response.status_code == 501:
        try:
            body = response.json()
            causes = [cause["text"] for cause in body["causes"]] if "causes" in body else [body["error_description"]]
        except (ValueError, KeyError):
            pass  # not an error response of the API
    return causes or [failure.message]


def request_body(response):
    """Return the body of the request, with one character for each byte."""
    body = response.request.body or b""
    return body if isinstance(body, str) else body.decode("latin-1")


FINDINGS = Findings(
    os.environ.get("PATMOCK_FINDINGS") or pathlib.Path(__file__).with_name("findings.yaml"),
    os.environ["PATMOCK_DOCUMENT"],
)
NUMBERS = itertools.count(1)


@schemathesis.hook
def before_add_examples(context, examples):
    """Add the requests that provoke the listed findings."""
    cases = []
    for _, finding, text in FINDINGS.of(context.operation):
        calls = finding["texts"][text]
        for call in calls if isinstance(calls, list) else [calls]:
            cases.append(generate_one(context.operation.as_strategy(phase=TestPhase.EXAMPLES, **call)))
    examples.extend(reversed(cases))  # schemathesis sends the last example first


@schemathesis.hook
def before_call(context, case, kwargs):
    """Give each new token a unique name and, in the stateful phase, a date, as required in prose only.

    Without a date, few sequences would get beyond the create.
    """
    phase = case.meta and case.meta.phase.name
    if operation_id(case.operation) != "createPersonalAccessToken" or phase not in (
        TestPhase.COVERAGE,
        TestPhase.FUZZING,
        TestPhase.STATEFUL,
    ):
        return
    if isinstance(case.body, dict) and isinstance(case.body.get("name"), str):
        case.body = {**case.body, "name": f"{case.body['name']} {next(NUMBERS)}"}
        if phase is TestPhase.STATEFUL and not case.body.get("expirationDate"):
            case.body["expirationDate"] = "2000-01-01T00:00:00Z"


@schemathesis.hook
def filter_failure(context, failure, case, response):
    return not FINDINGS.cover(failure, case, response)


@atexit.register
def write_unused():
    if path := os.environ.get("PATMOCK_UNUSED"):
        pathlib.Path(path).write_text(json.dumps(FINDINGS.unused()), encoding="utf-8")
