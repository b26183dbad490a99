//! The named points that a mail passes on its way in, through and out. A trial can end the process
//! at any of them and look at what is there afterwards; otherwise passing one does nothing.

/// Is told of every point that work passes.
pub trait Course: Send + Sync {
    /// Work has come to `point`. What is due there has not begun yet.
    fn passes(&self, point: Point);
}

/// Makes the points with their names and the list of all.
macro_rules! points {
    ($($(#[doc = $doc:literal])+ $name:ident = $word:literal,)+) => {
        /// A point on the way of a mail.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Point {
            $($(#[doc = $doc])+ $name,)+
        }

        impl Point {
            /// All of them, in the order in which a mail comes to them.
            pub const ALL: &[Point] = &[$(Point::$name,)+];

            /// Its name.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Point::$name => $word,)+
                }
            }
        }
    };
}

points! {
    /// `redress mail receive` has the mail, and nothing is kept.
    PipeRead = "pipe/read",
    /// It is kept, and the exit code is not given yet.
    PipeKept = "pipe/kept",
    /// The listener has greeted.
    ListenGreeted = "listen/greeted",
    /// It has read bytes of the conversation.
    ListenHeard = "listen/heard",
    /// It has a whole mail, and nothing is kept.
    ListenTaken = "listen/taken",
    /// The mail is kept, and 250 is not said yet.
    ListenKept = "listen/kept",
    /// 250 is said.
    ListenAnswered = "listen/answered",
    /// Arrivals of a moment are packed, and nothing is written.
    IntakePacked = "intake/packed",
    /// They are committed, and nobody was told.
    IntakeCommitted = "intake/committed",
    /// Signed in to a mailbox by IMAP.
    ImapSignedIn = "imap/signed-in",
    /// It is known which mails are new there.
    ImapListed = "imap/listed",
    /// Some of them are here, and nothing is kept.
    ImapFetched = "imap/fetched",
    /// They and the position are written, and not committed.
    ImapWritten = "imap/written",
    /// They are committed, and the look goes on.
    ImapKept = "imap/kept",
    /// The look is over.
    ImapDone = "imap/done",
    /// Signed in to a mailbox by POP3.
    Pop3SignedIn = "pop3/signed-in",
    /// It is known which mails are new there.
    Pop3Listed = "pop3/listed",
    /// One of them is here, and not kept.
    Pop3Fetched = "pop3/fetched",
    /// It and the position are written, and not committed.
    Pop3Written = "pop3/written",
    /// It is committed, and the look goes on.
    Pop3Kept = "pop3/kept",
    /// The look is over.
    Pop3Done = "pop3/done",
    /// A worker has taken up work.
    WorkClaimed = "work/claimed",
    /// The raw bytes are loaded.
    ArrivalLoaded = "arrival/loaded",
    /// They are parsed and read.
    ArrivalRead = "arrival/read",
    /// The transaction of understanding has begun.
    ArrivalBegun = "arrival/begun",
    /// It is decided which case a mail belongs to.
    ArrivalThreaded = "arrival/threaded",
    /// It is understood what it says.
    ArrivalUnderstood = "arrival/understood",
    /// Its writer is recognised.
    ArrivalRecognised = "arrival/recognised",
    /// A case is opened or changed: record, state and effects are written, and not committed.
    CaseWritten = "case/written",
    /// A letter lies in the outbox, and is not committed.
    LetterPosted = "letter/posted",
    /// `casework` has taken it in.
    ArrivalPlaced = "arrival/placed",
    /// The feedback is written.
    ArrivalKept = "arrival/kept",
    /// The end of the arrival is noted, and nothing is committed.
    ArrivalSettled = "arrival/settled",
    /// All of it is committed.
    ArrivalCommitted = "arrival/committed",
    /// A report on letters of ours was read.
    ReportRead = "report/read",
    /// The work of recording it is laid out, and not committed.
    ReportNoted = "report/noted",
    /// A letter is taken from the outbox.
    LetterTaken = "letter/taken",
    /// It is a mail.
    LetterWritten = "letter/written",
    /// The relay is about to be reached.
    RelayReached = "relay/reached",
    /// It has greeted and said what it can.
    RelayGreeted = "relay/greeted",
    /// The line to it is protected.
    RelaySecured = "relay/secured",
    /// It knows us.
    RelaySignedIn = "relay/signed-in",
    /// It took the sender.
    RelaySender = "relay/sender",
    /// It took the recipient.
    RelayRecipient = "relay/recipient",
    /// It asks for the text.
    RelayExpects = "relay/expects",
    /// The letter is durably marked as being handed over, and no byte of its text has left.
    LetterSending = "letter/sending",
    /// The relay has answered, and nothing of that is written.
    RelayAnswered = "relay/answered",
    /// The outcome is written, and not committed.
    OutcomeWritten = "outcome/written",
    /// The outcome is committed.
    OutcomeKept = "outcome/kept",
    /// A letter whose hand-over was cut off was found.
    LetterCutOff = "letter/cut-off",
    /// The outcome of a letter is about to be noted on its case.
    DeliveryBegun = "delivery/begun",
    /// It is written there, and not committed.
    DeliveryNoted = "delivery/noted",
    /// It is committed there.
    DeliveryKept = "delivery/kept",
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_point_has_a_name_of_its_own() {
        let names: BTreeSet<&str> = Point::ALL.iter().map(|point| point.as_str()).collect();
        assert_eq!(names.len(), Point::ALL.len());
        assert!(names.len() >= 40);
    }
}
