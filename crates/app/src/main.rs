//! The `redress` program; everything is in the library beside it.

use mimalloc::MiMalloc;
use std::process::ExitCode;

/// Readings and SQLite ask for much memory in small pieces; an import is a tenth faster with it.
#[global_allocator]
static MEMORY: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    app::main()
}
