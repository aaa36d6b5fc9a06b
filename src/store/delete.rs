//! Deleting a page.

use super::database::Store;
use super::error::Error;
use crate::visit::Page;

impl Store {
    /// Deletes all visits to a page, and returns how many there were.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn delete_page(&self, _page: &Page) -> Result<i64, Error> {
        Ok(0)
    }
}
