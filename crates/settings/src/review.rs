//! A look at everything that a config says and everything it names, whatever it means: placeholders that
//! nobody filled in, and secrets about which somebody should be asked.

use crate::context::ReadContext;
use crate::node::{Node, Value, YamlEntry};
use crate::place::SettingPath;
use crate::problem::{Problem, ProblemSeverity};
use crate::secret;
use crate::secret_doubts::{doubts, quoted, quotes_belong_to_it};
use crate::unfilled::unfilled;

/// Settings whose texts are no values: a regular expression, a JSONPath or a template may look like a placeholder.
const NOT_VALUES: [&str; 2] = ["matchers", "mapping"];

/// Adds to `problems` what stands in the config at `root` that no setting can mean. No secret is quoted.
pub fn review(root: &Node, context: &ReadContext<'_>, problems: &mut Vec<Problem>) {
    let mut review = Review { context, problems };
    review.node(root, &SettingPath::default());
}

struct Review<'a> {
    context: &'a ReadContext<'a>,
    problems: &'a mut Vec<Problem>,
}

impl Review<'_> {
    fn node(&mut self, node: &Node, path: &SettingPath) {
        match &node.value {
            Value::Text(text) => self.text(node, text, path),
            Value::List(items) => {
                items.iter().enumerate().for_each(|(index, item)| self.node(item, &path.index(index)));
            }
            Value::Map(entries) => match entries.as_slice() {
                [entry] if secret::is_place(&entry.name) => self.secret(node, entry, path),
                entries => entries
                    .iter()
                    .filter(|it| !NOT_VALUES.contains(&it.name.as_str()))
                    .for_each(|it| self.node(&it.node, &path.key(&it.name))),
            },
            Value::Nothing | Value::Bool(_) | Value::Number(_) | Value::Placeholder(_) => {}
        }
    }

    fn text(&mut self, node: &Node, text: &str, path: &SettingPath) {
        if let Some(form) = unfilled(text) {
            let message = format!(
                "{form} is filled in by nothing: write the value itself; a secret can be {}",
                secret::INSTEAD
            );
            self.note(ProblemSeverity::Error, node, path, message);
        } else if quoted(text).is_some_and(|(opening, _)| !opening.is_ascii()) {
            self.note(ProblemSeverity::Warning, node, path, quotes_belong_to_it("the value", text));
        }
    }

    /// The place of a secret, `entry`, is the one setting of `node`.
    fn secret(&mut self, node: &Node, entry: &YamlEntry, path: &SettingPath) {
        let path = path.key(&entry.name);
        if let Some(text) = secret::named(node, self.context) {
            for doubt in doubts(&text) {
                self.note(ProblemSeverity::Warning, &entry.node, &path, doubt);
            }
        }
        if let Some(complaint) = secret::open_file(entry, self.context) {
            self.note(ProblemSeverity::Warning, &entry.node, &path, complaint.to_owned());
        }
    }

    fn note(&mut self, severity: ProblemSeverity, node: &Node, path: &SettingPath, message: String) {
        let (position, path) = (Some(node.position), path.to_string());
        self.problems.push(Problem { position, severity, path, message });
    }
}

#[cfg(test)]
mod tests;
