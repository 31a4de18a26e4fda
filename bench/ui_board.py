"""Scripting time of a board of 1,000 cards in Chromium, beside a bare page that clones 1,000 templates.

Usage: ui_board.py URL EMAIL PASSWORD RUNS
"""

import json
import statistics
import sys

from playwright.sync_api import sync_playwright

CARDS = 1_000
BARE = """<!doctype html><meta charset=utf-8><title>bare</title><template id=t><article class=card>
<header><a class=name></a><button>⋯</button></header><p class=who></p><div class=money></div>
<footer><span class=task></span><span class=age></span><i class=face></i></footer></article></template>
<main></main><script type=module>
const cards = await (await fetch('/bare.json')).json();
const template = document.getElementById('t').content, main = document.querySelector('main');
const all = document.createDocumentFragment();
for (const card of cards) {
  const node = template.cloneNode(true);
  node.querySelector('.name').textContent = card.name;
  node.querySelector('.who').textContent = card.contact?.name ?? '';
  node.querySelector('.money').textContent = (card.amount_minor / 100).toLocaleString('ru');
  node.querySelector('.task').textContent = card.next_task?.text ?? '';
  node.querySelector('.age').textContent = new Date(card.stage_entered_at * 1000).toLocaleDateString('ru');
  all.append(node);
}
main.append(all);
document.body.dataset.ready = '1';
</script>"""


def thousand(board):
    """The real answer with its cards repeated until there are 1,000."""
    stages = [stage for stage in board["stages"] if stage.get("cards")]
    each = CARDS // len(stages)
    number = 10_000_000
    for stage in stages:
        cards = []
        for index in range(each):
            number += 1
            cards.append(stage["cards"][index % len(stage["cards"])] | {"id": number})
        stage.update(cards=cards, count=each, next=None)
    return board


def scripting_ms(context, url, selector, minimum):
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Performance.enable")
    page.goto(url)
    page.wait_for_function(
        "([s, n]) => document.querySelectorAll(s).length >= n", arg=[selector, minimum], timeout=60_000)
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    metrics = {m["name"]: m["value"] for m in session.send("Performance.getMetrics")["metrics"]}
    page.close()
    return metrics["ScriptDuration"] * 1_000


def main():
    url, email, password, runs = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", headless=True, args=["--no-sandbox"])
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        answer = context.request.post(
            f"{url}/ui/sign-in", data={"email": email, "password": password},
            headers={"Origin": url, "Sec-Fetch-Site": "same-origin"})
        if not answer.ok:
            raise SystemExit(f"sign-in: {answer.status}")
        kept = []

        def board(route):
            body = thousand(route.fetch().json())
            kept[:] = [card for stage in body["stages"] for card in stage.get("cards", [])]
            route.fulfill(json=body)

        context.route("**/ui/board?*", board)
        context.route("**/bare", lambda route: route.fulfill(body=BARE, content_type="text/html; charset=utf-8"))
        context.route("**/bare.json", lambda route: route.fulfill(json=kept))
        ours, bare = [], []
        for number in range(runs + 1):
            mine = scripting_ms(context, f"{url}/deals", "[data-deal], article.card, .card[data-id]", 200)
            theirs = scripting_ms(context, f"{url}/bare", "article.card", CARDS)
            if number:
                ours.append(mine)
                bare.append(theirs)
        browser.close()
    value, base = statistics.median(ours), statistics.median(bare)
    print(json.dumps({
        "bench": "ui-board-1000", "value": round(value, 1), "unit": "ms", "floor": round(base, 1),
        "ratio": round(value / base, 3)}))


main()
