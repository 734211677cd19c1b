use super::*;
use crate::fixtures::StoreFolder;

#[test]
fn a_search_reads_no_more_of_the_table_than_its_stretch() {
    let folder = StoreFolder::new();
    drop(folder.open());
    folder.check_walks(CANDIDATES);
    folder.check_walks(NEXT);
    folder.check_walks(&told_sql());
}
