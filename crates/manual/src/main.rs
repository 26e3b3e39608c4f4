//! Writes the programs' man pages and shell completions, from their flags, for
//! the archive that `scripts/dist` packs.

use std::fs;
use std::io;
use std::path::PathBuf;

use clap::{CommandFactory, Parser};
use clap_complete::Shell;

/// Write the man pages and the completions of create, tokens, delete and logs.
#[derive(Parser)]
struct Args {
    /// The folder to write to: man and completions are made in it
    folder: PathBuf,
}

fn main() -> io::Result<()> {
    let args = Args::parse();
    let man = args.folder.join("man");
    let completions = args.folder.join("completions");
    fs::create_dir_all(&man)?;
    fs::create_dir_all(&completions)?;
    for mut program in [
        create::Args::command(),
        tokens::Args::command(),
        delete::Args::command(),
        logs::Args::command(),
    ] {
        clap_mangen::generate_to(program.clone(), &man)?;
        for shell in [Shell::Bash, Shell::Fish, Shell::Zsh] {
            let name = program.get_name().to_owned();
            clap_complete::generate_to(shell, &mut program, name, &completions)?;
        }
    }
    Ok(())
}
