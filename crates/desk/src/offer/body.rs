//! Offers as programs read them.

use domain::offer::{Offer, OfferOption, Remedy};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An offer, or the question what would be fair.
#[derive(Debug, Serialize, ToSchema)]
pub struct OfferBody {
    /// Its id.
    pub id: String,
    /// The id of who made it.
    pub by: String,
    /// What we found; empty when we only asked.
    pub finding: String,
    /// What the customer can choose from; empty when we only asked.
    pub options: Vec<OptionBody>,
    /// The company's value that supports it.
    pub core_value: Option<String>,
    /// Why it does.
    pub because: Option<String>,
    /// `asked`, `needs_approval`, `proposed`, `countered`, `accepted` or `withdrawn`.
    #[schema(example = "proposed")]
    pub state: &'static str,
    /// What the customer said or chose.
    pub answer: Option<String>,
    /// When it was made.
    pub made_at: String,
    /// Until when the customer can choose.
    pub expires_at: Option<String>,
}

impl From<Offer> for OfferBody {
    fn from(offer: Offer) -> OfferBody {
        let option = |option: OfferOption| OptionBody {
            remedy: option.remedy,
            words: option.words,
            cost_minor: option.cost_minor,
            currency: option.currency,
        };
        OfferBody {
            id: offer.id.to_string(),
            by: offer.by.to_string(),
            finding: offer.finding,
            options: offer.options.into_iter().map(option).collect(),
            core_value: offer.core_value,
            because: offer.because,
            state: offer.state.as_str(),
            answer: offer.answer,
            made_at: offer.made_at.to_string(),
            expires_at: offer.expires_at.map(|at| at.to_string()),
        }
    }
}

/// One thing the customer can choose.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OptionBody {
    /// `apology`, `refund`, `repair`, `replacement`, `discount`, `gift`, `miles`,
    /// `hand_written_note`, `explanation` or `other`.
    #[schema(value_type = String, example = "refund")]
    pub remedy: Remedy,
    /// What the customer reads, at most 500 characters.
    pub words: String,
    /// What it costs us, in the smallest unit of `currency`; 0 where it costs no money.
    #[serde(default)]
    pub cost_minor: i64,
    /// ISO 4217 code of the company's currency.
    #[schema(example = "EUR")]
    pub currency: String,
}
