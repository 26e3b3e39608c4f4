//! `--quiz`: asks who refuses an attack, and why, before the answer is shown.

use std::io::{BufRead, IsTerminal};

use common::{Console, Failure, Result};

use super::experiment::Experiment;
use super::list::ALL;

/// The answers given so far.
#[derive(Default)]
pub(crate) struct Quiz {
    /// What the learner chose for each experiment, and whether it was right.
    pub chosen: Vec<(&'static str, String, bool)>,
}

impl Quiz {
    /// A quiz without answers.
    ///
    /// # Errors
    /// Exit code 2 if there is nobody to ask.
    pub(crate) fn new() -> Result<Quiz> {
        let (stdin, stdout) = (std::io::stdin(), std::io::stdout());
        if stdin.is_terminal() && stdout.is_terminal() {
            return Ok(Quiz::default());
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
    pub(crate) fn ask(&mut self, console: &Console, experiment: &Experiment) -> Result<()> {
        let choices = choices(experiment);
        console.line("Who refuses it, and why?");
        for (number, choice) in (1..).zip(&choices) {
            console.line(&format!("  {number}  {choice}"));
        }
        let choice = &choices[read_choice(console, &mut std::io::stdin().lock())?];
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
fn read_choice(console: &Console, input: &mut impl BufRead) -> Result<usize> {
    loop {
        console.line("1, 2 or 3?");
        let mut line = String::new();
        let read = input.read_line(&mut line);
        if !read.is_ok_and(|length| length > 0) {
            return Err(Failure::failed("The quiz ended: there is no more input"));
        }
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

    #[test]
    fn only_1_2_or_3_is_an_answer_and_the_end_of_input_is_an_error() {
        let console = Console::new();
        let read = |text: &str| read_choice(&console, &mut text.as_bytes());
        assert_eq!(read("\n4\n2 \n").unwrap(), 1);
        assert!(
            read("x\n")
                .unwrap_err()
                .to_string()
                .contains("no more input")
        );
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
