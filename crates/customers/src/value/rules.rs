//! Lifetime value of a unit's customers, and rows of files about orders and contracts.
//!
//! Value is shown to whoever answers and read by nothing that decides order, clocks or remedies.

use jiff::Timestamp;
use reading::value::{Buying, Orders, Spending, contract_value, value};
use std::collections::BTreeMap;

/// Weeks ahead that orders are valued for.
pub const WEEKS_AHEAD: f64 = 52.0;
/// What money is worth less a month later; 10 % a year.
pub const DISCOUNT_A_MONTH: f64 = 0.008;
/// Milliseconds of a week.
const WEEK_MS: f64 = 604_800_000.0;

/// An order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Whose.
    pub customer: String,
    /// Minor units.
    pub amount_minor: i64,
    /// ISO 4217.
    pub currency: String,
    /// When, in milliseconds.
    pub at_ms: i64,
}

/// A contract that runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Contract {
    /// Whose.
    pub customer: String,
    /// What a month brings, in minor units.
    pub margin_minor: i64,
    /// ISO 4217.
    pub currency: String,
    /// The share that stays each month.
    pub retention: f64,
}

/// What a customer is worth.
#[derive(Clone, Debug, PartialEq)]
pub struct Worth {
    /// Whose value.
    pub customer: String,
    /// `orders` or `contract`.
    pub method: &'static str,
    /// What to expect, in minor units.
    pub expected_minor: i64,
    /// Nine of ten such customers bring at least that.
    pub low_minor: i64,
    /// Nine of ten such customers bring at most that.
    pub high_minor: i64,
    /// ISO 4217.
    pub currency: String,
    /// Share of customers of the unit who are worth less, 0 to 1.
    pub lower_share: f64,
    /// How it came about, in one sentence.
    pub formula: String,
}

/// Values every customer of one unit of whom orders or contracts are known. A contract goes before
/// orders. Orders are valued only where the base says enough for a model: somebody came back, and
/// ten paid; amounts in other currencies than the customer's first are left out.
pub fn worths(orders: &[Order], contracts: &[Contract], now: Timestamp) -> Vec<Worth> {
    let mut all: BTreeMap<String, Worth> = BTreeMap::new();
    for worth in of_orders(orders, now) {
        all.insert(worth.customer.clone(), worth);
    }
    let mut under_contract: BTreeMap<&str, Worth> = BTreeMap::new();
    for contract in contracts {
        let worth = of_contract(contract);
        under_contract
            .entry(&contract.customer)
            .and_modify(|sum| {
                sum.expected_minor += worth.expected_minor;
                sum.low_minor += worth.low_minor;
                sum.high_minor += worth.high_minor;
                sum.formula = format!("{}; {}", sum.formula, worth.formula);
            })
            .or_insert(worth);
    }
    all.extend(under_contract.into_iter().map(|(customer, worth)| (customer.to_owned(), worth)));
    ranked(all.into_values().collect())
}

fn ranked(mut all: Vec<Worth>) -> Vec<Worth> {
    all.sort_by_key(|worth| worth.expected_minor);
    let n = all.len() as f64;
    for at in 0..all.len() {
        let less = all[..at].iter().filter(|w| w.expected_minor < all[at].expected_minor).count();
        all[at].lower_share = less as f64 / n;
    }
    all
}

fn of_orders(orders: &[Order], now: Timestamp) -> Vec<Worth> {
    let mut by_customer: BTreeMap<&str, Vec<&Order>> = BTreeMap::new();
    for order in orders.iter().filter(|order| order.at_ms <= now.as_millisecond()) {
        by_customer.entry(&order.customer).or_default().push(order);
    }
    let known: Vec<(&str, &str, Orders)> = by_customer
        .into_iter()
        .filter_map(|(customer, orders)| {
            let currency = orders[0].currency.as_str();
            Some((customer, currency, history(&orders, currency, now)?))
        })
        .collect();
    let base: Vec<Orders> = known.iter().map(|(.., orders)| *orders).collect();
    let (Some(buying), Some(spending)) = (Buying::fit(&base), Spending::fit(&base)) else {
        return Vec::new();
    };
    let worth = |(customer, currency, orders): (&str, &str, Orders)| {
        let of = value(&buying, &spending, &orders, WEEKS_AHEAD);
        let minor = |money: f64| if money.is_finite() { money.round() as i64 } else { 0 };
        let still = buying.still_buys(&orders) * 100.0;
        let (times, each) = (
            buying.expected_orders(&orders, WEEKS_AHEAD),
            spending.expected_spend(&orders) / 100.0,
        );
        Worth {
            customer: customer.to_owned(),
            method: "orders",
            expected_minor: minor(of.expected),
            low_minor: minor(of.low),
            high_minor: minor(of.high),
            currency: currency.to_owned(),
            lower_share: 0.0,
            formula: format!(
                "{} orders so far; still a customer with {still:.0} %; {times:.1} orders of \
                 {each:.2} {currency} expected in 52 weeks (BG/NBD and Gamma-Gamma)",
                orders.repeats + 1,
            ),
        }
    };
    known.into_iter().map(worth).collect()
}

