//! A subject of the bench as a process of its own, so that CPU and memory are its own.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::{Error, READY_WITHIN};

/// What a control prints once it can begin.
pub const READY_LINE: &str = "ready";
/// How often readiness is asked for, and so how exact the time until ready is.
const ASK_AGAIN: Duration = Duration::from_millis(10);
/// The kernel counts a process's time for its readers in hundredths of a second (`USER_HZ`).
const TICK: Duration = Duration::from_millis(10);

/// A running subject. Killed when dropped.
pub(super) struct Process {
    child: Child,
    begun: Instant,
    /// Where readiness and metrics are; a control says on standard output that it is ready.
    page: Option<String>,
}

/// CPU time and memory of a process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Usage {
    pub(super) cpu: Duration,
    pub(super) resident_bytes: u64,
}

impl Process {
    /// Starts this program with these words; what it logs goes to a file.
    pub(super) fn start(
        words: &[OsString],
        page: Option<String>,
        log: &Path,
    ) -> Result<Self, Error> {
        let program = std::env::current_exe();
        let program = program.map_err(|error| Error::system("finding this program", error))?;
        let file = File::options().create(true).append(true).open(log);
        let file = file.map_err(|error| Error::system(log.display().to_string(), error))?;
        let begun = Instant::now();
        let child = Command::new(program)
            .args(words)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(file)
            .spawn()
            .map_err(|error| Error::system("starting a subject", error))?;
        Ok(Self { child, begun, page })
    }

    /// Waits until it is ready; gives the time since its start.
    pub(super) fn await_ready(&mut self) -> Result<Duration, Error> {
        if self.page.is_none() {
            return self.await_line();
        }
        let mut waiting_for = "an answer at /readyz".to_owned();
        while self.begun.elapsed() < READY_WITHIN {
            match self.readiness() {
                Ok(document) if document.pointer("/ready") == Some(&Value::Bool(true)) => {
                    return Ok(self.begun.elapsed());
                }
                Ok(document) => {
                    let why = document.pointer("/waiting_for").and_then(Value::as_str);
                    waiting_for = why.unwrap_or("the lists").to_owned();
                }
                Err(_) => self.must_live()?,
            }
            std::thread::sleep(ASK_AGAIN);
        }
        Err(Error::Failed(format!("Portcullis was not ready in time; it waits for {waiting_for}")))
    }

    /// The readiness document.
    pub(super) fn readiness(&self) -> Result<Value, Error> {
        let text = self.get("readyz")?;
        serde_json::from_str(&text).map_err(|error| Error::Failed(format!("/readyz: {error}")))
    }

    /// The sum of a metric's samples whose series begin so.
    pub(super) fn metric(&self, series: &str) -> Result<f64, Error> {
        let text = self.get("metrics")?;
        let samples = text.lines().filter(|line| line.starts_with(series));
        Ok(samples.filter_map(|line| line.rsplit_once(' ')?.1.parse::<f64>().ok()).sum())
    }

    /// The partitions of a topic that it reads, as its metrics show them.
    pub(super) fn partitions(&self, topic: &str) -> Result<BTreeSet<i32>, Error> {
        Ok(partitions(&self.get("metrics")?, topic))
    }

    /// CPU time since its start and memory now.
    pub(super) fn usage(&self) -> Result<Usage, Error> {
        let read = |file: &str| {
            let path = format!("/proc/{}/{file}", self.child.id());
            std::fs::read_to_string(&path).map_err(|error| Error::system(path, error))
        };
        let (stat, status) = (read("stat")?, read("status")?);
        let usage = ticks(&stat).zip(kilobytes(&status, "VmRSS:"));
        let (ticks, kilobytes) =
            usage.ok_or_else(|| Error::Failed("/proc is not that of Linux".to_owned()))?;
        Ok(Usage { cpu: TICK * ticks, resident_bytes: kilobytes * 1_024 })
    }

    /// Kills it as a crash would, and does not wait for the system to bury it.
    pub(super) fn kill(&mut self) -> Result<(), Error> {
        self.child.kill().map_err(|error| Error::system("killing a subject", error))
    }

