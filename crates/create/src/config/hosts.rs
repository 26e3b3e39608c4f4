//! Cognito's host names, which differ between AWS's partitions.

use common::{Failure, Result};

/// The issuer of a pool's tokens, in its original form: it is in no answer of AWS.
pub(crate) fn issuer(region: &str, pool_id: &str) -> String {
    format!("https://cognito-idp.{region}.amazonaws.com/{pool_id}")
}

/// The address of a pool's sign-in page.
pub(crate) fn sign_in_page(region: &str, prefix: &str) -> String {
    let service = if region.starts_with("us-gov-") {
        "auth-fips"
    } else {
        "auth"
    };
    format!("https://{prefix}.{service}.{region}.amazoncognito.com")
}

/// The parts of the world that the names of AWS's usual and GovCloud's regions
/// begin with.
const KNOWN: [&str; 9] = ["af", "ap", "ca", "eu", "il", "me", "mx", "sa", "us"];

/// Refuses the regions whose host names are not known here.
///
/// # Errors
/// Exit code 2 for a region of China, of a partition that is closed to the public,
/// or of one that did not exist when this was written.
pub(crate) fn check_region(region: &str) -> Result<()> {
    let (place, rest) = region.split_once('-').unwrap_or_default();
    if KNOWN.contains(&place) && !rest.starts_with("iso") {
        return Ok(());
    }
    Err(Failure::usage(format!(
        "Cognito's host names in the region '{region}' are not known to this program"
    ))
    .with_hint("set AWS_DEFAULT_REGION to another region, for example us-east-1"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_partition_has_its_hosts_or_is_refused() {
        assert_eq!(
            sign_in_page("us-east-1", "hello"),
            "https://hello.auth.us-east-1.amazoncognito.com"
        );
        assert_eq!(
            sign_in_page("us-gov-west-1", "hello"),
            "https://hello.auth-fips.us-gov-west-1.amazoncognito.com"
        );
        for known in ["us-east-1", "eu-central-1", "us-gov-west-1", "ap-south-2"] {
            assert!(check_region(known).is_ok(), "{known}");
        }
        for unknown in [
            "cn-north-1",
            "cn-northwest-1",
            "us-iso-east-1",
            "eusc-de-east-1",
            "us-isob-east-1",
            "moon-1",
        ] {
            let error = check_region(unknown).unwrap_err();
            assert!(error.to_string().contains(unknown), "{error}");
            assert_eq!(error.exit(), common::Exit::Usage);
        }
    }
}
