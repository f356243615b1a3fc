//! What holds of joining, whatever the sources.
