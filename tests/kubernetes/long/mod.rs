//! What takes longer than `make kubernetes` should: `make kubernetes-long`.

mod upgrades;
