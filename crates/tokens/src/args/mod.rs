//! The flags of `tokens`: those of a login, and those of each command.

mod command;
mod grant;
mod login;
mod provider;

use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{ArgMatches, Args as _, CommandFactory, FromArgMatches, Parser};
use common::cli::CommonArgs;

pub use command::{ClientCredentialsArgs, Command, DeviceArgs, LabArgs, VerifyArgs};
pub use grant::{BindingArgs, GrantArgs, PrintedToken, ReportArgs, SignInArgs};
pub use login::{LoginArgs, RequestArgs};
pub use provider::{ClientAuthMethod, ProviderArgs};

/// Sign in from the terminal, look at the tokens, call the API with them.
#[derive(Clone, Debug, Parser)]
#[command(version = env!("VERSION"), about, term_width = 80)]
pub struct Args {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub common: CommonArgs,

    #[command(subcommand)]
    #[allow(missing_docs)]
    pub command: Option<Command>,

    /// Without a command: the flags of a login.
    #[command(flatten)]
    pub login: LoginArgs,
}

impl Args {
    /// What the program was started with.
    ///
    /// # Errors
    /// If a flag is unknown, lacks its value, or stands where it does nothing.
    pub fn of_program() -> Result<Args, clap::Error> {
        let mut program = Args::command();
        let matches = program.try_get_matches_from_mut(std::env::args_os())?;
        if let Some((command, _)) = matches.subcommand()
            && let Some(flag) = login_flag(&matches)
        {
            let message = format!(
                "'tokens {command}' does not take {flag} before the word {command}: 'tokens {command} --help' lists its flags"
            );
            return Err(program.error(ErrorKind::ArgumentConflict, message));
        }
        Args::from_arg_matches(&matches)
    }

    /// Whether stdout is for one JSON object.
    pub(crate) fn json(&self) -> bool {
        match &self.command {
            None => self.login.grant.json,
            Some(Command::Lab(lab)) => lab.json,
            Some(Command::Device(device)) => device.grant.json,
            Some(Command::ClientCredentials(own)) => own.grant.json,
            Some(Command::Verify(verify)) => verify.json,
        }
    }
}

/// A flag of a login that was given.
fn login_flag(matches: &ArgMatches) -> Option<String> {
    let login = LoginArgs::augment_args(clap::Command::new(""));
    let given = login.get_arguments().find(|flag| {
        matches.value_source(flag.get_id().as_str()) == Some(ValueSource::CommandLine)
    })?;
    let name = given.get_long().unwrap_or_default();
    Some(format!("--{name}"))
}
