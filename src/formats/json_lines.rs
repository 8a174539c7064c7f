//! One JSON object a line, as in the list topic.

use crate::codec::{Decoder, Headers};

use super::Contents;

pub(super) fn read(bytes: &[u8], decoder: &mut Decoder) -> Contents {
    let mut contents = Contents::default();
    let json = Headers { content_type: Some(b"application/json"), schema_id: None };
    for (number, line) in (1..).zip(bytes.split(|byte| *byte == b'\n')) {
        if !line.trim_ascii().is_empty() {
            contents.add(number, decoder.decode_entry(None, line, json));
        }
    }
    contents
}
