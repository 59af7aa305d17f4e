//! Types that meet: which type can become which, and the one type that several have in common.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::sync::Arc;

use super::value::{Field, Type};

/// The type all of `types` can be converted to, preferring the most general of them; `None` where
/// there is none. A type that is not known yet makes the result `Any`, as in Terraform.
#[must_use]
pub fn unify(types: &[Type]) -> Option<Type> {
    unify_with(types, true)
}

/// The same, with conversions only that cannot fail for any value.
#[must_use]
pub fn unify_safely(types: &[Type]) -> Option<Type> {
    unify_with(types, false)
}

/// Whether a value of the type `from` may become one of the type `to`. With `lossy` a conversion may
/// still fail for some values, as text to number does.
#[must_use]
pub fn convertible(from: &Type, to: &Type, lossy: bool) -> bool {
    if from.matches(to) {
        return true;
    }
    match (from, to) {
        (_, Type::Any) => true,
        (Type::Any, _) => lossy,
        (Type::Bool | Type::Number, Type::String) => true,
        (Type::String, Type::Bool | Type::Number) => lossy,
        (Type::List(from), Type::Set(to)) => lossy && convertible(from, to, lossy),
        (Type::List(from) | Type::Set(from), Type::List(to))
        | (Type::Set(from), Type::Set(to))
        | (Type::Map(from), Type::Map(to)) => convertible(from, to, lossy),
        (Type::Tuple(from), Type::List(to) | Type::Set(to)) => elements_convertible(from.iter(), to, lossy),
        (Type::Object(from), Type::Map(to)) => {
            elements_convertible(from.iter().map(|field| &field.of), to, lossy)
        }
        (Type::Tuple(from), Type::Tuple(to)) => {
            from.len() == to.len()
                && from
                    .iter()
                    .zip(to.iter())
                    .all(|(from, to)| convertible(from, to, lossy))
        }
        (Type::Object(from), Type::Object(to)) => to.iter().all(|want| match field(from, &want.name) {
            Some(have) => convertible(&have.of, &want.of, lossy),
            None => want.optional,
        }),
        (Type::Map(from), Type::Object(to)) => {
            lossy
                && to
                    .iter()
                    .all(|want| want.optional || convertible(from, &want.of, lossy))
        }
        _ => false,
    }
}

fn elements_convertible<'a>(from: impl Iterator<Item = &'a Type> + Clone, to: &Type, lossy: bool) -> bool {
    if *to == Type::Any {
        let all: Vec<Type> = from.cloned().collect();
        return all.is_empty() || unify_with(&all, lossy).is_some();
    }
    distinct(from)
        .into_iter()
        .all(|from| convertible(from, to, lossy))
}

/// The attribute of that name.
#[must_use]
pub fn field<'a>(fields: &'a [Field], name: &str) -> Option<&'a Field> {
    let index = fields
        .binary_search_by(|candidate| (*candidate.name).cmp(name))
        .ok()?;
    fields.get(index)
}

/// `to` with every `Any` in it replaced by what a value of the type `from` has there.
#[must_use]
pub fn inferred(from: &Type, to: &Type) -> Type {
    let unified = |types: Vec<Type>| unify(&types).unwrap_or(Type::Any);
    match (from, to) {
        (Type::Any, to) => to.clone(),
        (from, Type::Any) => from.clone(),
        (Type::Map(from), Type::Map(to)) => Type::Map(Arc::new(inferred(from, to))),
        (Type::Object(fields), Type::Map(to)) => {
            let from = unified(fields.iter().map(|field| field.of.clone()).collect());
            Type::Map(Arc::new(inferred(&from, to)))
        }
        (Type::Map(from), Type::Object(fields)) => {
            Type::Object(fields.iter().map(|want| refilled(want, Some(from))).collect())
        }
        (Type::Object(have), Type::Object(fields)) => Type::Object(
            fields
                .iter()
                .map(|want| refilled(want, field(have, &want.name).map(|have| &have.of)))
                .collect(),
        ),
        (Type::List(from) | Type::Set(from), Type::List(to)) => Type::List(Arc::new(inferred(from, to))),
        (Type::List(from) | Type::Set(from), Type::Set(to)) => Type::Set(Arc::new(inferred(from, to))),
        (Type::Tuple(from), Type::List(to)) => Type::List(Arc::new(inferred(&unified(from.to_vec()), to))),
        (Type::Tuple(from), Type::Set(to)) => Type::Set(Arc::new(inferred(&unified(from.to_vec()), to))),
        (Type::Tuple(from), Type::Tuple(to)) => Type::Tuple(
            from.iter()
                .zip(to.iter())
                .map(|(from, to)| inferred(from, to))
                .collect(),
        ),
        _ => to.clone(),
    }
}

