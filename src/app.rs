//! Assembly: waits for Kafka, loads the lists, runs the lanes, and ends them in the right order.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::codec::{Contract, Decoder, Format, Limits};
use crate::config::{AlertFormat, Settings};
use crate::console::{self, Phase, Served};
use crate::kafka::{
    self, Admin, Complaints, Error, Existing, Known, LanePort, ListReader, RegisterParts,
    RegisterReader, Registry, Sender, SystemClock,
};
use crate::matching;
use crate::metrics::Metrics;
use crate::names::Population;
use crate::pipeline::{Halted, Judge, Lane, Lookup, Schemas, SlowLane};
use crate::planted::{self, Bug};
use crate::watchlist::{Lists, RegisterWriter, Writer};

/// How long the last messages may take when the process ends.
const FLUSH_WITHIN: Duration = Duration::from_secs(5);
/// How long to rest before clients are made anew after a fault that halts.
const REBUILD_AFTER: Duration = Duration::from_secs(1);
/// How often something that is missing is looked for again.
const LOOK_AGAIN: Duration = Duration::from_millis(500);
/// How long a question to the brokers may take.
const ASK_WITHIN: Duration = Duration::from_secs(3);

/// A process: everything that outlives a set of clients.
pub struct App {
    settings: Settings,
    metrics: Arc<Metrics>,
    complaints: Arc<Complaints>,
    known: Arc<Known>,
    lists: Arc<Lists>,
    phase: Arc<Phase>,
    stop: Arc<AtomicBool>,
    writer: Option<Writer>,
    console: tokio::runtime::Runtime,
    address: SocketAddr,
}

impl App {
    /// Sets up what needs no broker and serves metrics and readiness from here on. `stop` ends
    /// everything.
    ///
    /// # Errors
    /// When the address cannot be opened.
    pub fn new(settings: Settings, stop: Arc<AtomicBool>) -> Result<Self, Error> {
        let failed = |doing, why: String| Error::Failed { doing, why };
        let metrics = Metrics::new(&kafka::library_version())
            .map_err(|error| failed("setting up metrics", error.to_string()))?;
        let metrics = Arc::new(metrics);
        let requirements = settings.requirements.clone();
        let (lists, writer) = match &settings.naming {
            None => Lists::new(requirements),
            Some(_) => {
                let population = Arc::new(Population::built_in());
                Lists::with_names(requirements, matching::bounds(population))
            }
        };
        let phase = Arc::new(Phase::default());
        let console = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("console")
            .enable_all()
            .build()
            .map_err(|error| failed("starting a runtime", error.to_string()))?;
        let listen = settings.listen;
        let listener = console.block_on(console::bind(listen)).map_err(|error| {
            failed("opening http.listen", format!("{listen}: {error}; choose another address"))
        })?;
        let address = listener.local_addr().unwrap_or(listen);
        let served = Served {
            metrics: Arc::clone(&metrics),
            lists: Arc::clone(&lists),
            phase: Arc::clone(&phase),
            stale_after_micros: i64::try_from(settings.lane.stale_after.as_micros())
                .unwrap_or(i64::MAX),
        };
        console.spawn(console::serve(listener, served));
        let (complaints, known) = (Arc::default(), Arc::default());
        let writer = Some(writer);
        Ok(Self {
            settings,
            metrics,
            complaints,
            known,
            lists,
            phase,
            stop,
            writer,
            console,
            address,
        })
    }

    /// Where metrics and readiness are served.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Runs until stopped.
    ///
    /// # Errors
    /// When the client refuses its settings: nothing that waiting would mend.
    pub fn run(mut self) -> Result<(), Error> {
        let admin = Admin::new(&self.settings.kafka)?;
        if self.await_topics(&admin) {
            self.look_at_promises(admin);
            let schemas = self.schemas()?;
            if let Some(readers) = self.read_lists(&schemas)? {
                if self.await_lists(&readers) {
                    self.screen(&schemas, &readers)?;
                }
                readers.finish()?;
            }
        }
        self.phase.enter("stopping");
        self.console.shutdown_timeout(Duration::from_millis(200));
        tracing::info!("ended");
        Ok(())
    }

    /// Waits until the brokers answer and every topic is there; `false` when stopped before.
    fn await_topics(&self, admin: &Admin) -> bool {
        while !self.stopped() {
            match admin.topics(ASK_WITHIN) {
                Err(error) => self.wait_for("connecting", "brokers", &error.to_string()),
                Ok(topics) => match self.missing(&topics).as_slice() {
                    [] => {
                        self.complaints.settle("brokers", "the brokers answer");
                        self.complaints.settle("topics", "every topic is there");
                        return true;
                    }
                    missing => {
                        self.complaints.settle("brokers", "the brokers answer");
                        let text = format!(
                            "missing topics: {}; make them with `portcullis topics create --brokers {}`",
                            missing.join(", "),
                            self.settings.kafka.brokers
                        );
                        self.wait_for("connecting", "topics", &text);
                    }
                },
            }
            std::thread::sleep(LOOK_AGAIN);
        }
        false
    }

