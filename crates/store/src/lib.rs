//! SQLite or PostgreSQL behind one enum.