fn refilled(want: &Field, from: Option<&Type>) -> Field {
    Field {
        of: from.map_or_else(|| want.of.clone(), |from| inferred(from, &want.of)),
        ..want.clone()
    }
}

impl Type {
    /// Whether both are the same type, optional attributes counting like any other.
    #[must_use]
    pub fn matches(&self, other: &Type) -> bool {
        match (self, other) {
            (Type::List(a), Type::List(b)) | (Type::Set(a), Type::Set(b)) | (Type::Map(a), Type::Map(b)) => {
                Arc::ptr_eq(a, b) || a.matches(b)
            }
            (Type::Tuple(a), Type::Tuple(b)) => {
                a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| a.matches(b))
            }
            (Type::Object(a), Type::Object(b)) => {
                Arc::ptr_eq(a, b)
                    || (a.len() == b.len()
                        && a.iter()
                            .zip(b.iter())
                            .all(|(a, b)| a.name == b.name && a.of.matches(&b.of)))
            }
            _ => self == other,
        }
    }

    /// The type of values: a constraint without its `optional` marks.
    #[must_use]
    pub fn without_optional(&self) -> Type {
        if !self.has_optional() {
            return self.clone();
        }
        match self {
            Type::List(of) => Type::List(Arc::new(of.without_optional())),
            Type::Set(of) => Type::Set(Arc::new(of.without_optional())),
            Type::Map(of) => Type::Map(Arc::new(of.without_optional())),
            Type::Tuple(of) => Type::Tuple(of.iter().map(Type::without_optional).collect()),
            Type::Object(fields) => Type::Object(
                fields
                    .iter()
                    .map(|field| Field {
                        name: field.name.clone(),
                        of: field.of.without_optional(),
                        optional: false,
                    })
                    .collect(),
            ),
            _ => self.clone(),
        }
    }

    fn has_optional(&self) -> bool {
        self.any_part(&|part| match part {
            Type::Object(fields) => fields.iter().any(|field| field.optional),
            _ => false,
        })
    }

    /// Whether the type, or a part of it, is not known.
    #[must_use]
    pub fn has_any(&self) -> bool {
        self.any_part(&|part| *part == Type::Any)
    }

    fn any_part(&self, test: &impl Fn(&Type) -> bool) -> bool {
        test(self)
            || match self {
                Type::List(of) | Type::Set(of) | Type::Map(of) => of.any_part(test),
                Type::Tuple(of) => of.iter().any(|of| of.any_part(test)),
                Type::Object(fields) => fields.iter().any(|field| field.of.any_part(test)),
                Type::Any | Type::Bool | Type::Number | Type::String => false,
            }
    }

    #[must_use]
    pub fn is_primitive(&self) -> bool {
        matches!(self, Type::Bool | Type::Number | Type::String)
    }

    /// What messages call it: `list of string`, `object`.
    #[must_use]
    pub fn friendly_name(&self) -> String {
        match self {
            Type::Any => "dynamic".to_owned(),
            Type::Bool => "bool".to_owned(),
            Type::Number => "number".to_owned(),
            Type::String => "string".to_owned(),
            Type::List(of) => format!("list of {}", of.friendly_name()),
            Type::Set(of) => format!("set of {}", of.friendly_name()),
            Type::Map(of) => format!("map of {}", of.friendly_name()),
            Type::Tuple(_) => "tuple".to_owned(),
            Type::Object(_) => "object".to_owned(),
        }
    }
}

fn distinct<'a>(types: impl IntoIterator<Item = &'a Type>) -> Vec<&'a Type> {
    let mut seen = HashSet::new();
    types.into_iter().filter(|of| seen.insert(*of)).collect()
}

