//! The packet engine against single packets: random small networks, every unknown resolved at random,
//! one packet at a time sent by a simulator that shares nothing with the engine but the model. And the
//! sets of packets against enumeration.

// Everything here is test code, helpers included: clippy's exceptions for tests apply to all of it.
#![cfg(test)]

#[cfg(test)]
mod agreement;
#[cfg(test)]
mod entropy;
#[cfg(test)]
mod names;
#[cfg(test)]
mod networks;
#[cfg(test)]
mod proofs;
#[cfg(test)]
mod sets;
#[cfg(test)]
mod simulator;