/// A customer's orders as the models see them, in weeks and minor units.
fn history(orders: &[&Order], currency: &str, now: Timestamp) -> Option<Orders> {
    let of: Vec<&&Order> = orders.iter().filter(|order| order.currency == currency).collect();
    let first = of.iter().map(|order| order.at_ms).min()?;
    let last = of.iter().map(|order| order.at_ms).max()?;
    let spent: i64 = of.iter().map(|order| order.amount_minor).sum();
    Some(Orders {
        repeats: u32::try_from(of.len() - 1).unwrap_or(u32::MAX),
        last_at: (last - first) as f64 / WEEK_MS,
        known_for: (now.as_millisecond() - first) as f64 / WEEK_MS,
        mean_spend: spent as f64 / of.len() as f64,
    })
}

/// How sure a retention is, for the interval of a contract: five points to either side.
const RETENTION_SPREAD: f64 = 0.05;

fn of_contract(contract: &Contract) -> Worth {
    let (margin, stays) = (contract.margin_minor as f64, contract.retention);
    let at = |stays: f64| contract_value(margin, stays, DISCOUNT_A_MONTH).round() as i64;
    Worth {
        customer: contract.customer.clone(),
        method: "contract",
        expected_minor: at(stays),
        low_minor: at((stays - RETENTION_SPREAD).max(0.0)),
        high_minor: at((stays + RETENTION_SPREAD).min(0.999)),
        currency: contract.currency.clone(),
        lower_share: 0.0,
        formula: format!(
            "contract: {:.2} {} a month, {:.1} % stay each month, 0.8 % discount a month",
            margin / 100.0,
            contract.currency,
            stays * 100.0
        ),
    }
}

/// One row of a file.
#[derive(Clone, Debug, PartialEq)]
pub enum Row {
    /// An order.
    Order(OrderRow),
    /// A contract.
    Contract(ContractRow),
}

/// An order in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderRow {
    /// The company's own number of it.
    pub reference: String,
    /// An e-mail address, or the company's own number of the customer.
    pub customer: String,
    /// Minor units.
    pub amount_minor: i64,
    /// ISO 4217.
    pub currency: String,
    /// When.
    pub at: Timestamp,
}

/// A contract in a file.
#[derive(Clone, Debug, PartialEq)]
pub struct ContractRow {
    /// The company's own number of it.
    pub reference: String,
    /// An e-mail address, or the company's own number of the customer.
    pub customer: String,
    /// What a month brings, in minor units.
    pub margin_minor: i64,
    /// ISO 4217.
    pub currency: String,
    /// The share that stays each month.
    pub retention: f64,
    /// Since when.
    pub since: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
}

/// Reads a row by its named cells: an order has `order`, `customer`, `at`, `amount`, `currency`; a
/// contract has `contract`, `customer`, `since`, `margin`, `currency`, `retention` and maybe
/// `ended`. Moments are days or RFC 3339, money is decimal.
///
/// # Errors
/// A sentence that names the cell.
pub fn row(cell: impl Fn(&str) -> String) -> Result<Row, String> {
    let needed = |name: &str| {
        let text = cell(name).trim().to_owned();
        if text.is_empty() { Err(format!("`{name}` is empty")) } else { Ok(text) }
    };
    let currency = needed("currency")?.to_uppercase();
    if currency.len() != 3 || !currency.bytes().all(|b| b.is_ascii_uppercase()) {
        return Err(format!("`currency` is {currency}, not a code such as EUR"));
    }
    let customer = needed("customer")?;
    if cell("contract").trim().is_empty() {
        return Ok(Row::Order(OrderRow {
            reference: needed("order")?,
            customer,
            amount_minor: money("amount", &needed("amount")?)?,
            currency,
            at: moment("at", &needed("at")?)?,
        }));
    }
    let retention: f64 =
        needed("retention")?.parse().map_err(|_| "`retention` is no number".to_owned())?;
    if !(0.0..1.0).contains(&retention) {
        return Err("`retention` is a share from 0 to below 1, such as 0.98".to_owned());
    }
    let ended = cell("ended");
    let ended_at = match ended.trim() {
        "" => None,
        text => Some(moment("ended", text)?),
    };
    Ok(Row::Contract(ContractRow {
        reference: needed("contract")?,
        customer,
        margin_minor: money("margin", &needed("margin")?)?,
        currency,
        retention,
        since: moment("since", &needed("since")?)?,
        ended_at,
    }))
}

