"""What schemathesis cannot be told in schemathesis.toml: links between operations, and the findings that are in order.

PATMOCK_DOCUMENT names the document of the run, such as effective/v2026 or published/v3. PATMOCK_FINDINGS is the list of
findings, findings.yaml beside this file unless it is set. PATMOCK_UNUSED is a file that takes what the list says of the
document and did not occur, as a JSON array of texts.
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

# Links of OpenAPI that the documents lack, by the first operation and the one that follows. The link from a create to a
# delete is inferred.
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
    say_where_the_bearer_stands(raw_schema)
    add_links(raw_schema)


def say_where_the_bearer_stands(raw_schema):
    """Make OAuth 2.0 flows what they are on the wire: schemathesis leaves out no other credentials to see what happens."""
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
    """Name an operation as the other versions do."""
    return operation.definition.raw["operationId"].replace("V1", "")


class Findings:
    """The list of findings, as far as it is about the document of the run."""

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
        """Tell whether the list has all that is wrong, and note what of it occurred."""
        used = set()
        for problem in problems(failure, response):
            found = {
                (name, finding["check"], text)
                for name, finding, text in self.of(case.operation)
                if finding["check"] in failure.checks
                and finding["status"] == response.status_code
                and re.search(finding.get("sent", ""), sent(response))
                and re.search(text, problem, re.IGNORECASE)  # v1 writes the names of schemas in lower case
            }
            if not found:
                return False
            used |= found
        self.used |= used
        return True

    def unused(self):
        listed = {(name, finding["check"], text) for name, finding, text in self.listed}
        return [": ".join(entry) for entry in sorted(listed - self.used)]


def problems(failure, response):
    """The texts that a finding is known by, at least one: why the mock refuses, else what schemathesis says."""
    causes = []
    if "positive_data_acceptance" in failure.checks:
        try:
            body = response.json()
            causes = [cause["text"] for cause in body["causes"]] if "causes" in body else [body["error_description"]]
        except (ValueError, KeyError):
            pass  # an answer of another form is no refusal of the mock's
    return causes or [failure.message]


def sent(response):
    """Return the body of the request, byte by byte."""
    body = response.request.body or b""
    return body if isinstance(body, str) else body.decode("latin-1")


FINDINGS = Findings(
    os.environ.get("PATMOCK_FINDINGS") or pathlib.Path(__file__).with_name("findings.yaml"),
    os.environ["PATMOCK_DOCUMENT"],
)
NUMBERS = itertools.count(1)


@schemathesis.hook
def before_add_examples(context, examples):
    """Send what has each finding occur."""
    cases = []
    for _, finding, text in FINDINGS.of(context.operation):
        calls = finding["texts"][text]
        for call in calls if isinstance(calls, list) else [calls]:
            cases.append(generate_one(context.operation.as_strategy(phase=TestPhase.EXAMPLES, **call)))
    examples.extend(reversed(cases))  # the last is sent first


@schemathesis.hook
def before_call(context, case, kwargs):
    """Give a new token what it needs in prose, where nothing else is wrong with it: a name of its own, and a date.

    The date is for stories only, which would seldom begin without.
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
def tell_what_is_unused():
    if path := os.environ.get("PATMOCK_UNUSED"):
        pathlib.Path(path).write_text(json.dumps(FINDINGS.unused()), encoding="utf-8")
