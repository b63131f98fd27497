// Asks eventauth by HTTP. `fetch` keeps its connections open, and opens as many as there are questions at once.
//
// usage: node http.ts http://HOST:PORT, with the parameters of an auth.check in each line of standard input. What was decided
// is printed. EVENTAUTH_TOKEN holds the token, where one is asked for.
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

class Client {
  private url: string;
  private headers: Record<string, string> = { "Content-Type": "application/json" };

  constructor(url: string, token?: string) {
    this.url = url;
    if (token) this.headers["Authorization"] = `Bearer ${token}`;
  }

  private async ask(method: string, params: string): Promise<any> {
    let status = 0, text: string, reply: any;
    try {
      const response = await fetch(this.url, {
        method: "POST",
        headers: this.headers,
        // The parameters as they are: an event that is read and written anew may come out with other numbers.
        body: `{"jsonrpc":"2.0","id":1,"method":"${method}","params":${params}}`,
        signal: AbortSignal.timeout(milliseconds),
      });
      status = response.status;
      text = await response.text();
    } catch (error: any) {
      throw new NoDecision(error.cause?.message || error.message, { retryable: true });
    }
    try {
      reply = JSON.parse(text); // whatever the status: an error of JSON-RPC may come with one of HTTP
    } catch {
      throw new NoDecision(`status ${status}`, { retryable: status >= 500 }); // whoever stands between has answered
    }
    if (reply.error) throw new NoDecision(reply.error.message, reply.error.data);
    return reply.result;
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
for await (const line of readline.createInterface({ input: process.stdin })) {
  if (!line) continue;
  try {
    const decision = await client.call("auth.check", line);
    console.log(decision.verdict, decision.rule);
  } catch (error: any) {
    console.log(`no decision: ${error.message}`);
    process.exitCode = 1;
  }
}
