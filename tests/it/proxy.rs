//! A proxy before the brokers that understands Kafka's frames: it holds requests back that write to
//! one topic, loses answers, slows or cuts connections, and hides brokers, for the clients that go
//! through it.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::broker::Broker;

/// Listens beside each broker until dropped; later connections are refused then.
pub(crate) struct Proxy {
    bootstrap: String,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    /// The broker's port beside ours.
    ports: Mutex<BTreeMap<u16, u16>>,
    held: AtomicUsize,
    /// Milliseconds that each request waits.
    delay: AtomicU64,
    /// Whether answers name no broker.
    fenced: AtomicBool,
}

#[derive(Default)]
struct State {
    /// Requests to write to this topic wait.
    holds: Option<String>,
    /// One for each connection that is open.
    lines: Vec<Arc<Line>>,
}

/// A connection of a client, and the one it stands for.
struct Line {
    client: TcpStream,
    broker: Mutex<TcpStream>,
    /// Requests held back, in order.
    held: Mutex<Vec<Vec<u8>>>,
    /// The requests for metadata that are not answered, by their numbers.
    metadata: Mutex<BTreeSet<[u8; 4]>>,
}

/// Of a request: what writes records.
const PRODUCE: [u8; 2] = [0, 0];
/// Of a request: what asks for brokers and topics, in a version that [`without_brokers`] can read.
const METADATA: [u8; 2] = [0, 3];
const METADATA_VERSION_MIN: u8 = 9;

impl Proxy {
    pub(crate) fn start(broker: &Broker) -> Self {
        let shared = Arc::new(Shared::default());
        let ports = broker.bootstrap().split(',').map(|address| {
            let port: u16 = address.rsplit_once(':').unwrap().1.parse().unwrap();
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let own = listener.local_addr().unwrap().port();
            shared.ports.lock().unwrap().insert(port, own);
            let shared = Arc::clone(&shared);
            std::thread::spawn(move || {
                for client in listener.incoming().map_while(Result::ok) {
                    shared.connect(client, port);
                }
            });
            format!("127.0.0.1:{own}")
        });
        let bootstrap = ports.collect::<Vec<_>>().join(",");
        Self { bootstrap, shared }
    }

    /// What clients are to connect to.
    pub(crate) fn bootstrap(&self) -> &str {
        &self.bootstrap
    }

    /// Holds back what writes to this topic from now on; everything else goes through.
    pub(crate) fn hold(&self, topic: &str) {
        self.shared.state.lock().unwrap().holds = Some(topic.to_owned());
    }

    /// Lets everything go that was held, in order. What a client had asked for that is gone by now
    /// is gone with it.
    pub(crate) fn release(&self) {
        let mut state = self.shared.state.lock().unwrap();
        state.holds = None;
        for line in &state.lines {
            for frame in std::mem::take(&mut *line.held.lock().unwrap()) {
                line.forward(&frame);
            }
        }
    }

    /// Delays every request from now on by so many milliseconds; 0 for none.
    pub(crate) fn slow(&self, millis: u64) {
        self.shared.delay.store(millis, Ordering::Relaxed);
    }

    /// Lets answers name no broker from now on, as those of a broker do that its controller has
    /// fenced; or lets them name all again.
    pub(crate) fn fence(&self, on: bool) {
        self.shared.fenced.store(on, Ordering::Relaxed);
    }

    /// How many requests were held back so far.
    pub(crate) fn held(&self) -> usize {
        self.shared.held.load(Ordering::Relaxed)
    }
}

impl Shared {
    fn connect(self: &Arc<Self>, client: TcpStream, port: u16) {
        // A broker that is down refuses: its client sees the connection closed.
        let Ok(broker) = TcpStream::connect(("127.0.0.1", port)) else { return };
        drop((client.set_nodelay(true), broker.set_nodelay(true)));
        let (from_client, from_broker) = (client.try_clone().unwrap(), broker.try_clone().unwrap());
        let (held, metadata) = (Mutex::default(), Mutex::default());
        let line = Arc::new(Line { client, broker: Mutex::new(broker), held, metadata });
        self.state.lock().unwrap().lines.push(Arc::clone(&line));
        let (shared, there) = (Arc::clone(self), Arc::clone(&line));
        std::thread::spawn(move || shared.requests(from_client, &there));
        let (shared, back) = (Arc::clone(self), line);
        std::thread::spawn(move || shared.answers(from_broker, &back));
    }

