//! Tables for people.

use comfy_table::{ContentArrangement, Table, presets};

use super::style::OutputStyle;

/// A table without lines, which reads well and can be cut by other programs; on a terminal its cells are broken so that
/// it is no wider.
pub(crate) fn table<const N: usize>(
    style: OutputStyle,
    header: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(header).add_rows(rows);
    if let Some(width) = style.width {
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    style.colour_marks(&table.trim_fmt())
}
