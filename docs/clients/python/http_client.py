"""Asks eventauth by HTTP, on a connection that stays open.

usage: http_client.py http://HOST:PORT, with the parameters of an auth.check in each line of standard input. What was decided
is printed. EVENTAUTH_TOKEN holds the token, where one is asked for.
"""
import http.client, json, os, random, sys, time
from urllib.parse import urlsplit

ATTEMPTS, SECONDS = 8, 10


class NoDecision(Exception):
    """An error in place of a result: the event is neither allowed nor denied."""

    def __init__(self, message, data={}):
        super().__init__(message)
        self.is_retryable, self.pause = data.get("retryable", False), data.get("retry_after_ms", 0) / 1000


class Client:
    """For one thread. It connects when it first asks, and again where the server has closed the connection."""

    def __init__(self, url, token=None):
        kind = http.client.HTTPSConnection if url.startswith("https:") else http.client.HTTPConnection
        self.connection = kind(urlsplit(url).netloc, timeout=SECONDS)
        self.headers = {"Content-Type": "application/json"}
        if token:
            self.headers["Authorization"] = f"Bearer {token}"

    def ask(self, method, params):
        # The parameters as they are: an event that is read and written anew may come out with other numbers.
        message = f'{{"jsonrpc":"2.0","id":1,"method":"{method}","params":{params}}}'
        try:
            self.connection.request("POST", "/", message.encode(), self.headers)
            response = self.connection.getresponse()
            body = response.read()
        except (OSError, http.client.HTTPException) as error:
            self.connection.close()
            raise NoDecision(str(error) or "no answer", {"retryable": True}) from error
        try:
            reply = json.loads(body)  # whatever the status: an error of JSON-RPC may come with one of HTTP
        except ValueError as error:  # whoever stands between has answered
            raise NoDecision(f"status {response.status}", {"retryable": response.status >= 500}) from error
        if error := reply.get("error"):
            raise NoDecision(error["message"], error.get("data", {}))
        return reply["result"]

    def call(self, method, params):
        """The result. Every method may be called again, so what was lost on its way is asked once more."""
        for attempt in range(ATTEMPTS):
            try:
                return self.ask(method, params)
            except NoDecision as error:
                failure = error
            if not failure.is_retryable:
                break
            time.sleep(max(failure.pause, 0.1 * 2**attempt * random.uniform(0.5, 1)))
        raise failure


def main(url):
    client, status = Client(url, os.environ.get("EVENTAUTH_TOKEN")), 0
    for line in filter(str.strip, iter(sys.stdin.readline, "")):
        try:
            decision = client.call("auth.check", line.strip())
            print(decision["verdict"], decision["rule"], flush=True)
        except NoDecision as error:
            print("no decision:", error, flush=True)
            status = 1
    return status


sys.exit(main(sys.argv[1]))
