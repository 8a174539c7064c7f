//! Where a run took place: a figure without its machine says nothing.

use std::num::NonZero;

use crate::domain::Timestamp;

/// Machine, versions and command of a run.
pub struct Machine {
    /// What was typed, secrets masked.
    pub command: String,
    /// When it ended, RFC 3339.
    pub ended_at: String,
    /// Version of Portcullis, and whether it was built for speed.
    pub portcullis: String,
    /// The processor's name.
    pub processor: String,
    /// Cores that this process may use.
    pub cores: usize,
    /// Memory, bytes.
    pub memory_bytes: u64,
    /// The kernel's release.
    pub kernel: String,
    /// Load average over one, five and fifteen minutes at the end.
    pub load: String,
}

impl Machine {
    /// This machine, when a run of this command ended.
    pub fn here(command: String, ended_at: Timestamp) -> Self {
        let version = env!("CARGO_PKG_VERSION");
        let build =
            if is_debug() { "debug build: no figure of it counts" } else { "release build" };
        let kernel = read("/proc/sys/kernel/osrelease");
        let load = read("/proc/loadavg");
        let load: Vec<&str> = load.split_ascii_whitespace().take(3).collect();
        Self {
            command,
            ended_at: crate::codec::rfc3339(ended_at),
            portcullis: format!("{version}, {build}"),
            processor: field("/proc/cpuinfo", "model name").unwrap_or_else(unknown),
            cores: std::thread::available_parallelism().map_or(1, NonZero::get),
            memory_bytes: memory().unwrap_or(0),
            kernel: kernel.trim().to_owned(),
            load: load.join(" "),
        }
    }

    /// What the head of a report says of it, name and value; the command first.
    pub fn rows(&self) -> [(&'static str, String); 5] {
        let memory = self.memory_bytes as f64 / 1e9;
        let machine = format!(
            "{}, {} cores, {memory:.1} GB, Linux {}",
            self.processor, self.cores, self.kernel
        );
        [
            ("command", format!("`{}`", self.command)),
            ("ended", self.ended_at.clone()),
            ("Portcullis", self.portcullis.clone()),
            ("machine", machine),
            ("load average at the end", self.load.clone()),
        ]
    }
}

/// Whether this build is not optimised.
pub const fn is_debug() -> bool {
    cfg!(debug_assertions)
}

fn memory() -> Option<u64> {
    let text = field("/proc/meminfo", "MemTotal")?;
    let kilobytes: u64 = text.strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1_024)
}

/// The value behind `name :` in the first line that has it.
fn field(path: &str, name: &str) -> Option<String> {
    let text = read(path);
    let mut lines = text.lines().filter_map(|line| line.split_once(':'));
    lines.find(|(key, _)| key.trim() == name).map(|(_, value)| value.trim().to_owned())
}

/// A file of the system's; empty where it does not exist.
fn read(path: &str) -> String {
    std::fs::read_to_string(path).unwrap_or_default()
}

fn unknown() -> String {
    "not known".to_owned()
}
