//! A text in, what it says out: language, kind, severity, feeling, personal data, each with its reasons.
