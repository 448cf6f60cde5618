//! What looks like a placeholder that nobody replaced.

use crate::client::Field;
use crate::manifest::diagnostics::{Finding, Report, Rule};
use crate::manifest::parse::{Content, Node, Origin};

/// Reports placeholders in the value of a field, as it stands in the manifest.
pub(crate) fn check_placeholders(field: Field, node: &Node<'_>, report: &mut Report) {
    match &node.content {
        _ if node.origin != Origin::Manifest => {}
        Content::List(items) => {
            for item in items {
                check_placeholders(field, item, report);
            }
        }
        Content::Object(entries) => {
            for entry in entries {
                check_placeholders(field, &entry.value, report);
            }
        }
        Content::Text(text) | Content::Plain(text) if is_placeholder(text) => {
            let message = "this looks like a placeholder that was not replaced";
            let finding = Finding::new(Rule::UnresolvedPlaceholder, message).field(field);
            let help = "replace it before the manifest is read, or write `${var:NAME}` and give `--var NAME=VALUE`; if the text is meant, give `--allow unresolved-placeholder`";
            let finding = finding.help(help);
            report.add(
                node.span,
                match field {
                    Field::Metadata => finding.mild(),
                    _ => finding,
                },
            );
        }
        _ => {}
    }
}

/// `$NAME` or `<…>` alone, `${NAME}` or `{{ … }}` anywhere.
fn is_placeholder(text: &str) -> bool {
    if !text.bytes().any(|byte| matches!(byte, b'$' | b'<' | b'{')) {
        return false;
    }
    let is_name = |text: &str| {
        text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    let in_braces = |open: &str, close: char| {
        let mut rest = text.split(open).skip(1);
        rest.any(|rest| {
            rest.split_once(close)
                .is_some_and(|(name, _)| is_name(name))
        })
    };
    let trimmed = text.trim();
    let is_angle = trimmed.len() > 2
        && trimmed.starts_with('<')
        && trimmed.ends_with('>')
        && !trimmed[1..].contains('<');
    is_angle
        || trimmed.strip_prefix('$').is_some_and(is_name)
        || (text.contains("${") && in_braces("${", '}'))
        || text
            .split_once("{{")
            .is_some_and(|(_, rest)| rest.contains("}}"))
}

#[cfg(test)]
mod tests {
    use super::is_placeholder;

    #[test]
    fn placeholders_of_common_tools_are_known() {
        for text in [
            "$SECRET",
            "${SECRET}",
            "https://${HOST}/cb",
            "{{ .Values.id }}",
            "a-{{x}}",
            "<client-id>",
            " <insert here> ",
        ] {
            assert!(is_placeholder(text), "{text}");
        }
        for text in [
            "a$b", "$1", "$", "${}", "${a b}", "{a}", "a<b>", "<", "<>", "{{", "}} {{", "5$",
        ] {
            assert!(!is_placeholder(text), "{text}");
        }
    }
}
