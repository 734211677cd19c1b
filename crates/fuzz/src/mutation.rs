//! Mutations of seeds, drawn from a seed of chance: what a test can do without a fuzzer.

use fastrand::Rng;

/// Pieces that readers look for, or stumble over.
const PIECES: [&[u8]; 24] = [
    b"{",
    b"}",
    b"[",
    b"]",
    b"\"",
    b":",
    b",",
    b"null",
    b"0",
    b"-1",
    b"1e999",
    b"\\u0000",
    b"\\ud800",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\n",
    b"\r\n",
    b"{{",
    b"}}",
    b"**",
    b"\xe5\x91\x8a",
    b"\xf0\x9f\x94\xa5",
    b"%00",
    b"\x1f\x8b",
];

/// The length of a mutation at most.
const LONGEST: usize = 16 * 1024;

/// Mutations of seeds without end.
#[derive(Debug)]
pub struct Mutations {
    seeds: Vec<Vec<u8>>,
    chance: Rng,
}

impl Mutations {
    /// Mutations of `seeds`, of which there must be one, drawn by `chance`.
    #[must_use]
    pub fn new(seeds: Vec<Vec<u8>>, chance: u64) -> Self {
        Self { seeds, chance: Rng::with_seed(chance) }
    }

    fn seed(&mut self) -> Vec<u8> {
        self.chance.choice(&self.seeds).cloned().unwrap_or_default()
    }

    fn mutate(&mut self, bytes: &mut Vec<u8>) {
        let at = self.chance.usize(..=bytes.len());
        let end = self.chance.usize(at..=bytes.len()).min(at + 64);
        match self.chance.u8(..6) {
            0 => drop(bytes.drain(at..end)),
            1 => {
                let copy = bytes[at..end].to_vec();
                drop(bytes.splice(at..at, copy));
            }
            2 => {
                let piece = PIECES[self.chance.usize(..PIECES.len())];
                drop(bytes.splice(at..at, piece.iter().copied()));
            }
            3 => {
                let piece = PIECES[self.chance.usize(..PIECES.len())];
                drop(bytes.splice(at..end, piece.iter().copied()));
            }
            4 => {
                let other = self.seed();
                let from = self.chance.usize(..=other.len());
                drop(bytes.splice(at.., other.into_iter().skip(from)));
            }
            _ => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << self.chance.u8(..8);
                }
            }
        }
        bytes.truncate(LONGEST);
    }
}

impl Iterator for Mutations {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        let mut bytes = self.seed();
        for _ in 0..self.chance.usize(1..8) {
            self.mutate(&mut bytes);
        }
        Some(bytes)
    }
}