    /// Says which topics are set so that a promise would not hold. On a thread of its own: nothing
    /// waits for it, and a broker that does not tell is none the worse.
    fn look_at_promises(&self, admin: Admin) {
        let (inputs, written) = (self.settings.inputs(), self.settings.written());
        let registers = self.settings.registers().map(String::clone);
        let complaints = Arc::clone(&self.complaints);
        let look = move || {
            let Ok(mut topics) = admin.topics(ASK_WITHIN) else { return };
            topics.retain(|name, _| {
                inputs.contains(name) || registers.contains(name) || written.contains(name)
            });
            if admin.describe(&mut topics).is_ok() {
                let at_risk =
                    kafka::promises_at_risk(&topics, &inputs, registers.each_ref(), &written);
                if !at_risk.is_empty() {
                    complaints.make("settings of topics", &at_risk.join("; "));
                }
            }
        };
        if let Err(error) = std::thread::Builder::new().name("promises".into()).spawn(look) {
            tracing::debug!(%error, "the settings of topics are not looked at");
        }
    }

    fn missing(&self, topics: &BTreeMap<String, Existing>) -> Vec<String> {
        let Settings { lane, outputs, .. } = &self.settings;
        let inputs = lane.inputs.iter().map(|(_, name)| name);
        let registers = self.settings.registers();
        let needed = inputs.chain(registers).chain([&outputs.command, &outputs.dead_letter]);
        needed.filter(|name| !topics.contains_key(*name)).cloned().collect()
    }

    fn schemas(&self) -> Result<Arc<dyn Schemas>, Error> {
        Ok(match &self.settings.registry {
            None => Arc::new(Shipped),
            Some(registry) => Arc::new(Registry::start(
                registry.clone(),
                self.registered_feeds(),
                Arc::clone(&self.metrics),
                Arc::clone(&self.complaints),
            )?),
        })
    }

    /// The feeds that the schema of alerts is registered for: none of those in JSON.
    fn registered_feeds(&self) -> Vec<String> {
        match self.settings.alert_format {
            AlertFormat::Avro => self.settings.feeds(),
            AlertFormat::Json => Vec::new(),
        }
    }

    fn read_lists(&mut self, schemas: &Arc<dyn Schemas>) -> Result<Option<Readers>, Error> {
        self.phase.enter("loading");
        let Some(writer) = self.writer.take() else { return Ok(None) };
        let reader = ListReader::start(
            &self.settings.kafka,
            self.settings.reader.clone(),
            writer,
            self.decoder()?,
            Arc::clone(schemas),
            Arc::clone(&self.metrics),
            Arc::clone(&self.complaints),
        )?;
        Ok(Some(Readers { lists: reader, register: self.read_register(schemas)? }))
    }

    fn read_register(&self, schemas: &Arc<dyn Schemas>) -> Result<RegisterReader, Error> {
        let parts = RegisterParts {
            topic: self.settings.suppressions.clone(),
            confirm_interval: self.settings.reader.confirm_interval,
            writer: RegisterWriter::new(Arc::clone(self.lists.register())),
            decoder: self.decoder()?,
            schemas: Arc::clone(schemas),
            metrics: Arc::clone(&self.metrics),
            complaints: Arc::clone(&self.complaints),
        };
        RegisterReader::start(&self.settings.kafka, parts)
    }

