//! Doc comments and paths found token by token, inside macros too.

use proc_macro2::{TokenStream, TokenTree};
use syn::LitStr;

/// A whole doc comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Doc {
    /// The line of its first word, from 1.
    pub(super) line: usize,
    /// The lines, without the leading slashes.
    pub(super) text: String,
}

/// Doc comments, in the order in which they stand.
pub(super) fn docs(tokens: TokenStream) -> Vec<Doc> {
    let mut lines = Vec::new();
    collect_doc_lines(tokens, &mut lines);
    let mut docs: Vec<(Doc, DocLine)> = Vec::new();
    for line in lines {
        match docs.last_mut() {
            Some((doc, last)) if line.continues(last) => {
                doc.text.push('\n');
                doc.text.push_str(&line.text);
                *last = line;
            }
            _ => docs.push((Doc { line: line.number, text: line.text.clone() }, line)),
        }
    }
    docs.into_iter().map(|(doc, _)| doc).collect()
}

/// One line of a doc comment.
struct DocLine {
    number: usize,
    column: usize,
    is_inner: bool,
    text: String,
}

impl DocLine {
    fn continues(&self, last: &Self) -> bool {
        self.number == last.number + 1 && self.column == last.column && self.is_inner == last.is_inner
    }
}

fn collect_doc_lines(tokens: TokenStream, lines: &mut Vec<DocLine>) {
    let mut is_inner = false;
    for token in tokens {
        match token {
            TokenTree::Punct(punct) => is_inner = punct.as_char() == '!',
            TokenTree::Group(group) => match doc_text(group.stream()) {
                Some(text) => {
                    let start = group.span().start();
                    lines.push(DocLine { number: start.line, column: start.column, is_inner, text });
                }
                None => collect_doc_lines(group.stream(), lines),
            },
            TokenTree::Ident(_) | TokenTree::Literal(_) => {}
        }
    }
}

/// The text of `doc = "…"`.
fn doc_text(tokens: TokenStream) -> Option<String> {
    let mut tokens = tokens.into_iter();
    let name = tokens.next()?;
    let (TokenTree::Ident(name), TokenTree::Punct(equals)) = (name, tokens.next()?) else {
        return None;
    };
    let text = tokens.next()?;
    let is_doc = name == "doc" && equals.as_char() == '=' && tokens.next().is_none();
    is_doc.then(|| syn::parse2::<LitStr>(text.into()).ok()).flatten().map(|it| it.value())
}

/// Paths such as `crate::a::b` among a macro's tokens, each with its line.
pub(super) fn paths(tokens: TokenStream, found: &mut Vec<(Vec<String>, usize)>) {
    let mut path: Vec<String> = Vec::new();
    let mut line = 0;
    let mut colons = 0;
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => {
                if colons != 2 {
                    finish(&mut path, line, found);
                    line = ident.span().start().line;
                }
                path.push(ident.to_string());
                colons = 0;
            }
            TokenTree::Punct(punct) if punct.as_char() == ':' && !path.is_empty() => colons += 1,
            TokenTree::Group(group) => {
                finish(&mut path, line, found);
                colons = 0;
                paths(group.stream(), found);
            }
            TokenTree::Punct(_) | TokenTree::Literal(_) => {
                finish(&mut path, line, found);
                colons = 0;
            }
        }
    }
    finish(&mut path, line, found);
}

fn finish(path: &mut Vec<String>, line: usize, found: &mut Vec<(Vec<String>, usize)>) {
    if path.len() > 1 {
        found.push((std::mem::take(path), line));
    }
    path.clear();
}
