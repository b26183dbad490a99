//! The chat-completions protocol that OpenAI wrote down and Ollama, llama.cpp, vLLM, LiteLLM and
//! others speak as well. Only what all of them know is used: no tools, no streams, no files.

use crate::matter::Prompt;
use crate::plain::one_line;
use serde_json::{Value, json};

/// Letters of what an endpoint says of itself that people are shown.
const SAYS_MOST: usize = 200;

/// What an endpoint told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The text as it came. It is nobody's word.
    pub text: String,
    /// Tokens it cost, when the endpoint counts.
    pub tokens: Option<u64>,
}

/// Why there is no text, in words that end a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoAnswer {
    /// It will not do this for us.
    Refused(String),
    /// It cannot now.
    Away(String),
    /// It answers what makes no sense.
    Odd(String),
}

/// The word by which an endpoint is told how long its answer may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// `max_tokens`, which all of them know …
    Tokens,
    /// … but OpenAI's newer models, which take `max_completion_tokens` alone.
    CompletionTokens,
}

/// The body of a request to `/chat/completions`.
pub fn body(model: &str, prompt: &Prompt, bound: Bound) -> Vec<u8> {
    let mut body = json!({
        "model": model,
        "messages": [
            { "role": "system", "content": prompt.system },
            { "role": "user", "content": prompt.material },
        ],
        "stream": false,
    });
    let word = match bound {
        Bound::Tokens => "max_tokens",
        Bound::CompletionTokens => "max_completion_tokens",
    };
    body[word] = prompt.tokens_most.into();
    body.to_string().into_bytes()
}

/// Whether an answer says that it wants [`Bound::CompletionTokens`].
pub fn wants_completion_tokens(status: u16, body: &[u8]) -> bool {
    let json: Value = serde_json::from_slice(body).unwrap_or_default();
    let says = json["error"]["message"].as_str().or_else(|| json["error"].as_str());
    matches!(status, 400 | 422) && says.is_some_and(|says| says.contains("max_completion_tokens"))
}

/// Reads an answer.
///
/// # Errors
/// When it holds no text.
pub fn answer(status: u16, body: &[u8]) -> Result<Told, NoAnswer> {
    let json: Value = serde_json::from_slice(body).unwrap_or_default();
    let says = json["error"]["message"].as_str().or_else(|| json["error"].as_str());
    let says = says.map(|says| format!(" and says “{}”", one_line(says, SAYS_MOST)));
    let says = says.unwrap_or_default();
    match status {
        200 => {}
        300..=399 => {
            let words = "sends us to another place, where we do not go";
            return Err(NoAnswer::Odd(words.to_owned()));
        }
        401 | 403 => return Err(NoAnswer::Refused(format!("does not take our key{says}"))),
        404 => return Err(NoAnswer::Refused(format!("does not know the model or address{says}"))),
        402 | 429 => return Err(NoAnswer::Away(format!("will do no more for us now{says}"))),
        408 | 500.. => return Err(NoAnswer::Away(format!("answers {status}{says}"))),
        _ => return Err(NoAnswer::Odd(format!("answers {status}{says}"))),
    }
    let text = json["choices"][0]["message"]["content"].as_str();
    match text.filter(|text| !text.trim().is_empty()) {
        Some(text) => {
            Ok(Told { text: text.to_owned(), tokens: json["usage"]["total_tokens"].as_u64() })
        }
        None => Err(NoAnswer::Odd(format!("answers without a text{says}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matter::{Matter, Wish};
    use proptest::collection::vec;
    use proptest::prelude::*;

    #[test]
    fn a_model_is_asked_for_text_and_given_no_tools() {
        let prompt = Wish::Reply { typed: String::new() }.prompt(&Matter::default());
        let body: Value =
            serde_json::from_slice(&body("llama3", &prompt, Bound::Tokens)).expect("JSON");
        let fields: Vec<&String> = body.as_object().expect("an object").keys().collect();
        assert_eq!(fields, ["max_tokens", "messages", "model", "stream"]);
        assert_eq!(body["messages"][0]["role"], "system");
    }

    #[test]
    fn the_text_and_its_cost_are_read() {
        let whole = br#"{"choices":[{"message":{"content":"Hi."}}],"usage":{"total_tokens":42}}"#;
        let told = Told { text: "Hi.".to_owned(), tokens: Some(42) };
        assert_eq!(answer(200, whole), Ok(told));
    }

    #[test]
    fn a_tool_that_is_called_is_no_text() {
        let calls = br#"{"choices":[{"message":{"content":null,"tool_calls":[{"id":"1"}]}}]}"#;
        assert!(matches!(answer(200, calls), Err(NoAnswer::Odd(_))));
    }

    #[test]
    fn what_goes_wrong_is_told_apart() {
        let error = br#"{"error":{"message":"Bad\nkey <b>"}}"#;
        let Err(NoAnswer::Refused(why)) = answer(401, error) else { panic!("refused") };
        assert_eq!(why, "does not take our key and says “Bad key <b>”");
        assert!(matches!(answer(429, b""), Err(NoAnswer::Away(_))));
        assert!(matches!(answer(500, b"<html>"), Err(NoAnswer::Away(_))));
        assert!(matches!(answer(302, b""), Err(NoAnswer::Odd(_))));
        assert!(matches!(answer(200, b"<html>"), Err(NoAnswer::Odd(_))));
    }

    proptest! {
        #[test]
        fn any_bytes_are_an_answer_or_none(status in 100_u16..600, body in vec(any::<u8>(), 0..9)) {
            if let Ok(told) = answer(status, &body) {
                prop_assert!(!told.text.is_empty());
            }
        }
    }
}
