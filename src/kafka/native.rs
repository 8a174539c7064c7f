//! The few calls of librdkafka that rdkafka does not offer; the only `unsafe` code beside `codec/utf8.rs`.
#![allow(unsafe_code, reason = "each call below states why it is sound")]

use std::ffi::CString;
use std::time::Duration;

use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext};
use rdkafka::error::RDKafkaErrorCode;
use rdkafka::producer::{Producer, ProducerContext, ThreadedProducer};
use rdkafka::topic_partition_list::TopicPartitionList;
use rdkafka_sys as sys;

use super::Tokens;

/// Waits until everything handed over is delivered or has failed; `false` when time ran out.
///
/// rdkafka's own `flush` waits in steps of 100 ms.
pub(super) fn flush<C: ProducerContext + 'static>(
    producer: &ThreadedProducer<C>,
    within: Duration,
) -> bool {
    let client = producer.client().native_ptr();
    // SAFETY: the pointer is that of a live client, borrowed for the call; rd_kafka_flush may be
    // called from any thread while another serves the reports.
    let answer = unsafe { sys::rd_kafka_flush(client, millis(within)) };
    answer == sys::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR
}

/// Asks for a commit in passing; its answer comes to the consumer's context while it is polled.
///
/// rdkafka's own asynchronous commit asks for no answer, so that its callback is never called
/// (rust-rdkafka issue 856).
pub(super) fn commit_in_passing<C: ConsumerContext>(
    consumer: &BaseConsumer<C>,
    offsets: &TopicPartitionList,
) -> Result<(), RDKafkaErrorCode> {
    let client = consumer.client().native_ptr();
    // SAFETY: client and list are live and borrowed for the calls; librdkafka copies the list. The
    // queue is the one that rdkafka polls; our handle on it is given back here, and the request
    // keeps its own. No callback is set: the answer is an event there, which rdkafka takes.
    let asked = unsafe {
        let queue = sys::rd_kafka_queue_get_consumer(client);
        if queue.is_null() {
            return Err(RDKafkaErrorCode::UnknownGroup);
        }
        let asked =
            sys::rd_kafka_commit_queue(client, offsets.ptr(), queue, None, std::ptr::null_mut());
        sys::rd_kafka_queue_destroy(queue);
        asked
    };
    if asked == sys::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR {
        Ok(())
    } else {
        Err(asked.into())
    }
}

/// Commits offsets and waits for the answer, for no longer than `within`; fails when it failed for
/// any partition.
///
/// The plain synchronous commit waits without end while the coordinator is away.
pub(super) fn commit<C: ConsumerContext>(
    consumer: &BaseConsumer<C>,
    offsets: &TopicPartitionList,
    within: Duration,
) -> Result<(), RDKafkaErrorCode> {
    let client = consumer.client().native_ptr();
    // SAFETY: client and list are live and borrowed for the calls; librdkafka copies the list. The
    // queue is made, polled and destroyed here; its one event is destroyed after it was read, and
    // the list in it, which it owns, is not used past that. No callback is set, so the answer comes
    // as an event and nothing runs after we return.
    unsafe {
        let queue = sys::rd_kafka_queue_new(client);
        let asked =
            sys::rd_kafka_commit_queue(client, offsets.ptr(), queue, None, std::ptr::null_mut());
        let answer = if asked == sys::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR {
            let event = sys::rd_kafka_queue_poll(queue, millis(within));
            if event.is_null() {
                sys::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR__TIMED_OUT
            } else {
                let whole = sys::rd_kafka_event_error(event);
                let answer = first_error(sys::rd_kafka_event_topic_partition_list(event), whole);
                sys::rd_kafka_event_destroy(event);
                answer
            }
        } else {
            asked
        };
        sys::rd_kafka_queue_destroy(queue);
        let nothing_to_do = sys::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR__NO_OFFSET;
        if answer == sys::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR || answer == nothing_to_do
        {
            Ok(())
        } else {
            Err(answer.into())
        }
    }
}

