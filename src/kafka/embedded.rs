//! A broker inside the process, for the demo: librdkafka's mock cluster.
//!
//! It keeps five megabytes a partition, answers an empty fetch only after the whole wait, and knows
//! neither compaction nor retention: right for a short run at a low rate, and for no claim at all.

use super::Error;
use super::native::MockBroker;

/// The broker; gone when dropped.
pub struct EmbeddedBroker(MockBroker);

impl EmbeddedBroker {
    /// Starts it with these topics.
    ///
    /// # Errors
    /// When it does not start or refuses a topic.
    pub fn start<'a>(topics: impl Iterator<Item = (&'a str, i32)>) -> Result<Self, Error> {
        let failed = |why: String| Error::Failed { doing: "starting the embedded broker", why };
        let broker = MockBroker::start().ok_or_else(|| failed("it does not start".into()))?;
        for (topic, partitions) in topics {
            if !broker.create_topic(topic, partitions) {
                return Err(failed(format!("it refuses the topic {topic}")));
            }
        }
        Ok(Self(broker))
    }

    /// Where clients connect.
    pub fn brokers(&self) -> String {
        self.0.bootstrap()
    }
}
