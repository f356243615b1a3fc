//! The number plan within an expression: where the interpreter finds it, and the filters that ask it.

use std::sync::Arc;

use minijinja::{
    Error, State,
    value::{Object, Value},
};

use super::functions::{each, refused};
use crate::{
    directory::{Extension, Field},
    numbers::{Country, Dialling},
};

/// A name that no expression can have written.
const PLAN: &str = "\0numbers";

/// A row that knows the number plan besides.
#[derive(Debug)]
struct Knowing {
    row: Value,
    plan: Value,
}

impl Object for Knowing {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        if key == PLAN {
            return Some(self.plan.clone());
        }
        self.row.get_attr(key).ok().filter(|value| !value.is_undefined())
    }
}

impl Object for Dialling {}

/// The row, so that an expression evaluated on it can ask the number plan.
pub(super) fn knowing(row: &Value, dialling: &Arc<Dialling>) -> Value {
    let plan = Value::from_dyn_object(Arc::clone(dialling));
    Value::from_object(Knowing { row: row.clone(), plan })
}

fn dialling(state: &State<'_, '_>) -> Option<Arc<Dialling>> {
    state.lookup(PLAN)?.downcast_object()
}

/// The plan with the pbx whose extensions are meant: the source's, or the person's.
fn inside(state: &State<'_, '_>) -> Result<(Arc<Dialling>, String), Error> {
    let dialling = dialling(state).ok_or_else(|| refused("the manifest has no number plan"))?;
    let pbx = match &dialling.pbx {
        Some(pbx) => pbx.to_string(),
        None => {
            let pbx = state.lookup(Field::Pbx.name());
            pbx.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned()
        }
    };
    Ok((dialling, pbx))
}

/// `telephoneNumber | e164('GB')`: as E.164, read as one dials it in that country, or in that of
/// the number plan; what is no valid number stays as it is. Not for extensions.
pub(super) fn e164(
    state: &State<'_, '_>,
    value: Value,
    code: Option<&str>,
) -> Result<Value, Error> {
    let unknown = || refused("there is no such country");
    let country = code.map(|code| Country::parse(code).ok_or_else(unknown)).transpose()?;
    match (dialling(state), country) {
        (Some(dialling), country) => each(&value, |text| dialling.e164(text, country)),
        (None, Some(country)) => each(&value, |text| crate::numbers::e164(text, country, None)),
        (None, None) => Err(unknown()),
    }
}

/// `telephoneNumber | extension_of`: the extension that is dialled so from outside, by the number
/// plan; nothing where it has none.
pub(super) fn extension_of(state: &State<'_, '_>, value: Value) -> Result<Value, Error> {
    let (dialling, pbx) = inside(state)?;
    each(&value, |text| dialling.extension_of(text, &pbx).map(Into::into).unwrap_or_default())
}

/// `ipPhone | direct_dial`: how an extension is dialled from outside, in E.164, by the number plan;
/// nothing where it can't be.
pub(super) fn direct_dial(state: &State<'_, '_>, value: Value) -> Result<Value, Error> {
    let (dialling, pbx) = inside(state)?;
    each(&value, |text| {
        let extension = Extension::parse(text).ok();
        extension.and_then(|own| dialling.plan.direct_dial(&pbx, &own)).unwrap_or_default()
    })
}
