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
    /// The same where the other branch is one value: one step for what most fields are.
    ReadOption { null: u8, slot: u16, read: Read },
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
        Self::compile_in(writer, writer, shape)
    }

    /// As [`Self::compile`], where the types that the writer's schema names are defined in `family`.
    pub(super) fn compile_in(
        family: &Schema,
        writer: &Schema,
        shape: &Shape,
    ) -> Result<Self, Error> {
        compile::compile(family, writer, shape)
    }

    /// About what it takes in memory.
    pub(super) fn bytes(&self) -> usize {
        let rows = self.lists.iter().map(|list| size_of_val(&*list.row)).sum::<usize>();
        rows + size_of_val(&*self.steps)
            + size_of_val(&*self.row)
            + size_of_val(&*self.lists)
            + size_of_val(&*self.branches)
            + size_of_val(&*self.symbols)
            + size_of_val(&*self.fills)
            + size_of_val(&*self.calls)
    }

    /// Makes one step of an optional value, where the one value read is all that is behind it.
    pub(super) fn fuse(&mut self, option: usize) {
        if let [Step::Option { null, .. }, Step::Read { slot, read }] =
            self.steps.get(option..).unwrap_or_default()
        {
            let fused = Step::ReadOption { null: *null, slot: *slot, read: *read };
            self.steps.get_mut(option).into_iter().for_each(|step| *step = fused);
        }
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
        let steps = self.plan.steps.get(..end as usize).unwrap_or_default();
        debug_assert!(end as usize == steps.len(), "step {end} lies outside the plan");
        let mut next = start;
        while let Some(step) = steps.get(next as usize) {
            next += 1;
            match *step {
                Step::Read { slot, read } => self.read(read, base + usize::from(slot))?,
                Step::Option { null, end } => {
                    if self.is_null(null)? {
                        next = end;
                    }
                }
                Step::ReadOption { null, slot, read } => {
                    if !self.is_null(null)? {
                        self.read(read, base + usize::from(slot))?;
                    }
                    // The reading alone comes behind it.
                    next += 1;
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

    /// Reads one value into its place. It is written where it stays: a value that is handed back
    /// is written in parts and copied as a whole, which waits for the parts.
    #[inline(always)]
    fn read(&mut self, read: Read, place: usize) -> Result<(), Error> {
        let Self { plan, input, datum, .. } = self;
        let at = input.at;
        let number = match read {
            Read::Span => {
                let (start, length) = input.span()?;
                datum.set(place, Value::Span { start, length });
                return Ok(());
            }
            Read::Enum { count, first } => {
                let symbol = symbol(plan, input, count, first)?;
                datum.set(place, Value::Symbol(symbol));
                return Ok(());
            }
            Read::Int => input.int()?,
            Read::Long => input.long()?,
            Read::IntMillis => micros(input.int()?, at)?,
            Read::LongMillis => micros(input.long()?, at)?,
            Read::LongNanos => input.long()?.div_euclid(1000),
            rare @ (Read::Fixed { .. }
            | Read::Bool
            | Read::Float
            | Read::Double
            | Read::IntAsFloat
            | Read::LongAsFloat
            | Read::IntAsDouble
            | Read::LongAsDouble) => {
                datum.set(place, rarely(input, rare)?);
                return Ok(());
            }
        };
        datum.set(place, Value::Int(number));
        Ok(())
    }

    /// Reads the branch of a union whose one branch is null.
    #[inline(always)]
    fn is_null(&mut self, null: u8) -> Result<bool, Error> {
        let at = self.input.at;
        match self.input.small() {
            Some(branch @ 0..=1) => Ok(branch == null),
            Some(_) => Err(bad_union(at)),
            None => self.is_null_at_length(null),
        }
    }

    /// The same where the branch takes more bytes than it needs, or is none.
    #[cold]
    fn is_null_at_length(&mut self, null: u8) -> Result<bool, Error> {
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

#[cold]
fn bad_union(at: usize) -> Error {
    Error::BadUnion { at }
}

/// Reads what few fields of an event are.
fn rarely(input: &mut Input<'_>, read: Read) -> Result<Value, Error> {
    let number = match read {
        Read::Fixed { size } => {
            let start = input.position();
            input.advance(size as usize)?;
            return Ok(Value::Span { start, length: size });
        }
        Read::Bool => return Ok(Value::Bool(input.boolean()?)),
        Read::Float => f32::from_le_bytes(input.array()?).into(),
        Read::Double => f64::from_le_bytes(input.array()?),
        Read::IntAsFloat => (input.int()? as f32).into(),
        Read::LongAsFloat => (input.long()? as f32).into(),
        Read::IntAsDouble => input.int()? as f64,
        Read::LongAsDouble => input.long()? as f64,
        Read::Int
        | Read::Long
        | Read::IntMillis
        | Read::LongMillis
        | Read::LongNanos
        | Read::Span
        | Read::Enum { .. } => {
            debug_assert!(false, "{read:?} is read elsewhere");
            return Ok(Value::Null);
        }
    };
    Ok(Value::Double(number))
}

/// Reads a symbol: its position in our enum.
#[inline]
fn symbol(plan: &Plan, input: &mut Input<'_>, count: u16, first: u32) -> Result<u16, Error> {
    let at = input.at;
    let bad = || Error::BadEnum { place: Place::Byte(at) };
    let index = usize::try_from(input.int()?).ok().filter(|index| *index < usize::from(count));
    let symbol = index.and_then(|index| plan.symbols.get(first as usize + index).copied());
    symbol.flatten().ok_or_else(bad)
}

fn micros(millis: i64, at: usize) -> Result<i64, Error> {
    millis.checked_mul(1000).ok_or(Error::OutOfRange { place: Place::Byte(at) })
}

#[cfg(test)]
mod tests {
    use super::super::View;
    use super::*;

    const LIMITS: Limits = Limits { list_items_max: 100, depth_max: 8, datum_bytes_max: 1 << 16 };

    fn record(fields: &str) -> String {
        format!(r#"{{"type": "record", "name": "R", "fields": [{fields}]}}"#)
    }

    fn shape(fields: &str) -> Shape {
        Shape::parse(&record(fields)).unwrap()
    }

    fn compile(writer: &str, shape: &Shape) -> Result<Plan, Error> {
        Plan::compile(&Schema::parse_str(&record(writer)).unwrap(), shape)
    }

    /// Decodes with two field lists; `look` sees the result.
    fn check(writer: &str, ours: &str, bytes: &[u8], look: impl Fn(View<'_>, &Shape)) {
        let shape = shape(ours);
        let plan = compile(writer, &shape).unwrap();
        let mut datum = Datum::new();
        plan.run(bytes, &mut datum, &LIMITS).unwrap();
        look(datum.view(&shape, bytes), &shape);
    }

    fn int(view: View<'_>, shape: &Shape, path: &str) -> Option<i64> {
        view.int(shape.root().slot(path).unwrap())
    }

    /// Fields `f0`, `f1` ... of records `L0`, `L1` ..., each of which holds the one before so often.
    fn ladder(rungs: usize, times: usize) -> String {
        let rung = |at: usize| {
            let inner = |time| format!(r#"{{"name": "i{time}", "type": "L{}"}}"#, at - 1);
            let inner: Vec<String> = (0..if at == 0 { 0 } else { times }).map(inner).collect();
            let record = format!(
                r#"{{"type": "record", "name": "L{at}", "fields": [{}]}}"#,
                inner.join(", ")
            );
            format!(r#"{{"name": "f{at}", "type": {record}}}"#)
        };
        (0..rungs).map(rung).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn what_takes_no_bytes_takes_no_time_however_often_it_is_there() {
        let ours = r#"{"name": "kept", "type": "int"}"#;
        // The last one holds two thousand million empty records.
        let writer = format!("{}, {ours}", ladder(32, 2));
        check(&writer, ours, &[14], |view, shape| assert_eq!(int(view, shape, "kept"), Some(7)));
    }

    #[test]
    fn a_schema_of_records_deep_in_each_other_is_compiled_or_refused_and_ends_nothing() {
        let ours = r#"{"name": "kept", "type": "int"}"#;
        let writer = format!("{}, {ours}", ladder(20_000, 1));
        let shape = shape(ours);
        if let Ok(plan) = compile(&writer, &shape) {
            drop(plan.run(&[14], &mut Datum::new(), &LIMITS));
        }
    }

    /// The cause of failure for a type that is read (`kept`) and for one that is passed over.
    fn check_refused(schema: &str, bytes: &[u8], cause: &str) {
        let writer = format!(r#"{{"name": "a", "type": {schema}}}"#);
        let other = r#"{"name": "b", "type": "int", "default": 0}"#;
        for ours in [writer.as_str(), other] {
            let shape = shape(ours);
            let plan = compile(&writer, &shape).unwrap();
            let mut datum = Datum::new();
            let error = plan.run(bytes, &mut datum, &LIMITS).unwrap_err();
            assert_eq!(error.cause(), cause, "{schema} {bytes:?} by {ours}");
        }
    }

    #[test]
    fn a_step_is_small() {
        assert!(size_of::<Step>() <= 12, "{}", size_of::<Step>());
        assert_eq!(size_of::<Value>(), 16);
    }

    // The kinds of malformation that every Avro decoder must refuse (AVRO-4304).
    #[test]
    fn malformed_values_are_refused_whether_read_or_passed_over() {
        let choice = r#"["null", "int"]"#;
        let letters = r#"{"type": "enum", "name": "E", "symbols": ["A", "B"]}"#;
        let ints = r#"{"type": "array", "items": "int"}"#;
        check_refused(r#""long""#, &[0x80; 10], "bad_integer");
        check_refused(r#""int""#, &[0x80; 5], "truncated");
        check_refused(r#""int""#, &[0x80, 0x80, 0x80, 0x80, 0x80, 1], "out_of_range");
        check_refused(r#""bytes""#, &[1], "bad_length");
        check_refused(r#""string""#, &[1], "bad_length");
        check_refused(choice, &[1], "bad_union");
        check_refused(choice, &[10], "bad_union");
        check_refused(letters, &[1], "bad_enum");
        check_refused(letters, &[10], "bad_enum");
        check_refused(r#""boolean""#, &[2], "bad_boolean");
        let mut least = vec![0xFF; 9];
        least.extend([1, 2]);
        check_refused(ints, &least, "bad_length");
    }

    #[test]
    fn a_length_beyond_the_bytes_is_refused_before_anything_is_kept() {
        check_refused(r#""string""#, &[0xFE, 0xFF, 0xFF, 0xFF, 0x0F, b'x'], "truncated");
        check_refused(r#"{"type": "array", "items": "int"}"#, &[0x80, 0x80, 0x08, 2], "truncated");
        check_refused(r#"{"type": "fixed", "name": "F", "size": 3}"#, &[1, 2], "truncated");
        check_refused(r#""double""#, &[0; 7], "truncated");
    }

    #[test]
    fn a_block_must_take_the_bytes_that_it_says() {
        let ints = r#"{"type": "array", "items": "int"}"#;
        check_refused(ints, &[3, 4, 2, 0], "truncated");
        check_refused(ints, &[3, 2, 2, 4, 0], "bad_length");
        check_refused(ints, &[3, 1, 2, 4, 0], "bad_length");
        let field = format!(r#"{{"name": "a", "type": {ints}}}"#);
        check(&field, &field, &[3, 4, 2, 4, 2, 6, 0], |view, shape| {
            let slot = shape.root().slot("a").unwrap();
            let item = shape.root().item(slot).unwrap().slot("").unwrap();
            let items: Vec<_> = view.list(slot).map(|row| row.int(item)).collect();
            assert_eq!(items, [Some(1), Some(2), Some(3)]);
        });
    }

    #[test]
    fn items_without_bytes_cost_no_more_than_the_limit() {
        // 2^40 items are claimed; each would be a row of defaults.
        let claim = [0x80, 0x80, 0x80, 0x80, 0x80, 0x40, 0];
        let empty = r#"{"name": "a", "type": {"type": "array", "items":
            {"type": "record", "name": "I", "fields": []}}}"#;
        let rows = r#"{"name": "a", "type": {"type": "array", "items": {"type": "record",
            "name": "I", "fields": [{"name": "x", "type": "int", "default": 1}]}}}"#;
        let shape = shape(rows);
        let plan = compile(empty, &shape).unwrap();
        let mut datum = Datum::new();
        let error = plan.run(&claim, &mut datum, &LIMITS).unwrap_err();
        assert_eq!(error, Error::TooLarge { limit: "list_items_max", max: 100 });
        // What is passed over is passed over at once.
        let nulls = r#"{"name": "a", "type": {"type": "array", "items": "null"}}"#;
        check(nulls, r#"{"name": "b", "type": "int", "default": 3}"#, &claim, |view, shape| {
            assert_eq!(int(view, shape, "b"), Some(3));
        });
    }

    #[test]
    fn nested_lists_share_one_limit() {
        let nested = r#"{"name": "a", "type": {"type": "array", "items":
            {"type": "array", "items": {"type": "array", "items": "int"}}}}"#;
        let shape = shape(nested);
        let plan = compile(nested, &shape).unwrap();
        let mut bytes = vec![0xC8, 0x01];
        bytes.extend([2, 0, 0].repeat(100));
        bytes.push(0);
        let error = plan.run(&bytes, &mut Datum::new(), &LIMITS).unwrap_err();
        assert_eq!(error.cause(), "too_large");
    }

    #[test]
    fn the_memory_of_wide_rows_is_bounded() {
        let fields: Vec<_> = (0..100)
            .map(|number| format!(r#"{{"name": "x{number}", "type": "int", "default": 1}}"#))
            .collect();
        let rows = format!(
            r#"{{"name": "a", "type": {{"type": "array", "items": {{"type": "record", "name": "I",
            "fields": [{}]}}}}}}"#,
            fields.join(",")
        );
        let writer = r#"{"name": "a", "type": {"type": "array", "items": {"type": "record",
            "name": "I", "fields": [{"name": "x0", "type": "int"}]}}}"#;
        let shape = shape(&rows);
        let plan = compile(writer, &shape).unwrap();
        let mut bytes = vec![0xC8, 0x01];
        bytes.extend([0; 101]);
        let error = plan.run(&bytes, &mut Datum::new(), &LIMITS).unwrap_err();
        assert_eq!(error, Error::TooLarge { limit: "datum_bytes_max", max: 1 << 16 });
        let error = plan.run(&[0; (1 << 16) + 1], &mut Datum::new(), &LIMITS).unwrap_err();
        assert_eq!(error.cause(), "too_large");
    }

    #[test]
    fn a_writer_that_holds_itself_is_passed_over_to_a_bounded_depth() {
        let tree = r#"{"name": "t", "type": {"type": "record", "name": "T", "fields": [
            {"name": "next", "type": ["null", "T"]}, {"name": "many", "type":
            {"type": "array", "items": "T"}}]}}, {"name": "n", "type": "int"}"#;
        let ours = r#"{"name": "n", "type": "int"}"#;
        check(tree, ours, &[2, 2, 0, 0, 2, 0, 0, 0, 0, 8], |view, shape| {
            assert_eq!(int(view, shape, "n"), Some(4));
        });
        let shape = shape(ours);
        let plan = compile(tree, &shape).unwrap();
        let error = plan.run(&[2; 60_000], &mut Datum::new(), &LIMITS).unwrap_err();
        assert_eq!(error, Error::TooLarge { limit: "depth_max", max: 8 });
    }

    #[test]
    fn a_failure_leaves_nothing_to_read() {
        let field = r#"{"name": "a", "type": "string"}"#;
        let shape = shape(field);
        let plan = compile(field, &shape).unwrap();
        let mut datum = Datum::new();
        plan.run(&[2, b'x'], &mut datum, &LIMITS).unwrap();
        plan.run(&[2, b'x', 0], &mut datum, &LIMITS).unwrap_err();
        let slot = shape.root().slot("a").unwrap();
        assert_eq!(datum.view(&shape, &[2, b'x', 0]).text(slot), Ok(None));
    }

    #[test]
    fn texts_are_checked_when_they_are_read() {
        let fields = r#"{"name": "a", "type": {"type": "record", "name": "P", "fields":
            [{"name": "b", "type": "string"}]}}"#;
        check(fields, fields, &[2, 0xFF], |view, shape| {
            let slot = shape.root().slot("a.b").unwrap();
            assert_eq!(view.text(slot), Err(Error::NotUtf8 { path: "a.b".into() }));
            assert_eq!(view.bytes(slot), Some(&[0xFF][..]));
        });
    }

    #[test]
    fn timestamps_are_microseconds_whatever_their_unit() {
        let of = |name: &str, kind: &str| {
            format!(r#"{{"name": "{name}", "type": {{"type": "long", "logicalType": "{kind}"}}}}"#)
        };
        let plain = |name: &str| format!(r#"{{"name": "{name}", "type": "long"}}"#);
        let writer = [
            of("millis", "timestamp-millis"),
            of("micros", "timestamp-micros"),
            of("nanos", "timestamp-nanos"),
            plain("bare"),
        ];
        let ours = [
            of("millis", "timestamp-micros"),
            of("micros", "timestamp-millis"),
            of("nanos", "timestamp-micros"),
            of("bare", "timestamp-millis"),
        ];
        check(&writer.join(","), &ours.join(","), &[1, 1, 1, 1], |view, shape| {
            assert_eq!(int(view, shape, "millis"), Some(-1000));
            assert_eq!(int(view, shape, "micros"), Some(-1));
            assert_eq!(int(view, shape, "nanos"), Some(-1));
            assert_eq!(int(view, shape, "bare"), Some(-1000));
        });
        let shape = shape(&ours[0]);
        let plan = compile(&writer[0], &shape).unwrap();
        let mut most = vec![0xFE; 1];
        most.extend([0xFF; 8]);
        most.push(1);
        let error = plan.run(&most, &mut Datum::new(), &LIMITS).unwrap_err();
        assert_eq!(error, Error::OutOfRange { place: Place::Byte(0) });
        for other in ["local-timestamp-micros", "time-micros"] {
            let error = compile(&of("millis", other), &shape).err().unwrap();
            assert_eq!(error.cause(), "incompatible_schema", "{other}");
        }
    }

    #[test]
    fn an_absent_record_is_null_in_all_its_slots_and_a_present_one_has_its_defaults() {
        let place = |fields: &str| {
            format!(
                r#"{{"name": "p", "type": ["null", {{"type": "record", "name": "P", "fields":
                [{fields}]}}]}}"#
            )
        };
        let ours = place(
            r#"{"name": "a", "type": "int"}, {"name": "b", "type": "string", "default": "none"}"#,
        );
        let writer = place(r#"{"name": "a", "type": "int"}"#);
        let look = |bytes: &[u8], present: bool, a: Option<i64>, b: Option<&str>| {
            check(&writer, &ours, bytes, |view, shape| {
                let slot = |path| shape.root().slot(path).unwrap();
                assert_eq!(view.present(slot("p")), present);
                assert_eq!(view.int(slot("p.a")), a);
                assert_eq!(view.text(slot("p.b")), Ok(b));
            });
        };
        look(&[0], false, None, None);
        look(&[2, 4], true, Some(2), Some("none"));
    }

    #[test]
    fn a_branch_that_fits_nothing_is_refused_only_when_it_is_written() {
        let ours = shape(r#"{"name": "a", "type": ["null", "int"]}"#);
        let union = |types: &str| compile(&format!(r#"{{"name": "a", "type": [{types}]}}"#), &ours);
        let slot = ours.root().slot("a").unwrap();
        let plan = union(r#""null", "string""#).unwrap();
        let mut datum = Datum::new();
        plan.run(&[0], &mut datum, &LIMITS).unwrap();
        assert!(!datum.view(&ours, &[0]).present(slot));
        let error = plan.run(&[2, 0], &mut datum, &LIMITS).unwrap_err();
        assert_eq!(error, Error::BadUnion { at: 1 });
        let plan = union(r#""string", "int""#).unwrap();
        plan.run(&[2, 6], &mut datum, &LIMITS).unwrap();
        assert_eq!(datum.view(&ours, &[2, 6]).int(slot), Some(3));
        assert_eq!(union(r#""string", "bytes""#).err().unwrap().cause(), "incompatible_schema");
    }

    #[test]
    fn a_misfit_names_our_field_and_the_rule() {
        let ours = shape(r#"{"name": "a", "type": "int"}, {"name": "b", "type": "int"}"#);
        let text = |writer: &str| compile(writer, &ours).err().unwrap().to_string();
        let a = r#"{"name": "a", "type": "int"}"#;
        assert_eq!(
            text(a),
            "the writer's schema does not fit ours at b: the writer lacks it, and it has no default"
        );
        assert!(text(&format!(r#"{a}, {{"name": "b", "type": "long"}}"#)).contains("at b: "));
        let other = Schema::parse_str(r#"{"type": "record", "name": "S", "fields": []}"#).unwrap();
        let error = Plan::compile(&other, &ours).err().unwrap();
        assert!(error.to_string().contains("named S, ours R"), "{error}");
    }

    #[test]
    fn a_schema_that_unfolds_without_end_is_refused() {
        // Each type holds the next one twice: 2^30 fields.
        let mut fields = vec![r#"{"name": "x", "type": "int", "default": 0}"#.to_owned()];
        let mut inner = r#""int""#.to_owned();
        for level in 0..30 {
            inner = format!(
                r#"{{"type": "record", "name": "L{level}", "fields": [{{"name": "a", "type":
                {inner}}}]}}"#
            );
        }
        fields.push(format!(r#"{{"name": "deep", "type": {inner}}}"#));
        for level in 0..30 {
            fields.push(format!(
                r#"{{"name": "again{level}", "type": {{"type": "array", "items": "L{level}"}}}}"#
            ));
        }
        let ours = shape(r#"{"name": "x", "type": "int", "default": 0}"#);
        let plan = compile(&fields.join(","), &ours).unwrap();
        assert!(plan.steps.len() < 500, "{}", plan.steps.len());
    }
}
