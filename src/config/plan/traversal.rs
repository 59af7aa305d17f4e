//! Addresses and references as a plan spells them: names, indexes, and quoted keys that may hold any
//! character, so that cutting at dots would be wrong.

/// One step of an address or a reference.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    Name(Box<str>),
    Index(u64),
    Key(Box<str>),
}

impl Step {
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match self {
            Step::Name(name) => Some(name),
            _ => None,
        }
    }
}

/// The steps of `module.a["k.1"].azurerm_subnet.this[0].id`; `None` when the text is no such thing.
#[must_use]
pub fn scan(text: &str) -> Option<Vec<Step>> {
    let mut steps = Vec::new();
    let mut rest = text;
    loop {
        let end = rest.find(['.', '[']).unwrap_or(rest.len());
        let (name, after) = rest.split_at_checked(end)?;
        if name.is_empty() || name.contains(['"', ']', ' ']) {
            return None;
        }
        steps.push(Step::Name(name.into()));
        rest = after;
        while let Some(inside) = rest.strip_prefix('[') {
            let (step, after) = index(inside)?;
            steps.push(step);
            rest = after;
        }
        if rest.is_empty() {
            return Some(steps);
        }
        rest = rest.strip_prefix('.')?;
    }
}

/// What follows `[`, and the rest after `]`.
fn index(inside: &str) -> Option<(Step, &str)> {
    let Some(quoted) = inside.strip_prefix('"') else {
        let (digits, rest) = inside.split_once(']')?;
        return Some((Step::Index(digits.parse().ok()?), rest));
    };
    let mut key = String::new();
    let mut rest = quoted;
    loop {
        let mut characters = rest.chars();
        match characters.next()? {
            '"' => return Some((Step::Key(key.into()), characters.as_str().strip_prefix(']')?)),
            '\\' => rest = escape(characters.as_str(), &mut key)?,
            sign @ ('$' | '%') if rest.get(1..).is_some_and(|after| starts_doubled(after, sign)) => {
                // `$${` and `%%{` stand for `${` and `%{`.
                key.push(sign);
                rest = rest.get(2..)?;
            }
            other => {
                key.push(other);
                rest = characters.as_str();
            }
        }
    }
}

fn starts_doubled(after: &str, sign: char) -> bool {
    let mut characters = after.chars();
    characters.next() == Some(sign) && characters.next() == Some('{')
}

/// Decodes what follows a backslash into `key` and gives the rest.
fn escape<'a>(after: &'a str, key: &mut String) -> Option<&'a str> {
    let mut characters = after.chars();
    let digits = match characters.next()? {
        'n' => return Some(put(key, '\n', characters.as_str())),
        'r' => return Some(put(key, '\r', characters.as_str())),
        't' => return Some(put(key, '\t', characters.as_str())),
        'u' => 4,
        'U' => 8,
        other => return Some(put(key, other, characters.as_str())),
    };
    let (code, rest) = characters.as_str().split_at_checked(digits)?;
    let character = char::from_u32(u32::from_str_radix(code, 16).ok()?)?;
    Some(put(key, character, rest))
}

fn put<'a>(key: &mut String, character: char, rest: &'a str) -> &'a str {
    key.push(character);
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Step {
        Step::Name(text.into())
    }

    #[test]
    fn keys_may_hold_anything() {
        let keys = [
            (r#"a.b"#, r#"a.b"#),
            (r#"br]ack[et"#, r#"br]ack[et"#),
            (r#"q\"uote"#, "q\"uote"),
            (r#"back\\slash"#, "back\\slash"),
            (r#"new\nline"#, "new\nline"),
            (r#"dollar$${v}"#, "dollar${v}"),
            (r#"pct%%{if}"#, "pct%{if}"),
            ("emoji😀", "emoji😀"),
            (r#"\u00e9"#, "é"),
            ("$5 50%", "$5 50%"),
            ("$$", "$$"),
            ("", ""),
        ];
        for (written, key) in keys {
            let steps = scan(&format!("module.a[\"{written}\"].null_resource.r[\"{written}\"]")).unwrap();
            assert_eq!(
                steps,
                [
                    name("module"),
                    name("a"),
                    Step::Key(key.into()),
                    name("null_resource"),
                    name("r"),
                    Step::Key(key.into())
                ],
                "{written}"
            );
        }
    }

    #[test]
    fn references_have_attributes_and_indexes() {
        assert_eq!(
            scan("azurerm_firewall.hub.ip_configuration[0].private_ip_address").unwrap(),
            [
                name("azurerm_firewall"),
                name("hub"),
                name("ip_configuration"),
                Step::Index(0),
                name("private_ip_address")
            ]
        );
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for broken in [
            "", ".", "a..b", "a[", "a[\"", "a[\"x\"", "a[x]", "a[0]b", "a b", "a[-1]",
        ] {
            assert_eq!(scan(broken), None, "{broken}");
        }
    }
}
