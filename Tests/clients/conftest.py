"""Third-party clients of amoCRM against our server, as they are: only their wire is turned to us.

A running server with the demo companies is told by VORONKA_RUN_JSON.
"""

import json
import os
import pathlib
import urllib.parse

import pytest
from requests.adapters import HTTPAdapter


@pytest.fixture(scope="session")
def run():
    path = os.environ.get("VORONKA_RUN_JSON")
    if not path:
        pytest.fail("VORONKA_RUN_JSON is not set: start with bin/test clients")
    return json.loads(pathlib.Path(path).read_text())


@pytest.fixture(scope="session")
def salon(run):
    return run["tenants"][0]


@pytest.fixture(scope="session")
def vector(run):
    return run["tenants"][1]


class Wire(HTTPAdapter):
    """Carries `https://<slug>.amocrm.ru/…` to the company of that name here, and changes nothing else."""

    def __init__(self, run):
        super().__init__()
        self.server = urllib.parse.urlsplit(run["api"])
        self.statuses = []

    def send(self, request, **options):
        asked = urllib.parse.urlsplit(request.url)
        slug, _, domain = asked.netloc.partition(".")
        assert (asked.scheme, domain) == ("https", "amocrm.ru"), request.url
        request.headers["Host"] = f"{slug}.localhost:{self.server.port}"
        request.url = urllib.parse.urlunsplit(
            (self.server.scheme, self.server.netloc, asked.path, asked.query, ""))
        answer = super().send(request, **options)
        self.statuses.append(answer.status_code)
        return answer


@pytest.fixture(scope="session")
def wire(run):
    return Wire(run)
