//! The files in which a config keeps its secrets.

use std::path::{Path, PathBuf};

use crate::node::{Node, Value};

/// The files that the config at `root` names as places of secrets, each once, seen from `folder`.
#[must_use]
pub fn secret_files(root: &Node, folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    collect(root, folder, &mut files);
    files.sort();
    files.dedup();
    files
}

fn collect(node: &Node, folder: &Path, files: &mut Vec<PathBuf>) {
    match &node.value {
        Value::List(items) => items.iter().for_each(|item| collect(item, folder, files)),
        Value::Map(entries) => match entries.as_slice() {
            [only] if only.name == "file" => {
                if let Value::Text(path) = &only.node.value {
                    files.push(folder.join(path));
                }
            }
            entries => entries.iter().for_each(|it| collect(&it.node, folder, files)),
        },
        Value::Nothing | Value::Bool(_) | Value::Number(_) | Value::Text(_) | Value::Placeholder(_) => {}
    }
}

#[cfg(test)]
mod tests;
