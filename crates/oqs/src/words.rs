//! Insurance in the words of the card, for staff. Labels are Japanese and English, values as the card prints them.

mod era;
mod label;
mod values;

pub use label::{Item, Label};

use crate::{Message, PersonQualification};
use serde::Serialize;

/// One line about a qualification. Personal.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// What it is about.
    pub item: Item,
    /// What it is called.
    pub label: Label,
    /// As staff read it; a code that is not known stands as it came.
    pub value: String,
}

/// The lines about one qualification, in the order of a card. Personal.
#[derive(Clone, Default, PartialEq, Eq, Serialize)]
pub struct CardWords {
    /// The lines; what the centre did not say has none.
    pub lines: Vec<Line>,
}

/// The lines about each qualification of a message, in its order.
#[must_use]
pub fn words(message: &Message) -> Vec<CardWords> {
    message.body.result_list.iter().map(of_one).collect()
}

fn of_one(of: &PersonQualification) -> CardWords {
    let mut words = CardWords::default();
    words.say(Item::Kind, of.insured_card_classification.as_deref().map(values::kind));
    words.numbers(of);
    words.say(Item::Family, of.personal_family_classification.as_deref().map(values::family));
    words.say(Item::Preschool, of.preschool_classification.as_deref().map(values::preschool));
    words.say(Item::Ratio, of.insured_partial_contribution_ratio.as_deref().map(values::ratio));
    words.elderly(of);
    words.limit(of);
    words.days(of);
    words.tickets(of);
    words
}

impl CardWords {
    fn say(&mut self, item: Item, value: Option<impl Into<String>>) {
        let value = value.map(Into::into).filter(|value: &String| !value.trim().is_empty());
        self.lines.extend(value.map(|value| Line { item, label: item.label(), value }));
    }

    /// 医療扶助 has its own numbers in the same elements (oqs-files.md section 7.4).
    fn numbers(&mut self, of: &PersonQualification) {
        let (insurer, name, number) = match of.insured_card_classification.as_deref() {
            Some("A1") => (Item::PayerNumber, Item::WelfareOffice, Item::BeneficiaryNumber),
            _ => (Item::InsurerNumber, Item::InsurerName, Item::Number),
        };
        self.say(insurer, of.insurer_number.as_deref().map(str::trim));
        self.say(name, of.insurer_name.as_deref());
        self.say(number, as_printed(of));
    }

    fn elderly(&mut self, of: &PersonQualification) {
        let Some(of) = &of.elderly_recipient_certificate_info else { return };
        self.say(Item::ElderlyRatio, of.elderly_recipient_contribution_ratio.as_deref().map(values::ratio));
        let period = period(
            of.elderly_recipient_valid_start_date.as_deref(),
            of.elderly_recipient_valid_end_date.as_deref(),
        );
        self.say(Item::ElderlyPeriod, period);
    }

    fn limit(&mut self, of: &PersonQualification) {
        let Some(of) = &of.limit_application_certificate_related_info else { return };
        let kind = of.limit_application_certificate_classification.as_deref();
        let class = of.limit_application_certificate_classification_flag.as_deref();
        let period = period(
            of.limit_application_certificate_valid_start_date.as_deref(),
            of.limit_application_certificate_valid_end_date.as_deref(),
        );
        self.say(Item::LimitKind, kind.map(values::limit_kind));
        self.say(Item::LimitClass, class.map(values::limit_class));
        self.say(Item::LimitPeriod, period);
        let long_stay = of.limit_application_certificate_long_term_date.as_deref();
        self.say(Item::LimitLongStay, long_stay.map(era::day));
    }

    fn days(&mut self, of: &PersonQualification) {
        self.say(Item::QualifiedOn, of.qualification_date.as_deref().map(era::day));
        let period =
            period(of.insured_card_valid_date.as_deref(), of.insured_card_expiration_date.as_deref());
        self.say(Item::Period, period);
        self.say(Item::LostOn, of.disqualification_date.as_deref().map(era::day));
        self.say(Item::LossReason, of.reason_of_loss.as_deref().map(values::loss));
    }

    fn tickets(&mut self, of: &PersonQualification) {
        for ticket in &of.public_expense_result_list {
            let period = period(
                ticket.medical_ticket_valid_date.as_deref(),
                ticket.medical_ticket_expiration_date.as_deref(),
            );
            self.say(Item::Ticket, ticket.ticket_type.as_deref().map(values::ticket));
            self.say(Item::TicketNumber, ticket.issue_number.as_deref());
            self.say(Item::TicketMonth, ticket.medical_treatment_month.as_deref().map(era::month));
            self.say(Item::TicketPeriod, period);
            self.say(Item::Treatment, ticket.medical_treatment_type.as_deref().map(values::treatment));
            self.say(Item::UseAlone, ticket.single_or_combined_use.as_deref().map(values::use_alone));
            self.say(Item::SelfPay, ticket.self_pay_amount.as_deref().map(values::yen));
            let insurance = ticket.status_of_social_insurance.as_deref();
            self.say(Item::SocialInsurance, insurance.map(values::present));
        }
    }
}

/// `記号 番号（枝番）02`, with what there is of it.
fn as_printed(of: &PersonQualification) -> Option<String> {
    let symbol_and_number: Vec<&str> = [&of.insured_card_symbol, &of.insured_identification_number]
        .into_iter()
        .filter_map(|part| present(part.as_deref()))
        .collect();
    let branch = present(of.insured_branch_number.as_deref()).map(|branch| format!("（枝番）{branch}"));
    let printed = symbol_and_number.join(" ") + branch.as_deref().unwrap_or_default();
    (!printed.is_empty()).then_some(printed)
}

/// From a day to a day; without its end it is open.
fn period(from: Option<&str>, until: Option<&str>) -> Option<String> {
    let [from, until] = [from, until].map(|day| present(day).map(era::day));
    (from.is_some() || until.is_some())
        .then(|| format!("{}～{}", from.unwrap_or_default(), until.unwrap_or_default()))
}

/// A value of spaces alone is none.
fn present(value: Option<&str>) -> Option<&str> {
    value.filter(|value| !value.trim().is_empty())
}

/// Tells nothing: the value is personal.
impl std::fmt::Debug for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Line({:?})", self.item)
    }
}

/// Tells nothing: the values are personal.
impl std::fmt::Debug for CardWords {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CardWords(…)")
    }
}
