//! A writer's schema resolved into ours: a flat list of steps, walked over the bytes.
//!
//! What can be decided from the schemas was decided by `compile`: a step says what to read and into
//! which slot. Here remain the bytes, and they are not trusted: every read is checked against
//! their end, every count against [`Limits`].

use apache_avro::Schema;

use super::compile;
use super::datum::{Datum, Filling, Limits, Value};
use super::error::{Error, Place};
use super::input::Input;
use super::shape::Shape;

/// How data of one writer's schema is read into one [`Shape`]. Compiled once a schema.
#[derive(Default)]
pub struct Plan {
    /// Steps of the root, then those of [`Step::Call`].
    pub(super) steps: Vec<Step>,
    /// The root's row before its first step: defaults where the writer lacks a field, else null.
    pub(super) row: Vec<Value>,
    pub(super) lists: Vec<List>,
    /// Where the steps of each union's branches begin, union after union.
    pub(super) branches: Vec<u32>,
    /// The reader's symbol for each of the writer's, enum after enum.
    pub(super) symbols: Vec<Option<u16>>,
    /// Values for [`Step::Fill`].
    pub(super) fills: Vec<Value>,
    /// First step and end of each record that is skipped by call.
    pub(super) calls: Vec<(u32, u32)>,
    /// End of the root's steps.
    pub(super) end: u32,
}

/// What to do next. Positions of steps are absolute.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    /// Reads one value into a slot.
    Read { slot: u16, read: Read },
    /// Passes over what our schema does not have.
    Skip(Skip),
    /// Reads a list: an entry of `lists`; the items' steps follow.
    List { slot: u16, list: u32 },
    /// Passes over an array: an entry of `lists`; the items' steps follow. For a map, an item is a
    /// key and a value.
    SkipList { list: u32 },
    /// A union of null and one other branch: goes on at `end` when it is null.
    Option { null: u8, end: u32 },
    /// Any other union: goes on at an entry of `branches`.
    Union { count: u32, first: u32 },
    /// Goes on elsewhere: behind a union's branch.
    Jump { to: u32 },
    /// The branch that was written fits no type of ours.
    Refuse,
    /// A nullable record is there.
    Present { slot: u16 },
    /// Lays down defaults that depend on a branch, so that no row can have them beforehand.
    Fill { slot: u16, count: u16, first: u32 },
    /// Passes over a record by an entry of `calls`, since it may hold itself.
    Call { call: u32 },
}

/// How one value is read.
#[derive(Clone, Copy, Debug)]
pub(super) enum Read {
    Bool,
    Int,
    Long,
    /// Milliseconds into microseconds.
    IntMillis,
    LongMillis,
    /// Nanoseconds into microseconds.
    LongNanos,
    Float,
    Double,
    /// Whole numbers into floats and doubles.
    IntAsFloat,
    IntAsDouble,
    LongAsFloat,
    LongAsDouble,
    /// A text or bytes: a length, then as many bytes.
    Span,
    Fixed {
        size: u32,
    },
    /// The writer's symbols: `count` entries of `symbols`.
    Enum {
        count: u16,
        first: u32,
    },
}

/// How one value is passed over. Damage is found here too, but for UTF-8.
#[derive(Clone, Copy, Debug)]
pub(super) enum Skip {
    Bool,
    Int,
    Long,
    Span,
    Bytes { size: u32 },
    Enum { count: u32 },
}

/// The items of a list.
#[derive(Clone, Debug)]
pub(super) struct List {
    /// First step of an item, and the end of its steps.
    pub(super) start: u32,
    pub(super) end: u32,
    /// An item's row before its first step.
    pub(super) row: Vec<Value>,
    /// An item takes no bytes at all, so that bytes cannot bound how many there are.
    pub(super) weightless: bool,
}

impl Plan {
    /// Resolves a writer's schema into a reader's by the rules of "Avro 1.12, Schema Resolution".
    ///
    /// Beyond those rules: a writer's timestamps are converted to the reader's unit, and no number
    /// of another meaning (a date, a time of day, a local time) is taken for a timestamp.
    ///
    /// # Errors
    /// [`Error::IncompatibleSchema`] with our field's path and the rule that is broken.
    pub fn compile(writer: &Schema, shape: &Shape) -> Result<Self, Error> {
        compile::compile(writer, shape)
    }

