//! The profile in `~/.aws/config`, for a setting that the SDK does not read, and
//! for programs without the SDK.

use std::path::PathBuf;

use super::var;
use crate::file;

/// The longest file that is read, in bytes.
const MAX_LENGTH: u64 = 1024 * 1024;

/// A setting of a profile.
#[derive(Debug, PartialEq)]
pub(crate) struct ProfileSetting {
    /// What is set.
    pub value: String,
    /// Where, in words: `ca_bundle of profile 'school' in /home/ada/.aws/config`.
    pub source: String,
}

/// The value of `key` in the profile in use: `AWS_PROFILE`, else `default`, in
/// `AWS_CONFIG_FILE`, else `~/.aws/config`. What cannot be read is left to the
/// SDK to complain about.
pub(crate) fn setting(key: &str) -> Option<ProfileSetting> {
    let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let home = || Some(PathBuf::from(set("HOME")?).join(".aws/config"));
    let path = set("AWS_CONFIG_FILE").map(PathBuf::from).or_else(home)?;
    let profile = set(var::AWS_PROFILE).unwrap_or_else(|| "default".to_owned());
    let text = String::from_utf8(file::read(&path, MAX_LENGTH).ok()?).ok()?;
    let place = path.display();
    Some(ProfileSetting {
        value: find(&text, &profile, key)?,
        source: format!("{key} of profile '{profile}' in {place}"),
    })
}

/// The key's value in the section of the profile. Lines that begin with a space
/// belong to the setting above them, such as `s3 =`.
fn find(text: &str, profile: &str, key: &str) -> Option<String> {
    let mut is_ours = false;
    let mut found = None;
    for line in text.lines() {
        if let Some(section) = line.strip_prefix('[') {
            let name = section.split(']').next().unwrap_or_default().trim();
            let of_profile = name.strip_prefix("profile").filter(|rest| {
                // `[profilex]` is not a profile.
                rest.starts_with([' ', '\t'])
            });
            is_ours = match of_profile {
                Some(rest) => rest.trim() == profile,
                None => profile == "default" && name == "default",
            };
        } else if let Some((name, value)) = line.split_once('=')
            && is_ours
            && name.trim_end() == key
        {
            let end = [" #", " ;", "\t#", "\t;"]
                .iter()
                .filter_map(|comment| value.find(comment))
                .min();
            found = Some(value[..end.unwrap_or(value.len())].trim().to_owned());
        }
    }
    found.filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: &str = "\
# a comment
[default]
ca_bundle = /default.pem
[profile school] # another
region=eu-west-1
s3 =
  ca_bundle = /nested.pem
ca_bundle\t= /path with = in/it.pem  # a comment
[profilex]
ca_bundle = /no-profile.pem
[services school]
ca_bundle = /services.pem
[profile  empty ]
ca_bundle =
[sso-session x]
";

    #[test]
    fn a_setting_comes_from_the_section_of_the_profile() {
        let found = |profile| find(CONFIG, profile, "ca_bundle");
        assert_eq!(found("default").as_deref(), Some("/default.pem"));
        assert_eq!(found("school").as_deref(), Some("/path with = in/it.pem"));
        assert_eq!(found("empty"), None);
        assert_eq!(found("nobody"), None);
        assert_eq!(found("x"), None);
        let other_form = "[profile default]\nca_bundle = /a.pem\n";
        let found = find(other_form, "default", "ca_bundle");
        assert_eq!(found.as_deref(), Some("/a.pem"));
    }
}
