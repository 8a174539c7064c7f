//! Portcullis with a planted bug, for the tests of the checker: `PORTCULLIS_PLANTED` names it.

fn main() -> std::process::ExitCode {
    portcullis::cli::main()
}
