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
            "test" if document.pointer(path) == value.as_ref() => {}
            "replace" if path.is_empty() => document = value?,
            "add" | "replace" | "remove" => change(&mut document, name, path, value)?,
            _ => return None,
        }
    }
    Some(document)
}

/// Adds, replaces or removes what the path (RFC 6901) names.
fn change(document: &mut Value, operation: &str, path: &str, value: Option<Value>) -> Option<()> {
    let (parent, name) = path.rsplit_once('/')?;
    let name = name.replace("~1", "/").replace("~0", "~");
    match (document.pointer_mut(parent)?, operation) {
        (Value::Object(members), "remove") => members.shift_remove(&name).map(drop),
        // Hydra leaves out the empty members of a client, but not those of what it contains.
        (Value::Object(members), "replace")
            if !parent.is_empty() && !members.contains_key(&name) =>
        {
            None
        }
        (Value::Object(members), _) => {
            members.insert(name, value?);
            Some(())
        }
        (Value::Array(items), "add") if name == "-" => {
            items.push(value?);
            Some(())
        }
        (Value::Array(items), _) => {
            let at: usize = name.parse().ok()?;
            match operation {
                "add" if at <= items.len() => items.insert(at, value?),
                "remove" if at < items.len() => drop(items.remove(at)),
                "replace" => *items.get_mut(at)? = value?,
                _ => return None,
            }
            Some(())
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
