//! Who handed in too much at once: seen by people, who let them go or keep them held. Held means
//! that no program writes to them; what they write is kept and handled like any other.

pub mod actions;
pub(crate) mod api;
pub(crate) mod pages;
