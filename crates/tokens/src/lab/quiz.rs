//! `--quiz`: asks who refuses an attack, and why, before the answer is shown.

use std::io::IsTerminal;
use std::sync::atomic::{AtomicBool, Ordering};

use common::{Console, Failure, Result};
use tokio::sync::mpsc::Receiver;

use super::experiment::Experiment;
use super::list::ALL;
use crate::signin::terminal_lines::{self, Input, in_foreground};

/// Whether a question is open. Between two questions, what is typed is for a
/// sign-in: the address at its end can be pasted.
static ASKING: AtomicBool = AtomicBool::new(false);

/// The answers given so far.
pub(crate) struct Quiz {
    /// What the learner chose for each experiment, and whether it was right.
    pub chosen: Vec<(&'static str, String, bool)>,
    input: Receiver<Input>,
}

impl Quiz {
    /// A quiz without answers.
    ///
    /// # Errors
    /// Exit code 2 if there is nobody to ask.
    pub(crate) fn new() -> Result<Quiz> {
        let (stdin, stdout) = (std::io::stdin(), std::io::stdout());
        if stdin.is_terminal() && stdout.is_terminal() {
            let may_read = || ASKING.load(Ordering::Relaxed) && in_foreground();
            return Ok(Quiz {
                chosen: Vec::new(),
                input: terminal_lines::read(may_read),
            });
        }
        Err(
            Failure::usage("--quiz asks questions, and this is not a terminal")
                .with_hint("leave out --quiz, or run it in a terminal without a pipe"),
        )
    }

    /// Asks about one experiment.
    ///
    /// # Errors
    /// If the input ends.
    pub(crate) async fn ask(&mut self, console: &Console, experiment: &Experiment) -> Result<()> {
        let choices = choices(experiment);
        console.line("Who refuses it, and why?");
        for (number, choice) in (1..).zip(&choices) {
            console.line(&format!("  {number}  {choice}"));
        }
        ASKING.store(true, Ordering::Relaxed);
        let read = read_choice(console, &mut self.input).await;
        ASKING.store(false, Ordering::Relaxed);
        let choice = &choices[read?];
        let answer = experiment.who_and_why();
        let right = *choice == answer;
        console.line(&if right {
            "Right.".to_owned()
        } else {
            format!("No. It is {answer}.")
        });
        self.chosen.push((experiment.name, choice.clone(), right));
        Ok(())
    }

    /// How many answers were right.
    pub(crate) fn score(&self) -> usize {
        self.chosen.iter().filter(|(_, _, right)| *right).count()
    }
}

/// The right answer and two wrong ones, in an order that differs between
/// experiments.
fn choices(experiment: &Experiment) -> Vec<String> {
    let find = |name| ALL.iter().find(|other| other.name == name);
    let wrong = experiment.unlike.into_iter().filter_map(find);
    let mut choices: Vec<String> = wrong.map(Experiment::who_and_why).collect();
    let place = experiment.name.bytes().map(usize::from).sum::<usize>() % 3;
    choices.insert(place.min(choices.len()), experiment.who_and_why());
    choices
}

/// The index of the choice: 0, 1 or 2. Anything else is asked again.
async fn read_choice(console: &Console, input: &mut Receiver<Input>) -> Result<usize> {
    loop {
        console.line("1, 2 or 3?");
        let Some(Input::Line(line)) = input.recv().await else {
            return Err(Failure::failed("The quiz ended: there is no more input"));
        };
        if let Some(choice) = ["1", "2", "3"]
            .iter()
            .position(|choice| *choice == line.trim())
        {
            return Ok(choice);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_1_2_or_3_is_an_answer_and_the_end_of_input_is_an_error() {
        let console = Console::new();
        let read = async |lines: &[&str]| {
            let (sender, mut input) = tokio::sync::mpsc::channel(8);
            for line in lines {
                let line = Input::Line(format!("{line}\n"));
                sender.send(line).await.unwrap();
            }
            sender.send(Input::End).await.unwrap();
            read_choice(&console, &mut input).await
        };
        assert_eq!(read(&["", "4", "2 "]).await.unwrap(), 1);
        let ended = read(&["x"]).await.unwrap_err().to_string();
        assert!(ended.contains("no more input"), "{ended}");
    }

    #[test]
    fn the_right_answer_is_among_three_and_not_always_at_the_same_place() {
        let mut places = [0; 3];
        for experiment in &ALL {
            let choices = choices(experiment);
            assert_eq!(choices.len(), 3);
            let right = experiment.who_and_why();
            places[choices.iter().position(|choice| *choice == right).unwrap()] += 1;
        }
        assert!(
            places.iter().all(|count| *count > ALL.len() / 6),
            "{places:?}"
        );
    }
}