    /// Decodes one datum, which must take exactly the bytes given.
    ///
    /// Texts are not checked for UTF-8 here, but by [`super::View::text`].
    ///
    /// # Errors
    /// An [`Error`] with the position of what is wrong; `datum` is empty then.
    pub fn run(&self, bytes: &[u8], datum: &mut Datum, limits: &Limits) -> Result<(), Error> {
        datum.begin(&self.row);
        let mut run = Run { plan: self, input: Input::new(bytes), datum, limits };
        let result = run.whole();
        if result.is_err() {
            datum.forget();
        }
        result
    }
}

/// One decoding under way.
struct Run<'a> {
    plan: &'a Plan,
    input: Input<'a>,
    datum: &'a mut Datum,
    limits: &'a Limits,
}

impl Run<'_> {
    fn whole(&mut self) -> Result<(), Error> {
        let size = self.input.size();
        // Positions are kept in 32 bits.
        if size > self.limits.datum_bytes_max || u32::try_from(size).is_err() {
            let max = self.limits.datum_bytes_max;
            return Err(Error::TooLarge { limit: "datum_bytes_max", max });
        }
        self.walk(0, self.plan.end, 0, 0)?;
        if self.input.at < size {
            return Err(Error::TrailingBytes { at: self.input.at });
        }
        Ok(())
    }

    /// Walks the steps from `start` to `end`, filling the row that begins at `base`.
    fn walk(&mut self, start: u32, end: u32, base: usize, depth: usize) -> Result<(), Error> {
        let mut next = start;
        while next < end {
            let Some(step) = self.plan.steps.get(next as usize) else {
                debug_assert!(false, "step {next} lies outside the plan");
                return Ok(());
            };
            next += 1;
            match *step {
                Step::Read { slot, read } => {
                    let value = self.read(read)?;
                    self.datum.set(base + usize::from(slot), value);
                }
                Step::Option { null, end } => {
                    if self.is_null(null)? {
                        next = end;
                    }
                }
                Step::Skip(skip) => self.skip(skip)?,
                Step::List { slot, list } => {
                    next = self.list(list, base + usize::from(slot), depth)?;
                }
                Step::SkipList { list } => next = self.skip_list(list, depth)?,
                Step::Union { count, first } => next = self.branch(count, first)?,
                Step::Jump { to } => next = to,
                Step::Refuse => return Err(Error::BadUnion { at: self.input.at }),
                Step::Present { slot } => self.datum.set(base + usize::from(slot), Value::Present),
                Step::Fill { slot, count, first } => {
                    let fills = first as usize..first as usize + usize::from(count);
                    let fills = self.plan.fills.get(fills).unwrap_or_default();
                    self.datum.set_all(base + usize::from(slot), fills);
                }
                Step::Call { call } => self.call(call, depth)?,
            }
        }
        Ok(())
    }

    #[inline]
    fn read(&mut self, read: Read) -> Result<Value, Error> {
        let input = &mut self.input;
        let at = input.at;
        let number = match read {
            Read::Int => input.int()?,
            Read::Long => input.long()?,
            Read::IntMillis => micros(input.int()?, at)?,
            Read::LongMillis => micros(input.long()?, at)?,
            Read::LongNanos => input.long()?.div_euclid(1000),
            Read::Span => return input.span(),
            Read::Fixed { size } => {
                let start = input.position();
                input.advance(size as usize)?;
                return Ok(Value::Span { start, length: size });
            }
            Read::Enum { count, first } => return self.symbol(count, first),
            Read::Bool => return Ok(Value::Bool(input.boolean()?)),
            Read::Float => return Ok(Value::Double(f32::from_le_bytes(input.array()?).into())),
            Read::Double => return Ok(Value::Double(f64::from_le_bytes(input.array()?))),
            Read::IntAsFloat => return Ok(Value::Double((input.int()? as f32).into())),
            Read::LongAsFloat => return Ok(Value::Double((input.long()? as f32).into())),
            Read::IntAsDouble => return Ok(Value::Double(input.int()? as f64)),
            Read::LongAsDouble => return Ok(Value::Double(input.long()? as f64)),
        };
        Ok(Value::Int(number))
    }

    fn symbol(&mut self, count: u16, first: u32) -> Result<Value, Error> {
        let at = self.input.at;
        let bad = Error::BadEnum { place: Place::Byte(at) };
        let index = self.input.int()?;
        let Some(index) = usize::try_from(index).ok().filter(|index| *index < usize::from(count))
        else {
            return Err(bad);
        };
        let symbol = self.plan.symbols.get(first as usize + index).copied().flatten();
        symbol.map(Value::Symbol).ok_or(bad)
    }

    /// Reads the branch of a union whose one branch is null.
    #[inline]
    fn is_null(&mut self, null: u8) -> Result<bool, Error> {
        let at = self.input.at;
        match self.input.long()? {
            branch @ 0..=1 => Ok(branch == i64::from(null)),
            _ => Err(Error::BadUnion { at }),
        }
    }

    /// Reads the branch of a union and says where its steps begin.
    fn branch(&mut self, count: u32, first: u32) -> Result<u32, Error> {
        let at = self.input.at;
        let branch = self.input.long()?;
        let branch = u32::try_from(branch).ok().filter(|branch| *branch < count);
        branch
            .and_then(|branch| self.plan.branches.get((first + branch) as usize).copied())
            .ok_or(Error::BadUnion { at })
    }

    /// Reads a list into the slot at `place`, and says which step comes next.
    fn list(&mut self, list: u32, place: usize, depth: usize) -> Result<u32, Error> {
        let plan = self.plan;
        let Some(list) = plan.lists.get(list as usize) else { return Ok(plan.end) };
        let depth = self.deeper(depth)?;
        let mut filling = Filling::default();
        while let Some(block) = self.input.block(list.weightless)? {
            for _ in 0..block.count {
                let base = self.datum.push_item(&mut filling, &list.row, self.limits)?;
                self.walk(list.start, list.end, base, depth)?;
            }
            block.check_end(self.input.at)?;
        }
        self.datum.set(place, filling.finish());
        Ok(list.end)
    }

    /// Passes over an array or a map, and says which step comes next.
    fn skip_list(&mut self, list: u32, depth: usize) -> Result<u32, Error> {
        let plan = self.plan;
        let Some(list) = plan.lists.get(list as usize) else { return Ok(plan.end) };
        let depth = self.deeper(depth)?;
        while let Some(block) = self.input.block(list.weightless)? {
            // Items without bytes need no passing over, however many are claimed.
            if !list.weightless {
                for _ in 0..block.count {
                    self.walk(list.start, list.end, 0, depth)?;
                }
            }
            block.check_end(self.input.at)?;
        }
        Ok(list.end)
    }

    fn call(&mut self, call: u32, depth: usize) -> Result<(), Error> {
        let Some((start, end)) = self.plan.calls.get(call as usize).copied() else { return Ok(()) };
        let depth = self.deeper(depth)?;
        self.walk(start, end, 0, depth)
    }

    fn deeper(&self, depth: usize) -> Result<usize, Error> {
        if depth >= self.limits.depth_max {
            return Err(Error::TooLarge { limit: "depth_max", max: self.limits.depth_max });
        }
        Ok(depth + 1)
    }

    fn skip(&mut self, skip: Skip) -> Result<(), Error> {
        let input = &mut self.input;
        let at = input.at;
        match skip {
            Skip::Bool => input.boolean().map(drop),
            Skip::Int => input.int().map(drop),
            Skip::Long => input.long().map(drop),
            Skip::Span => input.span().map(drop),
            Skip::Bytes { size } => input.advance(size as usize),
            Skip::Enum { count } => match input.int()? {
                index if (0..i64::from(count)).contains(&index) => Ok(()),
                _ => Err(Error::BadEnum { place: Place::Byte(at) }),
            },
        }
    }
}

fn micros(millis: i64, at: usize) -> Result<i64, Error> {
    millis.checked_mul(1000).ok_or(Error::OutOfRange { place: Place::Byte(at) })
}
