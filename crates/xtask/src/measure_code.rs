//! The command that measures the workspace's own code, beside another revision of it.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};
use comfy_table::{CellAlignment, Table, presets};
use serde::Serialize;

use crate::code::{
    CodeBase, CodeFinding, CodeMeasures, CrateMeasures, FunctionLines, Proportion, Rule, measure,
};
use crate::workspace::{root, scratch};

#[cfg(test)]
mod tests;

/// The measures of this checkout, and of a revision beside it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CodeReport {
    /// The checkout, with what is not committed yet.
    pub here: CodeMeasures,
    /// The other revision, and its name.
    pub against: Option<(String, CodeMeasures)>,
}

/// Measures this checkout, and the git revision `against`.
///
/// # Errors
///
/// When a file is not Rust, or there is no such revision.
pub fn measure_code(against: Option<&str>) -> Result<CodeReport> {
    let here = measure(&CodeBase::from_folder(&root())?);
    let against = match against {
        Some(revision) => Some((revision.to_owned(), measure_revision(revision)?)),
        None => None,
    };
    Ok(CodeReport { here, against })
}

fn measure_revision(revision: &str) -> Result<CodeMeasures> {
    if !git(&["rev-parse", "--quiet", "--verify", &format!("{revision}^{{commit}}")])
        .output()?
        .status
        .success()
    {
        bail!("git knows no revision `{revision}`");
    }
    let folder = tempfile::tempdir_in(scratch()?)?;
    unpack(revision, folder.path())?;
    Ok(measure(&CodeBase::from_folder(folder.path())?))
}

/// Writes the files of a revision into `folder`.
fn unpack(revision: &str, folder: &Path) -> Result<()> {
    let mut archive = git(&["archive", "--format=tar", revision])
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot run git")?;
    let tar = archive.stdout.take().context("git has no output")?;
    let unpacked = Command::new("tar").arg("-x").current_dir(folder).stdin(tar).status();
    if !archive.wait()?.success() || !unpacked.context("cannot run tar")?.success() {
        bail!("cannot read revision `{revision}`");
    }
    Ok(())
}

fn git(arguments: &[&str]) -> Command {
    let mut command = Command::new("git");
    command.args(arguments).current_dir(root());
    command
}

impl CodeReport {
    /// Places of this checkout that break one of `rules`; of every rule if there is none.
    pub fn listed(&self, rules: &[Rule]) -> impl Iterator<Item = &CodeFinding> {
        self.here.findings.iter().filter(move |it| rules.is_empty() || rules.contains(&it.rule))
    }

    /// Writes both tables: the whole, and crate by crate.
    ///
    /// # Errors
    ///
    /// When `out` cannot be written.
    pub fn write(&self, out: &mut dyn Write) -> Result<()> {
        writeln!(out, "{}\n", self.table_of_the_whole())?;
        writeln!(out, "{}", self.table_of_crates())?;
        Ok(())
    }

    fn table_of_the_whole(&self) -> Table {
        let mut table = new_table();
        let other = self.against.as_ref();
        let header = ["", "goal", "here"].into_iter().chain(other.map(|(revision, _)| revision.as_str()));
        table.set_header(header);
        for TableRow { title, goal, value } in ROWS {
            let values = [value(&self.here)].into_iter().chain(other.map(|(_, it)| value(it)));
            table.add_row([title.to_owned(), goal.to_owned()].into_iter().chain(values));
        }
        right_from(&mut table, 1);
        table
    }

    /// Each crate of either side, with the figures of both sides.
    fn table_of_crates(&self) -> Table {
        let mut table = new_table();
        let sides: Vec<&CodeMeasures> =
            [&self.here].into_iter().chain(self.against.iter().map(|(_, it)| it)).collect();
        let here = CRATE_COLUMNS.map(str::to_owned).into_iter();
        let against = self
            .against
            .iter()
            .flat_map(|(revision, _)| CRATE_COLUMNS.map(|column| format!("{column}, {revision}")));
        table.set_header(["crate".to_owned()].into_iter().chain(here).chain(against));
        let crates: BTreeSet<(bool, &str)> =
            sides.iter().flat_map(|side| &side.crates).map(|it| (!it.is_product, it.name.as_str())).collect();
        for (is_tool, name) in crates {
            let title = if is_tool { format!("{name} (tool)") } else { name.to_owned() };
            let cells = sides.iter().flat_map(|side| cells_of(side, name));
            table.add_row([title].into_iter().chain(cells));
        }
        right_from(&mut table, 1);
        table
    }
}

/// The figures of a crate, as the table of crates shows them.
const CRATE_COLUMNS: [&str; 4] = ["files", "functions", "p50/p90/p99/max", "findings"];

/// The figures of one crate on one side; empty cells where it does not exist.
fn cells_of(side: &CodeMeasures, name: &str) -> [String; CRATE_COLUMNS.len()] {
    match side.crates.iter().find(|it| it.name == name) {
        Some(CrateMeasures { name: _, is_product: _, files, functions, findings }) => {
            [files.to_string(), functions.count.to_string(), lines(*functions), findings.to_string()]
        }
        None => Default::default(),
    }
}

/// One line of the table of the whole.
struct TableRow {
    title: &'static str,
    goal: &'static str,
    value: fn(&CodeMeasures) -> String,
}

const ROWS: [TableRow; 11] = [
    TableRow { title: "files of the product", goal: "", value: |it| it.files.to_string() },
    TableRow { title: "functions of the product", goal: "", value: |it| it.functions.count.to_string() },
    TableRow { title: "their lines: p50/p90/p99/max", goal: "7/18/34/59", value: |it| lines(it.functions) },
    TableRow {
        title: "docs that open with a pronoun, question word or adverb",
        goal: "≤ 1 %",
        value: |it| share(it.riddles),
    },
    TableRow { title: "docs of fewer than three words", goal: "0", value: |it| share(it.short_docs) },
    TableRow {
        title: "type names defined in several places",
        goal: "≤ 7 %",
        value: |it| share(it.repeated_type_names),
    },
    TableRow {
        title: "arrows upward between modules of a crate",
        goal: "0",
        value: |it| it.upward_arrows.to_string(),
    },
    TableRow { title: "circles between modules of a crate", goal: "0", value: |it| it.circles.to_string() },
    TableRow {
        title: "SQL calls in the store outside tables, read, engine",
        goal: "0",
        value: |it| it.sql_calls.to_string(),
    },
    TableRow { title: "decisions in the store", goal: "0", value: |it| it.store_decisions.to_string() },
    TableRow {
        title: "shapes of the API outside `api`",
        goal: "0",
        value: |it| it.api_shapes_elsewhere.to_string(),
    },
];

fn new_table() -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED);
    table
}

fn right_from(table: &mut Table, first: usize) {
    for column in table.column_iter_mut().skip(first) {
        column.set_cell_alignment(CellAlignment::Right);
    }
}

fn lines(FunctionLines { count: _, p50, p90, p99, max }: FunctionLines) -> String {
    format!("{p50}/{p90}/{p99}/{max}")
}

fn share(share: Proportion) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    write!(text, "{} of {} ({:.1} %)", share.found, share.of, share.percent()).ok();
    text
}
