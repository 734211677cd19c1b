#!/usr/bin/env python3
"""Makes a store with the binary of an earlier version, for the tests of migration.

    git worktree add /tmp/old COMMIT && (cd /tmp/old && cargo build --package fanfare)
    python3 tests/stores/make.py /tmp/old/target/debug/fanfare tests/stores/NAME.db

The binary runs with its own sandbox, so nothing leaves the machine. When the
store holds everything that a migration must carry over (deliveries that were
made, that wait, that were given up; with contracts also an open one, a digest
under way and an acknowledgement), the gateway is told to stop, and the one file
is copied. Uses Python's standard library only.
"""

import json
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

PATIENCE = 120  # seconds, for each thing that is waited for
STORE = "store.sandbox.db"  # where `serve --sandbox` keeps `store: sqlite://store.db`

CHANNELS = """
channels:
  works: {{ kind: dingtalk, access_token: works, secret: SECworks }}
  waits: {{ kind: wecom, key: waits, timeout: 1s, {waits} }}
  refuses: {{ kind: dingtalk, access_token: refuses, secret: SECrefuses }}
  mail:
    kind: email
    smtp: {{ host: mail.example.com, port: 465, tls: implicit, username: alerts@example.com, password: secret }}
    from: alerts@example.com
    to: [oncall@example.com]
"""

FIRST = """
server: { listen: 127.0.0.1:0 }
store: sqlite://store.db
allow_inline_secrets: true
sources: [{ name: thinklink, format: tkl, auth: none }]
""" + CHANNELS.format(waits="budget: unlimited") + """
receivers:
  - { name: on-call, channels: [works, waits] }
  - { name: refused, channels: [refuses] }
route:
  receiver: on-call
  routes: [{ matchers: [ 'alertname = refused' ], receiver: refused }]
"""

WITH_CONTRACTS = """
server: { listen: 127.0.0.1:0, external_url: 'https://alerts.example.com' }
store: sqlite://store.db
allow_inline_secrets: true
sources: [{ name: thinklink, format: tkl, auth: none }]
""" + CHANNELS.format(waits="budget: { messages: 4, per: 1m }") + """
receivers:
  - name: on-call
    channels: [works, waits]
    contract: { succeed: all, within: 20d }
    escalate: [{ after: 21d, unless: acknowledged, to: [mail] }]
  - { name: refused, channels: [refuses] }
route:
  receiver: on-call
  routes: [{ matchers: [ 'alertname = refused' ], receiver: refused }]
"""


def ask(method, url, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, method=method, headers={"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def count(store, sql):
    with sqlite3.connect(f"file:{store}?mode=ro", uri=True) as db:
        return db.execute(sql).fetchone()[0]


def until(what, holds):
    deadline = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > deadline:
            sys.exit(f"not within {PATIENCE} s: {what}")
        time.sleep(0.2)


def alert(name, device, level, action="alarm"):
    return {"name": name, "action": action, "level": level, "title": f"{name} on {device}", "desc": "made for a test", "eui": f"{device:016x}"}


def knows_contracts(binary):
    return "dead-letters" in subprocess.run([binary, "--help"], capture_output=True, text=True, check=True).stdout


def start(binary, folder, contracts):
    (folder / "fanfare.yaml").write_text(WITH_CONTRACTS if contracts else FIRST)
    command = [binary, "--config", "fanfare.yaml", "serve", "--sandbox"]
    program = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    for line in program.stdout:
        if "Listening on" in line:
            return program, "http://" + line.split("address=")[1].split()[0].strip('"')
    sys.exit("the gateway ended before it listened")


def fill(url, store, contracts):
    post = lambda body: ask("POST", f"{url}/ingest/thinklink", body)
    ask("PUT", f"{url}/sandbox/faults/waits", [{"fault": "hang"}])
    ask("PUT", f"{url}/sandbox/faults/refuses", [{"fault": {"errcode": {"code": 430104, "words": "inappropriate content"}}}])
    post(alert("over_temp", 1, "urgent"))
    post(alert("over_temp", 1, "urgent"))  # a repeat, of which nobody is told
    post(alert("door_open", 2, "mid"))
    post(alert("door_open", 2, "mid", "clear"))
    post(alert("refused", 3, "high"))
    until("what is unsendable is given up", lambda: count(store, "SELECT count(*) FROM deliveries WHERE state = 'dead'") == 1)
    until("the working channel is told", lambda: count(store, "SELECT count(*) FROM deliveries WHERE state = 'delivered'") >= 3)
    until("the other one is tried", lambda: count(store, "SELECT count(*) FROM attempts WHERE outcome = 'unanswered'") >= 1)
    if contracts:
        for device in range(10, 40):
            post(alert("humidity", device, "low"))
        until("a digest is under way", lambda: count(store, "SELECT count(*) FROM deliveries WHERE state = 'pending' AND digest IS NOT NULL") >= 2)
        ask("POST", f"{url}/api/v1/alerts/1/acknowledge", {"by": "Zhang San"})


def main():
    binary, target = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
    contracts = knows_contracts(binary)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        program, url = start(binary, folder, contracts)
        try:
            fill(url, folder / STORE, contracts)
        finally:
            program.send_signal(signal.SIGTERM)
            program.communicate(timeout=PATIENCE)
        shutil.copyfile(folder / STORE, target)
    with sqlite3.connect(target) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    print(f"{target}: {target.stat().st_size} bytes")


if __name__ == "__main__":
    main()
