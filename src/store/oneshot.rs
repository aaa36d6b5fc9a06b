//! A value handed from one request to another that waits for it.
//!
//! Requests are tasks of the host, and a waker of Rust's cannot wake one task from another: Spin's SDK leaves that out,
//! and where its runtime is made to offer it (`inter-task-wakeup` of wit-bindgen 0.57), Wasmtime 48 and later trap on
//! how it does it (wit-bindgen#1638). A WASI stream can: it ends, for whoever reads it, when its writing end is dropped.

use std::cell::Cell;
use std::rc::Rc;

use spin_sdk::wasip3::wit_bindgen::{StreamReader, StreamWriter};
use spin_sdk::wasip3::wit_stream;

/// The two ends of a channel for one value.
pub fn channel<T>() -> (Sender<T>, Receiver<T>) {
    let value = Rc::new(Cell::new(None));
    let (end, ended) = wit_stream::new();
    (Sender { value: value.clone(), _end: end }, Receiver { value, ended })
}

/// The end that gives the value.
pub struct Sender<T> {
    value: Rc<Cell<Option<T>>>,
    // Dropped last, when the value is there.
    _end: StreamWriter<u8>,
}

impl<T> Sender<T> {
    /// Gives the value. It is dropped if nobody waits for it any more.
    pub fn send(self, value: T) {
        self.value.set(Some(value));
    }
}

/// The end that waits.
pub struct Receiver<T> {
    value: Rc<Cell<Option<T>>>,
    ended: StreamReader<u8>,
}

impl<T> Receiver<T> {
    /// Waits for the value; `None` when the sender was dropped without giving one.
    pub async fn receive(mut self) -> Option<T> {
        self.ended.next().await;
        self.value.take()
    }
}
