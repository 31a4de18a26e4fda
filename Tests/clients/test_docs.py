"""Every example of docs/api, in order, as a reader would paste it: each must be answered, none may be refused."""

import json
import pathlib
import re
import subprocess
import urllib.parse

import pytest

DOCS = pathlib.Path(__file__).resolve().parents[2] / "docs" / "api"
PAGES = ["deals", "pipelines", "contacts", "tasks", "notes", "fields", "events", "people"]


def examples(page):
    return "\n".join(re.findall(r"^```sh\n(.*?)^```$", (DOCS / page).read_text(), re.M | re.S))


def test_every_page_is_run():
    assert sorted(path.stem for path in DOCS.glob("*.md")) == sorted([*PAGES, "README"])


@pytest.mark.parametrize("page", PAGES)
def test_the_examples_of_a_page_work(page, run, tmp_path):
    # A refusal becomes an exit code; what was answered goes on where the example sends it.
    (tmp_path / ".curlrc").write_text("fail-with-body\n")
    (tmp_path / ".voronka").mkdir()
    (tmp_path / ".voronka" / "run.json").write_text(json.dumps(run))
    port = str(urllib.parse.urlsplit(run["api"]).port)
    commands = examples("README.md").replace("8080", port) + examples(page + ".md")
    assert commands.count("\n") > 8
    answer = subprocess.run(
        ["bash", "-euo", "pipefail", "-x", "-c", commands], cwd=tmp_path, capture_output=True, text=True,
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "LANG": "C.UTF-8"}, timeout=120)
    said = (answer.stdout[-600:] + answer.stderr[-1800:]).replace(run["tenants"][0]["api_token"], "$token")
    assert answer.returncode == 0, said
