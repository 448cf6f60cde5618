//! JSON Patch (RFC 6902): `add`, `replace`, `remove` and `test`.

use serde_json::Value;

/// The patched document; `None` when the patch is malformed or does not fit.
pub(super) fn apply(patch: &[u8], document: &Value) -> Option<Value> {
    let mut document = document.clone();
    let operations: Value = serde_json::from_slice(patch).ok()?;
    let operations = match operations {
        Value::Null => Vec::new(),
        Value::Array(operations) => operations,
        _ => return None,
    };
    for operation in operations {
        let path = operation.get("path")?.as_str()?;
        let name = operation.get("op")?.as_str()?;
        // A client keeps its id, and this name of it has never been another's.
        if path == "/id" {
            return None;
        }
        let value = operation.get("value").cloned();
        match name {
            "add" => add(&mut document, path, value?)?,
            "replace" => replace(&mut document, path, value?)?,
            "remove" => remove(&mut document, path)?,
            "test" if document.pointer(path) == value.as_ref() => {}
            _ => return None,
        }
    }
    Some(document)
}

/// The container that a path (RFC 6901) ends in, and the last part of the path.
fn parent<'a>(document: &'a mut Value, path: &str) -> Option<(&'a mut Value, String)> {
    let (folder, name) = path.rsplit_once('/')?;
    let name = name.replace("~1", "/").replace("~0", "~");
    Some((document.pointer_mut(folder)?, name))
}

/// A member of the client itself need not be there: Hydra leaves out what is empty.
fn replace(document: &mut Value, path: &str, value: Value) -> Option<()> {
    match document.pointer_mut(path) {
        Some(old) => {
            *old = value;
            Some(())
        }
        None if path.matches('/').count() == 1 => add(document, path, value),
        None => None,
    }
}

fn add(document: &mut Value, path: &str, value: Value) -> Option<()> {
    let (parent, name) = parent(document, path)?;
    match parent {
        Value::Object(members) => {
            members.insert(name, value);
        }
        Value::Array(items) if name == "-" => items.push(value),
        Value::Array(items) => {
            let at: usize = name.parse().ok()?;
            if at > items.len() {
                return None;
            }
            items.insert(at, value);
        }
        _ => return None,
    }
    Some(())
}

fn remove(document: &mut Value, path: &str) -> Option<()> {
    let (parent, name) = parent(document, path)?;
    match parent {
        Value::Object(members) => members.shift_remove(&name).map(drop),
        Value::Array(items) => {
            let at: usize = name.parse().ok()?;
            (at < items.len()).then(|| drop(items.remove(at)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::apply;
    use serde_json::json;

    #[test]
    fn a_patch_fits_or_fails() {
        let old = json!({"a": 1, "list": ["x"]});
        let patch = br#"[{"op":"replace","path":"/a","value":2},{"op":"add","path":"/list/-","value":"y"},{"op":"remove","path":"/list/0"}]"#;
        let patched = apply(patch, &old);
        assert_eq!(patched, Some(json!({"a": 2, "list": ["y"]})));
        for bad in [
            "{",
            "{}",
            r#"[{"op":"remove","path":"/b"}]"#,
            r#"[{"op":"add","path":"/list/7","value":1}]"#,
            r#"[{"op":"replace","path":"/id","value":"x"}]"#,
            r#"[{"op":"test","path":"/a","value":9}]"#,
            r#"[{"op":"add","path":"","value":9}]"#,
        ] {
            assert_eq!(apply(bad.as_bytes(), &old), None, "{bad}");
        }
    }
}
