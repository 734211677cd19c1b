//! The file of a config, read and parsed.

use std::io;
use std::path::{Path, PathBuf};

use fanfare_settings::{
    InlineSecrets, Node, Pipes, Problem, Problems, ReadContext, Secrets, odd_signs, read_text_file,
};

/// The most bytes of a config. Ours: ten thousand routes have two million.
const LONGEST_CONFIG: u64 = 64 * 1024 * 1024;

/// Texts that pass for most settings that are written as text: the empty one for
/// names, and then a length of time, a date, a time of day, a size, addresses, a
/// matcher, a zone, an `auth`, a format, a JSONPath.
const PLACEHOLDER_TEXTS: [&str; 15] = [
    "",
    "1s",
    "2026-01-01",
    "00:00",
    "1MiB",
    "http://localhost",
    "127.0.0.1:0",
    "nobody@localhost",
    "mqtts://localhost",
    "sqlite://nowhere",
    "severity >= low",
    "UTC",
    "none",
    "tkl",
    "$",
];

/// The text of the config at `file`.
pub(crate) fn read(file: &Path) -> Result<String, Problems> {
    read_text_file(file, LONGEST_CONFIG, Pipes::Read).map_err(|err| {
        let message = format!("the config cannot be read: {err}");
        Problems::new(file, vec![Problem::whole_file(None, message)])
    })
}

/// The text of the config at `file`, sound or not, for whoever looks at it again and again. A pipe is not read: its text
/// is there only once, and its end may never come.
///
/// # Errors
///
/// If there is no such text.
pub fn read_again(file: &Path) -> io::Result<String> {
    read_text_file(file, LONGEST_CONFIG, Pipes::Refused)
}

/// The tree of `text`, which stands at `file`. Names that stand twice are added
/// to `problems`.
pub(crate) fn parse(text: &str, file: &Path, problems: &mut Vec<Problem>) -> Result<Node, Problems> {
    fanfare_settings::parse(text, problems).map_err(|problem| {
        let odd = odd_signs(text);
        Problems::new(file, [problem].into_iter().chain(odd).collect())
    })
}

/// The files in which the config `text` at `file` keeps its secrets, and the certificate of its listener; none if it
/// cannot be read as YAML.
#[must_use]
pub fn secret_files(text: &str, file: &Path) -> Vec<PathBuf> {
    let Ok(root) = fanfare_settings::parse(text, &mut Vec::new()) else { return Vec::new() };
    let mut files = fanfare_settings::secret_files(&root, folder(file));
    files.extend(listener_files(&root));
    files
}

/// The files of `server.tls`.
fn listener_files(root: &Node) -> impl Iterator<Item = PathBuf> {
    let tls = root.get("server").and_then(|it| it.get("tls"));
    let names = ["cert_file", "key_file", "client_ca_file"].into_iter();
    names.filter_map(move |name| tls?.get(name)?.text().map(PathBuf::from))
}

fn folder(file: &Path) -> &Path {
    file.parent().unwrap_or_else(|| Path::new(""))
}

/// The surroundings in which `root`, the tree of `text` at `file`, is read.
pub(crate) fn context<'a>(
    text: &'a str,
    root: &Node,
    file: &'a Path,
    secrets: &'a dyn Secrets,
) -> ReadContext<'a> {
    ReadContext {
        source: text,
        secrets,
        folder: folder(file),
        inline_secrets: InlineSecrets::from_root(root),
        placeholder_texts: &PLACEHOLDER_TEXTS,
    }
}
