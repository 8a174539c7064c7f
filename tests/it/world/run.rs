//! Lives one world from its beginning to its end: several real lanes, one step at a time.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use portcullis::codec::{Contract, Decoder, Format, Limits, SchemaRef};
use portcullis::domain::Topic;
use portcullis::index::fuzzy;
use portcullis::matching;
use portcullis::metrics::Metrics;
use portcullis::names::Population;
use portcullis::pipeline::{Config, Halted, Judge, Lane, Lookup, Schemas};
use portcullis::watchlist::{Bounds, Lists, Writer};

use super::broker::{Client, World};
use super::bugs::Bug;
use super::events::{CUT_DEFECT, DEFECT, LATE};
use super::plan::Plan;
use super::port::Seat;
use super::slow::{STALE_AFTER, Slow};

/// More steps than any plan needs: lanes that take them do not get on.
const STEPS_MAX: u32 = 4_000;

/// What became of a world.
pub(super) struct Lived {
    /// The promise that was broken first.
    pub(super) violation: Option<String>,
    /// The faults that came.
    pub(super) fired: Vec<&'static str>,
    /// What happened, where that was wanted.
    pub(super) story: Vec<String>,
    /// Whether events were counted exactly.
    pub(super) exact: bool,
}

struct Registry(Arc<AtomicBool>);

impl Schemas for Registry {
    fn look_up(&self, schema: SchemaRef) -> Lookup {
        if !self.0.load(Ordering::Relaxed) {
            Lookup::Pending
        } else if schema == SchemaRef::Id(LATE) {
            Lookup::Found(Contract::Events(Topic::Crossings).text().into())
        } else {
            Lookup::Absent
        }
    }
}

/// A world and its lanes.
struct Life {
    world: Rc<RefCell<World>>,
    lanes: Vec<Lane<Seat>>,
    lists: Arc<Lists>,
    config: Config,
    metrics: Arc<Metrics>,
}

/// In one world of so many, names that are alike are met.
const NAMED_SHARE: u64 = 20;

/// What the index of names takes names to be worth.
static WEIGHTS: LazyLock<Bounds> =
    LazyLock::new(|| matching::bounds(Arc::new(Population::built_in())));

/// The lists of a world. Bugs are of the lane, and looked for where it lives fastest.
fn lists_of(plan: &Plan, bug: Option<Bug>) -> (Arc<Lists>, Writer) {
    if plan.has_deferred() || bug.is_none() && plan.seed.is_multiple_of(NAMED_SHARE) {
        return Lists::with_names(Vec::new(), WEIGHTS.clone());
    }
    Lists::new(Vec::new())
}

/// A judge for whom every search of names that finds anything is too much at first.
fn judge(lists: &Arc<Lists>, registry: &Arc<AtomicBool>) -> Judge {
    let decoder = Decoder::new(Limits::STANDARD).unwrap();
    let schemas = Arc::new(Registry(Arc::clone(registry)));
    let judge = Judge::new(Arc::clone(lists), schemas, decoder, Format::Json);
    judge.with_bound(fuzzy::Limits { keys: 0, postings: 0, names: 0 })
}

/// Lives a plan; `told` when the story is wanted.
pub(super) fn live(plan: &Plan, bug: Option<Bug>, told: bool) -> Lived {
    let (lists, writer) = lists_of(plan, bug);
    let metrics = Arc::new(Metrics::new("none").unwrap());
    let registry = Arc::<AtomicBool>::default();
    let slow = Slow::new(judge(&lists, &registry), metrics.defects.with_label_values(&CUT_DEFECT));
    let world = World::new(plan, bug, (writer, registry), slow, told);
    let world = Rc::new(RefCell::new(world));
    let config = Config {
        inputs: vec![(Topic::Crossings, "border.crossings".to_owned())],
        in_flight_max: plan.in_flight_max,
        commit_interval: Duration::from_millis(5),
        drain_deadline: plan.drain_deadline,
        retry_pause: Duration::from_millis(20),
        retry_pause_max: Duration::from_millis(200),
        stale_after: STALE_AFTER,
        promise: Duration::from_millis(50),
        on_gap: plan.on_gap,
    };
    let mut life = Life { world: Rc::clone(&world), lanes: Vec::new(), lists, config, metrics };
    let lived = catch_unwind(AssertUnwindSafe(|| life.go()));
    if lived.is_err() {
        world.borrow_mut().violated("a lane panicked".to_owned());
    }
    drop(life);
    let mut world = world.borrow_mut();
    Lived {
        violation: world.violation.take(),
        fired: std::mem::take(&mut world.fired),
        story: world.take_story(),
        exact: world.exact,
    }
}

impl Life {
    fn go(&mut self) {
        let lanes = self.world.borrow().plan.lanes;
        self.lanes = (0..lanes).map(|number| self.lane(number)).collect();
        let judged = self.metrics.defects.with_label_values(&DEFECT);
        for turn in 0.. {
            if !self.goes_on() {
                break;
            }
            let lane = (turn + self.world.borrow_mut().noise(lanes as u64) as usize) % lanes;
            let before = judged.get();
            let ended = self.lanes[lane].step();
            if judged.get() > before {
                self.world.borrow_mut().judged(lane);
            }
            self.world.borrow_mut().note_what_was_heard();
            if let Err(Halted(why)) = ended {
                self.make_anew(lane, why);
            }
            let doomed = std::mem::take(&mut self.world.borrow_mut().doomed);
            doomed.into_iter().for_each(|(lane, why)| self.make_anew(lane, why));
        }
        self.end();
    }

    fn goes_on(&self) -> bool {
        let mut world = self.world.borrow_mut();
        if world.steps() > STEPS_MAX {
            world.violated("the lanes do not get on".to_owned());
        }
        world.violation.is_none() && !world.is_done()
    }

    fn end(&mut self) {
        let stop = AtomicBool::new(true);
        for lane in &mut self.lanes {
            if self.world.borrow().violation.is_none() && lane.run(&stop).is_err() {
                // What is left in flight belongs to partitions that were left standing.
                self.world.borrow_mut().exact = false;
            }
        }
        self.world.borrow_mut().check_end(&self.metrics);
    }

    fn lane(&self, number: usize) -> Lane<Seat> {
        let registry = Arc::clone(&self.world.borrow().registry);
        let judge = judge(&self.lists, &registry);
        let seat = Seat { world: Rc::clone(&self.world), lane: number };
        Lane::new(self.config.clone(), seat, judge, Arc::clone(&self.metrics))
    }

    /// A lane's process ends, and another begins in its place. What was in flight arrives or does
    /// not, and nobody hears of it.
    fn make_anew(&mut self, lane: usize, why: &str) {
        self.lanes[lane] = self.lane(lane);
        let mut world = self.world.borrow_mut();
        world.note(|| format!("lane {lane} is made anew: {why}"));
        world.exact = false;
        world.flying.retain(|flying| flying.lane != lane);
        world.slow.forget(lane);
        let freed: BTreeSet<usize> = world.take_from(lane).into_iter().collect();
        let client = &mut world.clients[lane];
        let stood = client.places.iter().map(|place| (place.partition, place.next)).collect();
        *client = Client { stood, ..Client::default() };
        world.note(|| format!("partitions {freed:?} are free"));
    }
}
