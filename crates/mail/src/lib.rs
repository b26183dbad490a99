//! RFC 5322 bytes to messages and back: parsing, threading evidence, trimming, automatic mail, composing.
