use std::path::Path;

use clap::{Command, CommandFactory as _};

use super::Cli;

/// The text below the options of `command`, and those of all commands below it.
fn examples(command: &Command) -> String {
    let own = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    [own].into_iter().chain(command.get_subcommands().map(examples)).collect()
}

#[test]
fn every_file_that_an_example_of_the_help_names_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let text = examples(&Cli::command());
    let files: Vec<&str> = text.split_whitespace().filter(|it| it.starts_with("examples/")).collect();
    assert!(!files.is_empty(), "{text}");
    for file in files {
        assert!(root.join(file).is_file(), "{file}");
    }
}
