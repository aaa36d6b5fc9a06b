//! What an instance has for all its requests.

use std::rc::Rc;

use super::query::Scope;
use super::resource::Resource;
use crate::config::{Config, Invalid, PIXEL_PATH};
use crate::peers::Peers;
use crate::range::{Named, Range};
use crate::render::html::Filter;
use crate::store::Store;
use crate::zone::Zone;

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

    /// What a page shows, and the name of its range, for a request for times in the zone `tz`.
    pub(super) fn filter(&self, scope: Scope, (range, named): (Range, Option<Named>), tz: Option<&Zone>) -> Filter {
        Filter {
            replica: self.config.replica.clone(),
            has_peers: !self.peers.is_empty(),
            cluster: scope == Scope::Cluster,
            range,
            named,
            zone: tz.unwrap_or(&self.config.timezone).clone(),
            tz: tz.map(|zone| zone.name().to_owned()),
        }
    }

    /// The scope of what is shown to others, by default: the cluster, where there is one.
    pub(super) fn shown_scope(&self) -> Scope {
        if self.peers.is_empty() { Scope::Replica } else { Scope::Cluster }
    }
}