fn unify_with(types: &[Type], lossy: bool) -> Option<Type> {
    // Equal types first: most lists have one, and the comparison of every pair below must not grow
    // with the number of values.
    let types: Vec<Type> = distinct(types).into_iter().cloned().collect();
    if let [only] = types.as_slice() {
        return Some(only.clone());
    }
    let count = |test: fn(&Type) -> bool| types.iter().filter(|of| test(of)).count();
    let all = types.len();
    let maps = count(|of| matches!(of, Type::Map(_)));
    let lists = count(|of| matches!(of, Type::List(_)));
    let sets = count(|of| matches!(of, Type::Set(_)));
    let objects = count(|of| matches!(of, Type::Object(_)));
    let tuples = count(|of| matches!(of, Type::Tuple(_)));
    let unknown = count(|of| *of == Type::Any);
    let structured = |parts: usize| parts > 0 && parts + unknown == all;
    if unknown > 0 && [maps, lists, sets, objects, tuples].into_iter().any(structured) {
        return Some(Type::Any);
    }
    if structured(maps) || structured(lists) || structured(sets) {
        return unify_collections(&types, lossy);
    }
    if structured(objects) {
        return unify_objects(&types, lossy);
    }
    if structured(tuples) {
        return unify_tuples(&types, lossy);
    }
    let as_collections = if maps > 0 && structured(maps + objects) {
        unify_as_collections(&types, lossy, unify_objects_to_map, |of| {
            matches!(of, Type::Object(_))
        })
    } else if lists > 0 && structured(lists + tuples) {
        unify_as_collections(&types, lossy, unify_tuples_to_list, |of| {
            matches!(of, Type::Tuple(_))
        })
    } else if objects > 0 && tuples > 0 {
        return None;
    } else {
        None
    };
    as_collections.or_else(|| preferred(&types, lossy))
}

fn unify_collections(types: &[Type], lossy: bool) -> Option<Type> {
    let elements: Vec<Type> = types
        .iter()
        .filter_map(|of| match of {
            Type::List(of) | Type::Set(of) | Type::Map(of) => Some((**of).clone()),
            _ => None,
        })
        .collect();
    let element = Arc::new(unify_with(&elements, lossy)?);
    let unified = match types.first()? {
        Type::List(_) => Type::List(element),
        Type::Set(_) => Type::Set(element),
        _ => Type::Map(element),
    };
    all_convertible(types, &unified, lossy).then_some(unified)
}

/// Attribute by attribute where all have the same attributes, otherwise a map of everything.
fn unify_objects(types: &[Type], lossy: bool) -> Option<Type> {
    let objects: Vec<&Arc<[Field]>> = types
        .iter()
        .filter_map(|of| match of {
            Type::Object(fields) => Some(fields),
            _ => None,
        })
        .collect();
    let first = *objects.first()?;
    let same_names = |fields: &Arc<[Field]>| {
        fields.len() == first.len() && fields.iter().zip(first.iter()).all(|(a, b)| a.name == b.name)
    };
    if !objects.iter().all(|fields| same_names(fields)) {
        return unify_objects_to_map(types, lossy);
    }
    let mut unified = Vec::with_capacity(first.len());
    for (index, attribute) in first.iter().enumerate() {
        let across: Vec<Type> = objects
            .iter()
            .filter_map(|fields| fields.get(index).map(|field| field.of.clone()))
            .collect();
        unified.push(Field {
            name: attribute.name.clone(),
            of: unify_with(&across, lossy)?,
            optional: false,
        });
    }
    let unified = Type::Object(unified.into());
    if all_convertible(types, &unified, lossy) {
        Some(unified)
    } else {
        unify_objects_to_map(types, lossy)
    }
}

fn unify_objects_to_map(types: &[Type], lossy: bool) -> Option<Type> {
    let attributes: Vec<Type> = types
        .iter()
        .filter_map(|of| match of {
            Type::Object(fields) => Some(fields),
            _ => None,
        })
        .flat_map(|fields| fields.iter().map(|field| field.of.clone()))
        .collect();
    if attributes.is_empty() {
        return None;
    }
    let unified = Type::Map(Arc::new(unify_with(&attributes, lossy)?));
    all_convertible(types, &unified, lossy).then_some(unified)
}

/// Element by element where all have the same length, otherwise a list of everything.
fn unify_tuples(types: &[Type], lossy: bool) -> Option<Type> {
    let tuples: Vec<&Arc<[Type]>> = types
        .iter()
        .filter_map(|of| match of {
            Type::Tuple(elements) => Some(elements),
            _ => None,
        })
        .collect();
    let first = *tuples.first()?;
    if tuples.iter().any(|elements| elements.len() != first.len()) {
        return unify_tuples_to_list(types, lossy);
    }
    let mut unified = Vec::with_capacity(first.len());
    for index in 0..first.len() {
        let across: Vec<Type> = tuples
            .iter()
            .filter_map(|elements| elements.get(index).cloned())
            .collect();
        unified.push(unify_with(&across, lossy)?);
    }
    let unified = Type::Tuple(unified.into());
    if all_convertible(types, &unified, lossy) {
        Some(unified)
    } else {
        unify_tuples_to_list(types, lossy)
    }
}

fn unify_tuples_to_list(types: &[Type], lossy: bool) -> Option<Type> {
    let elements: Vec<Type> = types
        .iter()
        .filter_map(|of| match of {
            Type::Tuple(elements) => Some(elements),
            _ => None,
        })
        .flat_map(|elements| elements.iter().cloned())
        .collect();
    if elements.is_empty() {
        return None;
    }
    let unified = Type::List(Arc::new(unify_with(&elements, lossy)?));
    all_convertible(types, &unified, lossy).then_some(unified)
}

