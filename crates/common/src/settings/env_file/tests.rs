use std::io::Write;
use std::process::{Command, Stdio};

use super::*;

/// The password in a file that begins with these bytes, or a part of the reason
/// why it is refused.
#[rustfmt::skip] // a line for each
const CASES: [(&[u8], Result<&str, &str>); 44] = [
    (b"PASSWORD=MySecret$Pass9word", Ok("MySecret$Pass9word")),
    (b"PASSWORD=${HOME}$$x", Ok("${HOME}$$x")),
    (b"PASSWORD='a$b'", Ok("a$b")),
    (b"PASSWORD=\"a$b ${c}\"", Ok("a$b ${c}")),
    (b"export PASSWORD=exported", Ok("exported")),
    (b"export\t PASSWORD='exported'", Ok("exported")),
    (b"  PASSWORD = spaced  ", Ok("spaced")),
    (b"PASSWORD\t=\t'spaced'\t", Ok("spaced")),
    (b"PASSWORD=word # comment", Ok("word")),
    (b"PASSWORD=word#9", Ok("word#9")),
    (b"PASSWORD=#9word", Ok("#9word")),
    (b"PASSWORD= # comment", Ok("")),
    (b"PASSWORD=", Ok("")),
    (b"# comment\n\nPASSWORD=word\n#PASSWORD=other\n", Ok("word")),
    (b"PASSWORD='a b' # comment", Ok("a b")),
    (b"PASSWORD=\"a b\"\t# it's a comment", Ok("a b")),
    (b"PASSWORD='a # b'", Ok("a # b")),
    (b"PASSWORD=' a '", Ok(" a ")),
    (b"PASSWORD=''", Ok("")),
    (b"PASSWORD='say \"a\\b\"'", Ok("say \"a\\b\"")),
    (b"PASSWORD=\"say \\\"a\\\\b\\\" for 5 \\$\"", Ok("say \"a\\b\" for 5 $")),
    (b"PASSWORD=\"it's\"", Ok("it's")),
    (b"PASSWORD=one\nPASSWORD=two", Ok("two")),
    (b"PASSWORD=one\nOTHER=x\n export PASSWORD = 'two'\n", Ok("two")),
    (b"\xef\xbb\xbfPASSWORD=word\n", Ok("word")),
    (b"PASSWORD=word\r\nOTHER=x\r\n", Ok("word")),
    (b"PASSWORD='word'\r\n", Ok("word")),
    ("PASSWORD=W\u{f6}rter\u{a0}9\n".as_bytes(), Ok("W\u{f6}rter\u{a0}9")),
    (b"PASSWORD=a=b=c", Ok("a=b=c")),
    (b"export=x\nPASSWORD=word", Ok("word")),
    (b"PASSWORD=a!b&c;d|e(f)<g>`h`*?[~", Ok("a!b&c;d|e(f)<g>`h`*?[~")),
    (b"PASSWORD=two words", Err("line 1: the value of PASSWORD has a space outside quotes")),
    (b"\nPASSWORD='two words", Err("line 2: the value of PASSWORD has no closing \"'\"")),
    (b"PASSWORD=\"two words\\\"", Err("has no closing '\"'")),
    (b"PASSWORD='a'b", Err("goes on after its closing quote")),
    (b"PASSWORD='it's'", Err("goes on after its closing quote")),
    (b"PASSWORD=\"a\"# comment", Err("goes on after its closing quote")),
    (b"PASSWORD=it's", Err("has a quote in the middle")),
    (b"PASSWORD=a\\$b", Err("has a '\\' outside quotes")),
    (b"PASSWORD=\"a\\nb\"", Err("has a '\\' before a character that needs none")),
    (b"export = x", Err("it is not NAME=value")),
    (b"PASSWORD: word", Err("it is not NAME=value")),
    (b"PASSWORD=a\0b", Err("it has a control character")),
    (b"PASSWORD=w\xf6rd", Err("not UTF-8 text")),
];

/// What the programs make of a file.
fn read(file: &[u8]) -> Result<String, String> {
    let bad = |bad: BadLine| format!("line {}: {}", bad.line, bad.why);
    let variables = parse(file).map_err(bad)?;
    Ok(variables.get("PASSWORD").cloned().unwrap_or_default())
}

