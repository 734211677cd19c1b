//! Bytes that choose, and the bytes that are read.

/// The first byte, and the rest; nothing is chosen by no bytes.
pub(crate) fn choice(bytes: &[u8]) -> (usize, &[u8]) {
    match bytes {
        [first, rest @ ..] => (usize::from(*first), rest),
        [] => (0, &[]),
    }
}

/// One of `options` by `number`.
pub(crate) fn one_of<T: Copy>(options: &[T], number: usize) -> T {
    options[number % options.len()]
}