/// Structures among collections are taken as collections in disguise, if they can be.
fn unify_as_collections(
    types: &[Type],
    lossy: bool,
    collect: fn(&[Type], bool) -> Option<Type>,
    is_structure: fn(&Type) -> bool,
) -> Option<Type> {
    let structures: Vec<Type> = types.iter().filter(|of| is_structure(of)).cloned().collect();
    let collection = collect(&structures, lossy)?;
    let disguised: Vec<Type> = types
        .iter()
        .map(|of| {
            if is_structure(of) {
                collection.clone()
            } else {
                of.clone()
            }
        })
        .collect();
    unify_with(&disguised, lossy).filter(|of| matches!(of, Type::Map(_) | Type::List(_)))
}

/// The most general of the types that all others can become.
fn preferred(types: &[Type], lossy: bool) -> Option<Type> {
    by_preference(types)
        .into_iter()
        .filter_map(|index| types.get(index))
        .find(|want| all_convertible(types, want, lossy))
        .cloned()
}

fn all_convertible(types: &[Type], to: &Type, lossy: bool) -> bool {
    types.iter().all(|of| convertible(of, to, lossy))
}

/// Indices, more general types first; types that cannot be compared keep their order.
fn by_preference(types: &[Type]) -> Vec<usize> {
    let count = types.len();
    let mut less_general: Vec<Vec<usize>> = vec![Vec::new(); count];
    let mut incoming = vec![0usize; count];
    let mut edge = |from: usize, to: usize| {
        if let (Some(edges), Some(degree)) = (less_general.get_mut(from), incoming.get_mut(to)) {
            edges.push(to);
            *degree += 1;
        }
    };
    for (i, a) in types.iter().enumerate() {
        for (j, b) in types.iter().enumerate().skip(i + 1) {
            match generality(a, b) {
                Ordering::Less => edge(i, j),
                Ordering::Greater => edge(j, i),
                Ordering::Equal => {}
            }
        }
    }
    let mut order: Vec<usize> = (0..count)
        .filter(|index| incoming.get(*index) == Some(&0))
        .collect();
    let mut visited = 0;
    while let Some(&index) = order.get(visited) {
        visited += 1;
        for &next in less_general.get(index).into_iter().flatten() {
            if let Some(degree) = incoming.get_mut(next) {
                *degree -= 1;
                if *degree == 0 {
                    order.push(next);
                }
            }
        }
    }
    order
}

/// `Less` where `a` is the more general type. It only says what to try first: whether the conversion
/// exists is tested afterwards.
fn generality(a: &Type, b: &Type) -> Ordering {
    match (a, b) {
        (Type::Any, Type::Any) => Ordering::Equal,
        (Type::Any, _) => Ordering::Greater,
        (_, Type::Any) => Ordering::Less,
        (Type::String, Type::Bool | Type::Number) => Ordering::Less,
        (Type::Bool | Type::Number, Type::String) => Ordering::Greater,
        (Type::List(a), Type::List(b)) | (Type::Set(a), Type::Set(b)) | (Type::Map(a), Type::Map(b)) => {
            generality(a, b)
        }
        (Type::Tuple(_) | Type::List(_), Type::Set(_))
        | (Type::List(_), Type::Tuple(_))
        | (Type::Map(_), Type::Object(_)) => Ordering::Less,
        (Type::Set(_), Type::Tuple(_) | Type::List(_))
        | (Type::Tuple(_), Type::List(_))
        | (Type::Object(_), Type::Map(_)) => Ordering::Greater,
        (Type::Object(a), Type::Object(b)) => {
            if a.len() != b.len() || a.iter().zip(b.iter()).any(|(a, b)| a.name != b.name) {
                return Ordering::Equal;
            }
            part_by_part(a.iter().zip(b.iter()).map(|(a, b)| generality(&a.of, &b.of)))
        }
        (Type::Tuple(a), Type::Tuple(b)) if a.len() == b.len() => {
            part_by_part(a.iter().zip(b.iter()).map(|(a, b)| generality(a, b)))
        }
        _ => Ordering::Equal,
    }
}

fn part_by_part(parts: impl Iterator<Item = Ordering>) -> Ordering {
    let (mut first, mut second) = (false, false);
    for part in parts {
        first |= part == Ordering::Less;
        second |= part == Ordering::Greater;
    }
    match (first, second) {
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
        _ => Ordering::Equal,
    }
}
