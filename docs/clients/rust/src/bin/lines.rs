//! Asks eventauth in lines of JSON over a socket: many questions at once, on one connection.
//!
//! usage: lines unix:PATH|tcp:HOST:PORT, with the parameters of an auth.check in each line of standard input. They are asked
//! together up to an empty line, and what was decided is printed. EVENTAUTH_TOKEN holds the token, where one is asked for.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::{env, fmt, process, thread, time::Duration};

use serde_json::{json, Value};

const ATTEMPTS: u32 = 8;
const LIMIT: Duration = Duration::from_secs(10);

/// An error in place of a result: the event is neither allowed nor denied.
#[derive(Debug, Clone)]
struct NoDecision {
    message: String,
    is_retryable: bool,
    pause: Duration,
}

impl fmt::Display for NoDecision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<io::Error> for NoDecision {
    fn from(error: io::Error) -> Self {
        NoDecision { message: error.to_string(), is_retryable: true, pause: Duration::ZERO }
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

type Outcome = Result<Value, NoDecision>;

struct Connection {
    reader: BufReader<Box<dyn Read>>,
    writer: Box<dyn Write>,
    is_closing: bool,
}

impl Connection {
    fn open(address: &str, token: Option<&str>) -> Result<Self, NoDecision> {
        let (reader, writer): (Box<dyn Read>, Box<dyn Write>) = match address.split_once(':') {
            Some(("unix", path)) => {
                let stream = UnixStream::connect(path)?;
                stream.set_read_timeout(Some(LIMIT))?;
                (Box::new(stream.try_clone()?), Box::new(stream))
            }
            Some((_, place)) => {
                let stream = TcpStream::connect(place)?;
                stream.set_read_timeout(Some(LIMIT))?;
                (Box::new(stream.try_clone()?), Box::new(stream))
            }
            None => return Err(io::Error::from(io::ErrorKind::InvalidInput).into()),
        };
        let mut connection = Connection { reader: BufReader::new(reader), writer, is_closing: false };
        if let Some(token) = token {
            connection.ask_one("session.authenticate", json!({ "token": token }))?;
        }
        connection.ask_one("session.announce_closing", json!({}))?;
        Ok(connection)
    }

    fn ask_one(&mut self, method: &str, params: Value) -> Outcome {
        let mut outcomes = [Err(io::Error::from(io::ErrorKind::UnexpectedEof).into())];
        self.ask(method, &[params.to_string()], &mut outcomes)?;
        let [outcome] = outcomes;
        outcome
    }

    /// Asks what has no outcome yet, and fills in the outcomes. Answers come in any order: the ids tell whose they are.
    fn ask(&mut self, method: &str, questions: &[String], outcomes: &mut [Outcome]) -> io::Result<()> {
        let mut lines = String::new();
        let mut open = 0;
        for (id, params) in questions.iter().enumerate() {
            if matches!(&outcomes[id], Err(error) if error.is_retryable) {
                // The parameters as they are: an event that is read and written anew may come out with other numbers.
                lines += &format!("{{\"jsonrpc\":\"2.0\",\"id\":{id},\"method\":\"{method}\",\"params\":{params}}}\n");
                open += 1;
            }
        }
        self.writer.write_all(lines.as_bytes())?;
        while open > 0 {
            let mut line = String::new();
            if self.reader.read_line(&mut line)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let message: Value = serde_json::from_str(&line)?;
            if message["method"] == "session.closing" {
                self.is_closing = true; // what is in flight is still answered
            } else if let Some(outcome) = message["id"].as_u64().and_then(|id| outcomes.get_mut(id as usize)) {
                *outcome = message.get("error").map_or(Ok(message["result"].clone()), |error| Err(error.into()));
                open -= 1;
            }
        }
        Ok(())
    }
}

struct Client {
    address: String,
    token: Option<String>,
    connection: Option<Connection>,
}

impl Client {
    /// The outcomes, in the order of the questions. Every method may be called again, so what was lost is asked once more.
    fn call_all(&mut self, method: &str, questions: &[String]) -> Vec<Outcome> {
        let unasked: NoDecision = io::Error::from(io::ErrorKind::NotConnected).into();
        let mut outcomes: Vec<Outcome> = vec![Err(unasked); questions.len()];
        for attempt in 0..ATTEMPTS {
            let mut connection = match self.connection.take() {
                Some(connection) => Ok(connection),
                None => Connection::open(&self.address, self.token.as_deref()),
            };
            let asked = match &mut connection {
                Ok(connection) => connection.ask(method, questions, &mut outcomes).map_err(NoDecision::from),
                Err(error) => Err(error.clone()),
            };
            match asked {
                Ok(()) => self.connection = connection.ok().filter(|connection| !connection.is_closing),
                Err(error) => {
                    let open = outcomes.iter_mut().filter(|outcome| matches!(outcome, Err(e) if e.is_retryable));
                    open.for_each(|outcome| *outcome = Err(error.clone()));
                }
            }
            let pause = outcomes.iter().filter_map(|o| o.as_ref().err()).filter(|e| e.is_retryable).map(|e| e.pause).max();
            let Some(pause) = pause else { break };
            thread::sleep(pause.max(Duration::from_millis(100 << attempt)));
        }
        outcomes
    }
}

fn main() {
    let address = env::args().nth(1).expect("usage: lines unix:PATH|tcp:HOST:PORT");
    let mut client = Client { address, token: env::var("EVENTAUTH_TOKEN").ok(), connection: None };
    let mut status = 0;
    let mut questions = Vec::new();
    for line in io::stdin().lines().map_while(Result::ok).chain([String::new()]) {
        if !line.is_empty() {
            questions.push(line);
            continue;
        }
        for outcome in client.call_all("auth.check", &std::mem::take(&mut questions)) {
            match outcome {
                Ok(decision) => println!("{} {}", text(&decision["verdict"]), text(&decision["rule"])),
                Err(error) => {
                    println!("no decision: {error}");
                    status = 1;
                }
            }
        }
    }
    process::exit(status);
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
