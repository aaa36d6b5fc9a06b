//! The pages for a browser. Maud escapes text.
//!
//! | module      | what it is                                        | uses                      |
//! |-------------|---------------------------------------------------|---------------------------|
//! | `home`      | the page of `/`                                   | layout                    |
//! | `error`     | the page of an error                              | layout                    |
//! | `dashboard` | the page of `/visits`: its chart, and its parts   | all below, svg            |
//! | `pages`     | the page of `/pages`: all pages with their visits | silent, filter, layout    |
//! | `numbers`   | the numbers at the top of the dashboard           | view, filter              |
//! | `silent`    | which replicas did not answer, and what of them counts | layout               |
//! | `snippets`  | what to put into other pages                      | view                      |
//! | `tables`    | the tables of the dashboard                       | silent, view, filter, layout |
//! | `view`      | what a dashboard shows, and links to others       | filter                    |
//! | `filter`    | which replicas and which time, and links to others | layout                   |
//! | `layout`    | what all pages have in common; times and names    | svg                       |

mod dashboard;
mod error;
mod filter;
mod home;
mod layout;
mod numbers;
mod pages;
mod silent;
mod snippets;
mod tables;
mod view;

pub use dashboard::dashboard;
pub use error::error;
pub use filter::Filter;
pub use home::home;
pub use layout::{CONTENT_SECURITY_POLICY, DASHBOARD_POLICY};
pub use pages::{PagesView, pages};
pub use view::Dashboard;
