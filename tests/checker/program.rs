//! The checker as a program: `cargo run --example checker -- FOLDER` judges a history that a test
//! or `scripts/soak` has kept.
#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a tool of tests"
)]

#[allow(dead_code, reason = "tests use more of it")]
#[path = "mod.rs"]
mod checker;

use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    let folders: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [folder] = folders.as_slice() else {
        eprintln!("usage: checker FOLDER");
        return ExitCode::from(2);
    };
    match checker::History::read(folder) {
        Err(why) => {
            eprintln!("{why}");
            ExitCode::from(2)
        }
        Ok(history) => {
            let verdict = checker::judge(&history);
            println!("{verdict}");
            if verdict.broken().is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
    }
}
