// Asks eventauth in lines of JSON over a socket: many questions at once, on one connection.
//
// usage: node lines.ts unix:PATH|tcp:HOST:PORT, with the parameters of an auth.check in each line of standard input. What was
// decided is printed as it comes. EVENTAUTH_TOKEN holds the token, where one is asked for.
import * as net from "node:net";
import * as readline from "node:readline";

const attempts = 8, milliseconds = 10_000;

/** An error in place of a result: the event is neither allowed nor denied. */
class NoDecision extends Error {
  isRetryable: boolean;
  pause: number;

  constructor(message: string, data: { retryable?: boolean; retry_after_ms?: number } = {}) {
    super(message);
    this.isRetryable = data.retryable ?? false;
    this.pause = data.retry_after_ms ?? 0;
  }
}

type Answer = { resolve: (result: any) => void; reject: (error: NoDecision) => void };

/** Answers come back in any order, and find their questions by id. */
class Connection {
  isUsable = true;
  private socket: net.Socket;
  private waiting = new Map<number, Answer>();
  private lastID = 0;

  constructor(address: string) {
    const place = address.slice(address.indexOf(":") + 1), colon = place.lastIndexOf(":");
    this.socket = address.startsWith("unix:")
      ? net.connect(place)
      : net.connect(Number(place.slice(colon + 1)), place.slice(0, colon));
    readline.createInterface({ input: this.socket }).on("line", (line) => this.take(JSON.parse(line))).on("error", () => {});
    this.socket.on("error", (error) => this.end(error.message));
    this.socket.on("close", () => this.end("the connection was lost"));
  }

  ask(method: string, params: string): Promise<any> {
    const id = ++this.lastID;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      setTimeout(() => this.take({ id, error: { message: "no answer in time" } }), milliseconds).unref();
      // The parameters as they are: an event that is read and written anew may come out with other numbers.
      this.socket.write(`{"jsonrpc":"2.0","id":${id},"method":"${method}","params":${params}}\n`);
    });
  }

  private take(message: any) {
    const answer = this.waiting.get(message.id);
    this.waiting.delete(message.id);
    if (message.method === "session.closing") this.isUsable = false; // what is in flight is still answered
    else if (message.error) answer?.reject(new NoDecision(message.error.message, message.error.data));
    else answer?.resolve(message.result);
    if (!this.isUsable && this.waiting.size === 0) this.socket.end();
  }

  private end(reason: string) {
    this.isUsable = false;
    this.socket.destroy();
    for (const answer of this.waiting.values()) answer.reject(new NoDecision(reason, { retryable: true }));
    this.waiting.clear();
  }

  close() { this.socket.end(); }
}

class Client {
  connection?: Connection;
  private ready: Promise<unknown> = Promise.resolve();
  private address: string;
  private token?: string;

  constructor(address: string, token?: string) {
    this.address = address;
    this.token = token;
  }

  private async ask(method: string, params: string): Promise<any> {
    if (!this.connection?.isUsable) {
      const connection = (this.connection = new Connection(this.address));
      const known = this.token ? connection.ask("session.authenticate", JSON.stringify({ token: this.token })) : null;
      this.ready = Promise.all([known, connection.ask("session.announce_closing", "{}")]);
    }
    const connection = this.connection;
    await this.ready;
    return connection.ask(method, params);
  }

  /** The result. Every method may be called again, so what was lost on its way is asked once more. */
  async call(method: string, params: string): Promise<any> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.ask(method, params);
      } catch (error) {
        if (!(error instanceof NoDecision) || !error.isRetryable || attempt + 1 === attempts) throw error;
        const pause = Math.max(error.pause, 100 * 2 ** attempt * (0.5 + Math.random() / 2));
        await new Promise((resume) => setTimeout(resume, pause));
      }
    }
  }
}

const client = new Client(process.argv[2], process.env.EVENTAUTH_TOKEN);
const decisions: Promise<void>[] = [];
for await (const line of readline.createInterface({ input: process.stdin })) {
  if (!line) continue;
  decisions.push(
    client.call("auth.check", line).then(
      (decision) => console.log(decision.verdict, decision.rule),
      (error) => { console.log(`no decision: ${error.message}`); process.exitCode = 1; },
    ),
  );
}
await Promise.all(decisions);
client.connection?.close();
