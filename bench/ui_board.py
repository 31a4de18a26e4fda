"""Scripting time of a board of 1,000 cards in Chromium, beside a bare page that clones 1,000 templates.

The bare page is the floor: it draws the same cards from the same JSON and does nothing else. No store, no listeners, no
words in two languages, no shell around it: a template cloned a thousand times, its text filled in, appended at once. Its card
has as many elements as the least of ours; sums and dates are written by formatters made once.

Usage: ui_board.py URL EMAIL PASSWORD RUNS
"""

import json
import statistics
import sys

from playwright.sync_api import sync_playwright

CARDS = 1_000
SAMPLE_US = 100
STALLED_US = 400
BARE = """<!doctype html><meta charset=utf-8><title>bare</title><template id=t><li class=card>
<a></a><div><span class=ch></span><span></span><span></span></div><div><b></b><span></span><span></span></div></li></template>
<ul></ul><script type=module>
const { stages, now } = await (await fetch('/bare.json')).json();
const template = document.getElementById('t').content.firstElementChild;
const money = new Intl.NumberFormat('ru', { style: 'currency', currency: 'RUB', maximumFractionDigits: 0 });
const day = new Intl.DateTimeFormat('ru', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
const all = document.createDocumentFragment();
for (const card of stages.flatMap((stage) => stage.cards)) {
  const node = template.cloneNode(true);
  const [name, who, foot] = node.children;
  name.href = '/deals/' + card.id;
  name.textContent = card.name;
  who.children[0].dataset.ch = card.channel;
  who.children[1].textContent = [card.company?.name, card.contact?.name].filter(Boolean).join(' · ');
  who.children[2].textContent = Math.floor((now - card.stage_entered_at) / 3600) + ' ч';
  foot.children[0].textContent = money.format(card.amount_minor / 100);
  foot.children[1].textContent = card.next_task ? day.format(card.next_task.due_at * 1000) : 'Нет задачи';
  foot.children[2].textContent = card.owner_id;
  all.append(node);
}
document.querySelector('ul').append(all);
</script>"""


def thousand(board):
    """The real answer with its cards repeated until there are 1,000."""
    stages = [stage for stage in board["stages"] if stage.get("cards")]
    number = 10_000_000
    for place, stage in enumerate(stages):
        each = CARDS // len(stages) + (1 if place < CARDS % len(stages) else 0)
        cards = []
        for index in range(each):
            number += 1
            card = stage["cards"][index % len(stage["cards"])] | {"id": number}
            if card["next_task"]:
                # Half-hours of three weeks, as in a diary: neither page may live on repeated deadlines.
                due = card["next_task"]["due_at"] // 1800 + number * 7 % 1008 - 168
                card["next_task"] = card["next_task"] | {"due_at": due * 1800}
            cards.append(card)
        stage.update(cards=cards, count=each, next=None)
    return board


def scripting_ms(context, url):
    """Time in script of any kind, from the navigation until 1,000 cards stood and two frames were drawn.

    By the sampling profiler: the timeline's events and Performance.getMetrics leave out what runs after an `await`, which
    is nearly all of it here. Neither the engine's own work (style, layout, paint) nor the test's own scripts count."""
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Profiler.enable")
    session.send("Profiler.setSamplingInterval", {"interval": SAMPLE_US})
    session.send("Profiler.start")
    page.goto(url, wait_until="commit")
    page.wait_for_selector(".card", state="attached")
    page.wait_for_function("(n) => document.getElementsByClassName('card').length >= n", arg=CARDS, timeout=60_000)
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    profile = session.send("Profiler.stop")["profile"]
    page.close()
    return spent_us(profile, "/".join(url.split("/")[:3]) + "/") / 1_000


def spent_us(profile, origin):
    """Samples within a call of the page's own files; the collector's belong to whoever was running."""
    nodes = {node["id"]: node["callFrame"] for node in profile["nodes"]}
    parents = {child: node["id"] for node in profile["nodes"] for child in node.get("children", [])}
    known = {}

    def is_ours(node):
        if node not in known:
            known[node] = nodes[node]["url"].startswith(origin) or (node in parents and is_ours(parents[node]))
        return known[node]

    total, ours = 0, False
    for sample, delta in zip(profile["samples"], profile["timeDeltas"]):
        if nodes[sample]["functionName"] != "(garbage collector)":
            ours = is_ours(sample)
        # The sample waits until the thread runs again: beyond this, something else had the core.
        total += min(delta, STALLED_US) if ours else 0
    return total


def signed_in(context, url, email, password):
    """Leaves the cookie in the context and gives the real board."""
    page = context.new_page()
    page.goto(f"{url}/sign-in")
    status = page.evaluate(
        """async (body) => (await fetch('/ui/sign-in', {method: 'POST', body: JSON.stringify(body),
           headers: {'Content-Type': 'application/json'}})).status""",
        {"email": email, "password": password})
    if status >= 300:
        raise SystemExit(f"sign-in: {status}")
    board = page.evaluate("async () => (await fetch('/ui/board')).json()")
    page.close()
    return board


def main():
    url, email, password, runs = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", headless=True, args=["--no-sandbox"])
        context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="ru-RU")
        board = thousand(signed_in(context, url, email, password))
        board["now"] = max(card["stage_entered_at"] for stage in board["stages"] for card in stage["cards"])
        context.route("**/ui/board?*", lambda route: route.fulfill(json=board))
        context.route("**/bare", lambda route: route.fulfill(body=BARE, content_type="text/html; charset=utf-8"))
        context.route("**/bare.json", lambda route: route.fulfill(json=board))
        ours, bare = [], []
        # The first pair fills the caches of both and does not count.
        for number in range(runs + 1):
            mine = scripting_ms(context, f"{url}/deals")
            theirs = scripting_ms(context, f"{url}/bare")
            if number:
                ours.append(mine)
                bare.append(theirs)
        browser.close()
    value, base = statistics.median(ours), statistics.median(bare)
    print(json.dumps({
        "bench": "ui-board-1000", "value": round(value, 1), "unit": "ms", "floor": round(base, 1),
        "ratio": round(value / base, 3)}))


main()
