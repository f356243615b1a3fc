//! The difference of two directories, as data.
