//! The function's zip, as cargo-lambda builds it, checked before it is uploaded.
//!
//! `bootstrap` becomes executable in the copy that is uploaded: a zip made on
//! Windows has no permissions at all, and Lambda would not start the program.
//!
//! Each build writes the time into the zip. It is removed, so that the same
//! program gives the same zip: AWS's `CodeSha256` then tells whether it changed.

use std::io::{Cursor, ErrorKind, Read};
use std::path::Path;

use aws_lc_rs::digest::{SHA256, digest};
use aws_sdk_lambda::types::Architecture;
use base64::{Engine, engine::general_purpose::STANDARD};
use common::{Failure, Result, file};
use object::{Endianness, elf, read::elf::FileHeader};
use zip::result::ZipResult;
use zip::{DateTime, ZipArchive, ZipWriter};

/// The program that Lambda's `provided.al2023` runtime starts.
const BOOTSTRAP: &str = "bootstrap";

/// What Lambda takes in one request, in bytes: "50 MB (zipped, for direct upload)".
const MAX_LENGTH: u64 = 50 * 1024 * 1024;

/// The length of a 64-bit ELF header, in bytes.
const ELF_HEADER: u64 = 64;

/// A zip that Lambda can run.
#[derive(Debug)]
pub(crate) struct ZipFile {
    /// The zip, without the times of its files, and with an executable `bootstrap`.
    pub bytes: Vec<u8>,
    /// What Lambda calls `CodeSha256`: the SHA-256 of `bytes`, in base64.
    pub code_sha256: String,
    /// Read from the ELF header of `bootstrap`, never configured.
    pub architecture: Architecture,
}

impl ZipFile {
    /// Reads the zip at `path`.
    ///
    /// # Errors
    /// Exit code 2 if it is missing, not a zip, larger than Lambda takes, or has
    /// no `bootstrap` that is a Linux program for arm64 or x86_64.
    pub(crate) fn open(path: &Path) -> Result<ZipFile> {
        let refuse = |why: String| {
            Failure::usage(format!("{}: {why}", path.display()))
                .with_hint("run 'make' to build the function, or set LAMBDA_ZIP to a zip made by 'cargo lambda build --output-format zip'")
        };
        let bytes = file::read(path, MAX_LENGTH).map_err(|error| {
            refuse(match error.kind() {
                ErrorKind::FileTooLarge => {
                    "it has more than 50 MB, and Lambda takes no more in one request".to_owned()
                }
                _ => format!("the function's zip cannot be read ({error})"),
            })
        })?;
        let architecture = architecture(&bytes).map_err(refuse)?;
        let bytes =
            for_upload(&bytes).map_err(|error| refuse(format!("it cannot be read ({error})")))?;
        Ok(ZipFile {
            code_sha256: STANDARD.encode(digest(&SHA256, &bytes)),
            bytes,
            architecture,
        })
    }
}

/// Copies the compressed files, all dated 1980, the earliest date in a zip.
fn for_upload(zip: &[u8]) -> ZipResult<Vec<u8>> {
    let mut archive = ZipArchive::new(Cursor::new(zip))?;
    let mut copy = ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..archive.len() {
        let file = archive.by_index_raw(index)?;
        let mode = if file.name()? == BOOTSTRAP {
            Some(0o755)
        } else {
            file.unix_mode()
        };
        copy.raw_copy_file_touch(file, DateTime::default(), mode)?;
    }
    Ok(copy.finish()?.into_inner())
}

fn architecture(zip: &[u8]) -> Result<Architecture, String> {
    let mut archive = ZipArchive::new(Cursor::new(zip))
        .map_err(|error| format!("it is not a zip file ({error})"))?;
    let mut file = archive
        .by_name(BOOTSTRAP)
        .map_err(|_| "the zip has no file 'bootstrap'".to_owned())?;
    // The header is enough; the rest is read only to verify the checksum.
    let mut header = Vec::new();
    file.by_ref()
        .take(ELF_HEADER)
        .read_to_end(&mut header)
        .and_then(|_| std::io::copy(&mut file, &mut std::io::sink()))
        .map_err(|error| format!("'bootstrap' cannot be unpacked ({error})"))?;
    machine(&header)
        .ok_or_else(|| "'bootstrap' is not a Linux program for arm64 or x86_64".to_owned())
}

