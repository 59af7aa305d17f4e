//! Kinds of Azure resources beyond the common ones, from HCL text to the fate of single flows, each with
//! the public page that says what it does.

// Everything here is test code, helpers included: clippy's exceptions for tests apply to all of it.
#![cfg(test)]

mod balancers;
mod egress;
mod firewalls;
mod gateways;
mod invalid;
mod manager;
mod wan;

#[path = "../support/flows.rs"]
mod flows;

/// A virtual network with two subnets.
const NETWORK: &str = r#"
resource "azurerm_virtual_network" "v" {
  name                = "v"
  resource_group_name = "rg"
  location            = "westeurope"
  address_space       = ["10.1.0.0/16"]
}
resource "azurerm_subnet" "a" {
  name                 = "a"
  resource_group_name  = "rg"
  virtual_network_name = azurerm_virtual_network.v.name
  address_prefixes     = ["10.1.1.0/24"]
}
resource "azurerm_subnet" "b" {
  name                 = "b"
  resource_group_name  = "rg"
  virtual_network_name = azurerm_virtual_network.v.name
  address_prefixes     = ["10.1.2.0/24"]
}
"#;
