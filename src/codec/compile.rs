//! Compiles a writer's schema into a [`Plan`] (Avro 1.12, Schema Resolution).
//!
//! The rules are kept here rather than asked of apache-avro's own check, which takes a reference to
//! a type for incompatible with its definition, and so refuses schemas whose fields were reordered.
//! A test holds the two against each other.

use std::collections::HashMap;

use apache_avro::Schema;
use apache_avro::schema::{EnumSchema, Name, RecordSchema};

use super::Error;
use super::datum::Value;
use super::field::{Field, Kind, Named};
use super::plan::{List, Plan, Read, Skip, Step};
use super::promotion::{primitive, timestamp};
use super::schema::{Names, Wire};
use super::shape::{Record, Shape};
use super::weightless::Weightless;

/// The steps of one plan at most: a schema beyond is hostile.
const STEPS_MAX: usize = 1 << 16;
/// The fields, branches and symbols that are looked at for one plan at most: branches that fit
/// nothing are taken back, and leave no steps to count.
const LOOKS_MAX: usize = 1 << 20;

/// Compiles the writer's schema, whose named types `family` defines.
pub(super) fn compile(family: &Schema, writer: &Schema, shape: &Shape) -> Result<Plan, Error> {
    let names = Names::of(family).map_err(|reason| misfit("", reason))?;
    let mut compiler = Compiler {
        names: &names,
        plan: Plan::default(),
        calls: HashMap::new(),
        uncompiled: Vec::new(),
        weightless: Weightless::of(&names),
        looks_left: Some(LOOKS_MAX),
    };
    let root = shape.root();
    let mut row = vec![Value::Null; root.width()];
    let fits = compiler.field(writer, root.field(), Some(&mut row));
    compiler.look_at(0)?;
    fits?;
    compiler.plan.row = row;
    compiler.plan.end = compiler.here();
    while let Some((call, record)) = compiler.uncompiled.pop() {
        let start = compiler.here();
        compiler.skip_fields(record)?;
        let end = compiler.here();
        if let Some(steps) = compiler.plan.calls.get_mut(call as usize) {
            *steps = (start, end);
        }
    }
    Ok(compiler.plan)
}

struct Compiler<'a, 's> {
    names: &'a Names<'s>,
    plan: Plan,
    /// The records that are skipped by call, and the entry of each.
    calls: HashMap<&'s Name, u32>,
    uncompiled: Vec<(u32, &'s RecordSchema)>,
    weightless: Weightless<'s>,
    /// `None` once they were too few: then a branch may have been refused for that alone.
    looks_left: Option<usize>,
}

/// The row that takes defaults before the first step, or `None` below a union: there a default
/// depends on the branch and needs a step.
type Row<'r> = Option<&'r mut [Value]>;

impl<'s> Compiler<'_, 's> {
    /// Reads the writer's type into our field.
    fn field(&mut self, writer: &'s Schema, field: &Field, row: Row<'_>) -> Result<(), Error> {
        let wire = self.wire(writer, field)?;
        if let Wire::Union(branches) = wire {
            self.union(branches, field)
        } else if field.nullable && matches!(wire, Wire::Null) {
            Ok(())
        } else {
            self.value(wire, field, row)
        }
    }

    /// Reads the writer's type into our field, both without their null.
    fn value(&mut self, wire: Wire<'s>, field: &Field, row: Row<'_>) -> Result<(), Error> {
        let slot = field.first;
        let read = match (&field.kind, wire) {
            (Kind::Record { named, fields }, Wire::Record(writer)) => {
                named.check(&writer.name, field)?;
                return self.record(writer, field, fields, row);
            }
            (Kind::List(item), Wire::Array(items)) => return self.list(items, item, slot),
            (Kind::Enum { named, symbols, default }, Wire::Enum(writer)) => {
                named.check(&writer.name, field)?;
                self.symbols(writer, symbols, *default, field)?
            }
            (Kind::Fixed { size, named }, Wire::Fixed { size: written, name }) => {
                named.check(name, field)?;
                match u32::try_from(*size) {
                    Ok(narrow) if *size == written => Read::Fixed { size: narrow },
                    Ok(_) | Err(_) => return Err(misfit_of(field, "the sizes of fixed differ")),
                }
            }
            (Kind::Timestamp { millis }, wire) => {
                timestamp(wire, *millis).ok_or_else(|| mismatch(field, wire))?
            }
            (kind, wire) => primitive(kind, wire).ok_or_else(|| mismatch(field, wire))?,
        };
        self.emit(Step::Read { slot, read })
    }

