"""The floor: pgbench sending the statements that the server was seen to send, in one pipeline."""

import json
import os
import re
import subprocess
import time

import world

# The relay's own work after the answer has left is no part of a request.
RELAY = re.compile(r"outbox_stream|outbox_cursors|outbox_retries|UPDATE outbox\b|FROM outbox\b|control\.|pg_notify|\bLISTEN\b")
ULID = re.compile(r"\b[0-7][0-9a-hjkmnp-tv-z]{25}\b", re.I)
MOMENT = re.compile(r"^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d")


def watch(act, schema):
    """Runs `act` once with all statements logged; gives [(sql, [parameter])] of that schema's requests."""
    world.psql("ALTER SYSTEM SET log_statement = 'all'; SELECT pg_reload_conf();")
    time.sleep(0.5)
    size = os.path.getsize(os.environ["BENCH_LOG"])
    act()
    time.sleep(0.3)
    world.psql("ALTER SYSTEM RESET log_statement; SELECT pg_reload_conf();")
    time.sleep(0.3)
    found, mine = [], {}
    with open(os.environ["BENCH_LOG"], encoding="utf-8") as log:
        log.seek(size)
        for line in log:
            entry = json.loads(line)
            if entry.get("user") != "vk_app_c1":
                continue
            match = re.match(r"(?:execute [^:]*|statement): (.*)", entry.get("message", ""), re.S)
            if not match:
                continue
            sql, parameters = match[1], parse(entry.get("detail", ""))
            if "set_config('role'" in sql:
                mine[entry["pid"]] = schema in parameters
            elif mine.get(entry["pid"]) and not RELAY.search(sql):
                found.append((sql.strip().rstrip(";"), parameters))
    work = [one for one in found if not re.match(r"(BEGIN|COMMIT|START)", one[0])]
    return work, len(work) > 1


def parse(detail):
    values = re.findall(r"\$\d+ = (NULL|'(?:[^']|'')*')", detail)
    return [None if v == "NULL" else v[1:-1].replace("''", "'") for v in values]


def guess(value):
    """The server declares the types of its arrays, which the log does not tell."""
    if value and MOMENT.match(value):
        return "timestamptz"
    # `{}` may be an empty array or an empty document: PostgreSQL finds out by the place.
    if not value or value == "{}" or not (value.startswith("{") and value.endswith("}")):
        return "unknown"
    try:
        json.loads(value)
        return "unknown"
    except ValueError:
        pass
    items = [item.strip('"') for item in value[1:-1].split(",")]
    known = [item for item in items if item != "NULL"]
    if all(re.fullmatch(r"-?\d+", item) for item in known):
        return "bigint[]"
    if all(MOMENT.match(item) for item in known):
        return "timestamptz[]"
    return "boolean[]" if all(item in ("t", "f") for item in known) else "text[]"


def types(sql, parameters):
    """What PostgreSQL takes the parameters for."""
    declared = [guess(value) for value in parameters]
    for _ in range(len(parameters) + 1):
        try:
            text = world.psql(f"""
                SET search_path = {world.schema(1)};
                PREPARE looked ({", ".join(declared)}) AS {sql};
                SELECT array_to_json(parameter_types::text[]) FROM pg_prepared_statements
                WHERE name = 'looked';""")
            return json.loads(text.splitlines()[-1])
        except SystemExit as refusal:
            match = re.search(r"data type of parameter \$(\d+)", str(refusal))
            if not match:
                raise
            place = int(match[1]) - 1
            value = parameters[place] or ""
            declared[place] = "boolean" if value in ("t", "f") else (
                "bigint" if re.fullmatch(r"-?\d+", value) else "text")
    raise SystemExit("the parameters' types stay unknown")


def write_script(path, statements, *, deal, stage=None, in_transaction, tenants=4):
    """Writes the pgbench script; gives the variables that it wants."""
    variables = {}
    lines = [
        f"\\set t random(1, {tenants})", "\\set id random(1000, 10999)", "\\set r random(1, 9000000000000000000)",
        f"\\set stage random({stage[0]}, {stage[1]})" if stage else "", "\\startpipeline"]
    if in_transaction:
        lines.append("BEGIN;")
    lines.append(
        "SELECT set_config('role', 't_bench000000' || :t, true), "
        "set_config('search_path', 't_bench000000' || :t || ', pg_temp', true), "
        "set_config('statement_timeout', '10000', true);")
    for number, (sql, parameters) in enumerate(statements):
        # The version that is read is the version that is written: the floor does not look at it.
        sql = re.sub(r"((?:\w+\.)?version) = \$\d+(::\w+)?", r"\1 = \1", sql)
        kinds = types(sql, parameters) if parameters else []
        for place in range(len(parameters), 0, -1):
            value, name = parameters[place - 1], f"s{number}p{place}"
            kind = kinds[place - 1] if place <= len(kinds) else "text"
            variables[name] = value
            if value is None:
                new = f"NULL::{kind}"
            elif value == str(deal):
                new = f":id::{kind}"
            elif value == "{%s}" % deal:
                new = f"ARRAY[:id]::{kind}"
            elif stage and re.fullmatch(r"\d+", value) and stage[0] <= int(value) <= stage[1]:
                new = f":stage::{kind}"
            elif kind.startswith("timestamp") and MOMENT.match(value):
                new = f"now()::{kind}"
            elif ulid := ULID.search(value):
                new = f"(replace(:{name}::text, '{ulid[0]}', '01B' || lpad(:r::text, 23, '0')))::{kind}"
            else:
                new = f":{name}::{kind}"
            if not new.count(f":{name}"):
                variables.pop(name)
            sql = re.sub(rf"\${place}(?!\d)", lambda _, new=new: new, sql)
        sql = re.sub(r"--[^\n]*", "", sql)
        lines.append(" ".join(sql.split()) + ";")
    if in_transaction:
        lines.append("COMMIT;")
    lines.append("\\endpipeline")
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(line for line in lines if line) + "\n")
    return variables


def run(path, variables, connections, seconds):
    """Transactions a second."""
    command = [f"{world.PG_BIN}/pgbench", "-n", "-M", "prepared", "-c", str(connections), "-j", "1",
               "-T", str(seconds), "-f", path]
    for name, value in variables.items():
        command += ["-D", f"{name}={value}"]
    done = subprocess.run(
        [*command, world.DATABASE_URL], capture_output=True, text=True,
        env=os.environ | {"PGOPTIONS": f"-c search_path={world.schema(1)}"})
    match = re.search(r"tps = ([\d.]+) \(without", done.stdout)
    if not match or done.returncode:
        raise SystemExit(f"pgbench: {done.stderr[-2000:]}")
    return float(match[1])
