//! The binary: parses the arguments, calls the command, sets the exit status.
fn main() {}
