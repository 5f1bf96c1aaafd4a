//! Which screens the centre wants, by patient, site and manner (workflow.md section 4).

use crate::certificate::Standing;
use crate::earlier;
use crate::manner::{Bundling, Manner, Site};
use crate::patient::Patient;
use model::{Consent, ConsentItem, ConsentScreen, Timestamp, Validity};

const SIX_INFOS: [ConsentItem; 6] = [
    ConsentItem::DiagnosisNames,
    ConsentItem::Infections,
    ConsentItem::DrugAllergies,
    ConsentItem::OtherAllergies,
    ConsentItem::Tests,
    ConsentItem::Prescriptions,
];

/// What the screens depend on.
pub(crate) struct Case<'a> {
    pub(crate) patient: &'a Patient,
    pub(crate) standing: Standing,
    pub(crate) site: Site,
    pub(crate) manner: &'a Manner,
    /// What this patient answered here before.
    pub(crate) earlier: &'a [Consent],
    pub(crate) now: Timestamp,
}

/// The screens in the centre's order. In the grace only the qualification is given (workflow.md section 9), and nothing
/// is asked of whoever is not insured. 限度額 is never asked with the card.
pub(crate) fn screens(of: &Case<'_>) -> Vec<ConsentScreen> {
    let insured = matches!(of.patient.validity, Validity::Valid | Validity::ValidUnregistered);
    if of.standing == Standing::InGrace || !insured {
        return Vec::new();
    }
    let mut screens = of.patient.screens.clone().unwrap_or_else(|| by_site(of));
    if of.manner.carry_over && may_carry_over(of, &screens) {
        screens.insert(0, screen("carry-over", &[ConsentItem::CarryOver]));
    }
    screens
}

/// Whether a screen only opens information: such a one is spared by a carry-over before it.
pub(crate) fn is_spared(screen: &ConsentScreen) -> bool {
    screen.items.iter().all(|item| item.opens_information())
}

/// Only if nothing would stay unasked: the earlier answers cover every screen that would be spared, and still hold.
fn may_carry_over(of: &Case<'_>, screens: &[ConsentScreen]) -> bool {
    let answered = |item: &ConsentItem| {
        of.earlier.iter().any(|consent| consent.item == *item && earlier::holds(consent, of.now))
    };
    let mut spared = screens.iter().filter(|screen| is_spared(screen)).flat_map(|screen| &screen.items);
    screens.iter().any(is_spared) && spared.all(answered)
}

fn by_site(of: &Case<'_>) -> Vec<ConsentScreen> {
    let mut screens = Vec::new();
    if !of.patient.specific_diseases.is_empty() {
        screens.push(screen("specific-diseases", &[ConsentItem::SpecificDiseases]));
    }
    screens.extend(medical(of.site, of.manner.bundling));
    screens.push(screen("operations", &[ConsentItem::Operations]));
    match (of.manner.six_infos, of.manner.prescriptions, of.site) {
        (true, _, _) => screens.push(screen("six-infos", &SIX_INFOS)),
        (false, true, Site::Pharmacy) => {
            screens.push(screen("prescriptions", &[ConsentItem::Prescriptions]));
        }
        (false, _, _) => {}
    }
    if of.patient.medical_assistance.is_some() {
        screens.push(screen("medical-assistance", &[ConsentItem::MedicalAssistance]));
    }
    if of.patient.subsidy.is_some() {
        screens.push(screen("subsidy", &[ConsentItem::SubsidyCertificates]));
    }
    if of.manner.prescriptions && of.site == Site::Medical {
        screens.push(screen("prescription-form", &[ConsentItem::ElectronicPrescription]));
    }
    screens
}

/// 特定健診 is for medical sites only.
fn medical(site: Site, bundling: Bundling) -> Vec<ConsentScreen> {
    let all = [
        ("medicines", ConsentItem::Medicines),
        ("diagnosis", ConsentItem::Diagnosis),
        ("health-checkups", ConsentItem::HealthCheckups),
    ];
    let asked =
        all.into_iter().filter(|(_, item)| site == Site::Medical || *item != ConsentItem::HealthCheckups);
    match bundling {
        Bundling::Bundled => {
            vec![screen("medical-information", &asked.map(|(_, item)| item).collect::<Vec<_>>())]
        }
        Bundling::OneByOne => asked.map(|(id, item)| screen(id, &[item])).collect(),
    }
}

fn screen(id: &str, items: &[ConsentItem]) -> ConsentScreen {
    ConsentScreen { id: id.to_owned(), items: items.to_vec() }
}
