//! What an instance has for all its requests.

use std::rc::Rc;

use super::query::Scope;
use super::resource::Resource;
use crate::config::{Config, Invalid, PIXEL_PATH};
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
    ///
    /// # Errors
    /// When the picture that counts visits is where something else is.
    pub fn new(config: Config) -> Result<Self, Invalid> {
        if Resource::with_fixed_path(&config.pixel_path).is_some() {
            return Err(PIXEL_PATH);
        }
        let (store, peers) = (Rc::new(Store::new(config.clone())), Rc::new(Peers::new(&config)));
        Ok(Self { config: Rc::new(config), store, peers })
    }

    /// The scope of what is shown to others, by default: the cluster, where there is one.
    pub(super) fn shown_scope(&self) -> Scope {
        if self.peers.is_empty() { Scope::Replica } else { Scope::Cluster }
    }
}