/// Runs the script in each of the folders, in one process: Python's start takes
/// longer than the script. Prints what it printed as JSON; null if it refused.
const RUN_IN_EACH: &str = r"
import contextlib, io, json, os, runpy, sys
script, *folders = sys.argv[1:]
for folder in folders:
    os.chdir(folder)
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            runpy.run_path(script)
        print(json.dumps(printed.getvalue()))
    except SystemExit:
        print('null')
";

/// What `scripts/show-user` makes of each of the files; `None` if it refuses it.
fn shown(files: &[&[u8]]) -> Vec<Option<String>> {
    let dir = tempfile::tempdir().unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scripts/show-user");
    let mut python = Command::new("python3");
    python.args(["-c", RUN_IN_EACH, script]);
    for (number, file) in files.iter().enumerate() {
        let folder = dir.path().join(number.to_string());
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(folder.join(".env"), file).unwrap();
        python.arg(folder);
    }
    let output = python.env_remove("PASSWORD").output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let lines = String::from_utf8(output.stdout).unwrap();
    let printed = lines.lines().map(|line| {
        let text: Option<String> = serde_json::from_str(line).unwrap();
        let password = text?
            .strip_prefix("Sign in as: Testuser\nPassword:   ")
            .and_then(|rest| rest.strip_suffix('\n'))
            .map(str::to_owned);
        Some(password.expect("a password"))
    });
    printed.collect()
}

#[test]
fn programs_and_script_read_the_same_password() {
    let shown = shown(&CASES.map(|(file, _)| file));
    assert_eq!(shown.len(), CASES.len());
    for ((file, expected), shown) in CASES.into_iter().zip(shown) {
        let name = String::from_utf8_lossy(file);
        match (read(file), expected) {
            (Ok(password), Ok(expected)) => assert_eq!(password, expected, "{name}"),
            (Err(why), Err(expected)) => assert!(why.contains(expected), "{name}: {why}"),
            (found, _) => panic!("{name}: {found:?}"),
        }
        assert_eq!(shown, read(file).ok(), "{name}");
    }
}

/// Files put together from what is special somewhere.
#[test]
fn whatever_is_in_the_file_both_read_the_same() {
    const PIECES: [&str; 16] = [
        "PASSWORD", "=", "export", " ", "\t", "'", "\"", "\\", "$", "#", "\n", "\r\n", "a",
        "\u{a0}", "\u{85}", "{",
    ];
    // Knuth's MMIX generator: the same files in each run.
    let mut seed = 1_u64;
    let mut piece = || {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        PIECES[(seed >> 60) as usize]
    };
    let mut file = || (0..8).fold("PASSWORD=".to_owned(), |file, _| file + piece());
    let files: Vec<String> = (0..500).map(|_| file()).collect();
    let bytes: Vec<&[u8]> = files.iter().map(|file| file.as_bytes()).collect();
    let shown = shown(&bytes);
    assert_eq!(shown.len(), files.len());
    for (file, shown) in files.iter().zip(shown) {
        assert_eq!(shown, read(file.as_bytes()).ok(), "{file:?}");
    }
}

#[test]
fn no_message_repeats_a_value() {
    let refused = CASES.iter().filter(|(_, expected)| expected.is_err());
    for (file, _) in refused {
        let why = parse(file).unwrap_err().why;
        assert!(!why.contains("word") && !why.contains("it's"), "{why}");
    }
}

/// dotenvy puts them into the environment; it must not see more in them.
#[test]
fn what_is_read_is_what_is_set() {
    let values: Vec<&str> = CASES.iter().filter_map(|(_, value)| value.ok()).collect();
    let names = (0..values.len()).map(|number| format!("ENV_FILE_TEST_{number}"));
    let pairs = names.zip(values.iter().map(|&value| value.to_owned()));
    let variables: BTreeMap<String, String> = pairs.collect();
    set(&variables).unwrap();
    for (name, value) in variables {
        assert_eq!(std::env::var(&name).unwrap(), value);
    }
}

/// As a shell would read it where it substitutes nothing: in single quotes.
#[test]
fn a_shell_reads_single_quotes_in_the_same_way() {
    let file = b"export PASSWORD='a$b \"c\" \\d #e'\n";
    let mut shell = Command::new("sh")
        .args(["-s"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = shell.stdin.take().unwrap();
    stdin.write_all(file).unwrap();
    stdin.write_all(b"printf %s \"$PASSWORD\"\n").unwrap();
    drop(stdin);
    let output = shell.wait_with_output().unwrap();
    assert_eq!(
        String::from_utf8(output.stdout).unwrap(),
        read(file).unwrap()
    );
}
