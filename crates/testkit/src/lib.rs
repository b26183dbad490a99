//! Builders, a clock you set, both databases.
