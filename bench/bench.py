"""Each figure beside its floor: interleaved runs, medians. One JSON object a line on standard output."""

import json
import os
import re
import statistics
import subprocess
import sys

import floor
import world

RUNS = int(os.environ.get("BENCH_RUNS", 5))
SECONDS = int(os.environ.get("BENCH_SECONDS", 3))
CONNECTIONS = int(os.environ.get("BENCH_CONNECTIONS", 16))
HTTP = ["get-deal", "create-deal", "move-deal", "board"]
ALL = [*HTTP, "get-deal-1000-tenants", "server-memory", "ui-board-1000"]
DEAL = 7777


def say(*words):
    print(*words, file=sys.stderr, flush=True)


def show(name, value, unit, base, ratio):
    print(json.dumps({"bench": name, "value": value, "unit": unit, "floor": base, "ratio": ratio}), flush=True)


class Bench:
    def __init__(self, server, tenants):
        self.server, self.tenants = server, tenants
        self.seed = 0
        rows = world.psql(f"""SELECT string_agg(s.id::text, ',' ORDER BY s.sort) FROM {world.schema(1)}.stages AS s
            JOIN {world.schema(1)}.pipelines AS p ON p.id = s.pipeline_id WHERE p.is_main AND s.kind = 'open'""")
        self.stages = [int(stage) for stage in rows.split(",")]
        self.pipeline = int(world.psql(f"SELECT id FROM {world.schema(1)}.pipelines WHERE is_main"))

    def world_file(self, tenants, cookies=False):
        path = os.path.join(world.PLACE, "world.tsv")
        with open(path, "w", encoding="utf-8") as file:
            for tenant in tenants:
                header = ("Cookie", self.server.cookie(tenant)) if cookies else (
                    "Authorization", f"Bearer {tenant.token}")
                file.write("\t".join([tenant.host, *header]) + "\n")
        return path

    def wrk(self, path, kind, seconds, slots=0, deals=10_000):
        self.seed += 1
        mine = self.server.process.pid
        before = world.cpu_s([mine]), world.cpu_s(world.postgres_pids())
        done = subprocess.run(
            ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", f"{world.ROOT}/bench/load.lua",
             f"http://127.0.0.1:{world.PORT}", "--", path, kind, str(world.PORT), "1000", str(deals),
             ",".join(map(str, self.stages)), str(slots), "100", str(self.seed)],
            capture_output=True, text=True)
        match = re.search(r"RESULT (.*)", done.stdout)
        if not match:
            raise SystemExit(f"wrk: {done.stdout}{done.stderr}")
        result = json.loads(match[1])
        after = world.cpu_s([mine]), world.cpu_s(world.postgres_pids())
        if result["refused"] or result["broken"]:
            raise SystemExit(f"{kind}: {result['refused']} refused and {result['broken']} broken answers")
        result["server_us"] = world.spent_s(before[0], after[0]) / result["requests"] * 1e6
        result["postgres_us"] = world.spent_s(before[1], after[1]) / result["requests"] * 1e6
        result["rate"] = result["requests"] / result["seconds"]
        return result

    def http(self, name):
        four = self.tenants[:4]
        one = four[0]
        board = f"/ui/board/stage?pipeline={self.pipeline}&stage=STAGE&view=open"
        kind = {"get-deal": "get", "create-deal": "create", "move-deal": "move", "board": board}[name]
        path = self.world_file(four, cookies=name == "board")
        cookie = {"Cookie": open(path, encoding="utf-8").readline().rstrip("\n").split("\t")[2],
                  "Sec-Fetch-Site": "same-origin"} if name == "board" else None

        def act(turn):
            stage = self.stages[turn % len(self.stages)]
            if name == "get-deal":
                return self.server.ask("GET", f"/api/v4/leads/{DEAL}", one)
            if name == "create-deal":
                return self.server.ask("POST", "/api/v4/leads", one, [
                    {"name": "Сделка", "price": 1000, "status_id": stage}])
            if name == "move-deal":
                return self.server.ask("PATCH", f"/api/v4/leads/{DEAL}", one, {"status_id": stage})
            return self.server.ask("GET", board.replace("STAGE", str(stage)), one, None, cookie)

        for turn in range(8):
            act(turn)
        statements, in_transaction = floor.watch(lambda: act(9), world.schema(1))
        if not statements:
            raise SystemExit(f"{name}: no statement of the server was seen")
        script = os.path.join(world.ROOT, "bench", "floors", f"{name}.sql")
        os.makedirs(os.path.dirname(script), exist_ok=True)
        stage = (min(self.stages), max(self.stages)) if name != "get-deal" else None
        variables = floor.write_script(
            script, statements, deal=DEAL, stage=stage, in_transaction=in_transaction)
        say(f"{name}: {len(statements)} statement(s), floor in {os.path.relpath(script)}")
        self.wrk(path, kind, 2)
        floor.run(script, variables, CONNECTIONS, 1)
        floors, results = [], []
        for _ in range(RUNS):
            floors.append(floor.run(script, variables, CONNECTIONS, SECONDS))
            results.append(self.wrk(path, kind, SECONDS))
        self.tell(name, results, statistics.median(floors))

    def tell(self, name, results, base):
        middle = {key: statistics.median(r[key] for r in results) for key in results[0]}
        say(f"{name}: p99 {middle['p99_ms']:.1f} ms, CPU a request: server {middle['server_us']:.0f} us, "
            f"PostgreSQL {middle['postgres_us']:.0f} us; the floor's runs lie beside")
        show(name, round(middle["rate"]), "requests/s", round(base), round(middle["rate"] / base, 3))

    def meet(self):
        """Every tenant is asked several times, so that PostgreSQL, just started, has their catalogues in memory."""
        self.wrk(self.world_file(self.tenants), "get", 10, deals=100)

    def many_tenants(self):
        """Ten tenants are busy at any time, drawn from 10 or from 1,000; each stays for 100 requests."""
        few, many = [], []
        for number in range(RUNS + 1):
            for count, into in ((10, few), (1_000, many)):
                path = self.world_file(self.tenants[:count])
                result = self.wrk(path, "get", SECONDS, slots=10, deals=100)
                if number:
                    into.append(result)
        for name, results in (("10", few), ("1,000", many)):
            middle = {key: statistics.median(r[key] for r in results) for key in results[0]}
            say(f"get-deal with {name} tenants: {middle['rate']:.0f} requests/s, CPU a request: "
                f"server {middle['server_us']:.0f} us, PostgreSQL {middle['postgres_us']:.0f} us")
        self.tell("get-deal-1000-tenants", many, statistics.median(r["rate"] for r in few))

    def memory(self):
        with open(f"/proc/{self.server.process.pid}/status", encoding="utf-8") as status:
            kilobytes = int(re.search(r"VmRSS:\s+(\d+)", status.read())[1])
        show("server-memory", round(kilobytes / 1024, 1), "MB", 120, round(kilobytes / 1024 / 120, 3))


def main():
    names = sys.argv[1:] or ALL
    unknown = [name for name in names if name not in ALL]
    if unknown:
        raise SystemExit(f"there is no bench {unknown[0]}; there are: {', '.join(ALL)}")
    say("the rate limits of the API and of sessions are lifted (VORONKA_API_RATE=0, VORONKA_UI_RATE=0)")
    tenants = world.prepare(1_000 if "get-deal-1000-tenants" in names else 4)
    if "get-deal-1000-tenants" in names:
        # By another server: the one that is measured has met nobody, so that signing in is in the figure.
        with world.Server() as server:
            Bench(server, tenants).meet()
    with world.Server() as server:
        bench = Bench(server, tenants)
        for name in names:
            if name in HTTP:
                bench.http(name)
            elif name == "get-deal-1000-tenants":
                bench.many_tenants()
            elif name == "server-memory":
                bench.memory()
            else:
                python = os.path.join(os.environ["BENCH_VENV"], "bin", "python")
                tenant = tenants[0]
                subprocess.run([python, f"{world.ROOT}/bench/ui_board.py", f"http://{tenant.host}",
                                world.EMAIL, world.PASSWORD, str(RUNS)], check=True)


main()
