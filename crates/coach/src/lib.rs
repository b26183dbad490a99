//! A draft reply in, findings with reasons and better words out.
