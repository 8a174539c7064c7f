//! A broker whose disk is full: it dies of it, and comes back when there is room.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

use super::super::broker::Broker;
use super::super::instance::eventually;
use super::{assert_unharmed, await_more_events, dice, fault, is_long, rest, trial};

/// What the nodes may write, in megabytes of this machine's memory.
const DISK_MB: u32 = 256;

/// A file system in memory, gone with this value or with this process, however that ends: its keeper
/// (a shell) reads a pipe whose other end is held here.
struct Disk {
    dir: PathBuf,
    keeper: Child,
    lifeline: Option<ChildStdin>,
}

impl Disk {
    /// `None` where nothing may be mounted.
    fn mount() -> Option<Self> {
        const KEEPER: &str = r#"trap '' INT TERM HUP; cat; umount -l "$0"; rmdir "$0""#;
        let dir = tempfile::Builder::new().prefix("portcullis-disk-").tempdir().unwrap().keep();
        let size = format!("size={DISK_MB}m,mode=0700");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &size, "portcullis"]).arg(&dir).stderr(Stdio::null());
        if !mount.status().is_ok_and(|status| status.success()) {
            std::fs::remove_dir(&dir).unwrap();
            return None;
        }
        let mut keeper = Command::new("bash");
        keeper.args(["-c", KEEPER]).arg(&dir).stdin(Stdio::piped()).stdout(Stdio::null());
        let mut keeper = keeper.spawn().unwrap();
        let lifeline = keeper.stdin.take();
        Some(Self { dir, keeper, lifeline })
    }

    fn ballast(&self) -> PathBuf {
        self.dir.join("ballast")
    }

    /// Leaves no byte free.
    fn fill(&self) {
        let mut ballast = std::fs::File::create(self.ballast()).unwrap();
        // In ever smaller pieces: a large one may not fit where a small one does.
        for bytes in [1_048_576, 4_096, 1] {
            let piece = vec![0; bytes];
            while ballast.write_all(&piece).is_ok() {}
        }
    }

    fn make_room(&self) {
        std::fs::remove_file(self.ballast()).unwrap();
    }

    fn path(&self) -> &Path {
        &self.dir
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        drop(self.lifeline.take());
        self.keeper.wait().unwrap();
    }
}

/// A broker ends itself when it cannot write to its only log folder. Meanwhile it may have refused
/// some writes and taken others: what it took must count, what it refused must come again.
#[test]
fn a_broker_whose_disk_is_full_costs_no_alert_once_it_has_room_again() {
    let mut dice = dice();
    let Some(disk) = Disk::mount() else {
        eprintln!("skipped: nothing can be mounted here, so no broker's disk was filled");
        return;
    };
    let broker = Broker::start_in(disk.path(), 1, &[]);
    let trial = trial(&broker, "disk-full");
    let instance = trial.site.start_ready(&[]);
    trial.under_load(|| {
        await_more_events(&instance, 1_000);
        for _ in 0..if is_long() { 3 } else { 1 } {
            rest(&mut dice, 0..1_000);
            fault("the disk of the broker is full");
            disk.fill();
            eventually("the end of the broker", || (!broker.runs(1)).then_some(()));
            rest(&mut dice, 0..3_000);
            disk.make_room();
            broker.restart(1);
            await_more_events(&instance, 1_000);
        }
    });
    assert_unharmed(&instance);
    trial.assert_kept(vec![instance]);
}
