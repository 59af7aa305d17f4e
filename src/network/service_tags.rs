//! Azure service tags: named sets of addresses that Microsoft publishes.
//!
//! The built-in list (see `rules/service-tags/`) is a text with one line per tag, sorted by name. A
//! lookup finds its line by bisection and reads only that, so that starting costs nothing.

use std::borrow::Cow;
use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};

use serde::Deserialize;

use crate::traffic::Addresses;

const BUILT_IN: &str = include_str!("../../rules/service-tags/public.txt");

#[derive(Debug)]
pub struct ServiceTags {
    /// Lines `name region network…`, sorted by lower-case name, after `#` lines.
    text: Cow<'static, str>,
    label: Arc<str>,
    seen: Mutex<HashMap<String, Option<Tag>>>,
}

/// One tag of the list.
#[derive(Clone, Debug, PartialEq)]
pub struct Tag {
    /// As published: `Storage.WestEurope`.
    pub name: Arc<str>,
    pub region: Option<Arc<str>>,
    /// The networks as published, IPv4, adjacent ones merged.
    pub networks: Arc<[(Ipv4Addr, u8)]>,
    pub addresses: Addresses,
}

impl Default for ServiceTags {
    fn default() -> ServiceTags {
        let label = BUILT_IN
            .lines()
            .find_map(|line| line.strip_prefix("# date "))
            .unwrap_or("");
        let date = label.split(' ').next().unwrap_or("");
        ServiceTags::of(Cow::Borrowed(BUILT_IN), date)
    }
}

/// Microsoft's published format, as much of it as is read.
#[derive(Deserialize)]
struct Published {
    #[serde(rename = "changeNumber")]
    change: Option<u64>,
    values: Vec<PublishedTag>,
}

#[derive(Deserialize)]
struct PublishedTag {
    name: String,
    properties: Properties,
}

#[derive(Deserialize)]
struct Properties {
    #[serde(default)]
    region: String,
    #[serde(rename = "addressPrefixes")]
    prefixes: Vec<String>,
}

impl ServiceTags {
    fn of(text: Cow<'static, str>, label: &str) -> ServiceTags {
        ServiceTags {
            text,
            label: label.into(),
            seen: Mutex::default(),
        }
    }

    /// Reads a list in Microsoft's published JSON format, to be used instead of the built-in one.
    /// The error says what is wrong, for people.
    pub fn from_json(text: &str) -> Result<ServiceTags, String> {
        let published: Published = serde_json::from_str(text.trim_start_matches('\u{feff}'))
            .map_err(|error| format!("not a list in Microsoft's service tag format: {error}"))?;
        let mut lines: Vec<(String, String)> = Vec::with_capacity(published.values.len());
        for tag in published.values {
            let region = if tag.properties.region.is_empty() {
                "-"
            } else {
                &tag.properties.region
            };
            let mut line = format!("{} {region}", tag.name);
            for prefix in tag
                .properties
                .prefixes
                .iter()
                .filter(|prefix| !prefix.contains(':'))
            {
                line.push(' ');
                line.push_str(prefix);
            }
            lines.push((tag.name.to_ascii_lowercase(), line));
        }
        lines.sort();
        lines.dedup_by(|later, earlier| later.0 == earlier.0);
        let text: Vec<String> = lines.into_iter().map(|(_, line)| line).collect();
        let label = published
            .change
            .map_or_else(|| "of --service-tags".into(), |change| format!("change {change}"));
        Ok(ServiceTags::of(Cow::Owned(text.join("\n")), &label))
    }

    /// The date of the built-in list (`2025-11-09`), or the change number of the user's.
    #[must_use]
    pub fn label(&self) -> &Arc<str> {
        &self.label
    }

    /// A tag by name, in any case. `None` for a name that the list does not have.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Tag> {
        let key = name.trim().to_ascii_lowercase();
        if key.is_empty() || key.starts_with('#') {
            return None;
        }
        let Ok(mut seen) = self.seen.lock() else {
            return self.line(&key).and_then(read_line);
        };
        if let Some(tag) = seen.get(&key) {
            return tag.clone();
        }
        let tag = self.line(&key).and_then(read_line);
        seen.insert(key, tag.clone());
        tag
    }

    /// The addresses in any tag that was asked for so far, other than the whole cloud's: those by which
    /// some rule tells hosts apart.
    #[must_use]
    pub fn asked_for(&self) -> Addresses {
        let Ok(seen) = self.seen.lock() else {
            return Addresses::none();
        };
        let narrow = seen
            .iter()
            .filter(|(name, _)| !name.starts_with("azurecloud") && *name != "internet");
        Addresses::union_all(narrow.filter_map(|(_, tag)| Some(&tag.as_ref()?.addresses)))
    }

    /// The regional form of a tag for an Azure location (`West Europe`, `westeurope`). Tags name some
    /// regions in a way of their own (`AzureCloud.germanywc`); the list's `region` tells which.
    #[must_use]
    pub fn regional(&self, tag: &str, location: &str) -> Option<Tag> {
        let location = location.replace(' ', "").to_ascii_lowercase();
        self.get(&format!("{tag}.{location}")).or_else(|| {
            let region = self.get(&format!("Storage.{location}"))?.region?;
            self.get(&format!("{tag}.{region}"))
        })
    }

    /// The line whose name, in lower case, is `key`.
    fn line(&self, key: &str) -> Option<&str> {
        let text = &*self.text;
        let (mut low, mut high) = (0, text.len());
        while low < high {
            let middle = low + (high - low) / 2;
            let start = text
                .as_bytes()
                .get(..middle)?
                .iter()
                .rposition(|byte| *byte == b'\n')
                .map_or(0, |at| at + 1);
            let rest = text.get(start..)?;
            let line = rest.split('\n').next().unwrap_or(rest);
            let name = line.split(' ').next().unwrap_or(line);
            match name.to_ascii_lowercase().as_str().cmp(key) {
                // Comments begin with `#`, which sorts before every name.
                std::cmp::Ordering::Less => low = start + line.len() + 1,
                std::cmp::Ordering::Greater => high = start,
                std::cmp::Ordering::Equal => return Some(line),
            }
        }
        None
    }
}