    fn requests(&self, mut from: TcpStream, line: &Arc<Line>) {
        while let Some(frame) = read_frame(&mut from) {
            std::thread::sleep(Duration::from_millis(self.delay.load(Ordering::Relaxed)));
            if frame[4..6] == METADATA && frame[7] >= METADATA_VERSION_MIN {
                line.metadata.lock().unwrap().insert(number_in(&frame[8..]));
            }
            // Under the lock: between the question and what follows nobody lets go.
            let state = self.state.lock().unwrap();
            let holds = state.holds.as_deref();
            if holds.is_some_and(|topic| frame[4..6] == PRODUCE && names(&frame, topic)) {
                self.held.fetch_add(1, Ordering::Relaxed);
                line.held.lock().unwrap().push(frame);
            } else {
                line.forward(&frame);
            }
        }
        line.close();
        self.state.lock().unwrap().lines.retain(|other| !Arc::ptr_eq(other, line));
    }

    /// Answers name brokers by their ports: ours are put in their place, which are as long.
    fn answers(&self, mut from: TcpStream, line: &Line) {
        const HOST: &[u8] = b"127.0.0.1\0\0";
        while let Some(mut frame) = read_frame(&mut from) {
            if frame.len() < 65_536 {
                // To the last byte: the answer that names a group's coordinator ends with its port.
                for at in 0..=frame.len().saturating_sub(HOST.len() + 2) {
                    if !frame[at..].starts_with(HOST) {
                        continue;
                    }
                    let port = at + HOST.len()..at + HOST.len() + 2;
                    let theirs = u16::from_be_bytes([frame[port.start], frame[port.start + 1]]);
                    if let Some(ours) = self.ports.lock().unwrap().get(&theirs) {
                        frame[port].copy_from_slice(&ours.to_be_bytes());
                    }
                }
            }
            let of_metadata = line.metadata.lock().unwrap().remove(&number_in(&frame[4..]));
            if of_metadata && self.fenced.load(Ordering::Relaxed) {
                frame = without_brokers(&frame);
            }
            if (&line.client).write_all(&frame).is_err() {
                break;
            }
        }
        line.close();
    }
}

impl Line {
    fn forward(&self, frame: &[u8]) {
        if self.broker.lock().unwrap().write_all(frame).is_err() {
            self.close();
        }
    }

    fn close(&self) {
        // They may be closed already.
        drop(self.client.shutdown(Shutdown::Both));
        drop(self.broker.lock().unwrap().shutdown(Shutdown::Both));
        self.held.lock().unwrap().clear();
    }
}

/// A frame with its length before it; `None` at the end of the connection.
fn read_frame(from: &mut TcpStream) -> Option<Vec<u8>> {
    let mut frame = vec![0; 4];
    from.read_exact(&mut frame).ok()?;
    let length = u32::from_be_bytes([frame[0], frame[1], frame[2], frame[3]]) as usize;
    frame.resize(4 + length, 0);
    from.read_exact(&mut frame[4..]).ok()?;
    (length >= 4).then_some(frame)
}

/// The number by which a client knows the answer to a request.
fn number_in(bytes: &[u8]) -> [u8; 4] {
    [bytes[0], bytes[1], bytes[2], bytes[3]]
}

/// An answer with metadata, with the list of brokers empty.
fn without_brokers(frame: &[u8]) -> Vec<u8> {
    // Length, number, no tags, throttle time; then the list, each length of which is one more than
    // it is, and here fits a byte: node, host, port, no rack, no tags.
    const LIST: usize = 4 + 4 + 1 + 4;
    let mut end = LIST + 1;
    for _ in 1..frame[LIST] {
        end += 4 + usize::from(frame[end + 4]) + 4 + 1 + 1;
    }
    let body = [&frame[4..LIST], &[1], &frame[end..]].concat();
    [&u32::try_from(body.len()).unwrap().to_be_bytes()[..], &body].concat()
}

fn names(frame: &[u8], topic: &str) -> bool {
    // The topic stands near the head; what follows is the agencies' matter.
    let head = &frame[..frame.len().min(512)];
    head.windows(topic.len()).any(|part| part == topic.as_bytes())
}