/// The architecture in an ELF header.
fn machine(program: &[u8]) -> Option<Architecture> {
    let header = elf::FileHeader64::<Endianness>::parse(program).ok()?;
    let endian = header.endian().ok()?;
    let runs = matches!(header.e_type(endian), elf::ET_EXEC | elf::ET_DYN);
    match header.e_machine(endian) {
        elf::EM_X86_64 if runs => Some(Architecture::X8664),
        elf::EM_AARCH64 if runs => Some(Architecture::Arm64),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use zip::write::SimpleFileOptions;

    use super::*;

    fn zip_of(name: &str, content: &[u8]) -> Vec<u8> {
        zip_with_mode(2026, 0o755, name, content)
    }

    fn zip_with_mode(year: u16, mode: u32, name: &str, content: &[u8]) -> Vec<u8> {
        let time = DateTime::from_date_and_time(year, 1, 2, 3, 4, 6).unwrap();
        let options = SimpleFileOptions::default()
            .last_modified_time(time)
            .unix_permissions(mode);
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        zip.start_file(name, options).unwrap();
        zip.write_all(content).unwrap();
        zip.finish().unwrap().into_inner()
    }

    /// The 64 bytes of an ELF header, little-endian.
    fn elf_header(kind: u8, machine: u8) -> Vec<u8> {
        let mut header = vec![0; 64];
        header[..7].copy_from_slice(&[0x7f, b'E', b'L', b'F', 2, 1, 1]);
        header[16] = kind;
        header[18] = machine;
        header
    }

    #[test]
    fn the_architecture_comes_from_the_header() {
        let read = |machine| architecture(&zip_of("bootstrap", &elf_header(3, machine)));
        assert_eq!(read(62), Ok(Architecture::X8664));
        assert_eq!(read(183), Ok(Architecture::Arm64));
        let arm_of_32_bits = read(40).unwrap_err();
        assert!(arm_of_32_bits.contains("not a Linux program"));
    }

    #[test]
    fn a_zip_does_not_depend_on_the_clock() {
        let [one, other] = [2025, 2026].map(|year| zip_with_mode(year, 0o755, "bootstrap", b"x"));
        assert_ne!(one, other);
        let copy = for_upload(&one).unwrap();
        assert_eq!(copy, for_upload(&other).unwrap());
        let mut uploaded = ZipArchive::new(Cursor::new(copy)).unwrap();
        let mut file = uploaded.by_index(0).unwrap();
        assert_eq!(file.unix_mode().map(|mode| mode & 0o777), Some(0o755));
        let mut content = String::new();
        file.read_to_string(&mut content).unwrap();
        assert_eq!(file.name().unwrap(), "bootstrap");
        assert_eq!(content, "x");
    }

    #[test]
    fn bootstrap_is_executable_and_nothing_else_is_changed() {
        for (name, uploaded) in [("bootstrap", 0o755), ("data.json", 0o640)] {
            let copy = for_upload(&zip_with_mode(2026, 0o640, name, b"x")).unwrap();
            let mut archive = ZipArchive::new(Cursor::new(copy)).unwrap();
            let mode = archive.by_index(0).unwrap().unix_mode();
            assert_eq!(mode.map(|mode| mode & 0o777), Some(uploaded), "{name}");
        }
    }

    #[test]
    fn what_lambda_would_not_take_is_not_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("large.zip");
        let file = std::fs::File::create(&path).unwrap();
        file.set_len(MAX_LENGTH + 1).unwrap();
        let error = ZipFile::open(&path).unwrap_err().to_string();
        assert!(error.contains("more than 50 MB"), "{error}");
    }

    #[test]
    fn what_lambda_could_not_run_is_refused() {
        let relocatable = zip_of("bootstrap", &elf_header(1, 62));
        for (zip, why) in [
            (b"no zip".to_vec(), "not a zip file"),
            (zip_of("other", b""), "no file 'bootstrap'"),
            (zip_of("bootstrap", b"#!/bin/sh\n"), "not a Linux program"),
            (relocatable, "not a Linux program"),
        ] {
            let error = architecture(&zip).unwrap_err();
            assert!(error.contains(why), "{error}");
        }
    }
}
