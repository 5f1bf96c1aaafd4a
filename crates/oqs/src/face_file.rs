//! The name of a file in the face folder.

use crate::local_time;
use model::{InstitutionCode, Timestamp, VisitId};

/// `OQSsiquc01res_face_` + institution (10) + first 80 bits of the visit id (20 upper-case hex) + `_` + local time
/// (14) + `.xml`: the form that every reader known to us takes.
///
/// A pure function of a ledger row, so that telling again meets the same file.
#[must_use]
pub fn face_file_name(institution: &InstitutionCode, visit: &VisitId, at: Timestamp) -> String {
    let visit: String = visit.as_bytes().iter().take(10).map(|byte| format!("{byte:02X}")).collect();
    format!("OQSsiquc01res_face_{institution}{visit}_{}.xml", local_time(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_has_the_form_that_every_reader_takes() {
        let visit: VisitId = "0a1b2c3d4e5f60718293ffffffffffff".parse().unwrap();
        let institution: InstitutionCode = "9991234567".parse().unwrap();
        assert_eq!(
            face_file_name(&institution, &visit, Timestamp(1_933_115_412_000)),
            "OQSsiquc01res_face_99912345670A1B2C3D4E5F60718293_20310405093012.xml"
        );
    }
}