    /// Fails when it has ended.
    pub(super) fn must_live(&mut self) -> Result<(), Error> {
        match self.child.try_wait() {
            Ok(None) => Ok(()),
            Ok(Some(status)) => {
                Err(Error::Failed(format!("a subject ended ({status}); its log says why")))
            }
            Err(error) => Err(Error::system("looking at a subject", error)),
        }
    }

    fn await_line(&mut self) -> Result<Duration, Error> {
        let output = self.child.stdout.as_mut();
        let mut line = String::new();
        if let Some(output) = output {
            // A control that ends closes its output, so that this cannot wait for ever.
            let read = BufReader::new(output).read_line(&mut line);
            read.map_err(|error| Error::system("reading what a control says", error))?;
        }
        if line.trim() == READY_LINE {
            return Ok(self.begun.elapsed());
        }
        Err(Error::Failed("a control ended before it was ready; its log says why".to_owned()))
    }

    fn get(&self, page: &str) -> Result<String, Error> {
        let url = format!("{}/{page}", self.page.as_deref().unwrap_or_default());
        let failed = |error: ureq::Error| Error::Failed(format!("/{page}: {error}"));
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .proxy(None)
            .timeout_global(Some(Duration::from_secs(5)))
            .build()
            .into();
        let mut answer = agent.get(url).call().map_err(failed)?;
        answer.body_mut().read_to_string().map_err(failed)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let ended = self.child.kill().and_then(|()| self.child.wait());
        if let Err(error) = ended {
            tracing::debug!(%error, "a subject had ended already");
        }
    }
}

/// The partitions of a topic that have a gauge of their lag: those that an instance has and has
/// asked for records.
fn partitions(metrics: &str, topic: &str) -> BTreeSet<i32> {
    let series = metrics.lines().filter_map(|line| line.strip_prefix("portcullis_lag_records{"));
    let labels = series.filter_map(|rest| Some(rest.split_once('}')?.0));
    let value = |labels: &'_ str, name: &str| {
        let mut labels = labels.split(',').filter_map(|label| label.split_once('='));
        let (_, value) = labels.find(|(given, _)| *given == name)?;
        Some(value.trim_matches('"').to_owned())
    };
    labels
        .filter(|labels| value(labels, "topic").as_deref() == Some(topic))
        .filter_map(|labels| value(labels, "partition")?.parse().ok())
        .collect()
}

/// User and system time of `/proc/PID/stat`, fields 14 and 15; the second field, the program's
/// name, may hold anything, also blanks and brackets.
fn ticks(stat: &str) -> Option<u32> {
    let (_, behind_name) = stat.rsplit_once(')')?;
    let mut fields = behind_name.split_ascii_whitespace().skip(11);
    let mut next = || fields.next()?.parse::<u32>().ok();
    Some(next()? + next()?)
}

fn kilobytes(status: &str, name: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_behind_any_name() {
        let stat = "17 (a) b (c) S 1 2 3 4 5 6 7 8 9 10 250 50 0 0 20 0 4 0 99 1 2";
        assert_eq!(ticks(stat), Some(300));
        assert_eq!(ticks("17"), None);
    }

    #[test]
    fn the_partitions_of_a_topic_are_read_off_the_metrics() {
        let metrics = "# TYPE portcullis_lag_records gauge\n\
                       portcullis_lag_records{partition=\"0\",topic=\"live\"} 0\n\
                       portcullis_lag_records{partition=\"12\",topic=\"live\"} 7\n\
                       portcullis_lag_records{partition=\"3\",topic=\"backlog\"} 0\n\
                       portcullis_lag_seconds{partition=\"4\",topic=\"live\"} 0\n";
        assert_eq!(partitions(metrics, "live"), [0, 12].into());
        assert!(partitions(metrics, "gone").is_empty());
    }

    #[test]
    fn memory_is_read_by_its_name() {
        let status = "Name:\tx\nVmHWM:\t  99 kB\nVmRSS:\t   12 kB\n";
        assert_eq!(kilobytes(status, "VmRSS:"), Some(12));
        assert_eq!(kilobytes(status, "VmSwap:"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_process_has_time_and_memory() {
        let read = |file| std::fs::read_to_string(format!("/proc/self/{file}")).unwrap();
        assert!(ticks(&read("stat")).is_some());
        assert!(kilobytes(&read("status"), "VmRSS:").unwrap() > 1_000);
    }
}
