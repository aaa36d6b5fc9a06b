//! What an instance has for all its requests.

use std::rc::Rc;

use super::query::Scope;
use crate::config::Config;
use crate::peers::Peers;
use crate::store::Store;

/// What an instance of the component has for all its requests.
#[derive(Clone)]
pub struct App {
    pub(super) config: Rc<Config>,
    pub(super) store: Rc<Store>,
    pub(super) peers: Rc<Peers>,
}

impl App {
    /// The app with this configuration.
    pub fn new(config: Config) -> Self {
        let (store, peers) = (Rc::new(Store::new(config.clone())), Rc::new(Peers::new(&config)));
        Self { config: Rc::new(config), store, peers }
    }

    /// The scope of what is shown to others, by default: the cluster, where there is one.
    pub(super) fn shown_scope(&self) -> Scope {
        if self.peers.is_empty() { Scope::Replica } else { Scope::Cluster }
    }
}