fn read_line(line: &str) -> Option<Tag> {
    let mut words = line.split(' ');
    let name = words.next()?;
    let region = words.next().filter(|region| *region != "-");
    let networks: Arc<[(Ipv4Addr, u8)]> = words.filter_map(network).collect();
    let sets = networks.iter().map(|(address, length)| {
        let first = address.to_bits();
        let last = first | u32::MAX.checked_shr(u32::from(*length)).unwrap_or(0);
        (first, last)
    });
    Some(Tag {
        name: name.into(),
        region: region.map(Arc::from),
        addresses: Addresses::from_ranges(sets),
        networks: networks.clone(),
    })
}

fn network(text: &str) -> Option<(Ipv4Addr, u8)> {
    let (address, length) = text.split_once('/').unwrap_or((text, "32"));
    let length: u8 = length.parse().ok().filter(|length| *length <= 32)?;
    let address: Ipv4Addr = address.parse().ok()?;
    let mask = u32::MAX.checked_shl(32 - u32::from(length)).unwrap_or(0);
    Some((Ipv4Addr::from_bits(address.to_bits() & mask), length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_published_tag_is_found_in_any_case() {
        let tags = ServiceTags::default();
        let mut count = 0;
        for line in BUILT_IN.lines().filter(|line| !line.starts_with('#')) {
            let name = line.split(' ').next().unwrap();
            let found = tags.get(&name.to_ascii_uppercase()).unwrap();
            assert_eq!(&*found.name, name);
            count += 1;
        }
        assert_eq!(count, 3041);
        assert_eq!(&**tags.label(), "2025-11-09");
        assert!(tags.get("Storag").is_none());
        assert!(tags.get("#").is_none());
        assert!(tags.get("zzzz").is_none());
    }

    #[test]
    fn sizes_are_those_of_the_published_list() {
        let tags = ServiceTags::default();
        let storage = tags.get("Storage").unwrap().addresses;
        let entra = tags.get("AzureActiveDirectory").unwrap().addresses;
        let cloud = tags.get("AzureCloud").unwrap().addresses;
        assert_eq!(storage.count(), 498_017);
        assert_eq!(entra.count(), 56_820);
        assert_eq!(storage.difference(&cloud).count(), 55_872);
        assert_eq!(entra.difference(&cloud).count(), 8_288);
        assert!(
            tags.get("Storage.WestEurope")
                .unwrap()
                .addresses
                .is_subset(&storage)
        );
    }

    #[test]
    fn regions_are_found_under_their_own_names() {
        let tags = ServiceTags::default();
        assert_eq!(
            &*tags.regional("Storage", "West Europe").unwrap().name,
            "Storage.WestEurope"
        );
        let cloud = tags.regional("AzureCloud", "germanywestcentral").unwrap();
        assert_eq!(&*cloud.name, "AzureCloud.germanywc");
        assert!(tags.regional("Storage", "atlantis").is_none());
    }

    #[test]
    fn a_published_list_replaces_the_built_in_one() {
        let json = r#"{"changeNumber": 7, "cloud": "Public", "values": [
            {"name": "b.Two", "id": "b.Two", "properties": {"region": "", "addressPrefixes": ["10.0.0.0/31", "::1/128"]}},
            {"name": "A", "id": "A", "properties": {"region": "weu", "addressPrefixes": ["10.0.0.7"]}}]}"#;
        let tags = ServiceTags::from_json(json).unwrap();
        assert_eq!(tags.get("B.TWO").unwrap().addresses.count(), 2);
        assert_eq!(tags.get("a").unwrap().region.as_deref(), Some("weu"));
        assert_eq!(&**tags.label(), "change 7");
        assert!(ServiceTags::from_json("[]").is_err());
    }
}
