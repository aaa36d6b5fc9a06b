//! What an instance has for all its requests.

use std::rc::Rc;

use crate::config::Config;
use crate::peers::Peers;
use crate::store::Store;

/// What an instance of the component has for all its requests.
pub struct App {
    pub(super) config: Config,
    pub(super) store: Rc<Store>,
    pub(super) peers: Peers,
}

impl App {
    /// The app with this configuration.
    pub fn new(config: Config) -> Self {
        Self { store: Rc::new(Store::new(config.clone())), peers: Peers::new(&config), config }
    }
}
