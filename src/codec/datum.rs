//! A decoded value: rows of small values over the bytes they were read from, and views of them.
//!
//! A [`Datum`] is reused from value to value; once its buffers have grown, decoding Avro allocates
//! nothing. Texts are kept as positions in the source and checked for UTF-8 when they are read, so
//! that a field nobody asks for costs nothing.

use super::Error;
use super::shape::{Record, Shape, Slot};
use super::utf8;

/// The bounds of one value. Each is there so that hostile bytes cannot cost more than it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Items that all lists of one value hold together.
    pub list_items_max: usize,
    /// How deep lists and skipped records may nest, and JSON objects and arrays.
    pub depth_max: usize,
    /// Bytes of the value as received, and likewise of the memory that its decoded form takes.
    pub datum_bytes_max: usize,
}

impl Limits {
    /// Generous for an event of a border, harmless for a machine.
    pub const STANDARD: Self =
        Self { list_items_max: 10_000, depth_max: 32, datum_bytes_max: 4 << 20 };
}

/// One decoded value. Holds no personal data of its own for Avro; for JSON it holds the texts.
#[derive(Default)]
pub struct Datum {
    values: Vec<Value>,
    /// Texts of JSON with their escapes resolved.
    text: Vec<u8>,
    /// Whether spans point into `text` rather than into the bytes that were decoded.
    owns_text: bool,
    list_items: usize,
    unknown_fields: u32,
}

/// One value of a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Value {
    Null,
    /// A nullable record is there.
    Present,
    Bool(bool),
    /// Also dates (days) and timestamps (microseconds).
    Int(i64),
    Double(f64),
    /// A text or bytes in the source.
    Span {
        start: u32,
        length: u32,
    },
    /// Position in the symbols of the reader's enum.
    Symbol(u16),
    /// Position of the first item's link; each item's row follows its link.
    List {
        first: u32,
        count: u32,
    },
    /// Position in the slot's own default texts.
    Default(u16),
    /// Position of the next item's link; meaningless behind the last item.
    Link(u32),
}

impl Value {
    pub(super) const EMPTY_LIST: Self = Self::List { first: 0, count: 0 };
    /// A day beyond every calendar: what stood there was none.
    pub(super) const NO_DAY: Self = Self::Int(i64::MAX);
}

/// A list that is being filled. Items need not lie side by side, since what their own lists hold
/// comes between them; so each has a link to the next.
#[derive(Default)]
pub(super) struct Filling {
    first: u32,
    last: u32,
    count: u32,
}

impl Datum {
    /// An empty datum.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many fields of a JSON value our schema does not know. They were left unread.
    pub fn unknown_fields(&self) -> u32 {
        self.unknown_fields
    }

