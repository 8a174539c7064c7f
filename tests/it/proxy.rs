//! A proxy before the brokers that understands Kafka's frames: it holds requests back that write to
//! one topic, loses answers, and slows or cuts connections, for the clients that go through it.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
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
}

/// Of a request: what writes records.
const PRODUCE: [u8; 2] = [0, 0];

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
        let held = Mutex::default();
        let line = Arc::new(Line { client, broker: Mutex::new(broker), held });
        self.state.lock().unwrap().lines.push(Arc::clone(&line));
        let (shared, there) = (Arc::clone(self), Arc::clone(&line));
        std::thread::spawn(move || shared.requests(from_client, &there));
        let (shared, back) = (Arc::clone(self), line);
        std::thread::spawn(move || shared.answers(from_broker, &back));
    }

    fn requests(&self, mut from: TcpStream, line: &Arc<Line>) {
        while let Some(frame) = read_frame(&mut from) {
            std::thread::sleep(Duration::from_millis(self.delay.load(Ordering::Relaxed)));
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
                for at in 0..frame.len().saturating_sub(HOST.len() + 2) {
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

fn names(frame: &[u8], topic: &str) -> bool {
    // The topic stands near the head; what follows is the agencies' matter.
    let head = &frame[..frame.len().min(512)];
    head.windows(topic.len()).any(|part| part == topic.as_bytes())
}
