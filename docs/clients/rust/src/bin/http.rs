//! Asks eventauth by HTTP. The agent keeps its connections open, and may be cloned for other threads.
//!
//! usage: http http://HOST:PORT, with the parameters of an auth.check in each line of standard input. What was decided is
//! printed. EVENTAUTH_TOKEN holds the token, where one is asked for.

use std::{env, fmt, io, process, thread, time::Duration};

use serde_json::Value;

const ATTEMPTS: u32 = 8;
const LIMIT: Duration = Duration::from_secs(10);

/// An error in place of a result: the event is neither allowed nor denied.
#[derive(Debug)]
struct NoDecision {
    message: String,
    is_retryable: bool,
    pause: Duration,
}

impl NoDecision {
    fn lost(message: String, is_retryable: bool) -> Self {
        NoDecision { message, is_retryable, pause: Duration::ZERO }
    }
}

impl fmt::Display for NoDecision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<&Value> for NoDecision {
    fn from(error: &Value) -> Self {
        NoDecision {
            message: error["message"].as_str().unwrap_or_default().into(),
            is_retryable: error["data"]["retryable"].as_bool().unwrap_or(false),
            pause: Duration::from_millis(error["data"]["retry_after_ms"].as_u64().unwrap_or(0)),
        }
    }
}

struct Client {
    agent: ureq::Agent,
    url: String,
    token: Option<String>,
}

impl Client {
    fn ask(&self, method: &str, params: &str) -> Result<Value, NoDecision> {
        let mut request = self.agent.post(&self.url).set("Content-Type", "application/json");
        if let Some(token) = &self.token {
            request = request.set("Authorization", &format!("Bearer {token}"));
        }
        // The parameters as they are: an event that is read and written anew may come out with other numbers.
        let body = format!("{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"{method}\",\"params\":{params}}}");
        let response = match request.send_string(&body) {
            // Whatever the status: an error of JSON-RPC may come with one of HTTP.
            Ok(response) | Err(ureq::Error::Status(_, response)) => response,
            Err(error) => return Err(NoDecision::lost(error.to_string(), true)),
        };
        let status = response.status();
        let mut reply: Value = serde_json::from_reader(response.into_reader())
            // Whoever stands between has answered.
            .map_err(|error| NoDecision::lost(format!("status {status}: {error}"), error.is_io() || status >= 500))?;
        match reply.get("error") {
            Some(error) => Err(error.into()),
            None => Ok(reply["result"].take()),
        }
    }

    /// The result. Every method may be called again, so what was lost on its way is asked once more.
    fn call(&self, method: &str, params: &str) -> Result<Value, NoDecision> {
        let mut outcome = self.ask(method, params);
        for attempt in 1..ATTEMPTS {
            match &outcome {
                Err(error) if error.is_retryable => thread::sleep(error.pause.max(Duration::from_millis(50 << attempt))),
                _ => break,
            }
            outcome = self.ask(method, params);
        }
        outcome
    }
}

fn main() {
    let url = env::args().nth(1).expect("usage: http http://HOST:PORT");
    let agent = ureq::AgentBuilder::new().timeout(LIMIT).build();
    let client = Client { agent, url, token: env::var("EVENTAUTH_TOKEN").ok() };
    let mut status = 0;
    for params in io::stdin().lines().map_while(Result::ok).filter(|line| !line.is_empty()) {
        match client.call("auth.check", &params) {
            Ok(decision) => {
                let [verdict, rule] = ["verdict", "rule"].map(|name| decision[name].as_str().unwrap_or_default());
                println!("{verdict} {rule}");
            }
            Err(error) => {
                println!("no decision: {error}");
                status = 1;
            }
        }
    }
    process::exit(status);
}
