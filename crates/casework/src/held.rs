//! Who handed in too much at once. Held means that no program writes to them; what they write is
//! kept and handled like any other.

pub mod sql;
