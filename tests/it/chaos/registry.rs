//! A schema registry that is away, fails, talks nonsense, is slow, and is right at last.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use portcullis::codec::Contract;
use serde_json::json;

use super::super::broker::Broker;
use super::super::instance::TOPICS;
use super::super::load::Plan;
use super::super::told::AGENCIES;
use super::super::trial::{Trial, seed};
use super::{assert_unharmed, await_more_events, fault};

/// Added to the ids of the shipped schemas: nobody knows them but the registry.
const IDS_FROM: u32 = 1_000;

#[derive(Clone, Copy, Debug)]
enum Mood {
    Fails,
    TalksNonsense,
    Slow(Duration),
    Right,
}

#[test]
fn a_registry_that_is_away_wrong_and_slow_holds_events_up_and_costs_no_alert() {
    // A port that nothing listens on until the registry comes up.
    let address: SocketAddr = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let plan = Plan { schema_ids_from: IDS_FROM, ..Plan::seeded(seed()) };
    let trial = Trial::new(Broker::shared(), "registry", plan);
    let settings = [
        format!("registry.urls=http://{address}"),
        "registry.timeout_ms=500".to_owned(),
        format!("agencies={}", AGENCIES.join(",")),
        "lanes.retry_pause_max_ms=200".to_owned(),
    ];
    let settings: Vec<&str> = settings.iter().map(String::as_str).collect();
    let instance = trial.site.start_ready(&settings);
    trial.under_load(|| {
        fault("the registry is away");
        instance.await_log("the schema registry does not answer");
        let mood = Arc::new(Mutex::new(Mood::Fails));
        let listener = TcpListener::bind(address).unwrap();
        let shared = Arc::clone(&mood);
        std::thread::spawn(move || serve(&listener, &shared));
        let set = |to: Mood, pause: u64| {
            fault(&format!("the registry changes its mood: {to:?}"));
            *mood.lock().unwrap() = to;
            std::thread::sleep(Duration::from_millis(pause));
        };
        set(Mood::Fails, 1_500);
        set(Mood::TalksNonsense, 1_500);
        // Longer than is waited for.
        set(Mood::Slow(Duration::from_secs(1)), 2_500);
        // Only what is no record of any schema was decided.
        assert_eq!(instance.metric("portcullis_events_total", &["clear"]), 0.0);
        set(Mood::Slow(Duration::from_millis(100)), 0);
        await_more_events(&instance, 2_000);
        set(Mood::Right, 0);
        await_more_events(&instance, 2_000);
        // What is known stays known; what is not waits.
        set(Mood::Fails, 0);
        trial.await_sent(2_000);
        set(Mood::Right, 0);
        await_more_events(&instance, 1_000);
    });
    assert_unharmed(&instance);
    trial.assert_kept(vec![instance]);
}

fn serve(listener: &TcpListener, mood: &Mutex<Mood>) {
    for stream in listener.incoming().map_while(Result::ok) {
        let mood = *mood.lock().unwrap();
        // Each on a thread of its own: one that sleeps keeps nobody else waiting.
        std::thread::spawn(move || drop(answer(stream, mood)));
    }
}

fn answer(mut stream: TcpStream, mood: Mood) -> std::io::Result<()> {
    let path = read_request(&stream)?;
    let (status, body) = match mood {
        Mood::Fails => ("500 Internal Server Error", "{}".to_owned()),
        Mood::TalksNonsense => ("200 OK", "<html>Welcome</html>".to_owned()),
        Mood::Slow(delay) => {
            std::thread::sleep(delay);
            found(&path)
        }
        Mood::Right => found(&path),
    };
    let length = body.len();
    let head = "Content-Type: application/json\r\nConnection: close\r\nContent-Length";
    write!(stream, "HTTP/1.1 {status}\r\n{head}: {length}\r\n\r\n{body}")
}

fn read_request(stream: &TcpStream) -> std::io::Result<String> {
    let mut reader = BufReader::new(stream);
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 || line.trim().is_empty() {
            break;
        }
        lines.push(line.trim().to_ascii_lowercase());
    }
    let length = lines.iter().find_map(|line| line.strip_prefix("content-length: "));
    let length = length.and_then(|length| length.parse().ok()).unwrap_or_default();
    // A body left unread would reset the connection under the answer.
    std::io::copy(&mut reader.take(length), &mut std::io::sink())?;
    let path = lines.first().and_then(|line| line.split(' ').nth(1)).unwrap_or_default();
    Ok(path.to_owned())
}

fn found(path: &str) -> (&'static str, String) {
    if path.contains("/versions") || path.starts_with("/subjects") {
        return ("200 OK", json!({"id": Contract::Alerts.id()}).to_string());
    }
    let id =
        path.strip_prefix("/schemas/ids/").and_then(|rest| rest.split('?').next()?.parse().ok());
    let contracts = TOPICS.map(Contract::Events).into_iter();
    let asked = contracts.into_iter().find(|of| Some(of.id() + IDS_FROM) == id);
    match asked {
        Some(contract) => ("200 OK", json!({"schema": contract.text()}).to_string()),
        None => ("404 Not Found", json!({"error_code": 40403}).to_string()),
    }
}
