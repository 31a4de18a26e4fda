"""The tenants that the benches talk to, and a running server."""

import base64
import hashlib
import hmac
import json
import os
import socket
import subprocess
import time
import urllib.request
import uuid

BINARY = os.environ["BENCH_BINARY"]
PLACE = os.environ["BENCH_PLACE"]
PG_BIN = os.environ["BENCH_PG_BIN"]
DATABASE_URL = os.environ["BENCH_DATABASE_URL"]
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
DATA = os.path.join(PLACE, "server")
PASSWORD = "bench-password-1"
EMAIL = "bench@bench.example"


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


PORT, OPERATIONS_PORT = free_port(), free_port()


def environment(**more):
    names = {k: v for k, v in os.environ.items() if not k.startswith("VORONKA_")}
    return names | {
        "VORONKA_DATA_DIR": DATA,
        "VORONKA_SHARE_DIR": ROOT,
        "VORONKA_LISTEN": f"127.0.0.1:{PORT}",
        "VORONKA_OPERATIONS_LISTEN": f"127.0.0.1:{OPERATIONS_PORT}",
        "VORONKA_BASE_DOMAINS": "localhost",
        "VORONKA_API_RATE": "0",
        "VORONKA_UI_RATE": "0",
        "VORONKA_LOG_LEVEL": "error",
        "VORONKA_CONNECTIONS": os.environ.get("BENCH_CONNECTIONS", "16"),
    } | more


