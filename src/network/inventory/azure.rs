//! Azure's own networking: virtual networks, filters, routes, firewalls, hubs, circuits, endpoints.

#[derive(Debug, Default)]
pub struct Azure {}