    fn record(
        &mut self,
        writer: &'s RecordSchema,
        field: &Field,
        ours: &[Field],
        mut row: Row<'_>,
    ) -> Result<(), Error> {
        if field.nullable {
            match row.as_deref_mut().and_then(|row| row.get_mut(usize::from(field.first))) {
                Some(presence) => *presence = Value::Present,
                None => self.emit(Step::Present { slot: field.first })?,
            }
        }
        self.look_at(writer.fields.len())?;
        // For each of the writer's fields, that of ours which it fills.
        let mut taker: Vec<Option<&Field>> = vec![None; writer.fields.len()];
        for field in ours {
            match writer_of(field, writer).and_then(|number| taker.get_mut(number)) {
                Some(taker @ None) => *taker = Some(field),
                Some(Some(_)) => {
                    return Err(misfit_of(field, "another field of ours takes the same one"));
                }
                None => self.missing(field, row.as_deref_mut())?,
            }
        }
        for (written, taker) in writer.fields.iter().zip(taker) {
            match taker {
                Some(field) => self.field(&written.schema, field, row.as_deref_mut())?,
                None => self.skip(&written.schema)?,
            }
        }
        Ok(())
    }

    /// Lays down the default of a field that the writer lacks.
    fn missing(&mut self, field: &Field, row: Row<'_>) -> Result<(), Error> {
        let Some(default) = &field.default else {
            return Err(misfit_of(field, "the writer lacks it, and it has no default"));
        };
        match row {
            Some(row) => {
                let copied = field.copy_default(0, row);
                debug_assert!(copied.is_some(), "a row has room for each field");
                Ok(())
            }
            // A row is null from the start.
            None if default.iter().all(|value| *value == Value::Null) => Ok(()),
            None => {
                let first = index(self.plan.fills.len());
                self.plan.fills.extend_from_slice(default);
                let (slot, count) = (field.first, field.end - field.first);
                self.emit(Step::Fill { slot, count, first })
            }
        }
    }

    fn list(&mut self, items: &'s Schema, item: &Record, slot: u16) -> Result<(), Error> {
        let weightless = self.weightless.has(self.names, items);
        let list = self.open_list();
        self.emit(Step::List { slot, list })?;
        let start = self.here();
        let mut row = vec![Value::Null; item.width()];
        self.field(items, item.field(), Some(&mut row))?;
        self.close_list(list, List { start, end: self.here(), row, weightless });
        Ok(())
    }

    /// Makes the table from the writer's symbols to ours.
    fn symbols(
        &mut self,
        writer: &EnumSchema,
        symbols: &[Box<str>],
        default: Option<u16>,
        field: &Field,
    ) -> Result<Read, Error> {
        self.look_at(writer.symbols.len())?;
        let first = index(self.plan.symbols.len());
        let count = u16::try_from(writer.symbols.len())
            .map_err(|_too_many| misfit_of(field, "an enum may have 65,535 symbols"))?;
        let mut any = false;
        for symbol in &writer.symbols {
            let known = symbols.iter().position(|ours| **ours == **symbol);
            let number = known.and_then(|number| u16::try_from(number).ok()).or(default);
            any |= number.is_some();
            self.plan.symbols.push(number);
        }
        if !any && count > 0 {
            return Err(misfit_of(field, "the enums share no symbol, and ours has no default"));
        }
        Ok(Read::Enum { count, first })
    }

    /// Reads a union of the writer's, whose branches may fit our field or not.
    fn union(&mut self, branches: &'s [Schema], field: &Field) -> Result<(), Error> {
        if let (true, Some((null, inner))) = (field.nullable, option(branches)) {
            let start = self.mark();
            let wire = self.wire(inner, field)?;
            let step = self.emit_open(Step::Option { null, end: 0 })?;
            if self.value(wire, field, None).is_ok() {
                self.close(step);
                self.plan.fuse(step);
                return Ok(());
            }
            self.reset(&start);
        }
        let mut reason = None;
        let mut any = false;
        self.branches(branches, |compiler, branch| {
            let start = compiler.mark();
            match compiler.field(branch, field, None) {
                Ok(()) => any = true,
                Err(error) => {
                    compiler.reset(&start);
                    compiler.emit(Step::Refuse)?;
                    if !matches!(branch, Schema::Null) {
                        reason = Some(error);
                    }
                }
            }
            Ok(())
        })?;
        match reason {
            _ if any => Ok(()),
            Some(error) => Err(error),
            None => Err(misfit_of(field, "no branch of the writer's union fits")),
        }
    }

