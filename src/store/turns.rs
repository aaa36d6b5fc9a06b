//! Taking turns: what one request does with the connection, no other interrupts.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use super::oneshot::{self, Sender};

/// Whose turn it is, and who waits for one, in the order in which they came.
#[derive(Clone, Default)]
pub struct Turns(Rc<State>);

#[derive(Default)]
struct State {
    taken: Cell<bool>,
    waiting: RefCell<VecDeque<Sender<Turn>>>,
}

/// A turn, which lasts until it is dropped.
pub struct Turn(Rc<State>);

impl Turns {
    /// Waits for a turn.
    pub async fn take(&self) -> Turn {
        while self.0.taken.replace(true) {
            let (next, turn) = oneshot::channel();
            self.0.waiting.borrow_mut().push_back(next);
            if let Some(turn) = turn.receive().await {
                return turn;
            }
        }
        Turn(self.0.clone())
    }
}

/// The turn goes to the next in line. If that one is gone, the turn is dropped again, and goes on.
impl Drop for Turn {
    fn drop(&mut self) {
        let next = self.0.waiting.borrow_mut().pop_front();
        match next {
            Some(next) => next.send(Self(self.0.clone())),
            None => self.0.taken.set(false),
        }
    }
}
