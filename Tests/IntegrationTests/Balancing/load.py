"""Asks a load balancer without pause, by HTTP and in lines, and checks every answer.

The first line of standard input is a JSON object: the ports "http" and "lines", and "warm", the parameters of an
auth.check that memory answers, with the "rule" that must decide it. Every further line ends a phase, for which one
JSON object comes back: answers, wrong answers, and failures, of warm and of cold decisions. The end of the input ends all.
"""

import collections
import http.client
import itertools
import json
import socket
import sys
import threading
import time

task = json.loads(sys.stdin.readline())
lock = threading.Lock()
counts = collections.Counter()
failures = []
numbers = itertools.count()
# What a cold decision may come to: the events it asks for exist nowhere, or the database is away.
COLD_REASONS = {"events_missing": "cold_answered", "store_unavailable": "cold_unavailable"}


def request(is_warm):
    number = next(numbers)
    params = task["warm"] if is_warm else {"event_id": f"$cold{number}", "room_version": "11"}
    return json.dumps({"jsonrpc": "2.0", "id": number, "method": "auth.check", "params": params}), number


def count(is_warm, reply, number):
    if reply.get("id") != number:
        outcome = "wrong"
    elif is_warm:
        rule = reply.get("result", {}).get("rule")
        error = reply.get("error", {}).get("data", {})
        outcome = "warm" if rule == task["rule"] else "warm_unavailable" if error.get("retryable") else "wrong"
    else:
        outcome = COLD_REASONS.get(reply.get("error", {}).get("data", {}).get("reason"), "wrong")
    with lock:
        counts[outcome] += 1


def fail(kind, error):
    with lock:
        failures.append(f"{kind}: {error}")
    time.sleep(0.05)


def ask_by_http(is_warm):
    connection = None
    while True:
        try:
            if connection is None:
                connection = http.client.HTTPConnection("127.0.0.1", task["http"], timeout=30)
            message, number = request(is_warm)
            connection.request("POST", "/", message, {"Content-Type": "application/json"})
            response = connection.getresponse()
            body = response.read()
            if response.status != 200:
                raise OSError(f"status {response.status}: {body[:200]!r}")
            count(is_warm, json.loads(body), number)
        except (OSError, http.client.HTTPException, ValueError) as error:
            fail("http", repr(error))
            connection = None


def ask_in_lines(is_warm):
    while True:
        try:
            with socket.create_connection(("127.0.0.1", task["lines"]), timeout=30) as connection:
                lines = connection.makefile("rwb")
                ask_on(lines, is_warm)
        except (OSError, ValueError) as error:
            fail("lines", repr(error))


def ask_on(lines, is_warm):
    """Asks on one connection until it is announced that it will be closed."""

    def call(message):
        """The reply, and whether the connection is to be left."""
        lines.write(message.encode() + b"\n")
        lines.flush()
        is_closing = False
        while True:
            line = lines.readline()
            if not line:
                raise OSError("the connection ended before the answer")
            reply = json.loads(line)
            if reply.get("method") != "session.closing":
                return reply, is_closing
            is_closing = True

    call('{"jsonrpc":"2.0","id":0,"method":"session.announce_closing"}')
    is_closing = False
    while not is_closing:
        message, number = request(is_warm)
        reply, is_closing = call(message)
        count(is_warm, reply, number)


for target in (ask_by_http, ask_in_lines):
    for is_warm in (True, True, False):
        threading.Thread(target=target, args=(is_warm,), daemon=True).start()

for _ in sys.stdin:
    with lock:
        print(json.dumps({"counts": counts, "failures": failures}), flush=True)
        counts.clear()
        failures.clear()
