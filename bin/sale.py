"""Makes the smallest sale there is: signs in as the salon's administrator, moves a deal, reads it back.

Usage: sale.py RUN_JSON | BASE_URL           moves a deal and prints its id and its new stage
       sale.py RUN_JSON | BASE_URL DEAL STAGE  only checks that the deal stands there
With a bare URL the demo's documented login is used.
Only the standard library, so that it runs where nothing is installed.
"""

import http.client
import json
import sys
import urllib.parse


def salon(argument):
    if argument.startswith("http"):
        port = urllib.parse.urlsplit(argument).port
        return {
            "url": f"http://salon.localhost:{port}",
            "email": "anna.kim@salon.example",
            "password": "voronka-demo",
        }
    with open(argument, encoding="utf-8") as file:
        return json.load(file)["tenants"][0]


class Browser:
    """Speaks to 127.0.0.1 under the tenant's name and keeps the cookie."""

    def __init__(self, url):
        self.url = url
        parts = urllib.parse.urlsplit(url)
        self.host, self.port = parts.netloc, parts.port
        self.cookie = None

    def send(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {
            "Host": self.host,
            "Origin": self.url,
            "Sec-Fetch-Site": "same-origin",
            "Accept": "application/json",
        }
        if self.cookie:
            headers["Cookie"] = self.cookie
        if body is not None:
            headers["Content-Type"] = "application/json"
        connection.request(method, path, json.dumps(body) if body is not None else None, headers)
        answer = connection.getresponse()
        data = answer.read()
        if cookie := answer.getheader("Set-Cookie"):
            self.cookie = cookie.split(";")[0]
        if answer.status >= 400:
            raise SystemExit(f"{method} {path}: {answer.status} {data[:400]!r}")
        return json.loads(data) if data else None


def sign_in(who):
    browser = Browser(who["url"])
    browser.send("POST", "/ui/sign-in", {"email": who["email"], "password": who["password"]})
    return browser


def move(browser):
    session = browser.send("GET", "/ui/session")
    pipeline = next(p for p in session["pipelines"] if p["is_main"])
    board = browser.send("GET", f"/ui/board?pipeline={pipeline['id']}")
    stages = [stage for stage in board["stages"] if stage["id"] not in (142, 143)]
    start = next(stage for stage in stages if stage["cards"])
    deal = start["cards"][0]["id"]
    goal = next(stage["id"] for stage in stages if stage["id"] != start["id"])
    browser.send("PATCH", f"/api/v4/leads/{deal}", {"status_id": goal})
    return deal, goal


def check(browser, deal, goal):
    found = browser.send("GET", f"/api/v4/leads/{deal}")
    if found["status_id"] != goal:
        raise SystemExit(f"the deal stands in {found['status_id']}, not in {goal}")
    events = browser.send("GET", f"/api/v4/events?filter[entity]=lead&filter[entity_id][]={deal}")
    kinds = [event["type"] for event in events["_embedded"]["events"]]
    if "lead_status_changed" not in kinds:
        raise SystemExit(f"the event log has no move: {kinds}")


def main():
    browser = sign_in(salon(sys.argv[1]))
    deal, goal = map(int, sys.argv[2:4]) if len(sys.argv) > 2 else move(browser)
    check(browser, deal, goal)
    print(deal, goal)


main()
