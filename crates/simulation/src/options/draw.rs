//! Draws that all options have in common.

/// One of `choices`, which must not be empty.
pub(super) fn one_of<'a, T>(random: &mut fastrand::Rng, choices: &'a [T]) -> &'a T {
    &choices[random.usize(0..choices.len())]
}

/// A part of `choices` of this size, in random order.
pub(super) fn some_of<T: Copy>(random: &mut fastrand::Rng, choices: &[T], number: usize) -> Vec<T> {
    let mut chosen = choices.to_vec();
    random.shuffle(&mut chosen);
    chosen.truncate(number);
    chosen
}

/// A chance up to `most`, and in every second world none at all: what never happens in a
/// world leaves room for what else can go wrong in it.
pub(super) fn chance_or_never(random: &mut fastrand::Rng, most: f64) -> f64 {
    if random.bool() { 0.0 } else { most * random.f64() }
}
