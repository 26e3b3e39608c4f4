//! User-facing errors: what was tried, why it failed, what to do next.

use std::process::ExitCode;

use crate::archive;

/// How a program ends. Scripts may rely on the exit codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// 0: success.
    Done,
    /// 1: something was tried and failed.
    Failed,
    /// 2: wrong usage or settings; nothing was called.
    Usage,
    /// 3: the API refused the request, and `--fail` was given.
    Refused,
    /// 130: stopped by Ctrl-C or SIGTERM.
    Interrupted,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(match exit {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::Usage => 2,
            Exit::Refused => 3,
            Exit::Interrupted => 130,
        })
    }
}

/// A result whose error is, by default, a [`Failure`].
pub type Result<T, E = Failure> = std::result::Result<T, E>;

/// A user-facing error: message, exit code and, if there is one, a hint.
///
/// If several steps or concurrent branches fail, one failure holds the rest in
/// [`others`](Failure::others).
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    message: String,
    hint: Option<String>,
    exit: Exit,
    others: Vec<Failure>,
}

impl Failure {
    fn new(exit: Exit, message: impl Into<String>) -> Self {
        Failure {
            message: message.into(),
            hint: None,
            exit,
            others: Vec::new(),
        }
    }

    /// Something was tried and failed: exit code 1.
    pub fn failed(message: impl Into<String>) -> Self {
        Failure::new(Exit::Failed, message)
    }

    /// Wrong usage or settings, found before anything was called: exit code 2.
    pub fn usage(message: impl Into<String>) -> Self {
        Failure::new(Exit::Usage, message)
    }

    /// Ctrl-C or SIGTERM: exit code 130.
    pub fn interrupted(message: impl Into<String>) -> Self {
        Failure::new(Exit::Interrupted, message)
    }

    /// Adds a hint: what the user can do about it. Commands are named as in the
    /// repository; see [`archive`].
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(archive::as_run_here(&hint.into()).into_owned());
        self
    }

    /// The exit code.
    pub fn exit(&self) -> Exit {
        self.exit
    }

    /// The hint, if there is one.
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// The failures that [`and`](Failure::and) has combined with this one.
    pub fn others(&self) -> &[Failure] {
        &self.others
    }

    /// Combines two failures. A real failure comes first; an interruption
    /// beside another failure contributes only its hint and exit code.
    pub fn and(mut self, mut other: Failure) -> Failure {
        if self.exit == Exit::Interrupted && other.exit != Exit::Interrupted {
            std::mem::swap(&mut self, &mut other);
        }
        if other.exit == Exit::Interrupted {
            self.exit = Exit::Interrupted;
            self.hint = other.hint.or(self.hint);
        } else {
            self.others.push(other);
        }
        self
    }
}

/// Combines the results of several steps: `Ok` if all succeeded, otherwise all
/// failures as one.
pub fn all(results: impl IntoIterator<Item = Result<()>>) -> Result<()> {
    let mut failures = results.into_iter().filter_map(Result::err);
    match failures.next() {
        None => Ok(()),
        Some(first) => Err(failures.fold(first, Failure::and)),
    }
}

/// Runs futures concurrently, each to completion, and combines the results: a
/// flat tuple of the values if all succeeded, otherwise all failures as one.
///
/// Never use `try_join!` instead: at the first failure it drops the other
/// futures, and with them the responses to calls that AWS is carrying out.
///
/// ```
/// # use common::{Failure, Result, join_all};
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// async fn name() -> Result<String> { Ok("HelloAPI".into()) }
/// async fn tag() -> Result<()> { Ok(()) }
/// let (name, ()) = join_all!(name(), tag())?;
/// # assert_eq!(name, "HelloAPI");
/// # Ok::<(), Failure>(()) }).unwrap();
/// ```
#[macro_export]
macro_rules! join_all {
    ($($future:expr),+ $(,)?) => {
        $crate::failure::Joined::joined($crate::failure::join!($($future),+))
    };
}

#[doc(hidden)]
pub use tokio::join;

/// A tuple of the results of concurrent futures, for [`join_all!`].
pub trait Joined {
    /// The tuple of their values.
    type Values;

    /// Returns all values, or all failures as one.
    ///
    /// # Errors
    /// If any result is a failure.
    fn joined(self) -> Result<Self::Values>;
}

macro_rules! joined_tuple {
    ($($name:ident)+) => {
        impl<$($name),+> Joined for ($(Result<$name>,)+) {
            type Values = ($($name,)+);

            #[allow(non_snake_case)]
            fn joined(self) -> Result<Self::Values> {
                match self {
                    ($(Ok($name),)+) => Ok(($($name,)+)),
                    ($($name,)+) => {
                        let failures = [$($name.err()),+].into_iter().flatten();
                        Err(failures.reduce(Failure::and).expect("one of them failed"))
                    }
                }
            }
        }
    };
}

joined_tuple!(A B);
joined_tuple!(A B C);
joined_tuple!(A B C D);
joined_tuple!(A B C D E);

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn joined_branches_give_a_flat_tuple_or_every_failure() {
        let done = async { Ok(1) };
        let also_done = async { Ok("two") };
        assert_eq!(join_all!(done, also_done).unwrap(), (1, "two"));

        let mut ended = false;
        let fails_at_once = async { Err::<(), _>(Failure::failed("first")) };
        let ends_later = async {
            tokio::task::yield_now().await;
            ended = true;
            Ok(())
        };
        let fails_later = async {
            tokio::task::yield_now().await;
            Err::<u8, _>(Failure::failed("last"))
        };
        let error = join_all!(fails_at_once, ends_later, fails_later).unwrap_err();
        assert_eq!(error.to_string(), "first");
        assert_eq!(error.others()[0].to_string(), "last");
        assert!(ended, "no branch is cancelled by another's failure");
    }

    #[test]
    fn all_branches_report_their_failure() {
        let error = all([
            Err(Failure::failed("first")),
            Ok(()),
            Err(Failure::failed("second")),
        ])
        .unwrap_err();
        assert_eq!(error.to_string(), "first");
        assert_eq!(error.others()[0].to_string(), "second");
    }

    #[test]
    fn a_real_failure_leads_an_interruption_but_the_exit_code_is_the_interruption_s() {
        let stopped = || Failure::interrupted("stopped").with_hint("run create again");
        let error =
            all([Err(stopped()), Err(Failure::failed("real")), Err(stopped())]).unwrap_err();
        assert_eq!(error.to_string(), "real");
        assert_eq!(error.exit(), Exit::Interrupted);
        assert_eq!(error.hint(), Some("run create again"));
    }
}
