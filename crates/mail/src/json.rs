//! [`Parsed`] as JSON, the answer of `redress mail parse --json`.

use serde_json::{Value, json};

use crate::auth::{Authentication, Trusted};
use crate::parsed::Parsed;
use crate::thread::Evidence;

impl Parsed {
    /// One JSON object with the documented keys. `thread` lists what the mail itself shows;
    /// [`Parsed::to_json_with`] adds what stored messages show.
    pub fn to_json(&self) -> Value {
        self.to_json_with(&crate::thread::own_evidence(self), &Trusted::none())
    }

    /// Like [`Parsed::to_json`], with evidence found by lookups and the checkers we trust.
    pub fn to_json_with(&self, evidence: &[Evidence], trusted: &Trusted) -> Value {
        let attachments: Vec<Value> = self
            .attachments
            .iter()
            .map(|a| {
                json!({
                    "name": a.name, "type": a.media_type, "sniffed": a.sniffed,
                    "size": a.bytes.len(), "sha256": a.sha256, "inline": a.inline,
                    "content_id": a.content_id,
                })
            })
            .collect();
        json!({
            "kind": self.kind, "kind_because": self.kind_because,
            "author": self.author, "sender": self.sender, "reply_to": self.reply_to,
            "to": self.to, "cc": self.cc,
            "subject": self.subject,
            "date": self.date.map(|d| d.to_string()),
            "message_id": self.message_id, "in_reply_to": self.in_reply_to,
            "references": self.references,
            "authentication": Authentication::read(self, trusted),
            "protection": self.protection,
            "thread": evidence,
            "text": self.text, "new_text": self.new_text, "folded_text": self.folded_text,
            "attachments": attachments,
            "deliveries": self.deliveries, "original": self.original,
            "events": self.events, "cards": self.cards, "back_on": self.back_on,
            "problems": self.problems,
        })
    }
}