    /// Emits a union with the steps that `emit` gives each branch.
    fn branches(
        &mut self,
        branches: &'s [Schema],
        mut emit: impl FnMut(&mut Self, &'s Schema) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let first = self.plan.branches.len();
        let count = branches.len();
        self.look_at(count)?;
        self.emit(Step::Union { count: index(count), first: index(first) })?;
        self.plan.branches.resize(first + count, 0);
        let mut jumps = Vec::with_capacity(count);
        for (number, branch) in branches.iter().enumerate() {
            let here = self.here();
            if let Some(start) = self.plan.branches.get_mut(first + number) {
                *start = here;
            }
            emit(self, branch)?;
            jumps.push(self.emit_open(Step::Jump { to: 0 })?);
        }
        for jump in jumps {
            self.close(jump);
        }
        Ok(())
    }

    /// Passes over a value of the writer's that we have no field for. Whatever has steps here takes
    /// a byte at least, or has no values at all and ends at the bound of the depth: so the bytes
    /// bound the work, whatever the schema is like.
    fn skip(&mut self, schema: &'s Schema) -> Result<(), Error> {
        if self.weightless.has(self.names, schema) {
            return Ok(());
        }
        let skip = match self.names.wire(schema).ok_or_else(undefined)? {
            Wire::Null => return Ok(()),
            Wire::Boolean => Skip::Bool,
            Wire::Int(_) => Skip::Int,
            Wire::Long(_) => Skip::Long,
            Wire::Float => Skip::Bytes { size: 4 },
            Wire::Double => Skip::Bytes { size: 8 },
            Wire::Bytes | Wire::Text => Skip::Span,
            Wire::Fixed { size, .. } => Skip::Bytes { size: index(size) },
            Wire::Enum(symbols) => Skip::Enum { count: index(symbols.symbols.len()) },
            Wire::Array(items) => return self.skip_list(None, items),
            Wire::Map(values) => return self.skip_list(Some(Skip::Span), values),
            Wire::Union(branches) => return self.skip_union(branches),
            // A definition stands once in a schema, but may be referred to from within itself, or
            // many times: so it is passed over in place where it stands, by call elsewhere.
            Wire::Record(record) if matches!(schema, Schema::Ref { .. }) => {
                return self.call(record);
            }
            Wire::Record(record) => return self.skip_fields(record),
        };
        self.emit(Step::Skip(skip))
    }

    fn skip_fields(&mut self, record: &'s RecordSchema) -> Result<(), Error> {
        self.look_at(record.fields.len())?;
        for field in &record.fields {
            self.skip(&field.schema)?;
        }
        Ok(())
    }

    fn skip_union(&mut self, branches: &'s [Schema]) -> Result<(), Error> {
        let Some((null, inner)) = option(branches) else {
            return self.branches(branches, Self::skip);
        };
        let step = self.emit_open(Step::Option { null, end: 0 })?;
        self.skip(inner)?;
        self.close(step);
        Ok(())
    }

    fn skip_list(&mut self, key: Option<Skip>, items: &'s Schema) -> Result<(), Error> {
        let weightless = key.is_none() && self.weightless.has(self.names, items);
        let list = self.open_list();
        self.emit(Step::SkipList { list })?;
        let start = self.here();
        if let Some(key) = key {
            self.emit(Step::Skip(key))?;
        }
        self.skip(items)?;
        self.close_list(list, List { start, end: self.here(), row: Vec::new(), weightless });
        Ok(())
    }

    fn call(&mut self, record: &'s RecordSchema) -> Result<(), Error> {
        let next = index(self.plan.calls.len());
        let call = *self.calls.entry(&record.name).or_insert(next);
        if call == next {
            self.plan.calls.push((0, 0));
            self.uncompiled.push((call, record));
        }
        self.emit(Step::Call { call })
    }

    fn wire(&self, schema: &'s Schema, field: &Field) -> Result<Wire<'s>, Error> {
        self.names.wire(schema).ok_or_else(|| misfit_of(field, UNDEFINED))
    }

    fn here(&self) -> u32 {
        index(self.plan.steps.len())
    }

    fn emit(&mut self, step: Step) -> Result<(), Error> {
        if self.plan.steps.len() >= STEPS_MAX {
            return Err(misfit("", "it needs more than 65,536 steps to read"));
        }
        self.plan.steps.push(step);
        Ok(())
    }

    fn look_at(&mut self, count: usize) -> Result<(), Error> {
        self.looks_left = self.looks_left.and_then(|left| left.checked_sub(count));
        let left = self.looks_left.map(drop);
        left.ok_or_else(|| misfit("", "there is too much in it to be compared with ours"))
    }

    /// Emits a step whose target is not known yet.
    fn emit_open(&mut self, step: Step) -> Result<usize, Error> {
        self.emit(step)?;
        Ok(self.plan.steps.len() - 1)
    }

    /// Lets an open step lead to the next one.
    fn close(&mut self, step: usize) {
        let here = self.here();
        if let Some(Step::Option { end: target, .. } | Step::Jump { to: target }) =
            self.plan.steps.get_mut(step)
        {
            *target = here;
        }
    }

    fn open_list(&mut self) -> u32 {
        let list = List { start: 0, end: 0, row: Vec::new(), weightless: false };
        self.plan.lists.push(list);
        index(self.plan.lists.len() - 1)
    }

    fn close_list(&mut self, list: u32, made: List) {
        if let Some(open) = self.plan.lists.get_mut(list as usize) {
            *open = made;
        }
    }

    /// Remembers how far the plan is, so that a branch that does not fit can be taken back.
    fn mark(&self) -> Mark {
        let plan = &self.plan;
        Mark {
            steps: plan.steps.len(),
            lists: plan.lists.len(),
            branches: plan.branches.len(),
            symbols: plan.symbols.len(),
            fills: plan.fills.len(),
        }
    }

    fn reset(&mut self, mark: &Mark) {
        self.plan.steps.truncate(mark.steps);
        self.plan.lists.truncate(mark.lists);
        self.plan.branches.truncate(mark.branches);
        self.plan.symbols.truncate(mark.symbols);
        self.plan.fills.truncate(mark.fills);
    }
}

/// Lengths of a plan's parts. Calls are kept: a step elsewhere may need them.
struct Mark {
    steps: usize,
    lists: usize,
    branches: usize,
    symbols: usize,
    fills: usize,
}

impl Named {
    fn check(&self, writer: &Name, field: &Field) -> Result<(), Error> {
        if self.takes(writer) {
            return Ok(());
        }
        let reason = format!("the writer's type is named {}, ours {}", writer.name(), self.name);
        Err(misfit_of(field, reason))
    }
}

/// The field of the writer's that fills ours: by name, then by our aliases.
fn writer_of(field: &Field, writer: &RecordSchema) -> Option<usize> {
    let by_name = |name: &str| writer.fields.iter().position(|written| written.name == name);
    by_name(&field.name).or_else(|| field.aliases.iter().find_map(|alias| by_name(alias)))
}

/// Takes a union of null and one other type apart.
fn option(branches: &[Schema]) -> Option<(u8, &Schema)> {
    match branches {
        [Schema::Null, inner] => Some((0, inner)),
        [inner, Schema::Null] => Some((1, inner)),
        [..] => None,
    }
}

const UNDEFINED: &str = "it refers to a type that it does not define";

/// A number of something in a plan. Those of steps are below [`STEPS_MAX`], and nothing else is
/// made without a step, but for symbols and fixed, whose sizes no machine holds beyond 32 bits.
fn index(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn undefined() -> Error {
    misfit("", UNDEFINED)
}

fn mismatch(field: &Field, wire: Wire<'_>) -> Error {
    let ours = field.kind.expected();
    misfit_of(field, format!("the writer has {} where we read {ours}", wire.name()))
}

fn misfit_of(field: &Field, reason: impl Into<Box<str>>) -> Error {
    misfit(&field.full_path, reason)
}

fn misfit(path: &str, reason: impl Into<Box<str>>) -> Error {
    let path = if path.is_empty() { "the root" } else { path };
    Error::IncompatibleSchema { path: path.into(), reason: reason.into() }
}

#[cfg(test)]
mod tests {
    use super::super::writer::Writer;
    use super::super::{Plan, SchemaRef, SchemaText, Shape};

    /// A thousand branches, each with a record of a thousand branches, each with a record of a
    /// thousand fields that does not fit.
    #[test]
    fn what_fits_nothing_a_thousand_million_times_is_refused_soon() {
        let record = |name: &str, fields: &str| {
            format!(r#"{{"type": "record", "name": "{name}", "fields": [{fields}]}}"#)
        };
        let field = |name: &str, kind: &str| format!(r#"{{"name": "{name}", "type": {kind}}}"#);
        let thousand = |each: &dyn Fn(usize) -> String| -> String {
            (0..1_000).map(each).collect::<Vec<_>>().join(", ")
        };
        let branches = |name: &str, inner: &str| {
            let branch = |at| record(&format!("n{at}.{name}"), &field("f", inner));
            format!("[{}]", thousand(&branch))
        };
        let last = record("u.C", &thousand(&|at| field(&format!("x{at}"), "\"null\"")));
        let middle = record("u.B", &field("f", &branches("P", "\"u.C\"")));
        let own = record("R", &field("f", &branches("A", "\"u.B\"")));
        let references = [last, middle].map(Into::into).into();
        let text = SchemaText { text: own.into(), references };
        let writer = Writer::parse(SchemaRef::Id(7), &text).unwrap();
        let ours = ["C", "P", "B", "A", "R"]
            .iter()
            .fold("\"int\"".to_owned(), |inner, name| record(name, &field("f", &inner)));
        let shape = Shape::parse(&ours).unwrap();
        let error = Plan::compile_in(writer.family(), writer.schema(), &shape).err().unwrap();
        assert!(error.to_string().contains("too much in it"), "{error}");
    }
}
