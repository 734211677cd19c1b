//! Doc comments that open with a riddle, or are none.

use crate::code::finding::{CodeFinding, Rule};
use crate::code::module::{CrateCode, Module};
use crate::code::tokens::{Doc, docs};

#[cfg(test)]
mod tests;

/// Words that stand for a noun, ask for one or put it off: a doc comment that
/// opens with one makes its reader look into the code for what is meant.
const RIDDLES: [&str; 68] = [
    // Question words, also as conjunctions and relatives.
    "what",
    "whatever",
    "when",
    "whenever",
    "where",
    "wherever",
    "whether",
    "which",
    "whichever",
    "who",
    "whoever",
    "whom",
    "whose",
    "why",
    "how",
    "however",
    // Pronouns.
    "i",
    "me",
    "my",
    "we",
    "us",
    "our",
    "ours",
    "you",
    "your",
    "yours",
    "he",
    "him",
    "his",
    "she",
    "her",
    "hers",
    "it",
    "its",
    "itself",
    "they",
    "them",
    "their",
    "theirs",
    "this",
    "that",
    "these",
    "those",
    "such",
    "one's",
    "somebody",
    "someone",
    "nobody",
    "anybody",
    "anyone",
    "everybody",
    "everyone",
    "ourselves",
    // Adverbs and conjunctions.
    "there",
    "here",
    "then",
    "thus",
    "so",
    "if",
    "as",
    "also",
    "again",
    "now",
    "not",
    "never",
    "only",
    "else",
    "otherwise",
];

/// The fewest words that say more than the name they stand at.
const FEWEST_WORDS: usize = 3;

/// Doc comments of a module's file, tests too.
pub(super) fn docs_of(module: &Module) -> Vec<Doc> {
    // The text was parsed when the file was read.
    module.text.parse().map(docs).unwrap_or_default()
}

/// Doc comments that break a rule.
pub(super) fn findings(krate: &CrateCode) -> Vec<CodeFinding> {
    let mut found = Vec::new();
    for module in &krate.modules {
        for doc in docs_of(module) {
            let finding = |rule, text: String| CodeFinding {
                rule,
                krate: krate.name.clone(),
                file: module.file.clone(),
                line: doc.line,
                text,
            };
            if let Some(word) = riddle(&doc.text) {
                found.push(finding(
                    Rule::DocOpening,
                    format!("opens with \"{word}\": {}", first_line(&doc.text)),
                ));
            }
            if is_short(&doc.text) {
                found.push(finding(
                    Rule::ShortDoc,
                    format!("says no more than \"{}\"", first_line(&doc.text)),
                ));
            }
        }
    }
    found
}

/// The pronoun, question word or adverb that a doc comment opens with.
fn riddle(doc: &str) -> Option<&str> {
    let word = doc.split_whitespace().next()?;
    let word = word.trim_matches(|c: char| !c.is_alphanumeric() && c != '`');
    // "It's", "What's": the word before the apostrophe counts.
    let stem = word.split(['\'', '’']).next().unwrap_or(word);
    RIDDLES.contains(&stem.to_lowercase().as_str()).then_some(word)
}

/// Fewer than three words, and no example that says the rest.
fn is_short(doc: &str) -> bool {
    doc.split_whitespace().filter(|word| word.contains(char::is_alphanumeric)).count() < FEWEST_WORDS
}

fn first_line(doc: &str) -> &str {
    doc.trim().lines().next().unwrap_or_default()
}
