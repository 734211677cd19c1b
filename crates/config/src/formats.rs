//! The formats of sources, and the mappings by which some of them read.

use std::path::Path;

use fanfare_settings::{InlineSecrets, NoSecrets, ReadContext, Section, SettingPath};
use fanfare_sources::{Format, FormatKind, Mapping, MappingMistake, MappingOrigin};

use crate::scalars::FormatText;
use crate::yaml::SourceYaml;

/// Notes mistakes of the format of a source, which stands at `path`.
pub(crate) fn check(source: &SourceYaml, path: &SettingPath, section: &mut Section) {
    let SourceYaml { format: FormatText(kind), mapping, .. } = source;
    let at = path.key("mapping");
    match (kind.mapping(), mapping) {
        (Some(MappingOrigin::Config), None) => {
            section.error(path, "missing setting `mapping`: it says where in the JSON an alert stands");
        }
        (Some(MappingOrigin::Config), Some(mapping)) => {
            for MappingMistake { path, message } in mapping.mistakes() {
                section.error(&path.iter().fold(at.clone(), |at, name| at.key(name)), message);
            }
        }
        (Some(MappingOrigin::Shipped(_)), Some(_)) => {
            let message = format!("`{kind}` has a mapping of its own: write `format: json` to use yours");
            section.error(&at, message);
        }
        (None, Some(_)) => {
            section.error(&at, format!("`{kind}` needs none: write `format: json` to use it"));
        }
        (Some(MappingOrigin::Shipped(_)) | None, None) => {}
    }
}

/// The format `kind`, ready to read; `None` if its mapping is missing.
pub(crate) fn format(kind: FormatKind, stated: Option<Mapping>) -> Option<Format> {
    match kind.mapping() {
        None => kind.without_mapping(),
        Some(MappingOrigin::Config) => stated.map(|it| kind.with_mapping(it)),
        Some(MappingOrigin::Shipped(text)) => shipped(text).map(|it| kind.with_mapping(it)),
    }
}

/// The mapping in `text`, one of ours; `None` if it has mistakes.
fn shipped(text: &str) -> Option<Mapping> {
    let mut problems = Vec::new();
    let mut section = Section::new(fanfare_settings::parse(text, &mut problems).ok()?);
    let context = ReadContext {
        source: text,
        secrets: &NoSecrets,
        folder: Path::new(""),
        inline_secrets: InlineSecrets::Refused,
        placeholder_texts: &[],
    };
    let mapping: Option<Mapping> = section.read(&context);
    mapping.filter(|it| problems.is_empty() && section.is_sound() && it.mistakes().is_empty())
}

#[cfg(test)]
mod tests;