def voronka(*arguments):
    done = subprocess.run(
        [BINARY, *arguments], env=environment(VORONKA_DATABASE_URL=DATABASE_URL),
        capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"voronka {' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout


def psql(sql, *more):
    done = subprocess.run(
        [f"{PG_BIN}/psql", DATABASE_URL, "-qAtX", "-v", "ON_ERROR_STOP=1", *more],
        input=sql, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"psql: {done.stderr.strip()}\n{sql[:400]}")
    return done.stdout.strip()


def schema(number):
    """Numbered, so that the floor can pick one by arithmetic."""
    return f"t_bench{number:07d}"


class Tenant:
    def __init__(self, number, identifier, user):
        self.number, self.id, self.user = number, identifier, user
        self.host = f"bench{number}.localhost:{PORT}"
        self.token = None


def prepare(count):
    """Tenants bench1…benchN with 10,000 deals in the first four and few in the others."""
    os.makedirs(DATA, exist_ok=True)
    voronka("migrate")
    voronka("cell", "limit", "1", "1000")
    have = set(psql("SELECT slug FROM control.tenants WHERE slug LIKE 'bench%'").split())
    for number in range(1, count + 1):
        if f"bench{number}" in have:
            continue
        voronka("tenant", "create", f"bench{number}", "--name", f"Bench {number}")
        key = psql(f"SELECT schema_key FROM control.tenants WHERE slug = 'bench{number}'")
        if number == 1:
            voronka("user", "create", "bench1", "--email", EMAIL, "--name", "Bench", "--password", PASSWORD)
        psql(f"""
            BEGIN;
            ALTER SCHEMA {key} RENAME TO {schema(number)};
            ALTER ROLE {key} RENAME TO {schema(number)};
            UPDATE control.tenants SET schema_key = '{schema(number)}' WHERE slug = 'bench{number}';
            INSERT INTO control.memberships (user_id, tenant_id)
            SELECT u.id, t.id FROM control.users AS u, control.tenants AS t
            WHERE u.email = '{EMAIL}' AND t.slug = 'bench{number}' ON CONFLICT DO NOTHING;
            INSERT INTO {schema(number)}.members (user_id, name, email, role_id)
            SELECT u.id, u.name, u.email, r.id FROM control.users AS u, {schema(number)}.roles AS r
            WHERE u.email = '{EMAIL}' AND r.is_administrator ORDER BY r.id LIMIT 1
            ON CONFLICT DO NOTHING;
            COMMIT;""")
        fill = open(f"{ROOT}/bench/fill.sql", encoding="utf-8").read()
        if number > 4:
            fill = fill.replace("9999", "99").replace("1999", "99").replace("n % 2000", "n % 100")
        psql(f"SET search_path = {schema(number)};\n{fill}")
    user = int(psql(f"SELECT id FROM control.users WHERE email = '{EMAIL}'"))
    rows = psql("SELECT substr(slug, 6)::int, id FROM control.tenants WHERE slug LIKE 'bench%' ORDER BY 1")
    tenants = [Tenant(*map(int, row.split("|")), user) for row in rows.split()][:count]
    sign_tokens(tenants)
    return tenants


def sign_tokens(tenants):
    """The same tokens as `voronka token create` makes, without a process for each of a thousand."""
    secret = open(f"{DATA}/secret", "rb").read().replace(b"\n", b"").replace(b"\r", b"")
    fixed = hmac.new(b"\0" * 32, secret, hashlib.sha256).digest()
    key = hmac.new(fixed, b"voronka api tokens v1\x01", hashlib.sha256).digest()
    kid = hashlib.sha256(key).hexdigest()[:8]
    now, lines = int(time.time()), []

    def packed(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=")

    for tenant in tenants:
        jti = str(uuid.uuid4())
        lines.append(f"('{jti}', {tenant.id}, {tenant.user}, 'bench', '{{crm}}', now(), now() + interval '1 day')")
        body = packed({"alg": "HS256", "typ": "JWT", "kid": kid}) + b"." + packed({
            "aud": "voronka", "jti": jti.upper(), "iat": now, "nbf": now, "exp": now + 86_000,
            "sub": str(tenant.user), "account_id": tenant.id, "base_domain": "localhost",
            "api_domain": "localhost", "scopes": ["crm"], "version": 2})
        signature = base64.urlsafe_b64encode(hmac.new(key, body, hashlib.sha256).digest()).rstrip(b"=")
        tenant.token = (body + b"." + signature).decode()
    psql("DELETE FROM control.api_tokens WHERE name = 'bench';"
         "INSERT INTO control.api_tokens (id, tenant_id, user_id, name, scopes, created_at, expires_at) VALUES "
         + ", ".join(lines))


class Server:
    def __enter__(self):
        self.log = open(os.path.join(PLACE, "server.log"), "w", encoding="utf-8")
        self.process = subprocess.Popen([BINARY, "serve"], env=environment(), stdout=self.log, stderr=self.log)
        for _ in range(300):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{OPERATIONS_PORT}/health/ready", timeout=2)
                return self
            except OSError:
                if self.process.poll() is not None:
                    raise SystemExit(f"the server did not start; see {self.log.name}") from None
                time.sleep(0.1)
        raise SystemExit("the server is not ready")

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(60)

    def cookie(self, tenant):
        """Signs in as a browser does; gives the cookie."""
        answer = self.ask("POST", "/ui/sign-in", tenant, {"email": EMAIL, "password": PASSWORD}, {
            "Origin": f"http://{tenant.host}", "Sec-Fetch-Site": "same-origin"})
        return answer.headers["Set-Cookie"].split(";")[0]

    def ask(self, method, path, tenant, body=None, headers=None):
        headers = {"Host": tenant.host} | (headers or {"Authorization": f"Bearer {tenant.token}"})
        if body is not None:
            headers["Content-Type"] = "application/json"
        request = urllib.request.Request(
            f"http://127.0.0.1:{PORT}{path}", method=method, headers=headers,
            data=json.dumps(body).encode() if body is not None else None)
        return urllib.request.urlopen(request, timeout=30)


def cpu_s(pids):
    """Seconds of CPU by process."""
    found = {}
    for pid in pids:
        try:
            with open(f"/proc/{pid}/stat", encoding="utf-8") as stat:
                fields = stat.read().rsplit(")", 1)[1].split()
        except OSError:
            continue
        found[pid] = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return found


def spent_s(before, after):
    """What the processes of `after` used since; those that have ended do not count."""
    return sum(seconds - before.get(pid, 0) for pid, seconds in after.items())


def postmaster():
    """From any of its children, while one of ours is connected."""
    with subprocess.Popen([f"{PG_BIN}/psql", DATABASE_URL, "-qAtX"], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, text=True) as session:
        session.stdin.write("SELECT pg_backend_pid();\n")
        session.stdin.flush()
        child = int(session.stdout.readline())
        parent = int(open(f"/proc/{child}/stat").read().rsplit(")", 1)[1].split()[1])
        session.stdin.close()
    return parent


POSTMASTER = postmaster()


def postgres_pids():
    try:
        return [int(p) for p in open(f"/proc/{POSTMASTER}/task/{POSTMASTER}/children").read().split()]
    except OSError:
        return []
