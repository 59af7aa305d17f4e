//! Addresses of a plan's text as [`Address`], with everything that repeats shared.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use foldhash::fast::RandomState;

use crate::config::module::Mode;
use crate::config::plan::traversal::{self, Step};
use crate::evaluate::address::{Address, Key, ModulePath, ModuleStep};

/// Texts and module paths that occur again and again in a large plan, each kept once.
#[derive(Debug, Default)]
pub(super) struct Shared {
    texts: HashSet<Arc<str>, RandomState>,
    modules: HashMap<Vec<ModuleStep>, ModulePath, RandomState>,
}

impl Shared {
    pub(super) fn text(&mut self, text: &str) -> Arc<str> {
        if let Some(shared) = self.texts.get(text) {
            return shared.clone();
        }
        let shared: Arc<str> = Arc::from(text);
        self.texts.insert(shared.clone());
        shared
    }

    fn module(&mut self, steps: Vec<ModuleStep>) -> ModulePath {
        if let Some(shared) = self.modules.get(&steps) {
            return shared.clone();
        }
        let shared = ModulePath::from(steps.as_slice());
        self.modules.insert(steps, shared.clone());
        shared
    }

    /// `None` when the text is not the address of a resource instance.
    pub(super) fn address(&mut self, text: &str) -> Option<Address> {
        let steps = traversal::scan(text)?;
        let mut rest = steps.as_slice();
        let mut module = Vec::new();
        while let Some((step, after)) = self.module_step(rest) {
            module.push(step);
            rest = after;
        }
        let module = self.module(module);
        let mut address = self.resource(module, rest)?;
        rest = address.1;
        address.0.key = match rest {
            [] => None,
            [step] => Some(key(step)?),
            _ => return None,
        };
        Some(address.0)
    }

    /// `module.NAME` with its key, and what follows.
    pub(super) fn module_step<'s>(&mut self, steps: &'s [Step]) -> Option<(ModuleStep, &'s [Step])> {
        let [Step::Name(word), Step::Name(name), rest @ ..] = steps else {
            return None;
        };
        if &**word != "module" {
            return None;
        }
        let (key, rest) = leading_key(rest);
        let name = self.text(name);
        Some((ModuleStep { name, key }, rest))
    }

    /// `TYPE.NAME` or `data.TYPE.NAME`, without its key, and what follows.
    pub(super) fn resource<'s>(
        &mut self,
        module: ModulePath,
        steps: &'s [Step],
    ) -> Option<(Address, &'s [Step])> {
        let (mode, steps) = match steps {
            [Step::Name(word), rest @ ..] if &**word == "data" => (Mode::Data, rest),
            _ => (Mode::Managed, steps),
        };
        let [Step::Name(kind), Step::Name(name), rest @ ..] = steps else {
            return None;
        };
        let address = Address {
            module,
            mode,
            kind: self.text(kind),
            name: self.text(name),
            key: None,
        };
        Some((address, rest))
    }
}

/// The key that the steps begin with, and what follows.
pub(super) fn leading_key(steps: &[Step]) -> (Option<Key>, &[Step]) {
    match steps {
        [step, rest @ ..] => match key(step) {
            Some(key) => (Some(key), rest),
            None => (None, steps),
        },
        [] => (None, steps),
    }
}

fn key(step: &Step) -> Option<Key> {
    match step {
        Step::Index(index) => Some(Key::Index(*index)),
        Step::Key(key) => Some(Key::Name(Arc::from(&**key))),
        Step::Name(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_prints_as_it_was_written() {
        let mut shared = Shared::default();
        for text in [
            "azurerm_subnet.a",
            "data.azurerm_subnet.a[0]",
            r#"module.a["q\"uote"].module.b[3].azurerm_subnet.this["a.b/c]"]"#,
            r#"null_resource.r["dollar$${v}"]"#,
            r#"null_resource.r["pct%%{if}"]"#,
            r#"null_resource.r["new\nline"]"#,
            r#"null_resource.r["back\\slash"]"#,
        ] {
            let address = shared.address(text).unwrap();
            assert_eq!(address.to_string(), text);
        }
    }

    #[test]
    fn what_is_no_instance_has_no_address() {
        let mut shared = Shared::default();
        for text in [
            "azurerm_subnet",
            "module.a",
            "azurerm_subnet.a.id",
            "a.b[0][1]",
            "",
        ] {
            assert_eq!(shared.address(text), None, "{text}");
        }
    }
}
