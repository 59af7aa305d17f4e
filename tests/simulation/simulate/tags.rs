//! Service tags: a small list of the simulator's own, which the engine is given as `--service-tags`.

use super::prefix::Span;

/// Name, region, prefixes.
pub const TAGS: &[(&str, &str, &[&str])] = &[
    ("Storage", "", &["20.60.0.0/16", "52.239.0.0/17"]),
    ("Storage.WestEurope", "westeurope", &["20.60.0.0/18"]),
    ("AzureActiveDirectory", "", &["20.190.128.0/18"]),
    ("AzureMonitor", "", &["20.42.64.0/20"]),
];

pub fn prefixes(name: &str) -> Vec<Span> {
    let tag = TAGS.iter().find(|(own, ..)| own.eq_ignore_ascii_case(name));
    let (_, _, prefixes) = tag.unwrap_or_else(|| panic!("no tag {name}"));
    prefixes.iter().map(|text| Span::parse(text).unwrap()).collect()
}

/// In Microsoft's published format.
pub fn published() -> String {
    let values: Vec<String> = TAGS
        .iter()
        .map(|(name, region, prefixes)| {
            format!(
                "{{\"name\":\"{name}\",\"id\":\"{name}\",\"properties\":{{\"changeNumber\":1,\"region\":\"{region}\",\"addressPrefixes\":{prefixes:?}}}}}"
            )
        })
        .collect();
    format!(
        "{{\"changeNumber\":1,\"cloud\":\"Public\",\"values\":[{}]}}",
        values.join(",")
    )
}
