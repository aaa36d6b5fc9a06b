//! What `make package` makes, and how it is published: each script that a workflow calls, against a registry that the test starts.
//!
//! ```text
//! project     copies of the project, in which packages are made
//! registry    a registry of images and charts
//!
//! contents    what is in a package, and that a commit makes the same one anywhere
//! sbom        what is said of the components
//! publishing  what is pushed can be pulled, unless a byte was changed
//! versions    how a version is cut
//! workflows   what the workflows may do
//! ```

mod contents;
mod project;
mod publishing;
mod registry;
mod sbom;
mod versions;
mod workflows;