    /// Waits until lists and suppressions are loaded and there is something to screen against; `false`
    /// when stopped before. Lanes do not join the group sooner: they would take partitions from
    /// instances that can screen.
    fn await_lists(&self, readers: &Readers) -> bool {
        while self.goes_on(readers) {
            let standing = self.lists.standing();
            let register_is_loaded = self.lists.register().standing().loaded;
            if !standing.holds() && register_is_loaded {
                self.complaints.settle("lists", "the lists are there");
                return true;
            }
            if !register_is_loaded {
                let topic = &self.settings.suppressions;
                self.phase.wait_for("loading", format!("suppressions are being read from {topic}"));
            } else if standing.loaded {
                let topic = &self.settings.reader.topic;
                let text = if standing.is_blind() && !standing.is_empty() {
                    format!("lists are being published in {topic}: waiting until they are whole")
                } else if standing.is_blind() {
                    format!(
                        "the list topic {topic} is empty: publish a list with `portcullis watchlist publish FILE`"
                    )
                } else {
                    format!(
                        "a required list has too few entries in {topic}: see /readyz, and publish it"
                    )
                };
                self.wait_for("loading", "lists", &text);
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        false
    }

    /// Runs the lanes; with new clients after a fault that halts.
    fn screen(&self, schemas: &Arc<dyn Schemas>, readers: &Readers) -> Result<(), Error> {
        while self.goes_on(readers) {
            match self.run_lanes(schemas, readers)? {
                Ok(()) => return Ok(()),
                Err(Halted(cause)) => {
                    self.metrics.halts.with_label_values(&[cause]).inc();
                    tracing::error!(
                        cause,
                        "the Kafka clients cannot go on: making new ones; what was not committed is read again"
                    );
                    std::thread::sleep(REBUILD_AFTER);
                }
            }
        }
        Ok(())
    }

    /// Runs one set of clients until stopped or until a lane halts; then no lane goes on.
    fn run_lanes(
        &self,
        schemas: &Arc<dyn Schemas>,
        readers: &Readers,
    ) -> Result<Result<(), Halted>, Error> {
        let settings = &self.settings;
        let sender =
            Sender::new(&settings.kafka, settings.outputs.clone(), Arc::clone(&self.complaints))?;
        let sender = Arc::new(sender);
        let slow_lane = self.slow_lane(schemas)?;
        let mut lanes = Vec::new();
        for number in 0..settings.lanes {
            let topics = settings.inputs();
            let port = LanePort::new(
                &settings.kafka,
                number,
                topics,
                settings.start,
                Arc::clone(&self.known),
                Arc::clone(&sender),
                slow_lane.entrance(),
            )?;
            let judge = self.judge(schemas)?;
            lanes.push(Lane::new(settings.lane.clone(), port, judge, Arc::clone(&self.metrics)));
        }
        self.phase.enter("running");
        let outcome = self.run_together(lanes, readers, &slow_lane);
        tracing::info!("the lanes have ended and left the group");
        if !planted::has(Bug::DropWithoutFlush) && !sender.flush(FLUSH_WITHIN) {
            tracing::warn!(
                "some messages were not acknowledged in time: their events were not committed, and are read again"
            );
        }
        Ok(outcome)
    }

    /// What finishes the events that meet the bound of a lane.
    fn slow_lane(&self, schemas: &Arc<dyn Schemas>) -> Result<SlowLane, Error> {
        let (judge, clock) = (self.judge(schemas)?, SystemClock::start());
        let stale_after = self.settings.lane.stale_after;
        SlowLane::start(judge, clock, stale_after, &self.metrics).map_err(|error| Error::Failed {
            doing: "starting the slow lane",
            why: error.to_string(),
        })
    }

    fn judge(&self, schemas: &Arc<dyn Schemas>) -> Result<Judge, Error> {
        let (lists, schemas) = (Arc::clone(&self.lists), Arc::clone(schemas));
        let judge = Judge::new(lists, schemas, self.decoder()?, self.format());
        Ok(judge
            .with_naming(self.settings.naming.clone().unwrap_or_default())
            .with_samples(self.settings.sample_one_in))
    }

    /// Runs lanes on a thread each. When one halts, the others end too: they share a producer.
    fn run_together(
        &self,
        lanes: Vec<Lane<LanePort>>,
        readers: &Readers,
        slow_lane: &SlowLane,
    ) -> Result<(), Halted> {
        let end = AtomicBool::new(false);
        let run = |mut lane: Lane<LanePort>| {
            // Set on every way out, also by a panic.
            let _ends_all = SetOnDrop(&end);
            lane.run(&end)
        };
        std::thread::scope(|scope| {
            let running: Vec<_> = lanes.into_iter().map(|lane| scope.spawn(|| run(lane))).collect();
            while !running.iter().all(std::thread::ScopedJoinHandle::is_finished) {
                if !self.goes_on(readers) || slow_lane.has_failed() {
                    end.store(true, Ordering::Relaxed);
                }
                std::thread::sleep(Duration::from_millis(10));
            }
            // A lane that panicked counts as halted: it has committed nothing unfinished.
            let mut lanes = running.into_iter();
            let ended = lanes.try_for_each(|lane| lane.join().unwrap_or(Err(Halted("panic"))));
            // What was handed over to it is still open: new clients read it again.
            if slow_lane.has_failed() { Err(Halted("slow_lane")) } else { ended }
        })
    }

    fn decoder(&self) -> Result<Decoder, Error> {
        Decoder::new(Limits::STANDARD).map_err(|error| Error::Failed {
            doing: "reading our own schemas",
            why: error.to_string(),
        })
    }

    fn format(&self) -> Format {
        match self.settings.alert_format {
            AlertFormat::Json => Format::Json,
            AlertFormat::Avro => Format::Avro { schema_id: Contract::Alerts.id() },
        }
    }

    fn wait_for(&self, phase: &'static str, about: &'static str, text: &str) {
        self.complaints.make(about, text);
        self.phase.wait_for(phase, text.to_owned());
    }

    /// Whether there is more to do: not when stopped, nor against lists that stand still.
    fn goes_on(&self, readers: &Readers) -> bool {
        !self.stopped() && !readers.have_failed()
    }

    fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

/// Those who keep lists and suppressions in step with their topics.
struct Readers {
    lists: ListReader,
    register: RegisterReader,
}

impl Readers {
    fn have_failed(&self) -> bool {
        self.lists.has_failed() || self.register.has_failed()
    }

    fn finish(self) -> Result<(), Error> {
        // Both are stopped, whatever the other says.
        let (lists, register) = (self.lists.finish(), self.register.finish());
        lists.and(register)
    }
}

struct SetOnDrop<'a>(&'a AtomicBool);

impl Drop for SetOnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// The schemas in the binary: the decoder knows them all, so what it asks for does not exist.
struct Shipped;

impl Schemas for Shipped {
    fn look_up(&self, _: crate::codec::SchemaRef) -> Lookup {
        Lookup::Absent
    }
}