    /// The decoded value. `shape` and `source` must be those it was decoded with; with others the
    /// answers mean nothing.
    pub fn view<'a>(&'a self, shape: &'a Shape, source: &'a [u8]) -> View<'a> {
        let source = if self.owns_text { &self.text } else { source };
        View { source, values: &self.values, base: 0, record: shape.root() }
    }

    /// Begins a value over bytes of the caller's, with the root's row.
    pub(super) fn begin(&mut self, row: &[Value]) {
        self.forget();
        self.values.extend_from_slice(row);
        self.owns_text = false;
    }

    /// Begins a value that keeps its own texts, with a root's row of nulls.
    pub(super) fn begin_owned(&mut self, width: usize) {
        self.forget();
        self.values.resize(width, Value::Null);
        self.owns_text = true;
    }

    /// Forgets a value, so that nobody reads what a failed decoding left.
    pub(super) fn forget(&mut self) {
        self.values.clear();
        self.text.clear();
        self.list_items = 0;
        self.unknown_fields = 0;
    }

    #[inline]
    pub(super) fn set(&mut self, place: usize, value: Value) {
        if let Some(slot) = self.values.get_mut(place) {
            *slot = value;
        } else {
            debug_assert!(false, "slot {place} lies outside the rows");
        }
    }

    pub(super) fn set_all(&mut self, place: usize, values: &[Value]) {
        let end = place + values.len();
        if let Some(slots) = self.values.get_mut(place..end) {
            slots.copy_from_slice(values);
        } else {
            debug_assert!(false, "slots {place}..{end} lie outside the rows");
        }
    }

    /// Appends an item's row to a list and returns where the row begins.
    #[inline]
    pub(super) fn push_item(
        &mut self,
        list: &mut Filling,
        row: &[Value],
        limits: &Limits,
    ) -> Result<usize, Error> {
        let base = self.link(list, row.len(), limits)?;
        self.values.extend_from_slice(row);
        Ok(base)
    }

    /// Appends an item's row of nulls to a list and returns where the row begins.
    pub(super) fn push_null_item(
        &mut self,
        list: &mut Filling,
        width: usize,
        limits: &Limits,
    ) -> Result<usize, Error> {
        let base = self.link(list, width, limits)?;
        self.values.resize(base + width, Value::Null);
        Ok(base)
    }

    /// Appends an item's link, behind which its row of `width` slots comes.
    fn link(&mut self, list: &mut Filling, width: usize, limits: &Limits) -> Result<usize, Error> {
        self.list_items += 1;
        if self.list_items > limits.list_items_max {
            return Err(Error::TooLarge { limit: "list_items_max", max: limits.list_items_max });
        }
        let base = self.values.len() + 1;
        let memory = (base + width) * size_of::<Value>();
        let link = u32::try_from(self.values.len())
            .ok()
            .filter(|_| memory <= limits.datum_bytes_max)
            .ok_or(Error::TooLarge { limit: "datum_bytes_max", max: limits.datum_bytes_max })?;
        if list.count == 0 {
            list.first = link;
        } else {
            self.set(list.last as usize, Value::Link(link));
        }
        list.last = link;
        list.count += 1;
        self.values.push(Value::Link(link));
        Ok(base)
    }

    /// Keeps `length` bytes of a JSON text.
    pub(super) fn push_text(
        &mut self,
        bytes: impl Iterator<Item = u8>,
        length: usize,
        limits: &Limits,
    ) -> Result<Value, Error> {
        let start = self.text.len();
        let too_large =
            || Error::TooLarge { limit: "datum_bytes_max", max: limits.datum_bytes_max };
        if start + length > limits.datum_bytes_max {
            return Err(too_large());
        }
        self.text.extend(bytes.take(length));
        match (u32::try_from(start), u32::try_from(length)) {
            (Ok(start), Ok(length)) => Ok(Value::Span { start, length }),
            _ => Err(too_large()),
        }
    }

    pub(super) fn note_unknown_field(&mut self) {
        self.unknown_fields = self.unknown_fields.saturating_add(1);
    }
}

impl Filling {
    pub(super) fn finish(self) -> Value {
        Value::List { first: self.first, count: self.count }
    }
}

/// One row of a decoded value, to be read slot by slot. Copying it copies three pointers.
///
/// An accessor answers `None` where the field is absent. Asking a slot for a type that it does not
/// hold is a mistake in the binding: it answers `None` too, and stops a debug build.
#[derive(Clone, Copy)]
pub struct View<'a> {
    source: &'a [u8],
    values: &'a [Value],
    base: usize,
    record: &'a Record,
}