/// The error of the whole, or else of the first partition that has one.
///
/// # Safety
/// The list must be null or live.
unsafe fn first_error(
    list: *const sys::rd_kafka_topic_partition_list_t,
    whole: sys::rd_kafka_resp_err_t,
) -> sys::rd_kafka_resp_err_t {
    let none = sys::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR;
    if whole != none || list.is_null() {
        return whole;
    }
    // SAFETY: the list is live by the contract above; librdkafka keeps `cnt` elements at `elems`.
    let elements = unsafe {
        let (elements, count) = ((*list).elems, (*list).cnt);
        let count = usize::try_from(count).unwrap_or(0);
        if count == 0 { &[][..] } else { std::slice::from_raw_parts(elements, count) }
    };
    elements.iter().map(|element| element.err).find(|error| *error != none).unwrap_or(none)
}

/// The offset after the last record of a partition, as far as the last fetch told; asks nobody.
pub(super) fn cached_end<C: ConsumerContext>(
    consumer: &BaseConsumer<C>,
    topic: &str,
    partition: i32,
) -> Option<i64> {
    let name = CString::new(topic).ok()?;
    let (mut low, mut high) = (-1i64, -1i64);
    // SAFETY: the client and the name live through the call; both out-pointers are to locals.
    let answer = unsafe {
        sys::rd_kafka_get_watermark_offsets(
            consumer.client().native_ptr(),
            name.as_ptr(),
            partition,
            &raw mut low,
            &raw mut high,
        )
    };
    (answer == sys::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR && high >= 0).then_some(high)
}

/// Gives a client its token before it is first polled: an admin client never is, and others ask for
/// metadata before. Later ones come by polling. Without a token there the client tries, is refused
/// and says so.
pub(super) fn log_in<C: rdkafka::client::ClientContext>(
    client: &rdkafka::client::Client<C>,
    tokens: Option<&Tokens>,
) {
    let Some(Ok(token)) = tokens.map(Tokens::first) else { return };
    let (Ok(text), Ok(principal)) = (CString::new(token.token), CString::new(token.principal_name))
    else {
        return tracing::warn!("the token for the login holds a NUL: the brokers will refuse us");
    };
    let mut why = [0; 256];
    // SAFETY: the client is live and borrowed; the texts end in NUL and live past the call, which
    // copies them; the buffer is as long as stated; no extensions are given.
    let answer = unsafe {
        sys::rd_kafka_oauthbearer_set_token(
            client.native_ptr(),
            text.as_ptr(),
            token.lifetime_ms,
            principal.as_ptr(),
            std::ptr::null_mut(),
            0,
            why.as_mut_ptr(),
            why.len(),
        )
    };
    if answer != sys::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR {
        // The client's words could hold a piece of the token.
        tracing::warn!(?answer, "the Kafka client does not take the token for the login");
    }
}

/// Tells a client of brokers. It takes up those that it does not know, and asks one of them for the
/// others.
pub(super) fn add_brokers<C: rdkafka::client::ClientContext>(
    client: &rdkafka::client::Client<C>,
    brokers: &str,
) {
    let Ok(list) = CString::new(brokers) else { return };
    // SAFETY: the client is live and borrowed; the text lives past the call, which copies it; the
    // call may be made from any thread.
    let taken = unsafe { sys::rd_kafka_brokers_add(client.native_ptr(), list.as_ptr()) };
    tracing::debug!(taken, "the client was told of brokers");
}

