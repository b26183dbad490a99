//! Mail as it is heard: read, whose words it holds, which case it belongs to, who truly sent it;
//! and the keys by which answers find their case.

mod delivery;
mod key;
mod lookup;
mod notices;
mod place;
mod read;
mod senders;
mod signing;
mod sql;
mod take;
mod whose;

pub use delivery::{DELIVERY_JOB, DeliveryJob};
pub use key::{loop_mark, source_key};
pub use lookup::{look_up, name_server};
pub use place::{ADDRESSES, TRUSTED};
pub use read::reads_now;
pub use senders::Senders;
pub use signing::{Former, Rotated, SigningKey, keys, rotate_keys, signing_keys};
pub use take::{Incoming, WHOLE_MOST, take, take_in};
pub use whose::{read_form, set_forms};

pub(crate) use delivery::note_reports;
pub(crate) use place::place;
pub(crate) use read::{Read, read};
