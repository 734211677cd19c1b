//! Excerpts of long lists: their beginning and their end, and how much is left out between them.

/// The most rows of one list.
const LONGEST: usize = 100;

/// The rows of its beginning, if a list is longer: how it began is of interest, the rest is its end.
const BEGINNING: usize = 10;

/// The most rows of one answer: each has some hundred bytes, and reading it takes some microseconds.
const ROOM: usize = 2_000;

/// The numbers of rows that an answer leaves out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OmittedRows {
    /// Notifications, with all that belongs to them.
    pub notifications: u64,
    /// Numbers of further alerts that a notification tells of.
    pub alerts: u64,
    /// Deliveries, with their attempts.
    pub deliveries: u64,
    /// Attempts of the deliveries that are not left out.
    pub attempts: u64,
    /// Steps of the notifications that are not left out.
    pub steps: u64,
    /// Acknowledgements of the incident.
    pub acknowledgements: u64,
}

/// The room for the rows of one answer.
#[derive(Debug)]
pub(super) struct Excerpt {
    room: usize,
    pub(super) left_out: OmittedRows,
}

impl Excerpt {
    pub(super) fn new() -> Self {
        Self { room: ROOM, left_out: OmittedRows::default() }
    }

    /// The rows of both ends of a list for which there is room; `count` counts the others.
    pub(super) fn keep(&mut self, ids: Vec<i64>, count: fn(&mut OmittedRows) -> &mut u64) -> Vec<i64> {
        let (kept, left_out) = ends(ids, self.room.min(LONGEST));
        self.room -= kept.len();
        *count(&mut self.left_out) += left_out;
        kept
    }
}

/// At most `most` of `ids`, from both ends, and the number of the others.
pub(super) fn ends(ids: Vec<i64>, most: usize) -> (Vec<i64>, u64) {
    let left_out = ids.len().saturating_sub(most);
    if left_out == 0 {
        return (ids, 0);
    }
    let beginning = most.min(BEGINNING).min(most / 2);
    let kept = ids.iter().take(beginning).chain(ids.iter().skip(beginning + left_out));
    (kept.copied().collect(), u64::try_from(left_out).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_list_is_kept_whole_and_of_a_long_one_both_ends() {
        assert_eq!(ends((0..100).collect(), 100), ((0..100).collect(), 0));
        let (kept, left_out) = ends((0..100_000).collect(), 100);
        assert_eq!((kept.len(), left_out), (100, 99_900));
        assert_eq!((kept[9], kept[10], kept[99]), (9, 99_910, 99_999));
        assert_eq!(ends((0..9).collect(), 0), (Vec::new(), 9));
        assert_eq!(ends((0..9).collect(), 1), (vec![8], 8));
    }

    #[test]
    fn an_answer_has_no_more_rows_than_there_is_room_and_counts_the_others() {
        let mut excerpt = Excerpt::new();
        let kept: usize = (0..50).map(|_| excerpt.keep((0..300).collect(), |it| &mut it.steps).len()).sum();
        assert_eq!(kept, ROOM);
        let left_out = OmittedRows { steps: 50 * 300 - 2_000, ..OmittedRows::default() };
        assert_eq!(excerpt.left_out, left_out);
    }
}