fn money(name: &str, text: &str) -> Result<i64, String> {
    let wrong = || format!("`{name}` is {text}, not money such as 12.50");
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let all_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || part.len() > 2 || !all_digits(whole) || !all_digits(part) {
        return Err(wrong());
    }
    let whole: i64 = whole.parse().map_err(|_| wrong())?;
    let cents: i64 = format!("{part:0<2}").parse().map_err(|_| wrong())?;
    whole.checked_mul(100).and_then(|minor| minor.checked_add(cents)).ok_or_else(wrong)
}

fn moment(name: &str, text: &str) -> Result<Timestamp, String> {
    let day = |text: &str| -> Option<Timestamp> {
        let date: jiff::civil::Date = text.parse().ok()?;
        Some(date.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp())
    };
    let at = text.parse().ok().or_else(|| day(text));
    at.ok_or_else(|| format!("`{name}` is {text}, not a day such as 2026-11-19"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn thursday() -> Timestamp {
        "2026-11-19T13:08:00Z".parse().unwrap()
    }

    fn order(customer: &str, weeks_ago: i64, minor: i64) -> Order {
        let at_ms = thursday().as_millisecond() - weeks_ago * 604_800_000;
        let (customer, currency) = (customer.to_owned(), "EUR".to_owned());
        Order { customer, amount_minor: minor, currency, at_ms }
    }

    fn base() -> Vec<Order> {
        let mut all = Vec::new();
        for n in 0..30_i64 {
            let name = format!("c{n}");
            all.push(order(&name, 50 - n % 9, 2_000 + 100 * n));
            for again in 0..n % 4 {
                all.push(order(&name, 30 - 9 * again, 2_000 + 100 * n));
            }
        }
        all.push(order("often", 50, 9_000));
        all.extend((0..12).map(|n| order("often", 46 - 4 * n + 1, 9_000)));
        all
    }

    #[test]
    fn who_orders_often_and_lately_is_worth_most_and_the_interval_holds_the_value() {
        let all = worths(&base(), &[], thursday());
        let best = all.last().unwrap();
        assert_eq!((best.customer.as_str(), best.method), ("often", "orders"));
        assert!(best.lower_share > 0.9, "{best:?}");
        for worth in &all {
            assert!(worth.low_minor <= worth.expected_minor, "{worth:?}");
            assert!(worth.expected_minor <= worth.high_minor, "{worth:?}");
        }
        assert!(best.formula.contains("13 orders so far"), "{}", best.formula);
    }

    #[test]
    fn a_contract_goes_before_orders_and_one_order_is_no_ground_for_a_model() {
        let contract = Contract {
            customer: "often".to_owned(),
            margin_minor: 1_000,
            currency: "EUR".to_owned(),
            retention: 0.95,
        };
        let all = worths(&base(), &[contract.clone(), contract], thursday());
        let own = all.iter().find(|worth| worth.customer == "often").unwrap();
        let once = 1_000.0 * 0.95 / (1.0 + DISCOUNT_A_MONTH - 0.95);
        assert_eq!((own.method, own.expected_minor), ("contract", 2 * once.round() as i64));
        assert!(worths(&[order("one", 4, 100)], &[], thursday()).is_empty());
    }

    #[test]
    fn a_row_is_an_order_or_a_contract_or_says_which_cell_is_wrong() {
        let read = |cells: &[(&str, &str)]| {
            row(|name| {
                let found = cells.iter().find(|(known, _)| *known == name);
                found.map_or(String::new(), |(_, value)| (*value).to_owned())
            })
        };
        let order = [
            ("order", "O-1"),
            ("customer", "amara@example.org"),
            ("at", "2026-11-01"),
            ("amount", "12.5"),
            ("currency", "eur"),
        ];
        let Ok(Row::Order(read_order)) = read(&order) else { panic!("an order") };
        assert_eq!((read_order.amount_minor, read_order.currency.as_str()), (1_250, "EUR"));
        for (at, wrong, name) in [
            (3, "1,250", "amount"),
            (2, "yesterday", "at"),
            (4, "euro", "currency"),
            (0, "", "order"),
        ] {
            let mut cells = order;
            cells[at].1 = wrong;
            assert!(read(&cells).unwrap_err().contains(name), "{name}");
        }
        let contract = [
            ("contract", "K-1"),
            ("customer", "8812"),
            ("since", "2024-01-01"),
            ("margin", "10"),
            ("currency", "EUR"),
            ("retention", "1.2"),
        ];
        assert!(read(&contract).unwrap_err().contains("retention"));
    }

    proptest! {
        #[test]
        fn money_is_read_as_it_is_written(whole in 0_i64..1_000_000_000, cents in 0_i64..100) {
            let text = format!("{whole}.{cents:02}");
            prop_assert_eq!(money("amount", &text), Ok(whole * 100 + cents));
        }

        #[test]
        fn any_cell_is_read_or_refused(text in "\\PC{0,40}") {
            prop_assert!(money("amount", &text).map_or(0, |minor| minor) >= 0);
            let day = moment("at", &text);
            prop_assert!(day.is_ok() || day.is_err_and(|why| why.contains("at")));
        }
    }
}
