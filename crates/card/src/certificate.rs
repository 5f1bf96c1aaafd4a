//! What the terminal itself looks at in the authentication certificate (card.md section 5). Whether it may be
//! used is the centre's judgement.

use crate::{CardCas, CardError, Step};
use model::{Pii, Timestamp};
use x509_parser::prelude::{FromDer, X509Certificate};

/// The organisation in the issuer name of the simulator's cards.
const SIMULATED: &str = "JPKI-SIM";

/// The authentication certificate.
#[derive(Debug, Clone)]
pub struct Leaf {
    /// Its last valid moment.
    pub not_after: Timestamp,
    /// 発行番号: the serial number's bytes, which name one person's certificate.
    pub serial: Pii<Vec<u8>>,
    /// O of the issuer: `JPKI`, `JPKI-TEST` or `JPKI-SIM`.
    pub issuer_organisation: String,
    /// Whether it is one of the simulator's: the issuer says so and, when CA certificates are configured, one
    /// of them signed it.
    pub simulated: bool,
    /// The certificate, DER.
    pub der: Pii<Vec<u8>>,
}

/// Reads one DER certificate.
pub(crate) fn read_leaf(der: &[u8], cas: &CardCas) -> Result<Leaf, CardError> {
    let malformed = |cause| CardError::Malformed { step: Step::ReadCertificate, cause };
    let (rest, certificate) =
        X509Certificate::from_der(der).map_err(|_| malformed("not an X.509 certificate"))?;
    if !rest.is_empty() {
        return Err(malformed("bytes behind the certificate"));
    }
    let organisation = certificate.issuer().iter_organization().next();
    let organisation = organisation.and_then(|name| name.as_str().ok());
    let organisation = organisation.ok_or_else(|| malformed("the issuer has no organisation"))?;
    let simulated = organisation == SIMULATED && (cas.is_empty() || cas.signed(&certificate));
    Ok(Leaf {
        not_after: Timestamp(certificate.validity().not_after.timestamp().saturating_mul(1000)),
        serial: Pii::new(certificate.raw_serial().to_vec()),
        issuer_organisation: organisation.to_owned(),
        simulated,
        der: Pii::new(der.to_vec()),
    })
}
