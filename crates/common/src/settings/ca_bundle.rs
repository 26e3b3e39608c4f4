//! Certificate authorities to trust beside the system's: a company's proxy and
//! AWS's own emulator have one of theirs.

use std::path::Path;
use std::sync::OnceLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use super::aws_profile::{self, ProfileSetting};
use super::var;
use crate::failure::{Failure, Result};
use crate::file;

/// The longest file that is read, in bytes.
const MAX_LENGTH: u64 = 16 * 1024 * 1024;

/// What to do about a certificate that is not trusted.
pub const UNTRUSTED_HINT: &str = "if a proxy of your company or an emulator has a certificate authority of its own, name its file: AWS_CA_BUNDLE (or ca_bundle in the AWS profile) is trusted beside the system's, SSL_CERT_FILE in place of them";

/// What an error of rustls begins with if a certificate is not trusted.
const UNTRUSTED: &str = "invalid peer certificate";

static CONFIGURED: OnceLock<Vec<u8>> = OnceLock::new();

/// The configured certificates, in PEM. Every HTTP client of this process
/// trusts them; [`Settings::load`](crate::Settings::load) has read and checked them.
pub fn pem() -> Option<&'static [u8]> {
    CONFIGURED.get().map(Vec::as_slice)
}

/// Whether the text of an error says that a certificate is not trusted.
pub fn is_untrusted(error: &str) -> bool {
    error.contains(UNTRUSTED)
}

/// Reads `AWS_CA_BUNDLE`, else the profile's `ca_bundle`.
///
/// # Errors
/// Exit code 2 if it cannot be read, or does not hold certificates.
pub(crate) fn load() -> Result<()> {
    let variable = std::env::var(var::AWS_CA_BUNDLE)
        .ok()
        .filter(|value| !value.is_empty())
        .map(|value| ProfileSetting {
            value,
            source: var::AWS_CA_BUNDLE.to_owned(),
        });
    if let Some(setting) = variable.or_else(|| aws_profile::setting("ca_bundle")) {
        let pem = read(Path::new(&setting.value)).map_err(|why| {
            Failure::usage(format!("{} '{}': {why}", setting.source, setting.value))
                .with_hint("it is the path of a file with certificates in PEM")
        })?;
        // A second call in one process reads the same setting.
        let _ = CONFIGURED.set(pem);
    }
    Ok(())
}

/// The certificates in the file that rustls can use. Others, as old bundles have
/// them, are left out: the clients' libraries would not all do that.
fn read(path: &Path) -> Result<Vec<u8>, String> {
    let pem = file::read(path, MAX_LENGTH).map_err(|error| error.to_string())?;
    let mut roots = RootCertStore::empty();
    let mut usable = String::new();
    let mut refused = None;
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        let added = certificate
            .map_err(|error| error.to_string())
            .and_then(|certificate| {
                let added = roots.add(certificate.clone());
                added.map_err(|error| error.to_string())?;
                Ok(certificate)
            });
        match added {
            Ok(certificate) => usable.push_str(&to_pem(&certificate)),
            Err(why) => refused = Some(why),
        }
    }
    match refused {
        _ if !usable.is_empty() => Ok(usable.into_bytes()),
        Some(why) => Err(format!("it has no certificate that can be used ({why})")),
        None => Err("it has no certificate".to_owned()),
    }
}

/// A certificate in PEM (RFC 7468 section 2).
pub fn to_pem(certificate: &CertificateDer<'_>) -> String {
    let mut pem = "-----BEGIN CERTIFICATE-----\n".to_owned();
    for line in STANDARD.encode(certificate).as_bytes().chunks(64) {
        pem.push_str(&String::from_utf8_lossy(line));
        pem.push('\n');
    }
    pem + "-----END CERTIFICATE-----\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_bundle_is_refused_with_a_reason() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("ca.pem");
        let refusal = |text: &str| {
            std::fs::write(&path, text).unwrap();
            read(&path).unwrap_err()
        };
        assert_eq!(refusal("no PEM"), "it has no certificate");
        let key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
        assert_eq!(refusal(key), "it has no certificate");
        let garbage = key.replace("PRIVATE KEY", "CERTIFICATE");
        let why = refusal(&garbage);
        assert!(why.contains("no certificate that can be used"), "{why}");
        assert!(read(dir.path()).unwrap_err().contains("not a regular file"));
    }
}