/// Takes what a client has logged since, for a client that nobody polls.
pub(super) fn take_log<C: rdkafka::client::ClientContext>(
    client: &rdkafka::client::Client<C>,
    mut line: impl FnMut(&str),
) {
    // SAFETY: the client is live and borrowed; the queue is its main one, given back here. Each
    // event is destroyed after it was read, and its text, owned by the event, is copied before. No
    // other thread polls this queue: the client belongs to an admin client, which has its own, or to
    // a reader that has not begun to poll.
    unsafe {
        let queue = sys::rd_kafka_queue_get_main(client.native_ptr());
        loop {
            let event = sys::rd_kafka_queue_poll(queue, 0);
            if event.is_null() {
                break;
            }
            let (mut facility, mut text, mut level) = (std::ptr::null(), std::ptr::null(), 0);
            let answer =
                sys::rd_kafka_event_log(event, &raw mut facility, &raw mut text, &raw mut level);
            if answer == 0 && !text.is_null() {
                line(&std::ffi::CStr::from_ptr(text).to_string_lossy());
            }
            sys::rd_kafka_event_destroy(event);
        }
        sys::rd_kafka_queue_destroy(queue);
    }
}

/// How many things a consumer would be told of if it was polled.
#[cfg(test)]
pub(super) fn waiting<C: ConsumerContext>(consumer: &BaseConsumer<C>) -> usize {
    // SAFETY: the client is live and borrowed; the queue, null where there is no group, is given
    // back here.
    unsafe {
        let queue = sys::rd_kafka_queue_get_consumer(consumer.client().native_ptr());
        if queue.is_null() {
            return 0;
        }
        let waiting = sys::rd_kafka_queue_length(queue);
        sys::rd_kafka_queue_destroy(queue);
        waiting
    }
}

/// A broker inside this process, owned with the client that hosts it.
pub(super) struct MockBroker {
    cluster: *mut sys::rd_kafka_mock_cluster_t,
    _host: rdkafka::client::Client<rdkafka::client::DefaultClientContext>,
}

// SAFETY: the cluster runs on a thread of its own and its functions lock; the pointer is only freed
// by `drop`, which needs exclusive ownership.
unsafe impl Send for MockBroker {}

impl MockBroker {
    /// Starts the broker. Groups begin after a tenth of a second and not after three: long enough
    /// for all lanes to be there, since each later member costs seconds.
    pub(super) fn start() -> Option<Self> {
        let config = rdkafka::ClientConfig::new();
        let host = rdkafka::client::Client::new(
            &config,
            config.create_native_config().ok()?,
            sys::rd_kafka_type_t::RD_KAFKA_PRODUCER,
            rdkafka::client::DefaultClientContext,
        )
        .ok()?;
        // SAFETY: the host client is live and outlives the cluster: it is dropped after it.
        let cluster = unsafe { sys::rd_kafka_mock_cluster_new(host.native_ptr(), 1) };
        if cluster.is_null() {
            return None;
        }
        // SAFETY: the cluster was just made and is live.
        unsafe { sys::rd_kafka_mock_group_initial_rebalance_delay_ms(cluster, 100) };
        Some(Self { cluster, _host: host })
    }

    /// Makes a topic; `false` when the broker refuses.
    pub(super) fn create_topic(&self, topic: &str, partitions: i32) -> bool {
        let Ok(name) = CString::new(topic) else { return false };
        // SAFETY: the cluster is live; the name lives through the call and is copied.
        let answer =
            unsafe { sys::rd_kafka_mock_topic_create(self.cluster, name.as_ptr(), partitions, 1) };
        answer == sys::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR
    }

    /// Where clients connect.
    pub(super) fn bootstrap(&self) -> String {
        // SAFETY: the cluster is live and owns the text it gives, which is copied at once.
        let text = unsafe {
            std::ffi::CStr::from_ptr(sys::rd_kafka_mock_cluster_bootstraps(self.cluster))
        };
        text.to_string_lossy().into_owned()
    }
}

impl Drop for MockBroker {
    fn drop(&mut self) {
        // SAFETY: made by rd_kafka_mock_cluster_new, destroyed once, before its host client.
        unsafe { sys::rd_kafka_mock_cluster_destroy(self.cluster) };
    }
}

fn millis(time: Duration) -> i32 {
    i32::try_from(time.as_millis()).unwrap_or(i32::MAX)
}
