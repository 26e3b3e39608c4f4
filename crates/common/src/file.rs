//! Reading and writing files that somebody else may have put something in the
//! way of: a link to another file, a pipe that never ends.

use std::fs::{File, OpenOptions, Permissions};
use std::io::{Error, ErrorKind, Read, Result, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;

/// As many links as Linux follows.
const MAX_LINKS: usize = 40;

/// Reads a regular file.
///
/// # Errors
/// If it is not one (a pipe, a device, a folder), has more than `limit` bytes, or
/// can only be reached through another user's symbolic link.
pub fn read(path: &Path, limit: u64) -> Result<Vec<u8>> {
    let file = open_regular(&follow(path)?, OpenOptions::new().read(true))?;
    let mut bytes = Vec::new();
    file.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        let why = format!("it has more than {limit} bytes");
        return Err(Error::new(ErrorKind::FileTooLarge, why));
    }
    Ok(bytes)
}

/// Opens a regular file, not through a symbolic link, and without waiting for
/// the other end of a pipe.
///
/// # Errors
/// If it cannot be opened, or is not a regular file.
pub(crate) fn open_regular(path: &Path, options: &mut OpenOptions) -> Result<File> {
    let bits = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits();
    let flags = i32::try_from(bits).map_err(Error::other)?;
    let file = options.custom_flags(flags).open(path).map_err(|error| {
        if path.is_symlink() && error.kind() != ErrorKind::PermissionDenied {
            return Error::other("it is a symbolic link");
        }
        error
    })?;
    if !file.metadata()?.is_file() {
        return Err(Error::other("it is not a regular file"));
    }
    Ok(file)
}

/// Writes a new file with mode 0600 and syncs it to disk. What is there under
/// its name is replaced, never written to: it may be a link.
///
/// # Errors
/// If it cannot be written.
pub(crate) fn write_private(path: &Path, text: &[u8]) -> Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(0o600);
    let mut file = options.open(path)?;
    // The umask may have taken more away.
    file.set_permissions(Permissions::from_mode(0o600))?;
    file.write_all(text)?;
    file.sync_all()
}

/// The file that `path` stands for: itself, or the end of symbolic links. There
/// may be nothing there.
///
/// # Errors
/// If one of the links belongs to another user (root's are followed), or there
/// are too many.
pub(crate) fn follow(path: &Path) -> Result<PathBuf> {
    let root = 0;
    follow_links_of(&[rustix::process::geteuid().as_raw(), root], path)
}

fn follow_links_of(users: &[u32], path: &Path) -> Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..MAX_LINKS {
        let link = match std::fs::symlink_metadata(&path) {
            Ok(found) if found.is_symlink() => found,
            // Opening it says what is wrong with it.
            _ => return Ok(path),
        };
        if !users.contains(&link.uid()) {
            return Err(Error::other(format!(
                "{} is a symbolic link that belongs to another user",
                path.display()
            )));
        }
        let target = std::fs::read_link(&path)?;
        path = match path.parent() {
            Some(folder) => folder.join(target),
            None => target,
        };
    }
    Err(Error::other("it is a symbolic link that leads nowhere"))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;
    use std::process::Command;

    use super::*;

    fn refusal(path: &Path) -> String {
        read(path, 10).unwrap_err().to_string()
    }

    #[test]
    fn only_regular_files_are_read_and_at_once() {
        let dir = tempfile::tempdir().unwrap();
        let pipe = dir.path().join("pipe");
        let mkfifo = Command::new("mkfifo").arg(&pipe).status();
        assert!(mkfifo.unwrap().success());
        for path in [&pipe, Path::new("/dev/zero"), dir.path()] {
            assert_eq!(refusal(path), "it is not a regular file");
        }
        let file = dir.path().join("file");
        std::fs::write(&file, "0123456789").unwrap();
        assert_eq!(read(&file, 10).unwrap(), b"0123456789");
        let too_long = read(&file, 9).unwrap_err().to_string();
        assert_eq!(too_long, "it has more than 9 bytes");
    }

    #[test]
    fn links_of_ours_are_followed_and_no_others() {
        let dir = tempfile::tempdir().unwrap();
        let (file, link) = (dir.path().join("file"), dir.path().join("link"));
        std::fs::write(&file, "text").unwrap();
        symlink("file", &link).unwrap();
        symlink("link", dir.path().join("second")).unwrap();
        assert_eq!(read(&dir.path().join("second"), 10).unwrap(), b"text");
        let ours = link.symlink_metadata().unwrap().uid();
        assert_eq!(follow_links_of(&[ours], &link).unwrap(), file);
        // To another user, it is one that somebody else has planted.
        let why = follow_links_of(&[ours + 1], &link).unwrap_err().to_string();
        assert!(why.contains("belongs to another user"), "{why}");
        symlink("circle", dir.path().join("circle")).unwrap();
        assert!(refusal(&dir.path().join("circle")).contains("leads nowhere"));
    }

    #[test]
    fn writing_replaces_a_link_and_leaves_its_target() {
        let dir = tempfile::tempdir().unwrap();
        let (precious, planted) = (dir.path().join("precious"), dir.path().join("planted"));
        std::fs::write(&precious, "mine").unwrap();
        symlink(&precious, &planted).unwrap();
        write_private(&planted, b"new").unwrap();
        assert_eq!(std::fs::read(&precious).unwrap(), b"mine");
        assert_eq!(std::fs::read(&planted).unwrap(), b"new");
        assert!(!planted.is_symlink());
        assert_eq!(planted.metadata().unwrap().mode() & 0o777, 0o600);
    }
}
