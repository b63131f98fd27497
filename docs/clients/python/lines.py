"""Asks eventauth in lines of JSON over a socket: many questions at once, on one connection.

usage: lines.py unix:PATH|tcp:HOST:PORT, with the parameters of an auth.check in each line of standard input. What was
decided is printed as it comes. EVENTAUTH_TOKEN holds the token, where one is asked for.
"""
import asyncio, json, os, random, sys

ATTEMPTS, SECONDS, LONGEST_LINE = 8, 10, 64 << 20


class NoDecision(Exception):
    """An error in place of a result: the event is neither allowed nor denied."""

    def __init__(self, message, data={}):
        super().__init__(message)
        self.is_retryable, self.pause = data.get("retryable", False), data.get("retry_after_ms", 0) / 1000


class Connection:
    """Answers come back in any order, and find their questions by id."""

    def __init__(self, reader, writer):
        self.writer, self.waiting, self.last_id, self.is_usable = writer, {}, 0, True
        self.task = asyncio.create_task(self.read(reader))

    async def read(self, reader):
        try:
            while (self.is_usable or self.waiting) and (line := await reader.readline()):
                message = json.loads(line)
                if message.get("method") == "session.closing":
                    self.is_usable = False  # what is in flight is still answered; what is new goes elsewhere
                elif answer := self.waiting.pop(message.get("id"), None):
                    answer.cancelled() or answer.set_result(message)
        except (OSError, ValueError):
            pass
        self.is_usable = False
        self.writer.close()
        for answer in self.waiting.values():
            answer.done() or answer.set_exception(ConnectionError("the connection was lost"))

    async def ask(self, method, params):
        self.last_id = id = self.last_id + 1
        answer = self.waiting[id] = asyncio.get_running_loop().create_future()
        # The parameters as they are: an event that is read and written anew may come out with other numbers.
        self.writer.write(f'{{"jsonrpc":"2.0","id":{id},"method":"{method}","params":{params}}}\n'.encode())
        try:
            message = await asyncio.wait_for(answer, SECONDS)
        finally:
            self.waiting.pop(id, None)
        if error := message.get("error"):
            raise NoDecision(error["message"], error.get("data", {}))
        return message["result"]


class Client:
    def __init__(self, address, token=None):
        self.address, self.token, self.connection, self.lock = address, token, None, asyncio.Lock()

    async def connected(self):
        async with self.lock:
            if not (self.connection and self.connection.is_usable):
                kind, _, place = self.address.partition(":")
                if kind == "unix":
                    opening = asyncio.open_unix_connection(place, limit=LONGEST_LINE)
                else:
                    opening = asyncio.open_connection(*place.rsplit(":", 1), limit=LONGEST_LINE)
                connection = Connection(*await asyncio.wait_for(opening, SECONDS))
                if self.token:
                    await connection.ask("session.authenticate", json.dumps({"token": self.token}))
                await connection.ask("session.announce_closing", "{}")
                self.connection = connection
            return self.connection

    async def call(self, method, params):
        """The result. Every method may be called again, so what was lost on its way is asked once more."""
        for attempt in range(ATTEMPTS):
            try:
                return await (await self.connected()).ask(method, params)
            except NoDecision as error:
                failure = error
            except (OSError, asyncio.TimeoutError) as error:
                failure = NoDecision(str(error) or "no answer in time", {"retryable": True})
            if not failure.is_retryable:
                break
            await asyncio.sleep(max(failure.pause, 0.1 * 2**attempt * random.uniform(0.5, 1)))
        raise failure


async def decide(client, params):
    try:
        decision = await client.call("auth.check", params)
        print(decision["verdict"], decision["rule"], flush=True)
        return 0
    except NoDecision as error:
        print("no decision:", error, flush=True)
        return 1


async def main(address):
    client, decisions = Client(address, os.environ.get("EVENTAUTH_TOKEN")), []
    while line := await asyncio.to_thread(sys.stdin.readline):
        if line.strip():
            decisions.append(asyncio.create_task(decide(client, line.strip())))
    return max(await asyncio.gather(*decisions), default=0)


sys.exit(asyncio.run(main(sys.argv[1])))