impl<'a> View<'a> {
    /// A text.
    ///
    /// # Errors
    /// [`Error::NotUtf8`] when the bytes are no UTF-8: it is checked here and not before.
    #[inline]
    pub fn text(self, slot: Slot) -> Result<Option<&'a str>, Error> {
        let Some(bytes) = self.bytes(slot) else { return Ok(None) };
        utf8::text(bytes).map(Some).ok_or_else(|| self.not_utf8(slot))
    }

    /// Bytes, of a text too.
    #[inline]
    pub fn bytes(self, slot: Slot) -> Option<&'a [u8]> {
        let value = self.value(slot)?;
        if let Value::Span { start, length } = value {
            let start = *start as usize;
            self.source.get(start..start + *length as usize)
        } else if let Value::Default(number) = value {
            let defaults = &self.record.info(slot)?.defaults;
            defaults.get(usize::from(*number)).map(|bytes| &**bytes)
        } else {
            mistaken(value, "text or bytes")
        }
    }

    /// A whole number; for a date, days since 1970-01-01; for a timestamp of either unit,
    /// microseconds since 1970-01-01T00:00:00Z.
    #[inline]
    pub fn int(self, slot: Slot) -> Option<i64> {
        let value = self.value(slot)?;
        if let Value::Int(held) = value { Some(*held) } else { mistaken(value, "int") }
    }

    /// A number with fraction. Avro can carry infinities and NaN.
    #[inline]
    pub fn double(self, slot: Slot) -> Option<f64> {
        let value = self.value(slot)?;
        if let Value::Double(held) = value { Some(*held) } else { mistaken(value, "double") }
    }

    /// A truth value.
    #[inline]
    pub fn bool(self, slot: Slot) -> Option<bool> {
        let value = self.value(slot)?;
        if let Value::Bool(held) = value { Some(*held) } else { mistaken(value, "bool") }
    }

    /// The symbol of an enum: one of our schema, whatever the writer called it.
    #[inline]
    pub fn symbol(self, slot: Slot) -> Option<&'a str> {
        let number = self.symbol_number(slot)?;
        let symbols = self.record.symbols(slot)?;
        symbols.get(usize::from(number)).map(|symbol| &**symbol)
    }

    /// The position of an enum's symbol in our schema, for tables made at start-up from
    /// [`Record::symbols`].
    #[inline]
    pub fn symbol_number(self, slot: Slot) -> Option<u16> {
        let value = self.value(slot)?;
        if let Value::Symbol(held) = value { Some(*held) } else { mistaken(value, "symbol") }
    }

    /// Whether a nullable record or any other value is there.
    #[inline]
    pub fn present(self, slot: Slot) -> bool {
        self.value(slot).is_some()
    }

    /// The items of a list; none when the list is absent. The slots of an item are those of
    /// [`Record::item`].
    #[inline]
    pub fn list(self, slot: Slot) -> Items<'a> {
        let (next, left) = match self.value(slot) {
            None => (0, 0),
            Some(Value::List { first, count }) => (*first as usize, *count),
            Some(other) => mistaken(other, "list").unwrap_or_default(),
        };
        let record = self.record.item(slot).unwrap_or(self.record);
        Items { next, left, row: View { record, ..self } }
    }

    /// The value of a slot, or `None` for null.
    #[inline]
    fn value(self, slot: Slot) -> Option<&'a Value> {
        debug_assert!(self.record.info(slot).is_some(), "the slot is of another record");
        match self.values.get(self.base + slot.number()) {
            None | Some(Value::Null) => None,
            Some(value) => Some(value),
        }
    }

    #[cold]
    fn not_utf8(self, slot: Slot) -> Error {
        let path = self.record.info(slot).map(|info| info.full_path.clone()).unwrap_or_default();
        Error::NotUtf8 { path }
    }
}

/// The items of a list, in their order.
#[derive(Clone)]
pub struct Items<'a> {
    next: usize,
    left: u32,
    row: View<'a>,
}

impl<'a> Iterator for Items<'a> {
    type Item = View<'a>;

    #[inline]
    fn next(&mut self) -> Option<View<'a>> {
        self.left = self.left.checked_sub(1)?;
        let link = self.next;
        let Some(Value::Link(next)) = self.row.values.get(link) else { return None };
        self.next = *next as usize;
        Some(View { base: link + 1, ..self.row })
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left as usize, Some(self.left as usize))
    }
}

impl ExactSizeIterator for Items<'_> {}

/// A slot was asked for a type that it does not hold.
#[cold]
fn mistaken<T>(held: &Value, asked: &'static str) -> Option<T> {
    // The kind alone: the value may be personal data.
    let kind = match held {
        Value::Null => "null",
        Value::Present => "a record",
        Value::Bool(_) => "bool",
        Value::Int(_) => "int",
        Value::Double(_) => "double",
        Value::Span { .. } | Value::Default(_) => "text or bytes",
        Value::Symbol(_) => "symbol",
        Value::List { .. } => "list",
        Value::Link(_) => "an item's link",
    };
    debug_assert!(false, "the slot holds {kind} and was asked for {asked}");
    None
}
