//! The binary: calls the command and hands its exit status on.

fn main() -> std::process::ExitCode {
    portcullis::cli::main()
}
