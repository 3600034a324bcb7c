//! A GPU that has computed something wrong is not chosen again while the page is open: workers come
//! and go, so the page remembers.

use std::cell::RefCell;
use wire::Choice;

thread_local! {
    static WRONG: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// The GPU is wrong, as this sentence says.
pub fn note(sentence: &str) {
    WRONG.with_borrow_mut(|wrong| *wrong = Some(sentence.to_owned()));
}

/// What to ask workers for where the reader has chosen this.
pub fn allowed(choice: Choice) -> Choice {
    let wrong = WRONG.with_borrow(Option::is_some);
    if wrong && choice == Choice::Auto { Choice::Cpu } else { choice }
}

/// Why an engine was chosen: the CPU because the GPU is wrong, or what the worker says.
pub fn reason(choice: Choice, said: String) -> String {
    let wrong = WRONG.with_borrow(Clone::clone).filter(|_| choice == Choice::Auto);
    match wrong {
        // What to do about it has been done.
        Some(sentence) => format!("{}.", sentence.split(';').next().unwrap_or_default()),
        None => said,
    }
}
