//! Black-box tests of the real binary stand in `it/`.
