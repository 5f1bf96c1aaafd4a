//! Whether the configured authorities are the simulator's.

use centre_wire::marker;
use rustls::pki_types::CertificateDer;
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer;

/// Whether all of them carry the marker extension and the marker's organisation. Unreadable ones do not.
pub(crate) fn all_marked(authorities: &[CertificateDer<'_>]) -> bool {
    !authorities.is_empty() && authorities.iter().all(|authority| is_marked(authority))
}

fn is_marked(der: &[u8]) -> bool {
    let Ok((_, certificate)) = X509Certificate::from_der(der) else { return false };
    let extension = certificate
        .extensions()
        .iter()
        .any(|extension| extension.oid.as_bytes() == marker::OID_DER && extension.value == marker::VALUE);
    let organisation =
        certificate.subject().iter_organization().any(|name| name.as_str() == Ok(marker::ORGANISATION));
    extension && organisation
}
