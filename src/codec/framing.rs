//! Framing: tells JSON from Avro and finds the id of the writer's schema.
//!
//! Confluent wire format: a magic byte 0, the schema id as big-endian `u32`, the datum. Newer
//! serializers put the id into the record header [`SCHEMA_ID_HEADER`] instead: magic 0 and the
//! `u32`, or magic 1 and a 16-byte GUID; the value is then the datum alone.

use std::fmt;

use super::Error;

/// The record header that holds the id of the value's schema.
pub const SCHEMA_ID_HEADER: &str = "__value_schema_id";

/// The record headers that say how a value is written.
#[derive(Clone, Copy, Debug, Default)]
pub struct Headers<'a> {
    /// The value of `content-type`; `application/json` forces JSON.
    pub content_type: Option<&'a [u8]>,
    /// The value of [`SCHEMA_ID_HEADER`].
    pub schema_id: Option<&'a [u8]>,
}

/// Names the writer's schema in the registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SchemaRef {
    /// The registry's number.
    Id(u32),
    /// The registry's GUID. Not every registry can resolve it.
    Guid([u8; 16]),
}

/// How a value is framed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing<'a> {
    /// Avro binary encoding.
    Avro {
        /// The schema it was written with.
        schema: SchemaRef,
        /// The datum alone.
        datum: &'a [u8],
    },
    /// One JSON object.
    Json(&'a [u8]),
}

/// Tells how a value is framed.
///
/// The order of precedence: the content type, then the header id, then the first byte. A JSON
/// object begins with `{` (0x7B) behind white space, so that it never collides with the magic
/// byte 0.
///
/// # Errors
/// [`Error::BadFraming`] when the value is empty, or neither JSON nor in the wire format.
pub fn split<'a>(value: &'a [u8], headers: Headers<'_>) -> Result<Framing<'a>, Error> {
    if headers.content_type.is_some_and(is_json_type) {
        return match value {
            [] => Err(bad("the value is empty although content-type says JSON: send an object")),
            [..] => Ok(Framing::Json(value)),
        };
    }
    if let Some(header) = headers.schema_id {
        // An empty datum is right for a schema without fields, so it is not refused here.
        return Ok(Framing::Avro { schema: schema_of_header(header)?, datum: value });
    }
    match value {
        [] => Err(bad("the value is empty: send a datum or a JSON object")),
        [0, a, b, c, d, datum @ ..] => {
            Ok(Framing::Avro { schema: SchemaRef::Id(u32::from_be_bytes([*a, *b, *c, *d])), datum })
        }
        [0, ..] => Err(bad("magic byte 0 without the 4 bytes of a schema id behind it")),
        [..] if begins_object(value) => Ok(Framing::Json(value)),
        [..] => Err(bad(
            "neither magic byte 0 nor a JSON object: use a schema-registry serializer, or JSON",
        )),
    }
}

fn schema_of_header(header: &[u8]) -> Result<SchemaRef, Error> {
    match header {
        [0, a, b, c, d] => Ok(SchemaRef::Id(u32::from_be_bytes([*a, *b, *c, *d]))),
        [1, guid @ ..] => guid.try_into().map(SchemaRef::Guid).map_err(|_wrong_length| {
            bad("the header __value_schema_id has magic byte 1 without a GUID of 16 bytes")
        }),
        [..] => Err(bad(
            "the header __value_schema_id is neither magic byte 0 and a 4-byte id nor magic \
             byte 1 and a 16-byte GUID",
        )),
    }
}

fn is_json_type(content_type: &[u8]) -> bool {
    // Parameters such as charset follow a semicolon (RFC 9110, 8.3.1).
    let media_type = content_type.split(|byte| *byte == b';').next().unwrap_or_default();
    media_type.trim_ascii().eq_ignore_ascii_case(b"application/json")
}

fn begins_object(value: &[u8]) -> bool {
    let first = value.iter().find(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n'));
    first == Some(&b'{')
}

fn bad(reason: &'static str) -> Error {
    Error::BadFraming { reason }
}

impl fmt::Display for SchemaRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => write!(f, "id {id}"),
            Self::Guid(guid) => write!(f, "guid {:032x}", u128::from_be_bytes(*guid)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: Headers<'_> = Headers { content_type: None, schema_id: None };

    fn header(schema_id: &[u8]) -> Headers<'_> {
        Headers { schema_id: Some(schema_id), ..NONE }
    }

    fn json(content_type: &[u8]) -> Headers<'_> {
        Headers { content_type: Some(content_type), ..NONE }
    }

    #[test]
    fn the_wire_format_has_its_id_in_front() {
        let schema = SchemaRef::Id(0x0102_0304);
        assert_eq!(
            split(&[0, 1, 2, 3, 4, 9, 8], NONE),
            Ok(Framing::Avro { schema, datum: &[9, 8] })
        );
        assert_eq!(split(&[0, 1, 2, 3, 4], NONE), Ok(Framing::Avro { schema, datum: &[] }));
    }

    #[test]
    fn a_header_id_leaves_the_value_whole() {
        let schema = SchemaRef::Id(7);
        assert_eq!(
            split(&[9, 8], header(&[0, 0, 0, 0, 7])),
            Ok(Framing::Avro { schema, datum: &[9, 8] })
        );
        let mut guid = [1; 17];
        guid[16] = 0xAB;
        let Ok(Framing::Avro { schema, datum }) = split(b"{", header(&guid)) else {
            panic!("a GUID is a schema reference")
        };
        assert_eq!(datum, b"{");
        assert_eq!(schema.to_string(), "guid 010101010101010101010101010101ab");
    }

    #[test]
    fn an_object_is_json_behind_any_white_space() {
        assert_eq!(split(b" \r\n\t{}", NONE), Ok(Framing::Json(b" \r\n\t{}")));
    }

    #[test]
    fn the_content_type_forces_json() {
        for content_type in [&b"application/json"[..], b"Application/JSON ; charset=utf-8"] {
            assert_eq!(split(&[0, 1, 2, 3, 4], json(content_type)).map(|_| ()), Ok(()));
            assert_eq!(split(b"[1]", json(content_type)), Ok(Framing::Json(b"[1]")));
            assert_eq!(split(b"", json(content_type)).unwrap_err().cause(), "bad_framing");
        }
        assert!(split(b"[1]", json(b"application/avro")).is_err());
    }

    #[test]
    fn everything_else_is_refused_with_its_reason() {
        for value in [&b""[..], &[0], &[0, 1, 2, 3], &[1, 0, 0, 0, 1, 5], b"[1]", b" ", b"\xEF\xBB"]
        {
            assert_eq!(split(value, NONE).unwrap_err().cause(), "bad_framing", "{value:?}");
        }
        for id in [&b""[..], &[0], &[0, 1, 2, 3], &[0, 1, 2, 3, 4, 5], &[1, 2], &[2, 0, 0, 0, 1]] {
            assert_eq!(split(&[1], header(id)).unwrap_err().cause(), "bad_framing", "{id:?}");
        }
    }
}
