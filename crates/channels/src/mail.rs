//! Mail: heard by a listener, understood, threaded, and carried out from the outbox.

mod agreement;
pub(crate) mod api;
pub(crate) mod chosen;
mod deliver;
pub mod fetch;
mod key;
mod line;
mod listen;
mod lookup;
mod notices;
pub(crate) mod pages;
mod place;
mod plain;
mod read;
mod relay;
mod secured;
mod senders;
mod setup;
mod show;
mod sql;
mod take;
mod traffic;
mod trial;
mod whose;
mod wording;

pub use ::mail::smtp::Protocol;
pub use chosen::trial::greet;
pub use chosen::{OwnRelay, PageLogin, PageRelay, page_relay};
pub use deliver::{DELIVERY_JOB, DeliveryJob, deliver, deliver_due, settle_cut_off};
pub use key::{keys, source_key};
pub use listen::{ListenLimits, Listener, Mailboxes, listen, set_mailboxes};
pub use lookup::{Wanted, look_up, name_server, records_wanted};
pub use read::reads_now;
pub use relay::{Relay, RelayLogin, Secure, Signer};
pub use secured::Certificate;
pub use senders::Senders;
pub use setup::{MailDns, Record};
pub use take::{Incoming, WHOLE_MOST, take};
pub use traffic::Shaping;
pub use trial::{Trial, TrialStep, last_trial, try_out};
pub use whose::{read_form, set_forms};

pub(crate) use place::{note_reports, place};
pub(crate) use read::{Read, read};
pub(crate) use show::{document, pictures_elsewhere};
